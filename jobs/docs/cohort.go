//go:build duckdb_arrow

package main

import (
	"fmt"
	"strings"

	"leftshift/engine/cohort"
)

// cohortsPage is COHORTS.md: the file of a cohort, its fields and operators,
// and an example that comes with the program, which its own tests run.
func cohortsPage() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, `# Cohorts

A cohort is everyone of whom the conditions of its file are true. Files are in the folder of
`+"`site.cohorts`"+`, one `+"`*.toml`"+` each; `+"`leftshift cohorts check FILE`"+` runs a file's tests and tells its faults by
line, `+"`leftshift cohorts count FILE --by NAME --reason TEXT`"+` counts it, and `+"`/cohorts`"+` of the application
builds, counts and compares them without a file. Nobody is seen: every number is 0, `+"`*`"+` or to the nearest 5,
and a cohort that differs by few people from one counted before is answered with that one's numbers.

## The file

`)
	table(&b, []string{"key", "is", "meaning"}, [][]string{
		{"`id`", "text, required", "small letters, digits and `_`; the same for every version"},
		{"`name`", "text, required", "what a reader calls it"},
		{"`version`, `author`", "text, required", "a saved version is never changed"},
		{"`[where]`", "table, required", "the condition, or one of `all`, `any` and `none` with a list of them; groups stand within groups"},
		{"`[[tests]]`", "at least two", "made-up people: `name`, `in` (true or false) and `person`, a value for each field asked about, or `\"unknown\"` or `\"not_observable\"`. One at least is in and one is not"},
	})
	b.WriteString(`
A condition is ` + "`{ field = \"…\", op = \"…\", value = … }`" + `, with ` + "`values = [ … ]`" + ` where an operator takes several.
What is asked of a value that is not known neither holds nor fails. ` + "`none`" + ` over it neither: "none of HbA1c above
58" leaves out people without an HbA1c. How many could not be decided is told beside the count.

## Operators

`)
	var rows [][]string
	for _, k := range []cohort.Kind{cohort.Number, cohort.Text, cohort.Flag, cohort.Labels} {
		var ops []string
		for _, op := range cohort.OpsOf(k) {
			ops = append(ops, "`"+string(op)+"`")
		}
		rows = append(rows, []string{k.String(), strings.Join(ops, ", ")})
	}
	table(&b, []string{"kind of field", "takes"}, rows)
	b.WriteString("\n`between` takes two values, both of which belong to it. `is_not_observable` asks whether no source could have shown the value.\n\n## Fields of every snapshot\n\n")
	rows = nil
	for _, f := range cohort.Attributes() {
		values := strings.Join(f.Values, ", ")
		rows = append(rows, []string{"`" + f.ID + "`", f.Title, f.Kind.String(), values})
	}
	table(&b, []string{"field", "means", "kind", "values"}, rows)
	b.WriteString(`
Besides these: ` + "`score_MODEL`" + ` for each model that the night scored by, and every feature of
[FEATURES.md](FEATURES.md) by its id. What only clinicians may read of a person is asked about by clinicians only.

## Core20PLUS5

The make-up of every cohort has these cuts:

`)
	rows = nil
	for _, c := range cohort.Core20PLUS5() {
		rows = append(rows, []string{"`" + c.ID + "`", c.Title})
	}
	table(&b, []string{"cut", "means"}, rows)
	b.WriteString(`
A system adds its own PLUS groups in the configuration ([CONFIG.md](CONFIG.md), ` + "`[[cohorts.plus]]`" + `), and they become
cuts ` + "`plus_ID`" + ` beside these. A group is a feature, or a cohort's file:

` + "```toml\n" + `[[cohorts.plus]]
id = "learning_disability"
name = "People with a learning disability"
feature = "learning_disability_ever"      # 1 or more

[[cohorts.plus]]
id = "carers_at_home"
name = "Carers who look after someone at home"
file = "cohorts/carers_at_home.toml"      # everyone who is in this cohort
` + "```\n" + `
A local code list becomes a feature in a file of the folder ` + "`site.features`" + ` ([OWN_CODELISTS.md](OWN_CODELISTS.md), [FEATURE_FILES.md](FEATURE_FILES.md)), and the
group names it. A group may ask about the person and about features, not about scores. It is held to the catalogue when
the application starts: what is wrong is told by line. A snapshot without a feature that a cut asks about is counted
without the cut, and the page says so.
`)
	b.WriteString(`
## Segments

Everyone has one segment: the first of these whose definition they meet. They follow the Bridges to Health model (Lynn and
others, Milbank Quarterly 2007; 85(2):185-208) with the features nearest to it, and are cohort files themselves, with
tests. The make-up of every cohort is told by them, and ` + "`/cohorts/segments`" + ` has people and expected events by
deprivation and primary care network. They are for planning, and say nothing of a single person.

`)
	segments, err := cohort.SegmentFiles()
	if err != nil {
		return "", err
	}
	rows = nil
	for _, s := range segments {
		rows = append(rows, []string{s[0], s[1]})
	}
	table(&b, []string{"segment", "whose members"}, rows)
	b.WriteString(`
## What else a page tells

` + "`/cohorts/workload`" + ` puts two cut-offs of a score beside each other, of everyone or of a cohort: people by practice or team,
and the events that the model expects of them. ` + "`/cohorts/compare`" + ` tells who is caught by two cohorts, two versions of one,
or two cut-offs. ` + "`/cohorts/then`" + ` puts a cohort beside itself as of another date, where numbers that are few people
apart are shown as one, for two dates differ by whoever came in between. Steps begin with everyone whose records came
and the opt-outs, where the snapshot tells how many these are. How many sets one person, and all of them, may count is
` + "`cohorts.most_sets_each`" + ` and ` + "`cohorts.most_sets`" + `.
`)
	kept := cohort.Examples()
	if len(kept) == 0 {
		return "", fmt.Errorf("no cohort comes with the program")
	}
	b.WriteString("\n## An example\n\n```toml\n" + strings.TrimSpace(string(kept[0].Text)) + "\n```\n")
	return b.String(), nil
}
