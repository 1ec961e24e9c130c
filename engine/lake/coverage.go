//go:build duckdb_arrow

package lake

import (
	"context"
	"strconv"

	"leftshift/engine"
)

// Registered is how many people of an age band are registered with a practice
// on a day. Bands are 0 for an age not known, then 1 for under 18, 2 to 39, 3
// to 64, 4 to 79 and 5 for older.
type Registered struct {
	Practice engine.Code
	Band     uint8
	People   int64
}

// Holding is how many of them have a row of a kind that was known by then.
type Holding struct {
	Practice engine.Code
	Band     uint8  // of age, as for Registered
	Table    string // event, spell or document
	Kind     uint8
	People   int64
	Before   int64 // of them, those of whom it was known some days before
}

// Coverage counts, for one bucket and each day, the people of each practice,
// and those of whom each kind of row is known. A version that was withdrawn
// counts: its source could show it. Holding.Before is as of so many days before
// each. also hears more of the same pass; nil for no more.
func (db *DB) Coverage(ctx context.Context, dir string, bucket int, days []engine.Day, before int, people func(day int, r Registered), holding func(day int, h Holding), also *Hearing) error {
	statement := "CREATE OR REPLACE TEMP TABLE heard AS "
	if also != nil {
		if err := db.Exec(ctx, "CREATE OR REPLACE TEMP TABLE flowing AS "+also.heardSQL(dir, bucket)); err != nil {
			return err
		}
		if err := db.Exec(ctx, statement+"SELECT person, t, kind, min(known) AS known FROM flowing GROUP BY person, t, kind"); err != nil {
			return err
		}
		if err := db.hear(ctx, dir, bucket, also); err != nil {
			return err
		}
		return db.cover(ctx, dir, bucket, days, before, people, holding)
	}
	for i, t := range [][2]string{{"event", "kind"}, {"spell", "kind"}, {"document", "category"}} {
		if i > 0 {
			statement += " UNION ALL "
		}
		statement += "SELECT person, " + Quote(t[0]) + " AS t, CAST(" + t[1] + " AS UTINYINT) AS kind, min(known_from) AS known FROM read_parquet(" + Quote(bucketFile(dir, t[0], bucket)) + ") GROUP BY person, " + t[1]
	}
	if err := db.Exec(ctx, statement); err != nil {
		return err
	}
	return db.cover(ctx, dir, bucket, days, before, people, holding)
}

// cover counts from the table heard.
func (db *DB) cover(ctx context.Context, dir string, bucket int, days []engine.Day, before int, people func(day int, r Registered), holding func(day int, h Holding)) error {
	for d, day := range days {
		on := "DATE " + Quote(day.String())
		age := "(" + on + " - p.birth_month)"
		registered := "(SELECT DISTINCT r.person, r.practice, CAST(CASE WHEN p.birth_month IS NULL THEN 0 WHEN " + age + " < 6574 THEN 1 WHEN " + age + " < 14610 THEN 2 WHEN " + age + " < 23741 THEN 3 WHEN " + age + " < 29220 THEN 4 ELSE 5 END AS UTINYINT) AS band FROM read_parquet(" +
			Quote(bucketFile(dir, "registration", bucket)) + ") r JOIN read_parquet(" + Quote(bucketFile(dir, "person", bucket)) + ") p USING (person) WHERE (p.death_day IS NULL OR p.death_day > " + on + ") AND (r.from_day IS NULL OR r.from_day <= " + on + ") AND (r.to_day IS NULL OR r.to_day >= " + on + "))"
		rows, err := db.Query(ctx, "SELECT practice, band, '', CAST(0 AS UTINYINT), count(*), CAST(0 AS BIGINT) FROM "+registered+" GROUP BY practice, band UNION ALL SELECT r.practice, r.band, h.t, h.kind, count(*), count(*) FILTER (WHERE h.known <= "+on+" - "+strconv.Itoa(before)+") FROM "+registered+
			" r JOIN heard h USING (person) WHERE h.known <= "+on+" GROUP BY r.practice, r.band, h.t, h.kind")
		if err != nil {
			return err
		}
		for rows.Next() {
			var practice, n, had int64
			var table string
			var band, kind uint8
			if err := rows.Scan(&practice, &band, &table, &kind, &n, &had); err != nil {
				rows.Close()
				return err
			}
			if table == "" {
				people(d, Registered{engine.Code(practice), band, n})
			} else {
				holding(d, Holding{engine.Code(practice), band, table, kind, n, had})
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return db.Exec(ctx, "DROP TABLE heard")
}
