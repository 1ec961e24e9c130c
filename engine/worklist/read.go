package worklist

import (
	"context"
	"database/sql"
	"strings"

	"leftshift/engine"
)

// Query picks items. The zero value of a field asks nothing.
type Query struct {
	Lists   []string
	Person  engine.Person
	Persons []engine.Person // any of these; empty but not nil: nobody. At most 30,000
	Owner   Actor           // User and Organisation
	States  []State
	Listed  bool       // on the list by the last run
	Open    bool       // with something to do
	Due     engine.Day // next date on or before; 0 and engine.NoDay ask nothing
	After   int64      // identifier: the next page
	Most    int        // 0: all
}

// Items gives items by identifier, which is the order in which they began.
func (s *Store) Items(ctx context.Context, q Query) (out []Item, err error) {
	var where []string
	var args []any
	ask := func(clause string, values ...any) {
		where, args = append(where, clause), append(args, values...)
	}
	if q.Lists != nil {
		ask("i.list IN ("+strings.TrimSuffix(strings.Repeat("?,", len(q.Lists)), ",")+")", anys(q.Lists)...)
	}
	if q.Person != 0 {
		ask("i.person = ?", q.Person)
	}
	if q.Persons != nil {
		ask("i.person IN ("+strings.TrimSuffix(strings.Repeat("?,", len(q.Persons)), ",")+")", anys(q.Persons)...)
	}
	if q.Owner.User != "" {
		ask("i.owner <> '' AND i.owner = ? AND i.owner_organisation = ?", q.Owner.User, q.Owner.Organisation)
	}
	if q.States != nil {
		ask("i.state IN ("+strings.TrimSuffix(strings.Repeat("?,", len(q.States)), ",")+")", anys(q.States)...)
	}
	if q.Listed {
		ask("i.listed")
	}
	if q.Open {
		ask("i.open")
	}
	if q.Due != 0 && q.Due != engine.NoDay {
		ask("i.next_day <= ?", q.Due)
	}
	if q.After > 0 {
		ask("i.id > ?", q.After)
	}
	clause := ""
	if len(where) > 0 {
		clause = "WHERE " + strings.Join(where, " AND ")
	}
	clause += " ORDER BY i.id"
	if q.Most > 0 {
		clause += " LIMIT ?"
		args = append(args, q.Most)
	}
	err = s.look(ctx, func(tx *sql.Tx) error {
		out, err = items(tx, clause, args...)
		return err
	})
	return out, err
}

// Item gives one item; the fault worklist-no-item when there is none.
func (s *Store) Item(ctx context.Context, id int64) (it Item, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		it, err = one(tx, id)
		return err
	})
	return it, err
}

// History gives every change of an item, oldest first, notes among them; nil for
// no such item.
func (s *Store) History(ctx context.Context, item int64) (out []Change, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		out, err = changes(tx, "WHERE item = ? ORDER BY seq", item)
		return err
	})
	return out, err
}

// Owner gives who has a person on whatever list: the item, or nil when nobody has.
func (s *Store) Owner(ctx context.Context, person engine.Person) (out *Item, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		have, err := items(tx, "WHERE i.person = ? AND i.owner <> ''", person)
		if err == nil && len(have) > 0 {
			out = &have[0]
		}
		return err
	})
	return out, err
}

// Last gives the run that was synced last; false when none was.
func (s *Store) Last(ctx context.Context) (run Run, ok bool, err error) {
	err = s.look(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRow("SELECT run, snapshot, as_of FROM run ORDER BY seq DESC LIMIT 1").Scan(&run.Run, &run.Snapshot, &run.AsOf)
		ok = err == nil
		if err == sql.ErrNoRows {
			return nil
		}
		return err
	})
	return run, ok, err
}

func items(tx *sql.Tx, where string, args ...any) ([]Item, error) {
	rows, err := tx.Query("SELECT "+itemColumns+itemTables+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Item
	for rows.Next() {
		it, err := scanItem(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, rows.Err()
}

func changes(tx *sql.Tx, where string, args ...any) ([]Change, error) {
	rows, err := tx.Query("SELECT "+changeColumns+" FROM history "+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Change
	for rows.Next() {
		c, err := scanChange(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func anys[T any](in []T) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = v
	}
	return out
}
