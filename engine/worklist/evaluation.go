package worklist

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math"
	"strconv"
	"time"

	"leftshift/engine"
)

// Horizons are the days within which Evaluated says whether an outcome came.
var Horizons = [3]int{30, 90, 365}

// The states that people move items to, and the outcomes that are looked for
// within a horizon.
var (
	moved  = []State{InReview, Contacted, Accepted, Declined, NotSuitable, Referred, Done}
	judged = []OutcomeKind{Admitted, Attended, Deceased}
)

// Answer is whether an outcome came within a horizon.
type Answer string

const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown" // not followed for that long yet, or moved away before
)

// Evaluated is one row for an outside evaluator: a person on a list, what was
// done and what followed. It is about a person: whoever gets it needs a right to
// it.
type Evaluated struct {
	Item        int64
	Person      engine.Person
	List        string
	Practice    string
	Rule        string
	Source      Source
	Worry       Worry
	Run         string // "": added by hand
	Snapshot    string
	Day         engine.Day // from which outcomes count, that day not included
	Rank        int        // 0: added by hand
	Probability float64    // NaN: not known

	State   State // now
	Reason  string
	Reached map[State]engine.Day // first day in each state that a person moved it to

	FollowedTo engine.Day // engine.NoDay: not at all
	First      map[OutcomeKind]engine.Day
	Within     map[OutcomeKind][3]Answer // by Horizons; not of Moved
}

// Evaluation gives one row for each item, in their order, from stored rows only.
// snapshot "": every item as it began, those added by hand among them. Else those
// whom that run listed, with its rank and risk, and outcomes counted from its
// as-of day; people added by hand are then among them only if it listed them too.
//
// An outcome within h days is one in (day, day + h]. After a death without one it
// is No; after moving away without one, or where nobody has looked until the end,
// Unknown. Rows are read as they are used and come from one state of the file.
func (s *Store) Evaluation(ctx context.Context, snapshot string) iter.Seq2[Evaluated, error] {
	return func(yield func(Evaluated, error) bool) {
		stopped := false
		err := s.look(ctx, func(tx *sql.Tx) error {
			return evaluation(ctx, tx, snapshot, func(e Evaluated) bool {
				stopped = !yield(e, nil)
				return !stopped
			})
		})
		if err != nil && !stopped {
			yield(Evaluated{}, err)
		}
	}
}

func evaluation(ctx context.Context, tx *sql.Tx, snapshot string, yield func(Evaluated) bool) error {
	to := engine.NoDay
	var last sql.NullInt64
	if err := tx.QueryRowContext(ctx, "SELECT max(to_day) FROM followed").Scan(&last); err != nil {
		return err
	}
	to = dayOf(last)
	query, args := `SELECT e.id, e.person, e.list, e.practice, e.rule, e.source, e.worry, e.run, e.snapshot, e.first_day, e.rank, e.probability, i.state, i.reason
		FROM entry e JOIN item i ON i.id = e.id ORDER BY e.id`, []any(nil)
	if snapshot != "" {
		var run sql.NullInt64
		if err := tx.QueryRowContext(ctx, "SELECT max(seq) FROM run WHERE snapshot = ?", snapshot).Scan(&run); err != nil {
			return err
		}
		if !run.Valid {
			return fault("worklist-no-run", "no lists of this snapshot are in the worklist: give one that was synced")
		}
		query, args = `SELECT e.id, e.person, e.list, e.practice, e.rule, e.source, e.worry, r.run, r.snapshot, r.as_of, l.rank, l.probability, i.state, i.reason
			FROM listing l JOIN run r ON r.seq = l.run JOIN entry e ON e.id = l.item JOIN item i ON i.id = e.id WHERE l.run = ? ORDER BY e.id`, []any{run.Int64}
	}
	reached, err := tx.PrepareContext(ctx, "SELECT to_state, min(at) FROM history WHERE item = ? AND kind = 'moved' GROUP BY to_state")
	if err != nil {
		return err
	}
	defer reached.Close()
	// The last word on each day of each kind.
	came, err := tx.PrepareContext(ctx, `SELECT kind, min(day) FROM outcome o WHERE person = ? AND day > ? AND stands
		AND NOT EXISTS (SELECT 1 FROM outcome n WHERE n.person = o.person AND n.kind = o.kind AND n.day = o.day AND n.seq > o.seq) GROUP BY kind`)
	if err != nil {
		return err
	}
	defer came.Close()
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e := Evaluated{Reached: map[State]engine.Day{}, First: map[OutcomeKind]engine.Day{}, FollowedTo: to}
		var p sql.NullFloat64
		if err := rows.Scan(&e.Item, &e.Person, &e.List, &e.Practice, &e.Rule, &e.Source, &e.Worry, &e.Run, &e.Snapshot, &e.Day, &e.Rank, &p, &e.State, &e.Reason); err != nil {
			return err
		}
		e.Probability = probabilityOf(p)
		if err := pairs(ctx, reached, func(state string, at int64) {
			e.Reached[State(state)] = engine.DayOf(time.UnixMilli(at))
		}, e.Item); err != nil {
			return err
		}
		if err := pairs(ctx, came, func(kind string, day int64) {
			e.First[OutcomeKind(kind)] = engine.Day(day)
		}, e.Person, e.Day); err != nil {
			return err
		}
		e.judge()
		if !yield(e) {
			return nil
		}
	}
	return rows.Err()
}

func pairs(ctx context.Context, stmt *sql.Stmt, each func(string, int64), args ...any) error {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var n int64
		if err := rows.Scan(&name, &n); err != nil {
			return err
		}
		each(name, n)
	}
	return rows.Err()
}

// judge answers for each kind and horizon.
func (e *Evaluated) judge() {
	e.Within = map[OutcomeKind][3]Answer{}
	for _, kind := range judged {
		var answers [3]Answer
		for h, days := range Horizons {
			end := e.Day + engine.Day(days)
			within := func(k OutcomeKind) bool { d, ok := e.First[k]; return ok && d <= end }
			switch {
			case within(kind):
				answers[h] = Yes
			case within(Deceased):
				answers[h] = No // nothing can follow
			case within(Moved), e.FollowedTo < end:
				answers[h] = Unknown
			default:
				answers[h] = No
			}
		}
		e.Within[kind] = answers
	}
}

// Columns are the names of the table's columns, in the order of Strings.
func Columns() []string {
	out := []string{"item", "person", "list", "practice", "rule", "source", "worry", "run", "snapshot", "day", "rank", "probability", "state", "reason"}
	for _, s := range moved {
		out = append(out, string(s)+"_day")
	}
	out = append(out, "followed_to")
	for _, k := range OutcomeKinds() {
		out = append(out, string(k)+"_day")
	}
	for _, k := range judged {
		for _, h := range Horizons {
			out = append(out, fmt.Sprintf("%s_within_%d", k, h))
		}
	}
	return out
}

// Strings writes a row as text: days as 2026-03-04, "" for what is not there.
func (e *Evaluated) Strings() []string {
	probability := ""
	if !math.IsNaN(e.Probability) {
		probability = strconv.FormatFloat(e.Probability, 'g', -1, 64)
	}
	out := []string{strconv.FormatInt(e.Item, 10), e.Person.String(), e.List, e.Practice, e.Rule, string(e.Source), string(e.Worry), e.Run, e.Snapshot, e.Day.String(),
		strconv.Itoa(e.Rank), probability, string(e.State), e.Reason}
	for _, s := range moved {
		out = append(out, written(e.Reached, s))
	}
	out = append(out, e.FollowedTo.String())
	for _, k := range OutcomeKinds() {
		out = append(out, written(e.First, k))
	}
	for _, k := range judged {
		for _, a := range e.Within[k] {
			out = append(out, string(a))
		}
	}
	return out
}

func written[K comparable](days map[K]engine.Day, k K) string {
	if d, ok := days[k]; ok {
		return d.String()
	}
	return ""
}
