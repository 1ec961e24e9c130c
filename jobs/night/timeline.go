//go:build duckdb_arrow

package night

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
)

// A timeline goes back two years, and holds at most timelineMost rows of a
// person: the newest.
const (
	timelineDays = 731
	timelineMost = 200
)

// fallLists are the code lists of a fall.
var fallLists = []string{"falls", "falls_findings"}

// known is the condition that a row was known on the as-of date.
func (n *Night) known(table string) string {
	day := "DATE '" + n.AsOf.String() + "'"
	return fmt.Sprintf("%s.known_from <= %s AND (%s.known_to IS NULL OR %s.known_to > %s)", table, day, table, table, day)
}

// onLists is the condition that a row is of someone on a list of a folder.
func onLists(table, dir string) string {
	return table + ".person IN (SELECT person FROM read_parquet(" + lake.Quote(filepath.Join(dir, listFile)) + "))"
}

// coded joins the words of a code to rows of a curated table.
func coded(curated, table, column string) string {
	return fmt.Sprintf(" FROM read_parquet(%s) t LEFT JOIN read_parquet(%s) c ON c.code = t.%s", lake.Quote(filepath.Join(curated, table, "*.parquet")), lake.Quote(filepath.Join(curated, "code.parquet")), column)
}

// codeColumns are what it gives of them.
const codeColumns = "CAST(coalesce(c.system, 0) AS UTINYINT) AS system, coalesce(c.text, '') AS text, coalesce(c.display, '') AS display"

// happened is one row of the record, as a timeline reads it.
type happened struct {
	Person   engine.Person `col:"person"`
	Day      engine.Day    `col:"day"`
	End      engine.Day    `col:"end_day"`
	Kind     uint8         `col:"kind"`
	Attended uint8         `col:"attended"`
	Source   string        `col:"source"`
	System   engine.System `col:"system"`
	Text     string        `col:"text"`
	Display  string        `col:"display"`
}

// gatherListed reads once what the record says of the people on lists: the table
// listed_event, with the words of codes, as known on the as-of date.
func (n *Night) gatherListed(ctx context.Context, db *lake.DB, curated, dir string) error {
	return db.Exec(ctx, "CREATE OR REPLACE TEMP TABLE listed_event AS SELECT t.person, t.kind, t.day, t.end_day, t.status, t.code, t.source, "+codeColumns+coded(curated, "event", "code")+
		" WHERE "+onLists("t", dir)+" AND "+n.known("t")+fmt.Sprintf(" AND t.kind IN (%d, %d, %d, %d) AND t.status IN (0, 1, 2, 3) AND t.day <= DATE '%s'",
		engine.Problem, engine.Observation, engine.Diagnosis, engine.Flag, n.AsOf))
}

func (n *Night) writeTimeline(ctx context.Context, db *lake.DB, curated, dir string) error {
	from := fmt.Sprintf("DATE '%s'", n.AsOf-timelineDays)
	upTo := fmt.Sprintf("DATE '%s'", n.AsOf)
	var all []schema.TimelineRow
	read := func(query string, row func(happened) (schema.TimelineRow, bool)) error {
		rows, err := lake.Collect[happened](ctx, db, query)
		for _, x := range rows {
			if r, ok := row(x); ok {
				r.Person, r.Day, r.Source = x.Person, x.Day, x.Source
				all = append(all, r)
			}
		}
		return err
	}
	// A stay of several provider spells is one admission: its first.
	if err := read("SELECT t.person, t.start_day AS day, t.end_day, t.kind, t.attended, t.source, CAST(0 AS UTINYINT) AS system, '' AS text, '' AS display FROM read_parquet("+
		lake.Quote(filepath.Join(curated, "spell", "*.parquet"))+") t WHERE "+onLists("t", dir)+" AND "+n.known("t")+" AND (t.cis = 0 OR t.cis_first = 1) AND t.start_day > "+from+" AND t.start_day <= "+upTo, spellRow); err != nil {
		return err
	}
	// New: the first of its code in the whole record.
	if err := read("SELECT t.person, min(t.day) AS day, CAST(NULL AS DATE) AS end_day, t.kind, CAST(0 AS UTINYINT) AS attended, min(t.source) AS source, "+
		"max(t.system) AS system, max(t.text) AS text, max(t.display) AS display FROM listed_event t"+
		fmt.Sprintf(" WHERE t.kind = %d GROUP BY t.person, t.kind, t.code HAVING min(t.day) > %s", engine.Problem, from), n.problemRow); err != nil {
		return err
	}
	falls := n.inLists(fallLists...)
	if falls != "" {
		if err := read("SELECT DISTINCT t.person, t.day, CAST(NULL AS DATE) AS end_day, CAST(0 AS UTINYINT) AS kind, CAST(0 AS UTINYINT) AS attended, t.source, CAST(0 AS UTINYINT) AS system, '' AS text, '' AS display FROM listed_event t"+
			fmt.Sprintf(" WHERE t.kind IN (%d, %d, %d) AND t.day > %s AND (%s)", engine.Problem, engine.Observation, engine.Diagnosis, from, falls), func(happened) (schema.TimelineRow, bool) {
			return schema.TimelineRow{Kind: "fall", Title: "Fall recorded", Class: risklist.CareTeam.String()}, true
		}); err != nil {
			return err
		}
	}
	if err := read("SELECT t.person, t.day, t.end_day, t.category AS kind, CAST(0 AS UTINYINT) AS attended, t.source, "+codeColumns+coded(curated, "document", "type")+
		" WHERE "+onLists("t", dir)+" AND "+n.known("t")+" AND t.status IN (0, 1, 2, 3) AND t.day > "+from+" AND t.day <= "+upTo, n.documentRow); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b schema.TimelineRow) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(b.Day, a.Day), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Title, b.Title), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Source, b.Source))
	})
	all = slices.CompactFunc(all, func(a, b schema.TimelineRow) bool { // two sources that say the same are one
		a.Source, b.Source = "", ""
		return a == b
	})
	return schema.Write(filepath.Join(dir, "timeline.parquet"), schema.PublishedTable("timeline"), func(yield func(any) bool) {
		of, n := engine.Person(0), 0
		for i := range all {
			if all[i].Person != of {
				of, n = all[i].Person, 0
			}
			if n++; n > timelineMost {
				continue
			}
			if !yield(&all[i]) {
				return
			}
		}
	})
}
