//go:build duckdb_arrow

package main

import (
	"strings"

	"leftshift/engine"
	"leftshift/features/codelist"
)

// ownFiles is a whole folder of a site's own code lists, by the path below the
// folder of its features, which the test reads.
var ownFiles = []struct{ path, language, text string }{
	{"codelists/lists.toml", "toml", `[[source]]
id = "our_ics"
title = "Falls service of our ICS, spring 2026"
note = "SNOMED CT content needs the UK SNOMED CT licence"
release.snomed = "UK edition, April 2026"

[[list]]
name = "our_falls_service"
title = "Referred to the falls service"
system = "snomed"
match = "exact"
source = "our_ics"
confirmation = "1 source; read by two clinicians of the service"

[[list]]
name = "our_hip_fracture"
title = "Fracture of the hip"
system = "icd10"
match = "prefix"
source = "our_ics"
release = "5th edition"
confirmation = "1 source"
rule = "S72.3 to S72.9 are of the shaft or lower end and are not on it"
`},
	{"codelists/lists/our_falls_service.csv", "", `code,term
247541000000106,Referral to falls service (procedure)
248451000000109,Referral to elderly falls prevention clinic (procedure)
`},
	{"codelists/lists/our_hip_fracture.csv", "", `code,term
S720,Fracture of neck of femur
S721,Pertrochanteric fracture
S722,Subtrochanteric fracture
`},
	{"codelists/sensitive.toml", "toml", `[[topic]]
id = "our_services"
title = "Services of ours"
why = "Who was referred to a service is for the service and the clinician to tell."
lists = ["our_falls_service"]
`},
	{"our_hip_fracture.toml", "toml", `[[feature]]
id = "our_hip_fracture_{w}"
title = "Fracture of the hip, {window}"
sentence = "Fracture of the hip {in}"
none = "No fracture of the hip {in}"
source = "event"
kinds = ["diagnosis"]
lists = ["our_hip_fracture"]
windows = [0]
aggregate = "any"
absence = "zero"
display = "team"
area = "falls"
why = "Who broke a hip once often falls again."

[[case]]
shows = "A code below a prefix of the list"
record = '''
event 2021-02-03 diagnosis icd10:S7200
on 2024-06-30
  our_hip_fracture_ever = 1
'''
`},
}

const ownHead = `# A site's own code lists

A feature that needs codes which no built-in list has ([CODELISTS.md](CODELISTS.md)) may name single codes
(` + "`codes`" + `, [FEATURE_FILES.md](FEATURE_FILES.md)). More than a few belong in a list: it has a source, a release, a
hash, and can be approved. Where people are real, a feature with codes of its own and one with a list
that no approval covers give no reason.

A site's lists stand in the folder ` + "`codelists`" + ` within that of its features: ` + "`lists.toml`" + `, which declares each
list, one file ` + "`lists/NAME.csv`" + ` for each, and ` + "`sensitive.toml`" + `, if some of them, or some built-in ones, are for clinicians only. A list
never takes the place of a built-in one: its name must be new. Every command and every night reads them;
` + "`leftshift codelist check`" + ` and ` + "`leftshift features check`" + ` say every fault with its file and line.

## A whole example

A test loads these files and runs the case.

`

const ownSteps = `
## From codes to an approved list

    leftshift codelist expand "<<73211009" --relationships FILE --out features/codelists/lists/our_diabetes.csv
    leftshift codelist check                     # faults; then what a person should look at
    leftshift codelist show our_hip_fracture     # every code, who reads it, its hash
    leftshift codelist diff features/codelists/lists/our_hip_fracture.csv reviewed.csv    # before it is changed
    leftshift codelist approve --list our_hip_fracture --by "Dr A Name" --role "clinical safety officer" --until 2027-03-31
    leftshift codelist list --unapproved

The first is for lists that one release of SNOMED CT defines by an expression; the keys that their entry
needs are printed. An approval is kept in the file ` + "`reference.codelist_approvals`" + ` ("codelists.toml", beside the
configuration), by the hash of what was read: system, release, match and codes. A list that changes needs
a new one, and ` + "`check`" + ` names approvals that are of an older hash or have ended. None lasts longer than three years.

## The CSV file

UTF-8, first line ` + "`code,term`" + `, then one code a line; a term that holds a comma stands in quotes and may be
empty. A code stands once, as lists write it:

`

// codeShapes says how codes of each system are written, with a whole code, and
// whether a list may match by prefix; the test holds all of it against the
// reader.
var codeShapes = []struct {
	system, says, example string
	prefix                bool
}{
	{codelist.SNOMED, "the identifier, whose check digit is verified", "161898004", false},
	{codelist.DMD, "the same: an identifier of a medicine", "322236009", false},
	{codelist.ICD10, "a letter and digits, no dot", "S720", true},
	{codelist.OPCS4, "a letter and two or three digits, no dot", "W381", true},
	{codelist.BNF, "15 characters, of an appliance 11; a prefix ends at a level: 2, 4, 6, 7, 9, 11 or 13", "0407010H0AAAMAM", true},
	{codelist.NHSDD, "a value of the NHS Data Dictionary, at most eight capitals and digits", "300", true},
}

// ownTables are the tables of a site's files of code lists.
var ownTables = []keyTable{
	{"source", "In `lists.toml`. Where codes come from; several lists may share one. `release.snomed = \"...\"` gives the release of a system."},
	{"list", "In `lists.toml`, one for each file in `lists/`. The hash of a list is of its system, release, match and codes."},
	{"topic", "In `sensitive.toml`. A feature that reads a list of a sensitive topic is shown to clinicians only, whatever its file says; `leftshift features check` names it. A topic may name built-in lists too, with or without a `lists.toml`: that narrows who sees the built-in features that read them."},
	{"approval", "In the file of approvals. `leftshift codelist approve` writes these; `leftshift codelist approve-template` prints those that are missing."},
}

// ownCodelistsPage is OWN_CODELISTS.md.
func ownCodelistsPage() string {
	var b strings.Builder
	b.WriteString(ownHead)
	for _, f := range ownFiles {
		b.WriteString("`features/" + f.path + "`\n\n```" + f.language + "\n" + f.text + "```\n\n")
	}
	b.WriteString(strings.TrimPrefix(ownSteps, "\n"))
	var rows [][]string
	for _, s := range codeShapes {
		prefix := "no"
		if s.prefix {
			prefix = "yes"
		}
		rows = append(rows, []string{"`" + s.system + "`", s.says, "`" + s.example + "`", prefix})
	}
	table(&b, []string{"system", "a code", "as", "prefix"}, rows)
	keyTables(&b, codelist.Keys(), ownTables)
	b.WriteString("\n## Which system stands where\n\nA list on kinds of event whose codes are never of its system would match nothing, and is a fault.\n\n")
	rows = nil
	for i, kind := range engine.EventKinds() {
		if kind != "" {
			rows = append(rows, []string{"`" + kind + "`", strings.Join(codelist.SystemsOf(engine.EventKind(i)), ", ")})
		}
	}
	table(&b, []string{"kind of event", "systems"}, rows)
	return b.String()
}
