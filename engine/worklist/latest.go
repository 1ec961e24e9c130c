package worklist

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"leftshift/engine"
)

// Moved gives the last move that a person made of each of some items: what
// came of the last contact. An item that nobody has moved has none.
func (s *Store) Moved(ctx context.Context, items []int64) (map[int64]Change, error) {
	out := map[int64]Change{}
	err := s.look(ctx, func(tx *sql.Tx) error {
		for part := range slices.Chunk(items, 10_000) {
			marks := make([]byte, 0, 2*len(part))
			for range part {
				marks = append(marks, "?,"...)
			}
			all, err := changes(tx, "WHERE seq IN (SELECT max(seq) FROM history WHERE kind = 'moved' AND item IN ("+string(marks[:len(marks)-1])+") GROUP BY item)", anys(part)...)
			if err != nil {
				return err
			}
			for _, c := range all {
				out[c.Item] = c
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Place is a person on a list.
type Place struct {
	List   string
	Person engine.Person
}

// Idle gives who was on which list some days before a day, in order, and has not
// been acted on since: nobody did anything, a note or a date neither, from the day
// after until the day itself. It is by the last run of that day or before; known
// is false where there was none. What was done after the day does not count, so
// that the answer for a day that is over stays the same.
func (s *Store) Idle(ctx context.Context, day engine.Day, days int) (out []Place, known bool, err error) {
	before := day - engine.Day(days)
	err = s.look(ctx, func(tx *sql.Tx) error {
		var run int64
		err := tx.QueryRow("SELECT seq FROM run WHERE as_of <= ? ORDER BY as_of DESC, seq DESC LIMIT 1", before).Scan(&run)
		if err == sql.ErrNoRows {
			return nil
		}
		if err != nil {
			return err
		}
		known = true
		from, to := startOf(before+1), startOf(day+1)
		rows, err := tx.QueryContext(ctx, `SELECT DISTINCT e.list, e.person FROM listing l JOIN entry e ON e.id = l.item
			WHERE l.run = ? AND NOT EXISTS (SELECT 1 FROM history h JOIN entry f ON f.id = h.item
				WHERE f.list = e.list AND f.person = e.person AND h.user <> '' AND h.at >= ? AND h.at < ?)
			ORDER BY e.list, e.person`, run, from, to)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p Place
			if err := rows.Scan(&p.List, &p.Person); err != nil {
				return err
			}
			out = append(out, p)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, false, err
	}
	return out, known, nil
}

// startOf is the first moment of a day in London, as the file keeps it.
func startOf(d engine.Day) int64 {
	y, m, day := d.Date()
	return time.Date(y, time.Month(m), day, 0, 0, 0, 0, engine.London).UnixMilli()
}
