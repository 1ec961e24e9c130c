package worklist

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"leftshift/engine"
)

// Addition is a person whom somebody adds by hand. They are followed like those
// that a run lists.
type Addition struct {
	Key         string // as of an Action
	List        string
	Person      engine.Person
	Practice    string
	Worry       Worry
	Note        string  // what the worry is; OtherWorry needs it
	Probability float64 // in the snapshot that the actor saw; NaN: not known
	Reasons     string  // digest of the reasons there; "": not known

	Run, Snapshot string
}

// Add makes an item of a person. Who is on the list already, or in work for it,
// is refused with a *Conflict that carries the item; who died, with worklist-died.
func (s *Store) Add(ctx context.Context, by Actor, a Addition) (Result, error) {
	a.Note = tidy(a.Note)
	return s.once(ctx, by, a.Key, a, a.check(), func(tx *sql.Tx, ask string) (out Result, err error) {
		it, err := current(tx, a.List, a.Person)
		if err != nil {
			return out, err
		}
		if it != nil {
			return out, &Conflict{fault("worklist-open-already", "the person is on this list already: use that entry"), *it}
		}
		if dead, err := died(tx, a.Person); err != nil || dead {
			return out, errors.Join(err, fault("worklist-died", "the person has died: nothing more is to be done"))
		}
		at := s.now()
		fresh := Item{List: a.List, Person: a.Person, Practice: a.Practice, Rule: HandRule, Source: ByHand, Worry: a.Worry, FirstDay: engine.DayOf(at),
			State: New, Next: engine.NoDay, Probability: a.Probability, Reasons: a.Reasons}
		if fresh.ID, err = enter(tx, fresh, a.Snapshot, at.UnixMilli()); err != nil {
			return out, err
		}
		out = Result{Change: Change{Kind: KindAdded, At: at, By: by, To: New, Reason: string(a.Worry), Note: a.Note, Run: a.Run, Snapshot: a.Snapshot}}
		out.Item, err = record(tx, fresh, &out.Change, a.Key, ask)
		return out, err
	})
}

func (a *Addition) check() error {
	var faults []error
	if a.Person <= 0 || a.List == "" {
		faults = append(faults, fault("worklist-add", "an addition needs a person and a list: choose both"))
	}
	if !among(Worries(), string(a.Worry)) {
		faults = append(faults, fault("worklist-worry", "an addition needs one of the worries offered: choose one"))
	}
	if a.Worry == OtherWorry && a.Note == "" {
		faults = append(faults, fault("worklist-note", "another worry needs a note that says which: write one"))
	}
	if !math.IsNaN(a.Probability) && !(a.Probability >= 0 && a.Probability <= 1) {
		faults = append(faults, fault("worklist-probability", "a probability is from 0 to 1, or none"))
	}
	return errors.Join(append(faults, checkNote(a.Note), checkKey(a.Key))...)
}

// died says whether a death signal stopped the person and no run has listed them
// since.
func died(tx *sql.Tx, person engine.Person) (bool, error) {
	var dead bool
	err := tx.QueryRow("SELECT state = 'closed' AND reason = 'died' FROM item WHERE person = ? ORDER BY id DESC LIMIT 1", person).Scan(&dead)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return dead, err
}

// enter writes what never changes of a new item.
func enter(tx *sql.Tx, it Item, snapshot string, at int64) (int64, error) {
	r, err := tx.Exec("INSERT INTO entry (list, person, practice, rule, source, worry, run, snapshot, first_day, rank, probability, reasons, at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
		it.List, it.Person, it.Practice, it.Rule, it.Source, it.Worry, it.FirstRun, snapshot, it.FirstDay, it.Rank, nullProbability(it.Probability), it.Reasons, at)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}
