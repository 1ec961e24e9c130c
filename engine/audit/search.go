package audit

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"leftshift/engine"
)

// Filter says which entries; the zero value, all. Conditions add up.
type Filter struct {
	From, To     time.Time // From included, To not; zero: open
	User         string
	Organisation string
	Event        string
	Outcome      string        // Allowed or a code
	Refused      bool          // only outcomes other than Allowed
	Person       engine.Person // entries about this person; 0: any
	Before       int64         // sequences below this only, to go on from the last of a page; 0: from the newest
	Limit        int           // 0: 100; at most 1000
}

// Search gives entries, newest first, at most Limit: the next page is the same
// Filter with Before the last Sequence. Persons of an entry is filled when
// People is 1, or with Filter.Person; Log.Persons gives the others. Reading
// the audit is an act of its own: the caller appends an entry of it first.
func (l *Log) Search(ctx context.Context, f Filter) ([]Entry, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	f.Limit = min(f.Limit, 1000)
	var all []Entry
	err := l.entries(ctx, f, "DESC", func(e Entry) error {
		all = append(all, e)
		return nil
	})
	return all, err
}

// History calls each for every entry about a person, oldest first: who looked
// (User, Name), when, in which role and organisation, for what purpose, what
// was done, with which outcome; People above 1 says that it was a list with
// the person on it. For a subject access request. Persons holds this person
// only, never the others of a list. An error of each ends it and is given
// back.
func (l *Log) History(ctx context.Context, person engine.Person, each func(Entry) error) error {
	if person <= 0 {
		return fault("audit-no-person", "an access history needs a person", nil)
	}
	return l.entries(ctx, Filter{Person: person}, "ASC", each)
}

// Persons gives persons of an entry, rising, above after (0: from the first),
// at most limit (0: 1000).
func (l *Log) Persons(ctx context.Context, sequence int64, after engine.Person, limit int) ([]engine.Person, error) {
	if limit <= 0 {
		limit = 1000
	}
	rows, err := l.read.QueryContext(ctx, "SELECT person FROM seen WHERE seq = ? AND person > ? ORDER BY person LIMIT ?", sequence, int64(after), limit)
	if err != nil {
		return nil, unusable("the audit cannot be read", err)
	}
	defer rows.Close()
	var all []engine.Person
	for rows.Next() {
		var p engine.Person
		if err := rows.Scan(&p); err != nil {
			return nil, unusable("the audit cannot be read", err)
		}
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		return nil, unusable("the audit cannot be read", err)
	}
	return all, nil
}

func (l *Log) entries(ctx context.Context, f Filter, order string, each func(Entry) error) error {
	where, args := f.where()
	query := "SELECT " + entryColumns + ", CASE people WHEN 1 THEN (SELECT person FROM seen WHERE seen.seq = entry.seq) END FROM entry" + where + " ORDER BY seq " + order
	if f.Limit > 0 {
		query += " LIMIT ?"
		args = append(args, f.Limit)
	}
	rows, err := l.read.QueryContext(ctx, query, args...)
	if err != nil {
		return unusable("the audit cannot be read", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s stored
		var only sql.NullInt64
		if err := s.scan(rows, &only); err != nil {
			return unusable("the audit cannot be read: run a verification", err)
		}
		switch {
		case f.Person != 0:
			s.Persons = []engine.Person{f.Person}
		case only.Valid:
			s.Persons = []engine.Person{engine.Person(only.Int64)}
		}
		if err := each(s.Entry); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return unusable("the audit cannot be read", err)
	}
	return nil
}

func (f Filter) where() (string, []any) {
	var parts []string
	var args []any
	and := func(part string, values ...any) {
		parts = append(parts, part)
		args = append(args, values...)
	}
	if !f.From.IsZero() {
		and("time >= ?", ceilMilli(f.From))
	}
	if !f.To.IsZero() {
		and("time < ?", ceilMilli(f.To))
	}
	for _, is := range [...]struct{ column, value string }{{"user", f.User}, {"organisation", f.Organisation}, {"event", f.Event}, {"outcome", f.Outcome}} {
		if is.value != "" {
			and(is.column+" = ?", is.value)
		}
	}
	if f.Refused || f.Outcome != "" && f.Outcome != Allowed {
		and("outcome <> 'allowed'") // the words of the index
	}
	if f.Person != 0 {
		and("seq IN (SELECT seq FROM seen WHERE person = ?)", int64(f.Person))
	}
	if f.Before > 0 {
		and("seq < ?", f.Before)
	}
	if len(parts) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(parts, " AND "), args
}

// ceilMilli is the first whole millisecond not before t.
func ceilMilli(t time.Time) int64 { return t.Add(time.Millisecond - 1).UnixMilli() }
