package worklist

import (
	"context"
	"database/sql"
	"errors"

	"leftshift/engine"
)

// OutcomeKind is what became of a person.
type OutcomeKind string

const (
	Admitted OutcomeKind = "admitted" // as an emergency
	Attended OutcomeKind = "attended" // an emergency department
	Deceased OutcomeKind = "died"
	Moved    OutcomeKind = "moved" // out of the area: nothing is seen of them after
)

// OutcomeKinds lists every kind in order.
func OutcomeKinds() []OutcomeKind { return []OutcomeKind{Admitted, Attended, Deceased, Moved} }

// Outcome is one thing that became of a person, as a later run sees it.
type Outcome struct {
	Person engine.Person
	Kind   OutcomeKind
	Day    engine.Day
	Undone bool // an earlier run said so, and the record has since taken it back
}

// Outcomes adds what a run sees of people who are or were items; others are not
// kept. to is the last day until which it sees outcomes. What is there already
// is not added again, so the same run twice changes nothing; what the record took
// back is kept and overruled. It says how many rows were added.
func (s *Store) Outcomes(ctx context.Context, run Run, to engine.Day, outcomes []Outcome) (added int, err error) {
	if run.Snapshot == "" || to == engine.NoDay {
		return 0, fault("worklist-outcome", "outcomes need the snapshot that they come from and the day until which it sees them: give both")
	}
	for _, o := range outcomes {
		switch o.Kind {
		case Admitted, Attended, Deceased, Moved:
		default:
			return 0, fault("worklist-outcome", "an outcome is of no known kind: give admitted, attended, died or moved")
		}
		if o.Person <= 0 || o.Day == engine.NoDay || o.Day > to {
			return 0, fault("worklist-outcome", "an outcome has no person or no day, or is of after the last day that its snapshot sees: correct the run")
		}
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		added = 0
		at := s.now().UnixMilli()
		for _, o := range outcomes {
			var known bool
			if err := tx.QueryRow("SELECT EXISTS (SELECT 1 FROM entry WHERE person = ?)", o.Person).Scan(&known); err != nil {
				return err
			}
			var stands bool
			err := tx.QueryRow("SELECT stands FROM outcome WHERE person = ? AND kind = ? AND day = ? ORDER BY seq DESC LIMIT 1", o.Person, o.Kind, o.Day).Scan(&stands)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if !known || stands != o.Undone { // nothing to take back, or there already
				continue
			}
			if _, err := tx.Exec("INSERT INTO outcome (person, kind, day, stands, run, snapshot, at) VALUES (?,?,?,?,?,?,?)", o.Person, o.Kind, o.Day, !o.Undone, run.Run, run.Snapshot, at); err != nil {
				return err
			}
			added++
		}
		_, err := tx.Exec("INSERT INTO followed (to_day, run, snapshot, at) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM followed WHERE snapshot = ?3 AND to_day = ?1)", to, run.Run, run.Snapshot, at)
		return err
	})
	return added, err
}
