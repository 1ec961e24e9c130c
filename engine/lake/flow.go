//go:build duckdb_arrow

package lake

import (
	"context"
	"fmt"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// Hearing asks Coverage for what it passes anyway: how much of each kind of row
// became known when, of whose people, and of whom something lately happened.
// Windows are Days long and numbered back from Windows' end, AsOf, which is the
// last day of window 0; window Windows is the one that ended 365 days before.
type Hearing struct {
	AsOf    engine.Day
	Days    int // of a window
	Windows int // with window 0

	// Registered hears how many people were with a practice on the last day of
	// each window.
	Registered func(Standing)
	// Flow hears what became known in a window, of people who were then with the
	// practice. Windows without rows are left out.
	Flow func(Flowing)
	// Recent hears who has a row, standing on AsOf, of something that happened in
	// the 365 days to AsOf: by person, then source.
	Recent func(Recent) error
}

// Standing is how many people a practice had on the last day of a window.
type Standing struct {
	Practice engine.Code `col:"practice"`
	Window   int64       `col:"win"`
	People   int64       `col:"people"`
}

// Flowing is what became known of one kind of row in a window, by the practice
// with which the person was on that day. Versions count: a source that sends a
// row again sends.
type Flowing struct {
	Practice engine.Code `col:"practice"`
	Source   string      `col:"source"`
	Table    string      `col:"t"` // event, spell or document
	Kind     uint8       `col:"kind"`
	Window   int64       `col:"win"`
	People   int64       `col:"people"`   // distinct
	Arrivals int64       `col:"arrivals"` // distinct people and days on which something of them became known
	Facts    int64       `col:"facts"`    // rows
	Last     engine.Day  `col:"last_day"` // the newest of the days
}

// Recent is the kinds of row of what lately happened to a person, a bit for
// each, from one source.
type Recent struct {
	Person    engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Source    string        `col:"source" say:"the source"`
	Events    int64         `col:"events" say:"kinds of event, a bit for each"`
	Spells    int64         `col:"spells" say:"kinds of spell, a bit for each"`
	Documents int64         `col:"documents" say:"categories of document, a bit for each"`
}

// RecentTable is a file of Recent.
var RecentTable = schema.Declare("recent", "Kinds of record of what happened in the last 365 days, by person and source.", Recent{})

// heardSQL makes the table flowing from the files of a bucket: by person, kind
// of row, source and day known; days before the windows are one.
func (h *Hearing) heardSQL(dir string, bucket int) string {
	on := sqlDay(h.AsOf)
	span := h.Days * h.Windows
	out := ""
	for i, t := range [][3]string{{"event", "kind", "day"}, {"spell", "kind", "start_day"}, {"document", "category", "day"}} {
		if i > 0 {
			out += " UNION ALL "
		}
		out += fmt.Sprintf("SELECT person, %s AS t, CAST(%s AS UTINYINT) AS kind, source, CASE WHEN known_from > %s - %d OR known_from > %s - %d AND known_from <= %s - 365 THEN known_from END AS on_day, min(known_from) AS known, count(*)::BIGINT AS facts,"+
			" bool_or(known_from <= %s AND (known_to IS NULL OR known_to > %s) AND %s > %s - 365 AND %s <= %s) AS recent FROM read_parquet(%s) GROUP BY ALL",
			Quote(t[0]), t[1], on, span, on, 365+h.Days, on, on, on, t[2], on, t[2], on, Quote(bucketFile(dir, t[0], bucket)))
	}
	return out
}

// windowSQL is the window of a day.
func (h *Hearing) windowSQL(day string) string {
	on := sqlDay(h.AsOf)
	return fmt.Sprintf("CAST(CASE WHEN %s > %s - %d THEN (%s - %s) // %d ELSE %d END AS BIGINT)", day, on, h.Days*h.Windows, on, day, h.Days, h.Windows)
}

// Last is the last day of a window.
func (h *Hearing) Last(window int) engine.Day {
	if window == h.Windows {
		return h.AsOf - 365
	}
	return h.AsOf - engine.Day(window*h.Days)
}

// hear tells of the table flowing.
func (db *DB) hear(ctx context.Context, dir string, bucket int, h *Hearing) error {
	with := func(alias, day string) string {
		return fmt.Sprintf("(%[1]s.from_day IS NULL OR %[1]s.from_day <= %[2]s) AND (%[1]s.to_day IS NULL OR %[1]s.to_day >= %[2]s)", alias, day)
	}
	registration, person := "read_parquet("+Quote(bucketFile(dir, "registration", bucket))+")", "read_parquet("+Quote(bucketFile(dir, "person", bucket))+")"
	text := ""
	for w := range h.Windows + 1 {
		if w > 0 {
			text += " UNION ALL "
		}
		on := sqlDay(h.Last(w))
		text += fmt.Sprintf("SELECT r.practice, CAST(%d AS BIGINT) AS win, count(DISTINCT r.person)::BIGINT AS people FROM %s r JOIN %s p USING (person) WHERE (p.death_day IS NULL OR p.death_day > %s) AND %s GROUP BY r.practice", w, registration, person, on, with("r", on))
	}
	standing, err := Collect[Standing](ctx, db, text+" ORDER BY ALL")
	if err != nil {
		return err
	}
	for _, x := range standing {
		h.Registered(x)
	}
	flows, err := Collect[Flowing](ctx, db, "SELECT practice, source, t, kind, win, count(DISTINCT person)::BIGINT AS people, count(*)::BIGINT AS arrivals, CAST(sum(facts) AS BIGINT) AS facts, max(on_day) AS last_day FROM"+
		" (SELECT DISTINCT r.practice, f.person, f.source, f.t, f.kind, f.on_day, f.facts, "+h.windowSQL("f.on_day")+" AS win FROM flowing f JOIN "+registration+" r ON r.person = f.person AND "+with("r", "f.on_day")+
		" WHERE f.on_day <= "+sqlDay(h.AsOf)+") GROUP BY practice, source, t, kind, win ORDER BY ALL")
	if err != nil {
		return err
	}
	for _, x := range flows {
		h.Flow(x)
	}
	bits := func(t string) string {
		return "CAST(coalesce(bit_or(1::BIGINT << kind) FILTER (WHERE t = " + Quote(t) + "), 0) AS BIGINT)"
	}
	recent, err := Collect[Recent](ctx, db, "SELECT person, source, "+bits("event")+" AS events, "+bits("spell")+" AS spells, "+bits("document")+" AS documents FROM flowing WHERE recent GROUP BY person, source ORDER BY person, source")
	if err != nil {
		return err
	}
	for _, x := range recent {
		if err := h.Recent(x); err != nil {
			return err
		}
	}
	return db.Exec(ctx, "DROP TABLE flowing")
}
