//go:build duckdb_arrow

package lake

import (
	"context"
	"fmt"

	"leftshift/engine"
)

// Arrived is how many rows of a kind, in one bucket, became known in one period
// and are dated in one, with the first day of each. Periods are numbered from
// 1970-01-01.
type Arrived struct {
	Table                string // event, spell or document
	Kind                 uint8
	KnownPeriod          int64
	DayPeriod            int64
	FirstKnown, FirstDay engine.Day
	Rows                 int64
}

// Arrivals counts the rows of one bucket by kind and by when they became known
// and happened, in periods of so many days, and calls each in no order. Rows
// without a day are left out.
func (db *DB) Arrivals(ctx context.Context, dir string, bucket, period int, each func(Arrived)) error {
	for _, t := range [][3]string{{"event", "kind", "day"}, {"spell", "kind", "start_day"}, {"document", "category", "day"}} {
		rows, err := db.Query(ctx, fmt.Sprintf(`SELECT CAST(%[1]s AS UTINYINT), (known_from - DATE '1970-01-01') // %[3]d AS k, (%[2]s - DATE '1970-01-01') // %[3]d AS d,
 min(known_from - DATE '1970-01-01'), min(%[2]s - DATE '1970-01-01'), count(*)
FROM read_parquet(%[4]s) WHERE %[2]s IS NOT NULL GROUP BY 1, 2, 3`, t[1], t[2], period, Quote(bucketFile(dir, t[0], bucket))))
		if err != nil {
			return err
		}
		for rows.Next() {
			x := Arrived{Table: t[0]}
			var known, day int64
			if err := rows.Scan(&x.Kind, &x.KnownPeriod, &x.DayPeriod, &known, &day, &x.Rows); err != nil {
				rows.Close()
				return err
			}
			x.FirstKnown, x.FirstDay = engine.Day(known), engine.Day(day)
			each(x)
		}
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}
