//go:build duckdb_arrow

package main

import (
	"fmt"
	"strings"

	"leftshift/engine"
	"leftshift/engine/consent"
	"leftshift/engine/risklist"
	"leftshift/engine/source"
	"leftshift/engine/source/fhir"
	"leftshift/engine/source/flat"
)

// reasonsPage is REASONS.md: every code that the program counts or stops
// with.
func reasonsPage(root string) (string, error) {
	var b strings.Builder
	b.WriteString(`# Coded reasons

A reason is stable, so that counts of one night compare with those of another. None carries a
person's values. What a reason does:

- *stops*: the file is refused and the run ends; the last snapshot stays.
- *quarantined*: the record cannot be used; it is kept by file, position and reason.
- *reference*: the record is about no person, or holds no fact that the record keeps.
- *note*: counted beside a record that was taken.

## Checks of every landed row

| reason | does | meaning |
| --- | --- | --- |
| ` + "`date-missing`" + ` | quarantined | a required date is absent |
| ` + "`date-out-of-range`" + ` | quarantined | a date lies outside 1900-01-01 to 2199-12-31 |
| ` + "`value-missing`" + ` | quarantined | a required value is 0 or empty |

[SCHEMA.md](SCHEMA.md) says which columns they hold for.

## Kept from the landed tables

Counted as a note, whatever the format of the file. Where a row needs what was left out, its record
is then quarantined as ` + "`value-missing`" + `.

`)
	var rows [][]string
	for _, r := range source.Reasons {
		rows = append(rows, []string{"`" + r.Code + "`", "note", r.Say})
	}
	table(&b, []string{"reason", "does", "meaning"}, rows)

	b.WriteString("\n## FHIR R4\n\n")
	rows = nil
	for _, r := range fhir.Reasons {
		rows = append(rows, []string{"`" + r.Code + "`", r.Kind, r.Say})
	}
	table(&b, []string{"reason", "does", "meaning"}, rows)

	b.WriteString("\n## CSV and Parquet\n\n")
	rows = nil
	for _, r := range flat.Reasons() {
		does := "note"
		if r.Quarantines {
			does = "quarantined"
		}
		rows = append(rows, []string{"`" + r.Code + "`", does, r.Say})
	}
	table(&b, []string{"reason", "does", "meaning"}, rows)

	fmt.Fprintf(&b, "\n## Why a person is withheld\n\nThe record has the disposition %s for the purpose of the run. Counts are exact for operators only.\n\n", engine.Withheld)
	table(&b, []string{"reason", "meaning"}, [][]string{
		{"`" + consent.ReasonNational + "`", "has a national data opt-out, which the purpose's rules apply"},
		{"`" + consent.ReasonNotChecked + "`", "is not among those whom the opt-out check asked about"},
		{"`" + consent.ReasonType1 + "`", "has a Type 1 opt-out, held by the practice"},
		{"`" + consent.ReasonObjection + "`", "objects to profiling (UK GDPR Article 21)"},
		{"`" + consent.ReasonNoPurpose + "`", "everyone: the run itself was refused, so nobody's data is used"},
	})

	b.WriteString("\n## Why a person is not on a list\n\nIn the order in which they are looked for; a person has the first that fits. Together with those listed they add up to the candidates. The last two are of people who left a list.\n\n")
	rows = nil
	for _, c := range risklist.Codes() {
		when := "always"
		switch f := c.Flag(); {
		case f != 0 && f&risklist.Always == 0:
			when = "if `lists.exclude` names it"
		case c == risklist.MovedTeam || c == risklist.NoRecord:
			when = "leavers"
		}
		rows = append(rows, []string{"`" + c.String() + "`", "the person " + c.Sentence(), when})
	}
	table(&b, []string{"reason", "meaning", "applies"}, rows)

	list, err := faults(root)
	if err != nil {
		return "", err
	}
	b.WriteString("\n## Faults\n\nAn error has a code and a sentence that says what to do. Read from the source files; \"…\" is what is known only where it happens. FHIR files stop with the codes above.\n\n")
	rows = nil
	for _, f := range list {
		if len(f.Says) == 0 {
			f.Says = []string{elsewhere(f.Code)}
		}
		rows = append(rows, []string{"`" + f.Code + "`", "[" + f.Package + "](../" + f.Package + ")", strings.Join(f.Says, " / ")})
	}
	table(&b, []string{"code", "package", "says"}, rows)
	return b.String(), nil
}

// elsewhere is the sentence of a fault that is not beside its code.
func elsewhere(code string) string {
	for _, r := range fhir.Reasons {
		if r.Code == code {
			return r.Say
		}
	}
	return "(the sentence says what was found)"
}
