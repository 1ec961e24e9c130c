package worklist

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"leftshift/engine"
)

// Every pair of states is tried, through Act and in the file itself: exactly the
// declared moves are possible.
func TestR6TheStateMachineIsTheDeclaredOne(t *testing.T) {
	way := map[State][]Action{New: nil, InReview: {to(InReview)}, Contacted: {to(Contacted)}, Accepted: {to(Contacted), to(Accepted)}, Declined: {to(Contacted), to(Declined)},
		NotSuitable: {off(CareHome)}, Referred: {to(InReview), to(Referred)}, Done: {to(InReview), to(Done)}, Closed: nil}
	s, _ := open(t)
	n := 0
	for from, actions := range way {
		for _, next := range States() {
			n++
			p := engine.Person(n)
			if _, err := s.Add(ctx, amy, Addition{Key: key(), List: "north", Person: p, Worry: Fall, Probability: nan()}); err != nil {
				t.Fatal(err)
			}
			must(t, s, amy, "north", p, actions...)
			if from == Closed {
				if stopped, err := s.Deaths(ctx, run(1), []engine.Person{p}); err != nil || stopped != 1 {
					t.Fatal(stopped, err)
				}
			}
			a := to(next)
			if next == NotSuitable {
				a = off(OnCaseload)
			}
			declared, ok := moves[arrow{from, next, false}]
			it, err := act(t, s, amy, "north", p, a)
			if ok != (err == nil) || ok && it.State != next {
				t.Errorf("%s to %s: %v", from, next, err)
			}
			if ok && declared.Reason != (next == NotSuitable) {
				t.Errorf("%s to %s: which moves need a reason is declared otherwise", from, next)
			}
			_, err = s.write.Exec(`INSERT INTO history (item, kind, at, user, role, organisation, team, from_state, to_state, reason, note, reasons, run, snapshot, version, key, ask)
				VALUES (?, 'moved', 0, 'x', '', 'x', '', ?, ?, '', '', '', '', '', 99, ?, '')`, item(t, s, "north", p).ID, from, next, key())
			if ok != (err == nil) {
				t.Errorf("the file itself has %s to %s otherwise: %v", from, next, err)
			}
		}
	}
	seen := map[State]bool{}
	for _, tr := range Transitions() {
		seen[tr.To] = true
		if tr.Say == "" || tr.Run && tr.To != New && tr.To != Closed {
			t.Errorf("%+v", tr)
		}
	}
	for _, st := range States() {
		if !seen[st] {
			t.Errorf("nothing becomes %s", st)
		}
	}
}

// Whatever a run does, it opens or closes; the file refuses more.
func TestG42NoStateOfCareWithoutANamedPerson(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1), nil, nil, Synced{New: 1})
	id := item(t, s, "north", 1).ID
	for _, x := range []struct{ kind, user, to string }{{"moved", "", "contacted"}, {"left", "", "declined"}, {"relisted", "", "done"}, {"claimed", "", "new"}, {"left", "amy", "closed"}, {"noted", "amy", "contacted"}} {
		_, err := s.write.Exec(`INSERT INTO history (item, kind, at, user, role, organisation, team, from_state, to_state, reason, note, reasons, run, snapshot, version, key, ask)
			VALUES (?1, ?2, 0, ?3, '', ?3, '', 'new', ?4, '', '', '', '', '', 2, ?3, '')`, id, x.kind, x.user, x.to)
		if err == nil {
			t.Errorf("%+v is taken", x)
		}
	}
	for _, by := range []Actor{{}, {User: "amy"}, {Organisation: "A81001"}} {
		_, err := act(t, s, by, "north", 1, to(InReview))
		refused(t, err, "worklist-actor")
		_, err = s.Add(ctx, by, Addition{Key: key(), List: "north", Person: 2, Worry: Fall, Probability: nan()})
		refused(t, err, "worklist-actor")
	}
	sound(t, s)
}

func TestHistoryIsOnlyAddedTo(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1), nil, nil, Synced{New: 1})
	must(t, s, amy, "north", 1, to(InReview))
	if _, err := s.Outcomes(ctx, run(2), day0+9, []Outcome{{Person: 1, Kind: Admitted, Day: day0 + 5}}); err != nil {
		t.Fatal(err)
	}
	for table, column := range map[string]string{"history": "note", "entry": "list", "listing": "reasons", "run": "digest", "outcome": "kind", "followed": "snapshot"} {
		for _, q := range []string{"UPDATE " + table + " SET " + column + " = " + column, "DELETE FROM " + table} {
			if _, err := s.write.Exec(q); err == nil || !strings.Contains(err.Error(), "kept") {
				t.Errorf("%s: %v", q, err)
			}
		}
	}
	if _, err := s.write.Exec("UPDATE item SET owner = 'eve', state = 'done'"); err != nil {
		t.Fatal(err)
	}
	if wrong, err := s.Rebuild(ctx); wrong != 1 || err != nil {
		t.Errorf("%d wrong, %v", wrong, err)
	}
	if it := item(t, s, "north", 1); it.Owner != amy || it.State != InReview {
		t.Errorf("rebuilt as %+v", it)
	}
	sound(t, s)
}

func TestR6MovesPlansReasonsAndNotes(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1, 2), nil, nil, Synced{New: 2})
	it := must(t, s, amy, "north", 1, Action{Kind: Move, To: Contacted, Next: day0 + 7, Note: "  secret\r\nnote "})
	if it.State != Contacted || it.Owner != amy || it.Next != day0+7 || !it.Begun || it.Version != 2 || it.Notes != 1 {
		t.Errorf("%+v", it)
	}
	if it = must(t, s, amy, "north", 1, Action{Kind: Plan, Next: day0}); it.Next != day0 {
		t.Errorf("%+v", it)
	}
	if it = must(t, s, amy, "north", 1, to(Declined)); it.Next != engine.NoDay || it.Owner != (Actor{}) {
		t.Errorf("%+v", it)
	}
	history, err := s.History(ctx, it.ID)
	if err != nil || len(history) != 4 || history[1].Note != "secret\nnote" || history[1].By != amy || !history[1].At.Equal(noon) || history[1].Next != day0+7 || history[0].Run != "run-1" {
		t.Errorf("%+v", history)
	}
	for want, a := range map[string]Action{
		"worklist-reason":     {Kind: Move, To: NotSuitable},
		"worklist-reason ":    {Kind: Move, To: NotSuitable, Reason: "secret"},
		"worklist-reason  ":   {Kind: Move, To: InReview, Reason: Died},
		"worklist-note":       {Kind: Move, To: NotSuitable, Reason: OtherReason},
		"worklist-note ":      {Kind: Note},
		"worklist-note  ":     {Kind: Take},
		"worklist-note   ":    {Kind: Note, Note: "secret" + strings.Repeat("é", LongestNote)},
		"worklist-note    ":   {Kind: Note, Note: "secret\x00"},
		"worklist-note     ":  {Kind: Note, Note: "secret\xff"},
		"worklist-next":       {Kind: Plan, Next: day0 - 1},
		"worklist-move":       to(Accepted),
		"worklist-move ":      to("secret"),
		"worklist-kind":       {Kind: "secret"},
		"worklist-kind ":      {Kind: Claim, To: Done},
		"worklist-no-owner":   {Kind: Release},
		"worklist-no-owner  ": {Kind: Take, Note: "why"},
		"worklist-key":        {Kind: Claim, Key: "secret key"},
	} {
		_, err := act(t, s, amy, "north", 2, a)
		refused(t, err, strings.TrimSpace(want))
	}
	_, err = s.Act(ctx, amy, Action{Key: key(), Item: 99, Kind: Claim})
	refused(t, err, "worklist-no-item")
	_, err = act(t, s, amy, "north", 1, Action{Kind: Claim})
	refused(t, err, "worklist-finished")
	if it = must(t, s, ben, "north", 1, to(InReview)); it.Owner != ben {
		t.Error("who opens an entry again does not have it")
	}
	if it = must(t, s, amy, "north", 2, Action{Kind: Note, Note: strings.Repeat("é", LongestNote)}); it.Version != 1 || it.Notes != 1 {
		t.Errorf("%+v", it)
	}
	sound(t, s)
}

// The one who comes second is told, with the entry as it is; nothing is lost.
func TestR6AStaleEditIsRefusedWithTheEntryAsItIs(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1), nil, nil, Synced{New: 1})
	saw := item(t, s, "north", 1)
	must(t, s, amy, "north", 1, Action{Kind: Claim}, Action{Kind: Release})
	_, err := s.Act(ctx, ben, Action{Key: key(), Item: saw.ID, Version: saw.Version, Kind: Move, To: InReview, Next: engine.NoDay})
	var c *Conflict
	if !errors.As(err, &c) || c.Item.Version != saw.Version+2 || !equal(c.Item, item(t, s, "north", 1)) {
		t.Errorf("%v", err)
	}
	refused(t, err, "worklist-conflict")
	// A note needs no version, and two at once both stand.
	var both sync.WaitGroup
	for _, by := range []Actor{amy, ben} {
		both.Go(func() {
			if _, err := s.Act(ctx, by, Action{Key: key(), Item: saw.ID, Kind: Note, Note: "from " + by.User}); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	history, err := s.History(ctx, saw.ID)
	if err != nil || len(history) != 5 || item(t, s, "north", 1).Notes != 2 {
		t.Error(len(history), err)
	}
	sound(t, s)
}

func TestR7OneOwnerAcrossTeamsAndLists(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), append(rows("north", 1, 2), rows("pharmacy", 1)...), nil, nil, Synced{New: 3})
	must(t, s, amy, "north", 1, Action{Kind: Claim})
	for name, try := range map[string]func() error{
		"claim here":      func() error { _, err := act(t, s, ben, "north", 1, Action{Kind: Claim}); return err },
		"move here":       func() error { _, err := act(t, s, ben, "north", 1, to(Contacted)); return err },
		"release here":    func() error { _, err := act(t, s, ben, "north", 1, Action{Kind: Release}); return err },
		"claim elsewhere": func() error { _, err := act(t, s, cara, "pharmacy", 1, Action{Kind: Claim}); return err },
		"move elsewhere":  func() error { _, err := act(t, s, cara, "pharmacy", 1, to(Contacted)); return err },
		"plan elsewhere":  func() error { _, err := act(t, s, cara, "pharmacy", 1, Action{Kind: Plan, Next: day0}); return err },
		"twice oneself":   func() error { _, err := act(t, s, amy, "pharmacy", 1, Action{Kind: Claim}); return err },
	} {
		err := try()
		var taken *Taken
		if !errors.As(err, &taken) || taken.Owner != amy || taken.List != "north" {
			t.Errorf("%s: %v", name, err)
			continue
		}
		refused(t, err, "worklist-taken")
		if strings.Contains(err.Error(), "north") || strings.Contains(err.Error(), "amy") || strings.Contains(taken.Named(), "amy") || !strings.Contains(taken.Named(), "north") || !strings.Contains(taken.Named(), "coordinator") {
			t.Errorf("%s: %v; %s", name, err, taken.Named())
		}
	}
	// To take a person off needs no contact with them, so another team may.
	if it := must(t, s, cara, "pharmacy", 1, off(OnCaseload)); it.State != NotSuitable {
		t.Errorf("%+v", it)
	}
	if o, err := s.Owner(ctx, 1); err != nil || o == nil || o.Owner != amy {
		t.Error(o, err)
	}
	if it := must(t, s, ben, "north", 1, Action{Kind: Take, Note: "amy is on leave"}); it.Owner != ben {
		t.Errorf("%+v", it)
	}
	must(t, s, ben, "north", 1, Action{Kind: Release})
	if it := must(t, s, cara, "pharmacy", 1, to(InReview)); it.Owner != cara {
		t.Errorf("%+v", it)
	}
	if o, err := s.Owner(ctx, 2); err != nil || o != nil {
		t.Error(o, err)
	}
	sound(t, s)
}

func TestR7OfTwoClaimsAtOnceOneWins(t *testing.T) {
	s, _ := open(t)
	var people []engine.Person
	for p := range 20 {
		people = append(people, engine.Person(p+1))
	}
	synced(t, s, run(1), append(rows("north", people...), rows("pharmacy", people...)...), nil, nil, Synced{New: 40})
	for _, p := range people {
		var won, taken int
		var mu sync.Mutex
		var all sync.WaitGroup
		for k, by := range []Actor{amy, ben, cara, {User: "dan", Organisation: "RXX"}} {
			it := item(t, s, []string{"north", "pharmacy"}[k/2], p)
			all.Go(func() {
				_, err := s.Act(ctx, by, Action{Key: key(), Item: it.ID, Version: it.Version, Kind: Claim})
				mu.Lock()
				defer mu.Unlock()
				switch code(err) {
				case "":
					won++
				case "worklist-taken":
					taken++
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won != 1 || taken != 3 {
			t.Errorf("%d won, %d were refused", won, taken)
		}
	}
	sound(t, s)
}

func TestADoubleClickCountsOnce(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1), nil, nil, Synced{New: 1})
	it := item(t, s, "north", 1)
	a := Action{Key: "once", Item: it.ID, Version: it.Version, Kind: Move, To: Contacted, Next: engine.NoDay, Note: "rang"}
	var repeated, fresh int
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			r, err := s.Act(ctx, amy, a)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || r.Item.State != Contacted || r.Change.To != Contacted || r.Change.Seq == 0 {
				t.Error(r, err)
			}
			if r.Repeated {
				repeated++
			} else {
				fresh++
			}
		})
	}
	all.Wait()
	if fresh != 1 || repeated != 4 {
		t.Error(fresh, repeated)
	}
	a.To = NotSuitable
	a.Reason = Died
	_, err := s.Act(ctx, amy, a)
	refused(t, err, "worklist-key")
	a = Action{Key: "once", Item: it.ID, Kind: Note, Note: "ben's own key"}
	if r, err := s.Act(ctx, ben, a); err != nil || r.Repeated {
		t.Error("the key of one user binds another", err)
	}
	add := Addition{Key: "add", List: "north", Person: 2, Worry: OtherWorry, Note: "smells of gas", Probability: nan()}
	first, err := s.Add(ctx, amy, add)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Add(ctx, amy, add)
	if err != nil || !again.Repeated || again.Item.ID != first.Item.ID {
		t.Error(again, err)
	}
	sound(t, s)
}

func TestR8AddedByHandIsAnItemLikeOthers(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1), nil, nil, Synced{New: 1})
	add := func(list string, p engine.Person, w Worry, note string) (Result, error) {
		return s.Add(ctx, amy, Addition{Key: key(), List: list, Person: p, Practice: "A81001", Worry: w, Note: note, Probability: nan(), Snapshot: "snapshot-1"})
	}
	r, err := add("north", 2, Receptionist, "not herself")
	it := r.Item
	if err != nil || it.State != New || it.Source != ByHand || it.Worry != Receptionist || it.FirstRun != "" || it.FirstDay != day0 || it.Rule != HandRule || it.Listed || !it.Begun || it.Notes != 1 {
		t.Errorf("%+v %v", it, err)
	}
	_, err = add("north", 1, Fall, "")
	refused(t, err, "worklist-open-already")
	var c *Conflict
	if !errors.As(err, &c) || c.Item.Person != 1 {
		t.Error(err)
	}
	_, err = add("north", 3, "secret", "")
	refused(t, err, "worklist-worry")
	_, err = add("north", 3, OtherWorry, "")
	refused(t, err, "worklist-note")
	_, err = add("", 0, Fall, "")
	refused(t, err, "worklist-add")
	// A run lists her too: the same item; then not any more: it stays, for somebody began.
	synced(t, s, run(2), rows("north", 1, 2), nil, nil, Synced{Kept: 1, Relisted: 1})
	if it = item(t, s, "north", 2); !it.Listed || it.Rank != 2 || it.Probability != 0.5 || it.Source != ByHand {
		t.Errorf("%+v", it)
	}
	synced(t, s, run(3), rows("north", 1), []Leaver{{"north", 2, "ranked_lower"}}, nil, Synced{Kept: 1, Left: 1})
	if it = item(t, s, "north", 2); it.State != New || it.Gone != "ranked_lower" {
		t.Errorf("%+v", it)
	}
	if _, err := s.Deaths(ctx, run(3), []engine.Person{2}); err != nil {
		t.Fatal(err)
	}
	_, err = add("pharmacy", 2, Fall, "")
	refused(t, err, "worklist-died")
	sound(t, s)
}

func TestTheFileIsForItsOwnerOnlyAndOpensAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	synced(t, s, run(1), rows("north", 1), nil, nil, Synced{New: 1})
	for _, name := range []string{"", File, File + "-wal"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%q is open to others: %v", name, err)
		}
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = s.Sync(ctx, run(2), rows("north", 1), nil, nil)
	refused(t, err, "worklist-closed")
	if s, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	synced(t, s, run(1), rows("north", 1), nil, nil, Synced{Repeated: true})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", filepath.Join(dir, File))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	_, err = Open(dir, Options{})
	refused(t, err, "worklist-newer")
}

func TestR7QueriesFindWhatIsAsked(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), append(rows("north", 1, 2, 3), rows("south", 1, 4)...), nil, nil, Synced{New: 5})
	must(t, s, amy, "north", 1, Action{Kind: Plan, Next: day0 + 2})
	must(t, s, amy, "north", 2, Action{Kind: Plan, Next: day0 + 5})
	must(t, s, Actor{User: "amy", Organisation: "another"}, "south", 4, to(Contacted))
	must(t, s, ben, "north", 3, off(CareHome))
	for name, x := range map[string]struct {
		q    Query
		want string
	}{
		"all":       {Query{}, "1 2 3 4 5"},
		"a list":    {Query{Lists: []string{"south"}}, "4 5"},
		"no list":   {Query{Lists: []string{}}, ""},
		"a person":  {Query{Person: 1}, "1 4"},
		"mine":      {Query{Owner: amy}, "1 2"},
		"nobody's":  {Query{Owner: cara}, ""},
		"states":    {Query{States: []State{Contacted, NotSuitable}}, "3 5"},
		"open":      {Query{Open: true}, "1 2 4 5"},
		"due":       {Query{Due: day0 + 4}, "1"},
		"due later": {Query{Due: day0 + 5, Owner: amy}, "1 2"},
		"no due":    {Query{Due: engine.NoDay}, "1 2 3 4 5"},
		"a page":    {Query{After: 2, Most: 2}, "3 4"},
	} {
		have, err := s.Items(ctx, x.q)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, it := range have {
			ids = append(ids, strconv.FormatInt(it.ID, 10))
		}
		if got := strings.Join(ids, " "); got != x.want {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Items(gone, Query{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := s.Act(gone, amy, Action{Key: key(), Item: 1, Kind: Note, Note: "x"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	sound(t, s)
}
