//go:build duckdb_arrow

package main

import (
	"fmt"
	"strings"

	"leftshift/engine/source/flat"
)

const mapsHead = `# Maps of flat files

A map says how a CSV or Parquet file becomes rows of the [landed tables](SCHEMA.md#landed-tables). A
` + "`[[source.flow]]`" + ` of the [configuration](CONFIG.md#sourceflow) names one: ` + "`builtin:NAME`" + `, of the list
[below](#builtin-maps), or the path of a file of your own. [configs/example](../configs/example) is a
small site with maps of its own, to copy.

Nothing is guessed. A column that the map does not declare is not read (and counted as
` + "`column-not-declared`" + `); a declared one that the file lacks stops the run; a record that cannot be used
is quarantined by line and [coded reason](REASONS.md). All faults of a map are reported at once, by
line and column.

## The file

CSV is UTF-8 with a header (RFC 4180: a field may be in double quotes, a quote within is doubled).
Headings must be those of the map, letter case too; their order does not matter. Spaces around a
heading or a value are taken off, and a cell with nothing else is empty. A file whose name ends in
` + "`.parquet`" + ` is read as Parquet, any other as CSV, and CSV ending in
` + "`.gz`" + ` is unpacked. In Parquet, dates that the file types as dates need
no format.

## A map, part by part

` + "```toml\n" + mapExample + "```" + `

**name, title, delimiter.** Name and title are required. The delimiter is a comma unless said: ` + "`;`, `|`" + `
or a tab (` + "`\"\\t\"`" + `).

**[columns]** lists every column that is used, and no other; a heading with spaces stands in quotes.

| type | a cell is |
| --- | --- |
| ` + "`text`" + ` | any text; codes too, so that leading zeros stay |
| ` + "`int`" + ` | a whole number in digits |
| ` + "`decimal`" + ` | a number, for a measured value; one that is not a number leaves the event without a value, and is counted |
| ` + "`date`" + ` | ` + "`2026-12-31`, or a moment `2026-12-31T10:00:00Z`" + ` |
| ` + "`date uk`" + ` | ` + "`31/12/2026`" + `; a time of day after it and a space is passed over |
| ` + "`date compact`" + ` | ` + "`20261231`" + ` |

After a date type, ` + "`partial`" + ` lets a month or year stand alone (` + "`2026-12`, `12/2026`, `202612`; `2026`" + `). After
any type, ` + "`optional`" + ` lets the file lack the column.

**[record]** says what a record is. ` + "`id`" + ` is required: the columns that together name it, the first
never empty. The same name in a later file is a new version of the record, so a running row number
will not do. ` + "`recorded`" + ` is the date on which the source recorded it. ` + "`happened`" + ` lists dates of which the
first that is filled says when it happened (give the end before the start): with the flow's
` + "`lag_days`" + ` it says when the record became known where ` + "`recorded`" + ` does not. With neither, that is the
night it came, and no earlier as-of date sees it, so history cannot be used to train. ` + "`in_hand`" + ` lists
conditions; where all hold, the record is known on the night it came at the latest, whatever the lag. It is for
who is in hospital now: what a model learns from must not be fresher tonight than on its training dates. ` + "`order = \"file\"`" + ` lets a later row of the same name
win where dates tie. ` + "`sequence`" + ` lists pairs of dates; a record whose second lies before its first is
quarantined. ` + "`retracted`" + ` lists conditions; where all hold, the record and its earlier versions are
withdrawn.

**[subject]** says whom it is about, by exactly one of ` + "`local = \"COLUMN\"`" + ` (the source's own identifier),
` + "`nhs_number = \"COLUMN\"`" + ` and ` + "`none = true`" + ` (reference tables). NHS numbers are ten digits that pass Modulus
11; spaces in them do not matter.

**[identity]** names the columns that go to the vault and never to the lake: ` + "`nhs_number`" + ` (required here),
` + "`family`, `given`, `birth_date`, `phone`, `address`, `postcode`" + `. With ` + "`local`" + ` it ties the source's
identifier to the person: one flow of a source has to do so, or the records of its other flows stay
pending.

**[[row]]** makes one row of a table for each record; repeat it for more. ` + "`when`" + ` lists conditions that
must all hold: ` + "`{ column = \"C\", is = [...] }`, `not = [...]`, `filled = true`" + ` or ` + "`false`" + `. ` + "`each`" + ` lists columns
and makes a row for each that is filled. ` + "`[row.fill]`" + ` gives the columns of the table, each as an inline
table with exactly one origin:

| origin | the value is |
| --- | --- |
| ` + "`is = \"...\"`" + ` | this constant, always in quotes |
| ` + "`column = \"C\"`" + ` | the cell of column C |
| ` + "`first_of = [\"C\", \"D\"]`" + ` | the first of them that is filled |
| ` + "`current = true`" + ` | with each: the column of this row |
| ` + "`ordinal = 2`" + ` | with each: 2 for the first column listed, 3 for the second |
| ` + "`key = \"spell/{C}/{D}\"`" + ` | for ` + "`episode.spell` and `event.episode`" + ` only: a key of these columns; the record's own when one is empty |
| ` + "`this_record = true`" + ` | for the same two: this record |

and, with it, what is done:

| setting | for | effect |
| --- | --- | --- |
| ` + "`values = { M = \"male\" }`" + ` | column, first_of, current | the value of the file (letter case counts) becomes the one given; one not listed is left blank and counted |
| ` + "`missing = \"...\"`" + ` | column, first_of | what an empty cell becomes |
| ` + "`otherwise = \"...\"`" + ` | values | what a value not listed becomes |
| ` + "`refuse = true`" + ` | values | a record with a value not listed is quarantined |
| ` + "`system = \"...\"`" + ` | a code | required; one of %s |
| ` + "`display = \"C\"`" + ` | a code | column with its words |
| ` + "`normalise = \"icd10\"` or `\"opcs4\"`" + ` | a code | dots, daggers and fillers are taken off |
| ` + "`lookup = \"lsoa\"`" + ` | a code | a postcode becomes its small area, by ` + "`reference.postcodes`" + ` |
| ` + "`month = true`" + ` | a day | the first of its month |
| ` + "`bound = \"last\"`" + ` | a day | the last possible day of a partial date; the first unless said |
| ` + "`unit = \"C\"`" + ` | a measured value | column of the unit, in UCUM |
| ` + "`analyte = true`" + ` | a measured value | converted to the canonical unit where the code is a known analyte |

## What a map can fill

Columns marked *required* must be filled by each row of the table, and a record that leaves one empty
is quarantined. Where words are given, they are what ` + "`is`, `values`, `missing` and `otherwise`" + ` take; a whole
number column without ` + "`values`" + ` takes numbers as they come. ` + "`event.last_day`" + ` follows from ` + "`day`" + `.
`

// mapExample is a whole map, which the test reads as one.
const mapExample = `name = "example/clinic"
title = "Blood pressures and diagnoses of a clinic"
delimiter = ";"

[columns]
"Visit No" = "text"
"NHS No" = "text"
Seen = "date uk"                       # 31/12/2026
Entered = "date uk"
Systolic = "decimal"
Unit = "text"                          # mm[Hg]
"Main diagnosis" = "text"
"Other diagnosis 1" = "text"
"Other diagnosis 2" = "text optional"  # older files lack it
State = "text"

[record]
id = ["Visit No"]
recorded = "Entered"
happened = ["Seen"]
order = "file"
sequence = [["Seen", "Entered"]]       # nothing is entered before it is seen
retracted = [{ column = "State", is = ["void"] }]

[subject]
nhs_number = "NHS No"

[[row]]                                # a blood pressure, where one was taken
table = "event"
when = [{ column = "Systolic", filled = true }]
[row.fill]
kind = { is = "observation" }
day = { column = "Seen" }
code = { is = "271649006", system = "snomed" }
value = { column = "Systolic", unit = "Unit", analyte = true }
status = { column = "State", values = { ok = "completed", draft = "active" }, otherwise = "completed" }

[[row]]
table = "event"
when = [{ column = "Main diagnosis", filled = true }]
[row.fill]
kind = { is = "diagnosis" }
day = { column = "Seen" }
code = { column = "Main diagnosis", system = "icd10", normalise = "icd10" }
position = { is = "1" }

[[row]]                                # one row for each other diagnosis
table = "event"
each = ["Other diagnosis 1", "Other diagnosis 2"]
[row.fill]
kind = { is = "diagnosis" }
day = { column = "Seen" }
code = { current = true, system = "icd10", normalise = "icd10" }
position = { ordinal = 2 }
`

const builtinHead = `
## Builtin maps

*Header* says whether the file must have the column; *cell*, whether a record that leaves it empty is
quarantined. An arrow stands between a value of the file and what it becomes.
`

// mapsPage is MAPS.md.
func mapsPage() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, mapsHead, "`"+strings.Join(systems()[1:], "`, `")+"`")
	var rows [][]string
	last := ""
	flush := func() {
		if last != "" {
			fmt.Fprintf(&b, "\n### Table %s\n\n", last)
			table(&b, []string{"column", "holds", "", "meaning", "words"}, rows)
		}
		rows = nil
	}
	for _, f := range flat.Fills() {
		if f.Table != last {
			flush()
			last = f.Table
		}
		need, words := "", ""
		if f.Required {
			need = "required"
		}
		if len(f.Words) > 0 {
			words = "`" + strings.Join(f.Words, "`, `") + "`"
		}
		rows = append(rows, []string{"`" + f.Column + "`", f.Holds, need, f.Say, words})
	}
	flush()
	b.WriteString(builtinHead)
	for _, name := range flat.Builtins() {
		m, err := flat.LoadMap(name)
		if err != nil {
			return "", err
		}
		builtin(&b, name, m.Outline())
	}
	return b.String(), nil
}

func builtin(b *strings.Builder, name string, o flat.Outline) {
	fmt.Fprintf(b, "\n### %s\n\n%s. %s\n\n", name, o.Title, strings.Join(o.Record, " "))
	rows := make([][]string, len(o.Columns))
	for i, c := range o.Columns {
		header, filled := "required", ""
		if c.Absent {
			header = "may lack it"
		}
		switch {
		case c.Filled && c.Where != "":
			filled = "filled, for a row of `" + c.Where + "`"
		case c.Filled:
			filled = "filled"
		}
		rows[i] = []string{"`" + c.Name + "`", c.Type, header, filled, strings.Join(c.Uses, "<br>")}
	}
	table(b, []string{"column", "type", "header", "cell", "what is done with it"}, rows)
	b.WriteString("\nRows of a record:\n\n")
	for _, r := range o.Rows {
		b.WriteString("- " + r + "\n")
	}
}
