//go:build duckdb_arrow

package main

import (
	"fmt"
	"reflect"
	"strings"

	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/declared"
	"leftshift/jobs/analyse"
)

const featureFilesHead = `# Feature files

A site's own features stand in the folder ` + "`site.features`" + ` ("features", beside the configuration), as
many files *.toml (in small letters) as you like. They join the built-in catalogue ([FEATURES.md](FEATURES.md)) the next
night; nothing is built anew. ` + "`leftshift features new`" + ` writes a first file, ` + "`leftshift features check`" + ` reads
them all and runs their cases. A file is read strictly: a key that is not on this page is a fault. A file
whose name ends in DRAFT is passed over unless a command names it.

A file holds [[feature]] tables; [[case]] tables, which show on a few rows of a made-up person that
they do what is meant; and, if need be, [[group]] tables, code lists that belong together. Each
feature must be shown by a case, in one of its windows at least.

## A whole example

Four features and two cases, as a file ` + "`features/our_falls.toml`" + ` has them. A test loads this text and runs
its cases by both executors.

`

// featureExample is a whole feature file, which the test reads and checks.
const featureExample = `[[feature]]
id = "our_falls_{w}"                   # makes our_falls_90d and our_falls_365d
title = "Falls noted, {window}"
sentence = "{n:fall|falls} noted {in}[, the last on {last}]"
none = "No fall noted {in}"
source = "event"
kinds = ["problem", "observation"]
lists = ["falls"]
windows = [90, 365]
aggregate = "days"                     # a fall coded twice on a day is one
absence = "zero"
display = "team"
area = "falls"
why = "A fall is the commonest reason for an ambulance to an older person."

[[feature]]
id = "our_nights_{w}"
title = "Nights in hospital after an emergency admission, {window}"
sentence = "{n:night|nights} in hospital {in}"
none = "No night in hospital after an emergency admission {in}"
source = "spell"
spells = ["emergency"]
windows = [365]
aggregate = "bed_days"
absence = "zero"
display = "team"
area = "hospital"
why = "Time in a hospital bed takes strength away."

[[feature]]
id = "our_low_pressure_{w}"
title = "Systolic blood pressure of 100 or less, {window}"
sentence = "A systolic blood pressure of 100 or less {in}[, the last on {last}]"
none = "No systolic blood pressure of 100 or less recorded {in}"
source = "event"
kinds = ["observation"]
analyte = "systolic"
value_to = 100
windows = [365]
aggregate = "any"
absence = "zero"
display = "team"
area = "measurements"
why = "Low pressure on standing makes people fall."

[[feature]]
id = "our_fall_risk"
title = "Signs that a fall may come"
sentence = "At least {n} of 2 signs that a fall may come"
none = "No sign that a fall may come recorded"
source = "derived"
terms = ["our_falls_365d >= 2 | our_falls_90d & our_nights_365d >= 3", "our_low_pressure_365d"]
aggregate = "holds"
absence = "zero"
display = "team"
area = "falls"
why = "Either is a reason for a visit."

[[case]]
shows = "Two days of falls, one of them known late"
record = '''
person birth=1940-03 sex=female
event 2024-06-01 problem snomed:161898004
event 2024-06-01 problem snomed:161898004                      # the same day: one
event 2024-02-11 problem snomed:161898004 known=2024-06-10
event 2024-05-02 problem snomed:161898004 status=planned       # no fact
event 2024-06-20 observation snomed:271649006 value=98
on 2024-06-05                                                  # the second is not yet known
  our_falls_365d = 1 on 2024-06-01
  our_low_pressure_365d = 0
  our_low_pressure_365d says No systolic blood pressure of 100 or less recorded in the last 12 months
on 2024-06-30
  our_falls_90d = 1
  our_falls_365d = 2 on 2024-06-01
  our_falls_365d says 2 falls noted in the last 12 months, the last on 1 June 2024
  our_low_pressure_365d = 1 on 2024-06-20
  our_fall_risk = 2
'''

[[case]]
shows = "A stay and one fall"
record = '''
spell emergency 2024-05-01..2024-05-04
event 2024-05-20 problem snomed:161898004
on 2024-06-30
  our_nights_365d = 3
  our_fall_risk = 1
  our_fall_risk says At least 1 of 2 signs that a fall may come
on 2025-06-30                                                  # a year later all has left the window
  our_falls_365d = 0
  our_falls_365d says No fall noted in the last 12 months
  our_fall_risk = 0
'''
`

// featureTables are the tables of a feature file.
var featureTables = []keyTable{
	{"feature", "One entry makes a feature for each of its windows, and with `each` or `analytes` one for each member."},
	{"group", "Code lists that belong together, for `group` (one feature over all members) and `each` (one for each). A site may use the built-in groups below."},
	{"group.member", ""},
	{"case", "A worked case; the language of `record` is further down."},
}

// keyTable is a table of a kind of file, with what stands over its keys.
type keyTable struct{ name, says string }

// keyTables writes the keys of each table of a kind of file.
func keyTables(b *strings.Builder, keys []declared.Key, tables []keyTable) {
	for _, t := range tables {
		fmt.Fprintf(b, "\n## [[%s]]\n\n", t.name)
		if t.says != "" {
			b.WriteString(t.says + "\n\n")
		}
		table(b, []string{"key", "is", "without it", "meaning"}, keyRows(keys, t.name))
	}
}

// keyRows are the rows of the keys of one table.
func keyRows(keys []declared.Key, table string) (rows [][]string) {
	for _, k := range keys {
		if k.Table != table {
			continue
		}
		without := "*required*"
		if !k.Required {
			without = k.Default
		}
		rows = append(rows, []string{"`" + k.Name + "`", k.Type, without, k.Meaning})
	}
	return rows
}

const sentencesSay = `
## Places in sentences

` + "`sentence`, `none` and `unknown`" + ` may have these places; ` + "`title`" + ` and they also ` + "`{window}`, `{in}`, `{w}`, `{member}`, `{name}` and `{Name}`" + `,
which are filled when the file is read.

| place | becomes |
| --- | --- |
| ` + "`{n}`" + ` | the value as a whole number |
| ` + "`{n:stay\\|stays}`" + ` | the same with its noun: 1 stay, 2 stays |
| ` + "`{value}`" + ` | the value with at most one decimal, or two where it is between -1 and 1; no closing zeros: 48, 7.5, 0.25 |
| ` + "`{unit}`" + ` | the unit |
| ` + "`{last}`" + ` | the day of the newest row: 4 March 2026 |
| ` + "`{span}`" + ` | a number of days in words: 12 days, 5 months, 3 years |
| ` + "`[ ... ]`" + ` | left out whole when a place in it cannot be filled |

Where 0 can be a value, its words must not be those of a finding: give ` + "`none`" + `, or a ` + "`sentence`" + ` with ` + "`{n}`" + ` that is true of 0. A
feature that would say the same of 0 as of 1 is a fault.

## Measurements

A value is in the one unit of its measurement (the table further down), to which those of sources are converted: ` + "`value_from`" + `,
` + "`value_to`" + `, the values of cases and ` + "`unit`" + ` (` + "`\"{unit}\"`" + `, or left out) are held against it, and what lies outside the values taken is a fault.

A count of values in a range is 0 both of someone whose values lie outside it and of someone who was never measured. With
` + "`absence = \"zero\"`" + ` its ` + "`none`" + ` must therefore say no more than is known, as "No HbA1c of 75 or more recorded", and ` + "`leftshift features check`" + ` names
it and what is derived from it. ` + "`latest_value`, `min` and `max`" + ` with ` + "`absence = \"unknown\"`" + `, asked in a term (` + "`our_least_egfr_365d < 30`" + `), tell the two apart.

## Terms

A derived feature counts the terms that hold. A term compares features with numbers: ` + "`FEATURE`" + ` alone (at
least 1), ` + "`FEATURE >= 2`" + `, ` + "`FEATURE < 0.5`" + `; ` + "`&`" + ` joins what must all hold, ` + "`|`" + ` what may hold instead, and ` + "`&`" + ` binds
closer. It reads features of any file, derived ones too, in whatever order they stand; what reads itself, be it through others, is a fault.

What is asked of a value that is unknown or not observable is undecided, and so is a term that the rest does not
settle. With ` + "`absence = \"zero\"`" + ` the count is then of those that are seen to hold, so the sentence of a feature with several
terms must say "at least"; with ` + "`\"unknown\"`" + ` there is no count unless all are decided. Zero is said where none is undecided.
`

// featureFilesPage is FEATURE_FILES.md.
func featureFilesPage() (string, error) {
	lists, analytes, c, err := builtIn()
	if err != nil {
		return "", err
	}
	groups, err := catalogue.Groups()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(strings.Replace(featureFilesHead, "DRAFT", "`"+catalogue.DraftEnding+"`", 1) + "```toml\n" + featureExample + "```\n")
	keyTables(&b, catalogue.Keys(), featureTables)
	b.WriteString(sentencesSay)
	casePage(&b)

	b.WriteString("\n## Words that keys take\n\nOnly these; what `lists` may name is in [CODELISTS.md](CODELISTS.md) and in a site's own lists ([OWN_CODELISTS.md](OWN_CODELISTS.md)).\n\n")
	table(&b, []string{"where", "words"}, closed())
	b.WriteString("\n`area` is free, and `leftshift features list --area` takes it. The built-in ones are " +
		strings.Join(analyse.Areas(c.References(lists, "")), ", ") + "; those of a starter are `local`.\n")
	fmt.Fprintf(&b, "\n`attended` and `attended=` take numbers: %s.\n", attendedWords())

	b.WriteString("\n### aggregate\n\nAnd `value`, of source `demographic` and with `item`.\n\n")
	var rows [][]string
	for _, m := range catalogue.Makings() {
		of := make([]string, len(m.Of))
		for i, s := range m.Of {
			of[i] = string(s)
		}
		zero := "zero or unknown"
		switch {
		case m.NoZero:
			zero = "unknown"
		case m.Aggregate == catalogue.BedDays:
			zero = "zero"
		}
		needs := ""
		if m.Needs != "" {
			needs = "`" + strings.ReplaceAll(m.Needs, ", ", "`, `") + "`"
		}
		rows = append(rows, []string{"`" + string(m.Aggregate) + "`", strings.Join(of, ", "), needs, zero, m.Words})
	}
	table(&b, []string{"aggregate", "of source", "needs", "absence", "makes"}, rows)

	b.WriteString("\n### item\n\n")
	rows = nil
	for _, i := range catalogue.ItemNames() {
		rows = append(rows, []string{"`" + string(i) + "`", catalogue.Items[i]})
	}
	table(&b, []string{"item", "is"}, rows)

	b.WriteString("\n### analyte\n\nMeasurements, each with its codes in SNOMED CT and LOINC and its one unit, to which sources' units are converted; " +
		"`leftshift features new ID --latest --list ANALYTE` writes a first feature of one.\n\n")
	rows = nil
	for _, a := range analytes.List {
		unit := a.Unit
		if strings.HasPrefix(unit, "{") {
			unit = ""
		}
		rows = append(rows, []string{"`" + a.ID + "`", a.Title, unit, fmt.Sprint(a.Decimals), a.Low + " to " + a.High, fmt.Sprint(len(a.SNOMED) + len(a.LOINC))})
	}
	table(&b, []string{"analyte", "is", "unit (UCUM)", "decimals kept", "values taken", "codes"}, rows)

	b.WriteString("\n### group and each\n\nThe built-in groups. Their members are also the words of `pick`.\n\n")
	rows = nil
	for _, g := range groups {
		members := make([]string, len(g.Member))
		for i, m := range g.Member {
			members[i] = m.ID
		}
		rows = append(rows, []string{"`" + g.ID + "`", g.Title, strings.Join(members, ", ")})
	}
	table(&b, []string{"group", "is", "members"}, rows)
	return b.String(), nil
}

// attendedWords is what the column attended of a landed episode says of itself.
func attendedWords() string {
	f, _ := reflect.TypeFor[schema.Episode]().FieldByName("Attended")
	return f.Tag.Get("say")
}
