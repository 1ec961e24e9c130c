package worklist

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"leftshift/engine"
)

// Rebuild makes every item anew from the history and says how many were not as
// the history has them: 0 unless the file was changed by other means.
func (s *Store) Rebuild(ctx context.Context) (wrong int, err error) {
	err = s.change(ctx, func(tx *sql.Tx) error {
		wrong = 0
		have, err := items(tx, "ORDER BY i.id")
		if err != nil {
			return err
		}
		now := make(map[int64]Item, len(have))
		for _, it := range have {
			now[it.ID] = it
		}
		made, err := replay(tx)
		if err != nil {
			return err
		}
		for _, it := range made {
			if was, ok := now[it.ID]; !ok || !equal(was, it) {
				wrong++
			}
			delete(now, it.ID)
		}
		wrong += len(now)
		if wrong == 0 {
			return nil
		}
		if _, err := tx.Exec("DELETE FROM item"); err != nil {
			return err
		}
		for _, it := range made {
			if err := project(tx, it); err != nil {
				return err
			}
		}
		return nil
	})
	return wrong, err
}

// replay folds the history of every entry.
func replay(tx *sql.Tx) (made []Item, err error) {
	rows, err := tx.Query(`SELECT e.id, e.list, e.person, e.practice, e.rule, e.source, e.worry, e.run, e.first_day, e.rank, e.probability, e.reasons,
		l.rank, l.probability, l.reasons FROM entry e LEFT JOIN listing l ON l.item = e.id AND l.run = (SELECT max(run) FROM listing WHERE item = e.id) ORDER BY e.id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	at := map[int64]int{}
	for rows.Next() {
		it := Item{State: New, Next: engine.NoDay}
		var p, q sql.NullFloat64
		var rank sql.NullInt64
		var reasons sql.NullString
		if err := rows.Scan(&it.ID, &it.List, &it.Person, &it.Practice, &it.Rule, &it.Source, &it.Worry, &it.FirstRun, &it.FirstDay, &it.Rank, &p, &it.Reasons, &rank, &q, &reasons); err != nil {
			return nil, err
		}
		it.Probability = probabilityOf(p)
		if rank.Valid {
			it.Rank, it.Probability, it.Reasons = int(rank.Int64), probabilityOf(q), reasons.String
		}
		at[it.ID] = len(made)
		made = append(made, it)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	history, err := tx.Query("SELECT " + changeColumns + " FROM history ORDER BY seq")
	if err != nil {
		return nil, err
	}
	defer history.Close()
	for history.Next() {
		c, err := scanChange(history.Scan)
		if err != nil {
			return nil, err
		}
		k, ok := at[c.Item]
		if !ok {
			return nil, errors.New("history of no entry")
		}
		made[k] = made[k].after(&c)
	}
	return made, history.Err()
}

// equal compares items; NaN equals NaN.
func equal(a, b Item) bool {
	if math.IsNaN(a.Probability) && math.IsNaN(b.Probability) {
		a.Probability, b.Probability = 0, 0
	}
	return a == b
}
