package worklist

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"leftshift/engine"
)

const stressPeople = 40 // on two lists each

// press lets users press buttons at once, without looking at what the others do,
// and says which of their actions were done.
func press(s *Store, seed uint64, users, actions int) (done []string, faults []error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for u := range users {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(u)))
			by := Actor{User: fmt.Sprintf("user-%d-%d", seed, u), Role: "coordinator", Organisation: "A81001", Team: "north"}
			for n := range actions {
				q := Query{Person: engine.Person(1 + rng.IntN(stressPeople))}
				if rng.IntN(2) == 0 {
					q = Query{Owner: by} // go on with one's own
				}
				have, err := s.Items(ctx, q)
				if err == nil && len(have) == 0 {
					have, err = s.Items(ctx, Query{Person: engine.Person(1 + rng.IntN(stressPeople))})
				}
				if err != nil {
					mu.Lock()
					faults = append(faults, err)
					mu.Unlock()
					return
				}
				it := have[rng.IntN(len(have))]
				a := Action{Key: strconv.Itoa(n), Item: it.ID, Version: it.Version, Next: engine.NoDay}
				switch k := rng.IntN(10); {
				case k < 3:
					a.Kind = Claim
				case k < 5:
					a.Kind = Release
				case k < 7:
					a.Kind, a.To = Move, []State{InReview, Contacted, Accepted, Declined, Done}[rng.IntN(5)]
				case k < 8:
					a.Kind, a.Next = Plan, day0+9
				default:
					a.Kind, a.Note = Note, "rang"
				}
				r, err := s.Act(ctx, by, a)
				for range rng.IntN(3) { // a nervous finger
					// Who was refused may do it at a later press, when somebody let go elsewhere.
					again, err2 := s.Act(ctx, by, a)
					if err == nil && r.Change.Seq != 0 && (err2 != nil || !again.Repeated) {
						err = fmt.Errorf("a second press was not known again: %v", err2)
						break
					}
					r, err = again, err2
				}
				mu.Lock()
				switch code(err) {
				case "":
					if r.Change.Seq != 0 {
						done = append(done, by.User+" "+a.Key)
					}
				case "worklist-conflict", "worklist-taken", "worklist-move", "worklist-no-owner", "worklist-finished":
				default:
					faults = append(faults, err)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return done, faults
}

// none counts what the file holds against what people were told.
func none(t *testing.T, s *Store, done []string) {
	t.Helper()
	rows, err := s.write.Query("SELECT user || ' ' || key FROM history WHERE key <> ''")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	held := map[string]int{}
	for rows.Next() {
		var k string
		if err := rows.Scan(&k); err != nil {
			t.Fatal(err)
		}
		held[k]++
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	for _, k := range done {
		if held[k] == 0 {
			t.Errorf("an action was lost")
		}
		delete(held, k)
	}
	if len(held) > 0 {
		t.Errorf("%d actions are there that nobody was told of", len(held))
	}
	t.Logf("%d actions done", len(done))
	sound(t, s)
	// Nobody was ever owned by two: claims and what ends them, in order.
	history, err := s.write.Query("SELECT e.person, h.item, h.kind, h.organisation || h.user, h.to_state FROM history h JOIN entry e ON e.id = h.item ORDER BY h.seq")
	if err != nil {
		t.Fatal(err)
	}
	defer history.Close()
	type owner struct {
		item int64
		user string
	}
	owners := map[int64]owner{}
	for history.Next() {
		var person, item int64
		var kind Kind
		var user string
		var state State
		if err := history.Scan(&person, &item, &kind, &user, &state); err != nil {
			t.Fatal(err)
		}
		switch o, owned := owners[person]; kind {
		case Claim, Move, Plan:
			if owned && o != (owner{item, user}) {
				t.Errorf("a %s of a person who is with someone else", kind)
			}
			owners[person] = owner{item, user}
		case Release:
			if o != (owner{item, user}) {
				t.Error("somebody let go whom they do not have")
			}
			delete(owners, person)
		}
		if !state.Open() {
			delete(owners, person)
		}
	}
}

func everyone() []Row {
	var people []engine.Person
	for p := range stressPeople {
		people = append(people, engine.Person(p+1))
	}
	return append(rows("north", people...), rows("south", people...)...)
}

func TestTwoHundredAtOnceLoseNothing(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), everyone(), nil, nil, Synced{New: 2 * stressPeople})
	done, faults := press(s, 1, 200, 5)
	for _, err := range faults {
		t.Error(err)
	}
	if len(done) < 200 {
		t.Errorf("only %d actions were done: this tests little", len(done))
	}
	none(t, s, done)
}

// The test runs itself as a second process on the same file.
func TestTwoProcessesLoseNothing(t *testing.T) {
	if dir := os.Getenv("WORKLIST_STRESS"); dir != "" {
		s, err := Open(dir, Options{Now: func() time.Time { return noon }})
		if err != nil {
			t.Fatal(err)
		}
		done, faults := press(s, 2, 100, 4)
		for _, k := range done {
			fmt.Println("done", k)
		}
		for _, err := range faults {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	s, err := Open(dir, Options{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	synced(t, s, run(1), everyone(), nil, nil, Synced{New: 2 * stressPeople})
	other := exec.Command(os.Args[0], "-test.run=^TestTwoProcessesLoseNothing$", "-test.count=1")
	other.Env = append(os.Environ(), "WORKLIST_STRESS="+dir)
	var said strings.Builder
	other.Stdout, other.Stderr = &said, &said
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	done, faults := press(s, 1, 100, 4)
	for _, err := range faults {
		t.Error(err)
	}
	if err := other.Wait(); err != nil {
		t.Fatalf("the other process: %v\n%s", err, said.String())
	}
	theirs := 0
	for lines := bufio.NewScanner(strings.NewReader(said.String())); lines.Scan(); {
		if k, ok := strings.CutPrefix(lines.Text(), "done "); ok {
			done = append(done, k)
			theirs++
		}
	}
	if theirs < 50 || len(done)-theirs < 50 {
		t.Errorf("%d and %d actions: the processes did not meet", len(done)-theirs, theirs)
	}
	none(t, s, done)
}
