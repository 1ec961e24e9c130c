package worklist

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"

	"leftshift/engine"
)

// Run is a published run.
type Run struct {
	Run      string // its identifier in the run ledger; "": made by hand
	Snapshot string // required: what it published
	AsOf     engine.Day
	Back     bool // goes back on purpose to lists of an earlier day or an earlier snapshot: a later one was recalled
}

// Row is one person on one published list.
type Row struct {
	List        string
	Person      engine.Person
	Practice    string // ODS code
	Rule        string // that listed them, such as the order of the lists
	Rank        int    // from 1
	Probability float64
	Reasons     string // risklist.Digest of the reasons shown
}

// Leaver was on a list and is no more.
type Leaver struct {
	List   string
	Person engine.Person
	Code   string // of risklist
}

// NotListed is why an item left its list when nobody said why.
const NotListed = "not_listed"

// Synced says what a run changed.
type Synced struct {
	New      int // items opened
	Kept     int // on the list before and now
	Relisted int // in work, and on the list again
	Left     int // left the list; Closed of them because nobody had begun
	Closed   int
	Stopped  int  // items of people who died
	Repeated bool // the run was in already: nothing changed
}

// Sync brings the items up to the lists of a run, all or nothing. rows are those
// of all lists; who was listed before and is not among them has left, for the
// reason that leavers give. died are people with a death signal, listed or not:
// their items are stopped at once. The same run again changes nothing.
//
// A person who is listed again after all was finished and they had left the list
// becomes a new item.
func (s *Store) Sync(ctx context.Context, run Run, rows []Row, leavers []Leaver, died []engine.Person) (Synced, error) {
	var out Synced
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.List, b.List), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Person, b.Person))
	})
	dead := map[engine.Person]bool{}
	for _, p := range died {
		dead[p] = true
	}
	why := map[place]string{}
	for _, l := range leavers {
		if l.Code == string(Died) {
			dead[l.Person] = true
		}
		why[place{l.List, l.Person}] = l.Code
	}
	if err := checkRows(run, rows); err != nil {
		return out, err
	}
	content := published(run, rows, why, dead)
	err := s.change(ctx, func(tx *sql.Tx) error {
		out = Synced{}
		at := s.now()
		seq, err := begin(tx, run, content, at.UnixMilli())
		if err != nil || seq == 0 {
			out.Repeated = seq == 0
			return err
		}
		if out.Stopped, err = s.stop(tx, run, dead); err != nil {
			return err
		}
		had, err := currents(tx)
		if err != nil {
			return err
		}
		if len(rows) == 0 && len(leavers) == 0 && slices.ContainsFunc(had, func(it Item) bool { return it.Listed }) {
			return fault("worklist-sync-empty", "the run lists nobody and says of nobody why they left: publish its lists again")
		}
		at0 := map[place]Item{}
		for _, it := range had {
			at0[place{it.List, it.Person}] = it
		}
		latest, err := tx.Prepare("INSERT INTO listing (run, item, rank, probability, reasons) VALUES (?,?,?,?,?)")
		if err != nil {
			return err
		}
		defer latest.Close()
		ranked, err := tx.Prepare("UPDATE item SET rank = ?, probability = ?, reasons = ? WHERE id = ?")
		if err != nil {
			return err
		}
		defer ranked.Close()
		listed := map[place]bool{}
		for _, r := range rows {
			if dead[r.Person] {
				continue
			}
			here := place{r.List, r.Person}
			listed[here] = true
			it, was := at0[here]
			kind := KindRelisted
			switch {
			case !was:
				kind = KindListed
				it = Item{List: r.List, Person: r.Person, Practice: r.Practice, Rule: r.Rule, Source: FromList, FirstRun: run.Run, FirstDay: run.AsOf, State: New, Next: engine.NoDay}
				out.New++
			case it.Listed:
				kind = ""
				out.Kept++
			default:
				out.Relisted++
			}
			it.Rank, it.Probability, it.Reasons = r.Rank, r.Probability, r.Reasons
			if !was {
				if it.ID, err = enter(tx, it, run.Snapshot, at.UnixMilli()); err != nil {
					return err
				}
			}
			if kind != "" {
				if it, err = record(tx, it, &Change{Kind: kind, At: at, Run: run.Run, Snapshot: run.Snapshot}, "", ""); err != nil {
					return err
				}
			}
			if _, err := latest.Exec(seq, it.ID, r.Rank, nullProbability(r.Probability), r.Reasons); err != nil {
				return err
			}
			if _, err := ranked.Exec(r.Rank, nullProbability(r.Probability), r.Reasons, it.ID); err != nil {
				return err
			}
		}
		for _, it := range had {
			here := place{it.List, it.Person}
			if !it.Listed || listed[here] {
				continue
			}
			c := &Change{Kind: KindLeft, At: at, Reason: cmp.Or(why[here], NotListed), Run: run.Run, Snapshot: run.Snapshot}
			if it.State == New && !it.Begun {
				c.To = Closed
				out.Closed++
			}
			out.Left++
			if _, err := record(tx, it, c, "", ""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Synced{}, err
	}
	return out, nil
}

// Deaths stops the items of people with a death signal that came between runs,
// and says how many. Only a note can follow. The same people again change
// nothing.
func (s *Store) Deaths(ctx context.Context, run Run, people []engine.Person) (stopped int, err error) {
	dead := map[engine.Person]bool{}
	for _, p := range people {
		dead[p] = true
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		stopped, err = s.stop(tx, run, dead)
		return err
	})
	return stopped, err
}

func (s *Store) stop(tx *sql.Tx, run Run, dead map[engine.Person]bool) (int, error) {
	people := make([]engine.Person, 0, len(dead))
	for p := range dead {
		people = append(people, p)
	}
	slices.Sort(people)
	n := 0
	for _, p := range people {
		items, err := items(tx, "WHERE i.person = ? AND NOT (i.state = 'closed' AND i.reason = 'died') ORDER BY i.id", p)
		if err != nil {
			return n, err
		}
		for _, it := range items {
			c := &Change{Kind: KindDied, At: s.now(), To: Closed, Reason: string(Died), Run: run.Run, Snapshot: run.Snapshot}
			if _, err := record(tx, it, c, "", ""); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

type place struct {
	list   string
	person engine.Person
}

// begin records the run, or gives 0 when it is the last one recorded.
func begin(tx *sql.Tx, run Run, content string, at int64) (int64, error) {
	var snapshot, was string
	var asOf engine.Day
	err := tx.QueryRow("SELECT snapshot, as_of, digest FROM run ORDER BY seq DESC LIMIT 1").Scan(&snapshot, &asOf, &was)
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return 0, err
	case snapshot == run.Snapshot && was == content:
		return 0, nil
	case snapshot == run.Snapshot:
		return 0, fault("worklist-sync-differs", "the snapshot is in the worklist with other lists: a published snapshot never changes, publish a new one")
	case asOf > run.AsOf && !run.Back:
		return 0, fault("worklist-sync-old", "the worklist holds lists of %s, and these are of %s: sync the newest run, or say that it goes back on purpose", asOf, run.AsOf)
	}
	var seen bool
	if err := tx.QueryRow("SELECT EXISTS (SELECT 1 FROM run WHERE snapshot = ?)", run.Snapshot).Scan(&seen); err != nil {
		return 0, err
	}
	if seen && !run.Back {
		return 0, fault("worklist-sync-old", "the snapshot was in the worklist before a later one: say that it goes back on purpose")
	}
	r, err := tx.Exec("INSERT INTO run (run, snapshot, as_of, digest, at) VALUES (?,?,?,?,?)", run.Run, run.Snapshot, run.AsOf, content, at)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// currents are the items that are open or on a list.
func currents(tx *sql.Tx) ([]Item, error) {
	return items(tx, "WHERE i.open OR i.listed ORDER BY i.id")
}

func checkRows(run Run, rows []Row) error {
	var faults []error
	if run.Snapshot == "" || run.AsOf == engine.NoDay {
		faults = append(faults, fault("worklist-sync-run", "the run has no snapshot or no as-of date: give both"))
	}
	seen := map[place]bool{}
	none, twice, impossible := 0, 0, 0
	for _, r := range rows {
		if r.Person <= 0 || r.List == "" || r.Rank < 1 {
			none++
		}
		if seen[place{r.List, r.Person}] {
			twice++
		}
		seen[place{r.List, r.Person}] = true
		if !math.IsNaN(r.Probability) && !(r.Probability >= 0 && r.Probability <= 1) {
			impossible++
		}
	}
	if none > 0 {
		faults = append(faults, fault("worklist-sync-rows", "%d rows have no person, list or rank: publish the lists again", none))
	}
	if twice > 0 {
		faults = append(faults, fault("worklist-sync-rows", "%d rows are there more than once: publish the lists again", twice))
	}
	if impossible > 0 {
		faults = append(faults, fault("worklist-sync-rows", "%d rows have a probability below 0 or above 1: publish the lists again", impossible))
	}
	return errors.Join(faults...)
}

// published digests what a run says.
func published(run Run, rows []Row, why map[place]string, dead map[engine.Person]bool) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d\n", run.Snapshot, run.AsOf)
	for _, r := range rows {
		fmt.Fprintf(h, "%q %d %q %q %d %x %q\n", r.List, r.Person, r.Practice, r.Rule, r.Rank, math.Float64bits(r.Probability), r.Reasons)
	}
	var lines []string
	for p, code := range why {
		lines = append(lines, fmt.Sprintf("left %q %d %q\n", p.list, p.person, code))
	}
	for p := range dead {
		lines = append(lines, fmt.Sprintf("died %d\n", p))
	}
	slices.Sort(lines)
	for _, l := range lines {
		h.Write([]byte(l))
	}
	return hex.EncodeToString(h.Sum(nil))
}
