package cohort

import (
	"context"
	"time"
)

// Asked says how many questions the ledger holds of snapshots that are not there
// any more, asked before a moment, and when the oldest and the newest of them
// were; the zero times with none. What was asked of a snapshot that can still be
// counted binds what may be told next and is not among them.
func (l *Ledger) Asked(ctx context.Context, before time.Time, there func(snapshot string) bool) (n int, oldest, newest time.Time, err error) {
	err = l.forgotten(ctx, before, there, func(snapshot string, count, first, last int64) error {
		n += int(count)
		if at := time.UnixMilli(first).UTC(); oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
		if at := time.UnixMilli(last).UTC(); at.After(newest) {
			newest = at
		}
		return nil
	})
	return n, oldest, newest, err
}

// Forget removes the questions that Asked counts and says how many. The same
// again removes none. A snapshot's questions go together, when the newest is due.
func (l *Ledger) Forget(ctx context.Context, before time.Time, there func(snapshot string) bool) (removed int, err error) {
	var gone []string
	if err := l.forgotten(ctx, before, there, func(snapshot string, count, _, _ int64) error {
		gone = append(gone, snapshot)
		removed += int(count)
		return nil
	}); err != nil {
		return 0, err
	}
	tx, err := l.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, broken(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, snapshot := range gone {
		if _, err := tx.Exec("DELETE FROM asked WHERE snapshot = ?", snapshot); err != nil {
			return 0, broken(err)
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, broken(err)
	}
	return removed, nil
}

func (l *Ledger) forgotten(ctx context.Context, before time.Time, there func(string) bool, each func(snapshot string, count, first, last int64) error) error {
	rows, err := l.db.QueryContext(ctx, "SELECT snapshot, count(*), min(time), max(time) FROM asked GROUP BY snapshot HAVING max(time) < ? ORDER BY snapshot", before.UnixMilli())
	if err != nil {
		return broken(err)
	}
	defer rows.Close()
	for rows.Next() {
		var snapshot string
		var count, first, last int64
		if err := rows.Scan(&snapshot, &count, &first, &last); err != nil {
			return broken(err)
		}
		if there(snapshot) {
			continue
		}
		if err := each(snapshot, count, first, last); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return broken(err)
	}
	return nil
}
