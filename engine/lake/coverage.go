//go:build duckdb_arrow

package lake

import (
	"context"
	"fmt"
	"path/filepath"

	"leftshift/engine"
)

// Seen is one kind of row of a curated table and the first day on which a row
// of it was known.
type Seen struct {
	Table string // event, spell or document
	Kind  uint8
	From  engine.Day
}

// Seen lists the kinds of rows that a curated folder holds, by table and kind.
func (db *DB) Seen(ctx context.Context, dir string) ([]Seen, error) {
	var out []Seen
	for _, t := range [][2]string{{"event", "kind"}, {"spell", "kind"}, {"document", "category"}} {
		rows, err := db.Query(ctx, "SELECT CAST("+t[1]+" AS UTINYINT), CAST(min(known_from) - DATE '1970-01-01' AS BIGINT) FROM read_parquet("+quote(filepath.Join(dir, t[0], "*.parquet"))+") GROUP BY 1 ORDER BY 1")
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			s := Seen{Table: t[0]}
			var day int64
			if err := rows.Scan(&s.Kind, &day); err != nil {
				rows.Close()
				return nil, err
			}
			s.From = engine.Day(day)
			out = append(out, s)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Heard is how many people are registered with a practice on a day, and of how
// many of them an event of some kinds was known by then.
type Heard struct {
	Practice      engine.Code
	People, Heard int64
}

// Heard counts for each day the people of each practice in the first buckets
// of a folder. kinds is a mask of kinds of event.
func (db *DB) Heard(ctx context.Context, dir string, buckets int, kinds uint32, days []engine.Day) ([][]Heard, error) {
	out := make([][]Heard, len(days))
	people := map[int]map[engine.Code]*Heard{}
	for d := range days {
		people[d] = map[engine.Code]*Heard{}
	}
	for b := range buckets {
		if err := db.Exec(ctx, "CREATE OR REPLACE TEMP TABLE first_heard AS SELECT person, min(known_from) AS known FROM read_parquet("+
			quote(bucketFile(dir, "event", b))+") WHERE kind IN ("+numbers(kinds)+") GROUP BY person"); err != nil {
			return nil, err
		}
		for d, day := range days {
			on := "DATE " + quote(day.String())
			rows, err := db.Query(ctx, "SELECT r.practice, count(*), count(CASE WHEN h.known <= "+on+" THEN 1 END) FROM (SELECT DISTINCT person, practice FROM read_parquet("+
				quote(bucketFile(dir, "registration", b))+") WHERE (from_day IS NULL OR from_day <= "+on+") AND (to_day IS NULL OR to_day >= "+on+
				")) r LEFT JOIN first_heard h USING (person) GROUP BY 1")
			if err != nil {
				return nil, err
			}
			for rows.Next() {
				var practice, n, heard int64
				if err := rows.Scan(&practice, &n, &heard); err != nil {
					rows.Close()
					return nil, err
				}
				x := people[d][engine.Code(practice)]
				if x == nil {
					x = &Heard{Practice: engine.Code(practice)}
					people[d][engine.Code(practice)] = x
				}
				x.People += n
				x.Heard += heard
			}
			if err := rows.Err(); err != nil {
				return nil, err
			}
		}
	}
	for d := range days {
		for _, x := range people[d] {
			out[d] = append(out[d], *x)
		}
	}
	return out, nil
}

// numbers lists the bits of a mask.
func numbers(mask uint32) string {
	out := "-1"
	for k := range 32 {
		if mask>>k&1 == 1 {
			out += fmt.Sprintf(", %d", k)
		}
	}
	return out
}
