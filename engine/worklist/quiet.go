package worklist

import (
	"context"
	"database/sql"
	"time"

	"leftshift/engine"
	"leftshift/engine/risklist"
)

// Periods are how many days lists leave a person off after a decision; 0: not at
// all.
type Periods struct {
	NotSuitable int
	Declined    int
}

// StandardPeriods are house values of about half a year; nothing published sets
// them.
var StandardPeriods = Periods{NotSuitable: 182, Declined: 182}

// Quiet gives the people whom lists of a day leave off, with the risk and the
// reasons that were known when it was decided, for risklist to end it early. The
// period begins with the day of the decision and has that many days, and after a
// reviewer's reason of death has no end. It is over once the entry is opened
// again, or anybody or any run has put the person on a list since: a quiet period
// ends early but once. Decisions of after asOf count too, so that a run of
// yesterday's data heeds this morning's.
func (s *Store) Quiet(ctx context.Context, asOf engine.Day, periods Periods) (map[engine.Person]risklist.Quiet, error) {
	out := map[engine.Person]risklist.Quiet{}
	err := s.look(ctx, func(tx *sql.Tx) error {
		// A person's last move on any list; whoever has another entry since is out.
		rows, err := tx.QueryContext(ctx, `SELECT e.person, h.to_state, h.reason, h.at, h.probability, h.reasons
			FROM history h JOIN entry e ON e.id = h.item
			WHERE h.kind = 'moved' AND h.to_state IN ('not_suitable','declined')
			AND NOT EXISTS (SELECT 1 FROM entry f JOIN history g ON g.item = f.id
				WHERE f.person = e.person AND g.seq > h.seq AND g.kind IN ('moved','listed','relisted','added'))
			ORDER BY h.seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var person engine.Person
			var state State
			var reason Reason
			var at int64
			var p sql.NullFloat64
			var q risklist.Quiet
			if err := rows.Scan(&person, &state, &reason, &at, &p, &q.Reasons); err != nil {
				return err
			}
			q.Code, q.Probability = risklist.NotSuitable, probabilityOf(p)
			days := periods.NotSuitable
			if state == Declined {
				q.Code, days = risklist.Declined, periods.Declined
			}
			q.Until = engine.DayOf(time.UnixMilli(at)) + engine.Day(days)
			if reason == Died {
				q.Until = engine.NoDay
			}
			if q.Until == engine.NoDay || days > 0 && asOf < q.Until {
				out[person] = q
			}
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
