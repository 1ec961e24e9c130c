package worklist

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/risklist"

	"pgregory.net/rapid"
)

// simple is the worklist as one would keep it on paper: no versions, no history,
// one user after the other.
type simple struct{ items []*note }

type note struct {
	list         string
	person       engine.Person
	state        State
	reason       string
	owner        string
	next         engine.Day
	listed, done bool // done: somebody did something
	notes        int
	decided      int // when somebody moved it last, 0 never
}

func (m *simple) current(list string, p engine.Person) *note {
	for _, n := range m.items {
		if n.list == list && n.person == p && (n.listed || n.state.Open()) {
			return n
		}
	}
	return nil
}

func (m *simple) owned(p engine.Person) *note {
	for _, n := range m.items {
		if n.person == p && n.owner != "" {
			return n
		}
	}
	return nil
}

func (m *simple) sync(rows []Row, died map[engine.Person]bool) {
	m.die(died)
	on := map[*note]bool{}
	had := slices.Clone(m.items)
	for _, r := range rows {
		if died[r.Person] {
			continue
		}
		n := m.current(r.List, r.Person)
		if n == nil {
			n = &note{list: r.List, person: r.Person, state: New, next: engine.NoDay}
			m.items = append(m.items, n)
		}
		n.listed = true
		on[n] = true
	}
	for _, n := range had {
		if n.listed && !on[n] {
			n.listed = false
			if n.state == New && !n.done {
				n.state, n.reason = Closed, NotListed
			}
		}
	}
}

func (m *simple) die(died map[engine.Person]bool) {
	for _, n := range m.items {
		if died[n.person] {
			n.state, n.reason, n.owner, n.next, n.listed = Closed, "died", "", engine.NoDay, false
		}
	}
}

// act gives the code of the refusal, or "".
func (m *simple) act(n *note, user string, a Action) string {
	if a.Kind == Note {
		n.notes, n.done = n.notes+1, true
		return ""
	}
	if n.state == Closed {
		if n.reason == "died" {
			return "worklist-died"
		}
		return "worklist-closed-item"
	}
	if n.owner != "" && n.owner != user && a.Kind != Take {
		return "worklist-taken"
	}
	elsewhere := func() bool { o := m.owned(n.person); return o != nil && o != n }
	switch a.Kind {
	case Claim, Plan:
		if a.Kind == Claim && n.owner == user {
			return ""
		}
		if !n.state.Open() {
			return "worklist-finished"
		}
		if elsewhere() {
			return "worklist-taken"
		}
		n.owner = user
		if a.Kind == Plan {
			n.next = a.Next
		}
	case Release:
		if n.owner == "" {
			return "worklist-no-owner"
		}
		n.owner = ""
	case Take:
		if n.owner == "" || n.owner == user {
			return "worklist-no-owner"
		}
		n.owner = user
	case Move:
		legal := map[State]string{New: "in_review contacted not_suitable", InReview: "contacted referred not_suitable done", Contacted: "accepted declined referred not_suitable done",
			Accepted: "referred declined not_suitable done", Referred: "accepted declined not_suitable done", Declined: "in_review accepted", NotSuitable: "in_review", Done: "in_review"}
		if !slices.Contains(strings.Fields(legal[n.state]), string(a.To)) {
			return "worklist-move"
		}
		if a.To != NotSuitable && elsewhere() {
			return "worklist-taken"
		}
		if c := m.current(n.list, n.person); a.To.Open() && !n.state.Open() && c != nil && c != n {
			return "worklist-open-already"
		}
		n.state, n.reason, n.next, n.owner = a.To, string(a.Reason), a.Next, user
		if !a.To.Open() {
			n.owner = ""
		}
	}
	if a.Note != "" {
		n.notes++
	}
	n.done = true
	return ""
}

func (m *simple) add(list string, p engine.Person) (*note, string) {
	if m.current(list, p) != nil {
		return nil, "worklist-open-already"
	}
	for _, n := range slices.Backward(m.items) {
		if n.person == p {
			if n.state == Closed && n.reason == "died" {
				return nil, "worklist-died"
			}
			break
		}
	}
	n := &note{list: list, person: p, state: New, next: engine.NoDay, done: true}
	m.items = append(m.items, n)
	return n, ""
}

// Whatever is done in whatever order, the store and the simple model answer and
// stand alike, the items are what their history says, and quiet are those whose
// last word was no.
func TestTheStoreIsTheSimpleModel(t *testing.T) {
	base, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		c := &clock{}
		c.set(noon)
		s, err := Open(fmt.Sprintf("%s/%d", base, n), Options{Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		m, lists, users := &simple{}, []string{"north", "south"}, []string{"amy", "ben", "cara"}
		runs, moves := 0, 0
		people := rapid.IntRange(1, 4)
		died := func(label string) map[engine.Person]bool {
			out := map[engine.Person]bool{}
			if rapid.IntRange(0, 3).Draw(t, label) == 0 {
				out[engine.Person(people.Draw(t, "who died"))] = true
			}
			return out
		}
		step := map[string]func(*rapid.T){
			"sync": func(t *rapid.T) {
				var rows []Row
				for _, l := range lists {
					rank := 0
					for p := engine.Person(1); p <= 4; p++ {
						if rapid.Bool().Draw(t, "listed") {
							rank++
							rows = append(rows, Row{List: l, Person: p, Rank: rank, Probability: 0.5})
						}
					}
				}
				if len(rows) == 0 {
					return
				}
				runs++
				dead := died("deaths")
				var signals []engine.Person
				for p := range dead {
					signals = append(signals, p)
				}
				m.sync(rows, dead)
				for again := range 2 {
					if got, err := s.Sync(ctx, run(runs), rows, nil, signals); err != nil || got.Repeated != (again == 1) {
						t.Fatal(got, err)
					}
				}
			},
			"deaths": func(t *rapid.T) {
				dead := died("deaths")
				var signals []engine.Person
				for p := range dead {
					signals = append(signals, p)
				}
				m.die(dead)
				if _, err := s.Deaths(ctx, Run{Snapshot: "recheck"}, signals); err != nil {
					t.Fatal(err)
				}
			},
			"add": func(t *rapid.T) {
				l, p := rapid.SampledFrom(lists).Draw(t, "list"), engine.Person(people.Draw(t, "person"))
				_, want := m.add(l, p)
				_, err := s.Add(ctx, amy, Addition{Key: key(), List: l, Person: p, Worry: Fall, Probability: nan()})
				if code(err) != want {
					t.Fatalf("add: %v, want %q", err, want)
				}
			},
			"act": func(t *rapid.T) {
				if len(m.items) == 0 {
					return
				}
				k := rapid.IntRange(0, len(m.items)-1).Draw(t, "item")
				user := rapid.SampledFrom(users).Draw(t, "user")
				a := Action{Key: key(), Item: int64(k + 1), Kind: rapid.SampledFrom([]Kind{Claim, Release, Take, Move, Move, Move, Move, Plan, Note}).Draw(t, "kind"), Next: engine.NoDay}
				switch a.Kind {
				case Move:
					if a.To = rapid.SampledFrom(States()).Draw(t, "to"); a.To == NotSuitable {
						a.Reason = rapid.SampledFrom([]Reason{Died, CareHome}).Draw(t, "reason")
					}
				case Plan:
					a.Next = day0 + engine.Day(rapid.IntRange(0, 9).Draw(t, "next"))
				case Note, Take:
					a.Note = "a note"
				}
				it, err := s.Item(ctx, a.Item)
				if err != nil {
					t.Fatal(err)
				}
				a.Version = it.Version
				want := m.act(m.items[k], user, a)
				by := Actor{User: user, Organisation: "A81001"}
				_, err = s.Act(ctx, by, a)
				if code(err) != want {
					t.Fatalf("%s %s to %q: %v, want %q", a.Kind, m.items[k].state, a.To, err, want)
				}
				if err == nil && a.Kind == Move {
					moves++
					m.items[k].decided = moves
				}
				if rapid.IntRange(0, 4).Draw(t, "again") == 0 && err == nil {
					if r, err := s.Act(ctx, by, a); err != nil || !r.Repeated && r.Change.Seq != 0 {
						t.Fatal("pressed twice:", r, err)
					}
				}
			},
			"": func(t *rapid.T) {
				all, err := s.Items(ctx, Query{})
				if err != nil || len(all) != len(m.items) {
					t.Fatal(len(all), len(m.items), err)
				}
				for i, it := range all {
					n := m.items[i]
					got := note{it.List, it.Person, it.State, it.Reason, it.Owner.User, it.Next, it.Listed, it.Begun, it.Notes, n.decided}
					if got != *n {
						t.Fatalf("item %d is %+v, want %+v", it.ID, got, *n)
					}
				}
			},
		}
		t.Repeat(step)
		if wrong, err := s.Rebuild(ctx); wrong != 0 || err != nil {
			t.Fatal(wrong, err)
		}
		// Who is quiet has finished with no as the last move, and who has not, is not.
		quiet, err := s.Quiet(ctx, day0, StandardPeriods)
		if err != nil {
			t.Fatal(err)
		}
		for p := engine.Person(1); p <= 4; p++ {
			var last *note
			for _, n := range m.items {
				if n.person == p && n.decided > 0 && (last == nil || n.decided > last.decided) {
					last = n
				}
			}
			q, is := quiet[p]
			if is && (last == nil || last.state != NotSuitable && last.state != Declined && last.state != Closed) {
				t.Fatalf("%d is quiet, and was last %+v", p, last)
			}
			if is && last.state == Declined && q.Code != risklist.Declined {
				t.Fatalf("%d is quiet for %s", p, q.Code)
			}
		}
	})
}
