//go:build duckdb_arrow

package lake

import (
	"context"

	"leftshift/engine"
)

// Registered is how many people are registered with a practice on a day.
type Registered struct {
	Practice engine.Code
	People   int64
}

// Holding is how many of them have a row of a kind that was known by then.
type Holding struct {
	Practice engine.Code
	Table    string // event, spell or document
	Kind     uint8
	People   int64
}

// Coverage counts, for one bucket and each day, the people of each practice,
// and those of whom each kind of row is known. A version that was withdrawn
// counts: its source could show it.
func (db *DB) Coverage(ctx context.Context, dir string, bucket int, days []engine.Day, people func(day int, r Registered), holding func(day int, h Holding)) error {
	statement := "CREATE OR REPLACE TEMP TABLE heard AS "
	for i, t := range [][2]string{{"event", "kind"}, {"spell", "kind"}, {"document", "category"}} {
		if i > 0 {
			statement += " UNION ALL "
		}
		statement += "SELECT person, " + quote(t[0]) + " AS t, CAST(" + t[1] + " AS UTINYINT) AS kind, min(known_from) AS known FROM read_parquet(" + quote(bucketFile(dir, t[0], bucket)) + ") GROUP BY person, " + t[1]
	}
	if err := db.Exec(ctx, statement); err != nil {
		return err
	}
	for d, day := range days {
		on := "DATE " + quote(day.String())
		registered := "(SELECT DISTINCT person, practice FROM read_parquet(" + quote(bucketFile(dir, "registration", bucket)) + ") WHERE (from_day IS NULL OR from_day <= " + on + ") AND (to_day IS NULL OR to_day >= " + on + "))"
		rows, err := db.Query(ctx, "SELECT practice, '', CAST(0 AS UTINYINT), count(*) FROM "+registered+" GROUP BY practice UNION ALL SELECT r.practice, h.t, h.kind, count(*) FROM "+registered+
			" r JOIN heard h USING (person) WHERE h.known <= "+on+" GROUP BY r.practice, h.t, h.kind")
		if err != nil {
			return err
		}
		for rows.Next() {
			var practice, n int64
			var table string
			var kind uint8
			if err := rows.Scan(&practice, &table, &kind, &n); err != nil {
				rows.Close()
				return err
			}
			if table == "" {
				people(d, Registered{engine.Code(practice), n})
			} else {
				holding(d, Holding{engine.Code(practice), table, kind, n})
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return db.Exec(ctx, "DROP TABLE heard")
}
