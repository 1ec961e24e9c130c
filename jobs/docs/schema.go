//go:build duckdb_arrow

package main

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/jobs/night"
)

const schemaHead = `# Tables

Every table is declared once, in package [engine/schema](../engine/schema), as a Go struct. Columns
say a null by *nullable*; where a column is not nullable, 0 or empty text is what "not known" or
"none" looks like, as its meaning says. Keys (person, subject, code) are 63-bit integers and never
negative. A pseudonym says nothing about the person without the key that made it; names, NHS
numbers, addresses and full birth dates are in no table.

## What becomes of a source record

A source record is one line, Bundle entry or row of a delivered file. It has exactly one disposition,
and they add up to what came in (package [engine](../engine)):

| disposition | meaning |
| --- | --- |
| %s | its facts are in the record of a known person |
| %s | about no person (an organisation), or of a kind that holds no fact of ours |
| %s | about a subject whom no landed link ties to a person yet; tried again each night |
| %s | cannot be used; kept by file, position and coded reason ([REASONS.md](REASONS.md)), never by its content |
| %s | not used for this purpose, for consent or legal basis |

Accepted, pending and withheld are told apart at curation, from what landed, by the links and the
opt-outs of that night.

## Versions

A landed row is never changed. It carries the identity of its source record (` + "`record`" + `), a hash of
the content (` + "`version`" + `), the source's own time of it (` + "`stamp`" + `) and the day it became known
(` + "`known`" + `). Curation orders the versions of a record by known, stamp and version: a later one ends
the earlier (supersession), the same content sent twice is one version, and a retraction ends all
earlier versions in the tables of its mask. So a curated fact has an interval of knowledge, from
` + "`known_from`" + ` up to and not including ` + "`known_to`" + `, and a past as-of date sees what was known then.
In a second sum over rows, those landed for people in the record are current, ended or merged.

## Types

| column type | in Parquet and SQL | null |
| --- | --- | --- |
| date | DATE: days since 1970-01-01 | when not required |
| bigint | BIGINT | only where the column says nullable |
| utinyint | UTINYINT: 0 to 255 | never |
| varchar | VARCHAR | never; empty text instead |
| double | DOUBLE | not a number is written as null |

| constraint | a row that breaks it is quarantined as |
| --- | --- |
| required | ` + "`date-missing` for a date, `value-missing` for another (0 or empty)" + ` |
| from 1900 | ` + "`date-out-of-range`" + `: a date outside 1900-01-01 to 2199-12-31; a null passes |

Constraints are checked when a row lands. In the tables made later they say what holds.
`

// schemaPage is SCHEMA.md.
func schemaPage() string {
	var b strings.Builder
	var d []any
	for _, x := range []engine.Disposition{engine.Accepted, engine.Reference, engine.Pending, engine.Quarantined, engine.Withheld} {
		d = append(d, x.String())
	}
	fmt.Fprintf(&b, schemaHead, d...)
	numbered(&b, "Code systems", "A code is a 64-bit key of system and text, the same whatever the order of arrival; table `code` holds the text. The column `system` of that table is one of:", systems())
	numbered(&b, "Kinds of event", "", engine.EventKinds())
	numbered(&b, "Kinds of spell", "", engine.SpellKinds())

	b.WriteString("\n## Landed tables\n\nOne folder for each source file, `landed/<source>/<batch>`, with a manifest of counts and checksums; a table without rows has no file. The first six columns of most tables are the version of the source record.\n")
	for _, t := range schema.Landed {
		note := ""
		if t.Name == "retraction" {
			var bits []string
			for k, l := range schema.Landed {
				bits = append(bits, fmt.Sprintf("%s %d", l.Name, int64(1)<<k))
			}
			note = "Values of the mask, to be added: " + strings.Join(bits, ", ") + "."
		}
		columnsOf(&b, t, "landed."+t.Name, note)
	}
	b.WriteString("\n## Curated tables\n\nMade anew by each curation, in `steps/curate/<digest>`, in a total order, so that the same landed rows give the same bytes. The first six are kept in files by the leading bits of the person (buckets), the others as one file each.\n")
	for _, t := range schema.Curated {
		columnsOf(&b, t, "curated."+t.Name, "")
	}
	b.WriteString("\n## Published tables\n\nOne Parquet file each in the snapshot that `snapshots/CURRENT` names. A snapshot serves one purpose. Beside them stands `feature.parquet`: one row a person, one column for each feature of [FEATURES.md](FEATURES.md); and `reason_clinician.parquet`: as `reason`, with nothing summed, for clinicians only.\n")
	for _, t := range schema.Published {
		columnsOf(&b, t, "published."+t.Name, "")
	}
	b.WriteString("\n## Tables for queries only\n\n`leftshift sql` shows the curated and published tables under their names, `feature`, and these. It also shows `quarantine`, the landed table with the columns `source`, `flow` and `file` before it.\n")
	for _, t := range night.QueryTables {
		columnsOf(&b, t, "query."+t.Name, "")
	}
	return b.String()
}

func columnsOf(b *strings.Builder, t *schema.Table, name, note string) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n", name, t.Say)
	if note != "" {
		b.WriteString(note + "\n\n")
	}
	rows := make([][]string, len(t.Columns))
	for i, c := range t.Columns {
		var rules []string
		if c.Nullable {
			rules = append(rules, "nullable")
		}
		if c.Required {
			rules = append(rules, "required")
		}
		if c.From1900 {
			rules = append(rules, "from 1900")
		}
		rows[i] = []string{"`" + c.Name + "`", typeWord(c.Type), strings.Join(rules, ", "), c.Say}
	}
	table(b, []string{"column", "type", "holds to", "meaning"}, rows)
}

// typeWord is the SQL name of a column's type.
func typeWord(t arrow.DataType) string {
	switch t.ID() {
	case arrow.DATE32:
		return "date"
	case arrow.INT64:
		return "bigint"
	case arrow.UINT8:
		return "utinyint"
	case arrow.STRING:
		return "varchar"
	case arrow.FLOAT64:
		return "double"
	}
	panic("docs: column type " + t.String() + " has no word; add one")
}

func numbered(b *strings.Builder, title, lead string, names []string) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	if lead != "" {
		b.WriteString(lead + " ")
	}
	for i, n := range names[1:] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%d %s", i+1, n)
	}
	b.WriteString(".\n")
}

// systems lists the code systems by number; index 0 is none.
func systems() []string {
	var out []string
	for s := engine.NoSystem; s <= engine.ONS; s++ {
		out = append(out, s.String())
	}
	return out
}
