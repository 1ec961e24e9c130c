package signin

import (
	"context"
	"database/sql"
	"time"
)

// over are the rows that no longer let anyone in and ended before ?1 (in
// milliseconds): sessions, and API tokens that were revoked or ran out. A session
// that nobody ended is over ten hours after it began (Lasts).
var over = []struct{ table, end string }{
	{"session", "coalesce(ended, made + 36000000)"},
	{"token", "min(coalesce(revoked, expires), expires)"},
}

// Over says how many sessions and tokens Forget would remove, and when the first
// and the last of them ended; the zero times with none.
func (s *Store) Over(ctx context.Context, before time.Time) (n int, oldest, newest time.Time, err error) {
	for _, o := range over {
		var k int
		var first, last sql.NullInt64
		if err := s.db.QueryRowContext(ctx, "SELECT count(*), min("+o.end+"), max("+o.end+") FROM "+o.table+" WHERE "+o.end+" < ?1", before.UnixMilli()).Scan(&k, &first, &last); err != nil {
			return 0, oldest, newest, broken("the file of sessions cannot be read", err)
		}
		if k == 0 {
			continue
		}
		n += k
		if at := time.UnixMilli(first.Int64).UTC(); oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
		if at := time.UnixMilli(last.Int64).UTC(); at.After(newest) {
			newest = at
		}
	}
	return n, oldest, newest, nil
}

// Forget removes them and says how many. The same again removes none.
func (s *Store) Forget(ctx context.Context, before time.Time) (removed int, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		removed = 0
		for _, o := range over {
			r, err := tx.ExecContext(ctx, "DELETE FROM "+o.table+" WHERE "+o.end+" < ?1", before.UnixMilli())
			if err != nil {
				return err
			}
			n, err := r.RowsAffected()
			if err != nil {
				return err
			}
			removed += int(n)
		}
		return nil
	})
	return removed, err
}
