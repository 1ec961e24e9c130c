package worklist

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"leftshift/engine"
)

// finished are the items on which nothing is left to do and that are on no list,
// last changed before a moment. Whose quiet period lasts is not among them: the
// lists would forget the decision. ?1 is the moment.
const finished = ` FROM item i WHERE NOT i.open AND NOT i.listed AND i.changed < ?1`

// Finished says how many items Forget would remove, and when the oldest and the
// newest of them were changed last; the zero times with none.
func (s *Store) Finished(ctx context.Context, before time.Time, today engine.Day) (n int, oldest, newest time.Time, err error) {
	quiet, err := s.Quiet(ctx, today, StandardPeriods)
	if err != nil {
		return 0, oldest, newest, err
	}
	err = s.look(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT i.person, i.changed"+finished+" ORDER BY i.changed", before.UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p engine.Person
			var at int64
			if err := rows.Scan(&p, &at); err != nil {
				return err
			}
			if _, is := quiet[p]; is {
				continue
			}
			if newest = time.UnixMilli(at).UTC(); n == 0 {
				oldest = newest
			}
			n++
		}
		return rows.Err()
	})
	return n, oldest, newest, err
}

// forgettable are the tables from which Forget removes rows, in an order that
// their references allow.
var forgettable = []struct{ table, rows string }{
	{"listing", "item IN (SELECT id FROM forgotten)"},
	{"history", "item IN (SELECT id FROM forgotten)"},
	{"item", "id IN (SELECT id FROM forgotten)"},
	{"entry", "id IN (SELECT id FROM forgotten)"},
	{"outcome", "person NOT IN (SELECT person FROM entry)"},
}

// Forget removes the items that Finished counts, with their history and notes,
// and what became of people of whom no item is left; all or nothing. It says how
// many items it removed; the same again removes none. SQLite overwrites what it
// removes. Runs stay: they name nobody.
func (s *Store) Forget(ctx context.Context, before time.Time, today engine.Day) (removed int, err error) {
	quiet, err := s.Quiet(ctx, today, StandardPeriods)
	if err != nil {
		return 0, err
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		removed = 0
		var ids []int64
		rows, err := tx.Query("SELECT i.id, i.person"+finished+" ORDER BY i.id", before.UnixMilli())
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var p engine.Person
			if err := rows.Scan(&id, &p); err != nil {
				return err
			}
			if _, is := quiet[p]; !is {
				ids = append(ids, id)
			}
		}
		if err := rows.Err(); err != nil || len(ids) == 0 {
			return err
		}
		removed = len(ids)
		return forget(tx, ids)
	})
	if err != nil {
		return 0, err
	}
	// The log still has the rows as they were. Where a reader holds it, the next
	// checkpoint overwrites it.
	_, _ = s.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return removed, nil
}

// forget takes the triggers that keep rows away for the transaction alone.
func forget(tx *sql.Tx, ids []int64) error {
	if _, err := tx.Exec("CREATE TEMP TABLE forgotten (id INTEGER PRIMARY KEY)"); err != nil {
		return err
	}
	for part := range slices.Chunk(ids, 500) {
		texts := make([]string, len(part))
		for i, id := range part {
			texts[i] = fmt.Sprintf("(%d)", id)
		}
		if _, err := tx.Exec("INSERT INTO forgotten VALUES " + strings.Join(texts, ",")); err != nil {
			return err
		}
	}
	for _, f := range forgettable {
		var guard sql.NullString
		if f.table != "item" { // which may be made again, and has none
			if err := tx.QueryRow("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", f.table+"_stays").Scan(&guard); err != nil {
				return err
			}
			if _, err := tx.Exec("DROP TRIGGER " + f.table + "_stays"); err != nil {
				return err
			}
		}
		if _, err := tx.Exec("DELETE FROM " + f.table + " WHERE " + f.rows); err != nil {
			return err
		}
		if guard.Valid {
			if _, err := tx.Exec(guard.String); err != nil {
				return err
			}
		}
	}
	_, err := tx.Exec("DROP TABLE forgotten")
	return err
}

// NoRecord is why an item is closed whose person's record is no longer held
// here. It does not say why that is so: an opt-out is nothing to write down of a
// person.
const NoRecord = "no_record"

// Unheld counts the open items of people of whom gone is true.
func (s *Store) Unheld(ctx context.Context, gone func(engine.Person) bool) (n int, err error) {
	all, err := s.Items(ctx, Query{Open: true})
	for _, it := range all {
		if gone(it.Person) {
			n++
		}
	}
	return n, err
}

// CloseUnheld ends the open items of people of whom gone is true, with NoRecord, and
// says how many: as a run does, for no named person decided it. Their history
// stays. The same again closes none.
func (s *Store) CloseUnheld(ctx context.Context, run Run, gone func(engine.Person) bool) (closed int, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		closed = 0
		have, err := items(tx, "WHERE i.open OR i.listed ORDER BY i.id")
		if err != nil {
			return err
		}
		at := s.now()
		for _, it := range have {
			if !gone(it.Person) {
				continue
			}
			c := &Change{Kind: KindLeft, At: at, Reason: NoRecord, Run: run.Run, Snapshot: run.Snapshot}
			if it.State.Open() {
				c.To = Closed
				closed++
			}
			if _, err := record(tx, it, c, "", ""); err != nil {
				return err
			}
		}
		return nil
	})
	return closed, err
}
