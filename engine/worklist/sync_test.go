package worklist

import (
	"testing"

	"leftshift/engine"
	"leftshift/engine/risklist"
)

// Night 1 lists 1 to 4. Somebody begins with 2 and finishes with 3. Night 2
// lists 1 and 5: 2 stays in work, 3 stays finished, 4 is closed. Night 3 lists
// all again: 2 goes on, 3 and 4 begin anew.
func TestF4SyncJoinersStayersLeavers(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1, 2, 3, 4), nil, nil, Synced{New: 4})
	must(t, s, amy, "north", 2, to(Contacted))
	must(t, s, amy, "north", 3, to(InReview), to(Done))
	synced(t, s, run(2), rows("north", 5, 1), []Leaver{{"north", 2, "in_hospital"}, {"north", 4, "ranked_lower"}}, nil, Synced{New: 1, Kept: 1, Left: 3, Closed: 1})
	for p, want := range map[engine.Person]struct {
		state  State
		reason string
		gone   string
		listed bool
	}{1: {New, "", "", true}, 2: {Contacted, "", "in_hospital", false}, 3: {Done, "", NotListed, false}, 4: {Closed, "ranked_lower", "ranked_lower", false}, 5: {New, "", "", true}} {
		if it := item(t, s, "north", p); it.State != want.state || it.Reason != want.reason || it.Gone != want.gone || it.Listed != want.listed {
			t.Errorf("%d: %+v", p, it)
		}
	}
	if it := item(t, s, "north", 1); it.Rank != 2 || it.Version != 1 || it.FirstRun != "run-1" || it.FirstDay != day0+1 {
		t.Errorf("%+v", it)
	}
	_, err := act(t, s, amy, "north", 4, Action{Kind: Claim})
	refused(t, err, "worklist-closed-item")
	synced(t, s, run(3), rows("north", 1, 2, 3, 4, 5), nil, nil, Synced{New: 2, Kept: 2, Relisted: 1})
	all, err := s.Items(ctx, Query{Lists: []string{"north"}})
	if err != nil || len(all) != 7 {
		t.Error(len(all), err)
	}
	if on, err := s.Items(ctx, Query{Listed: true, Open: true}); err != nil || len(on) != 5 {
		t.Error(len(on), err)
	}
	// 3 was opened anew by the run, so the finished entry cannot be opened beside it.
	old := all[2]
	_, err = s.Act(ctx, amy, Action{Key: key(), Item: old.ID, Version: old.Version, Kind: Move, To: InReview, Next: engine.NoDay})
	refused(t, err, "worklist-open-already")
	sound(t, s)
}

func TestSyncTheSameRunTwiceChangesNothing(t *testing.T) {
	s, _ := open(t)
	lists := append(rows("north", 1, 2), rows("south", 3)...)
	synced(t, s, run(1), lists, nil, nil, Synced{New: 3})
	must(t, s, amy, "north", 1, to(Contacted))
	synced(t, s, run(2), lists[:2], []Leaver{{"south", 3, "died"}}, []engine.Person{7}, Synced{Kept: 2, Stopped: 1})
	before, err := s.Items(ctx, Query{})
	if err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		if err := s.write.QueryRow("SELECT (SELECT count(*) FROM history) + (SELECT count(*) FROM listing) + (SELECT count(*) FROM run) + (SELECT count(*) FROM entry)").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	had := count()
	lists[0], lists[1] = lists[1], lists[0] // in whatever order
	synced(t, s, run(2), lists[:2], []Leaver{{"south", 3, "died"}}, []engine.Person{7, 7}, Synced{Repeated: true})
	after, err := s.Items(ctx, Query{})
	if err != nil || len(before) != len(after) || count() != had {
		t.Fatal(len(after), err)
	}
	for i := range before {
		if !equal(before[i], after[i]) {
			t.Errorf("%+v became %+v", before[i], after[i])
		}
	}
	// What cannot be a run's is refused, and nothing of it is kept.
	bad := func(r Run, rows []Row, want string) {
		_, err := s.Sync(ctx, r, rows, nil, nil)
		refused(t, err, want)
	}
	bad(run(2), lists[:1], "worklist-sync-differs")
	bad(run(1), lists, "worklist-sync-old")
	bad(Run{Snapshot: "late", AsOf: day0}, lists, "worklist-sync-old")
	bad(run(3), nil, "worklist-sync-empty")
	bad(Run{AsOf: day0 + 9}, lists, "worklist-sync-run")
	bad(run(3), append(rows("north", 1), rows("north", 1)...), "worklist-sync-rows")
	bad(run(3), []Row{{List: "north", Person: 1, Rank: 1, Probability: 2}}, "worklist-sync-rows")
	bad(run(3), []Row{{List: "north", Person: 1}}, "worklist-sync-rows")
	if count() != had {
		t.Error("a refused run left something")
	}
	back := run(1)
	back.Back = true
	synced(t, s, back, rows("north", 1, 2), nil, nil, Synced{Kept: 2})
	if last, ok, err := s.Last(ctx); err != nil || !ok || last.Snapshot != "snapshot-1" {
		t.Error(last, ok, err)
	}
	sound(t, s)
}

func TestSyncStopsWhoDiedAtOnce(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), append(rows("north", 1, 2, 3, 4), rows("south", 1)...), nil, nil, Synced{New: 5})
	must(t, s, amy, "north", 1, Action{Kind: Plan, Next: day0 + 3})
	must(t, s, amy, "north", 2, to(Contacted), to(Declined))
	// 1 is in work, 2 finished, 3 not begun; 4 is on the lists with a death signal that came since.
	synced(t, s, run(2), rows("north", 4), []Leaver{{"north", 1, "died"}, {"north", 2, "declined"}}, []engine.Person{2, 3, 4}, Synced{Stopped: 5})
	for _, list := range []string{"north", "south"} {
		it := item(t, s, list, 1)
		if it.State != Closed || it.Reason != "died" || it.Owner.User != "" || it.Next != engine.NoDay || it.Listed || it.Gone != "died" {
			t.Errorf("%+v", it)
		}
		for _, a := range []Action{{Kind: Claim}, {Kind: Plan, Next: day0}, to(Contacted), to(InReview), off(Died), {Kind: Take, Note: "why"}} {
			_, err := act(t, s, ben, list, 1, a)
			refused(t, err, "worklist-died")
		}
		if it := must(t, s, ben, list, 1, Action{Kind: Note, Note: "condolences sent"}); it.State != Closed || it.Notes != 1 {
			t.Errorf("%+v", it)
		}
	}
	if n, err := s.Deaths(ctx, run(2), []engine.Person{1, 2, 3, 4, 99}); n != 0 || err != nil {
		t.Error(n, err)
	}
	// The signal was wrong: a run lists 1 again, and the person can be helped.
	synced(t, s, run(3), rows("north", 1), nil, nil, Synced{New: 1})
	must(t, s, amy, "north", 1, to(Contacted))
	sound(t, s)
}

func TestR11QuietPeriods(t *testing.T) {
	s, c := open(t)
	lists := rows("north", 1, 2, 3, 4, 5, 6)
	for i := range lists {
		lists[i].Probability = float64(i+1) / 10
	}
	synced(t, s, run(1), lists, nil, nil, Synced{New: 6})
	must(t, s, amy, "north", 1, off(ClinicalJudgement))
	must(t, s, amy, "north", 2, to(Contacted), to(Declined))
	must(t, s, amy, "north", 3, off(Died))
	must(t, s, amy, "north", 4, off(CareHome), to(InReview)) // opened again
	must(t, s, amy, "north", 5, to(Contacted), to(Accepted))
	periods := Periods{NotSuitable: 30, Declined: 10}
	got := func(day engine.Day) map[engine.Person]risklist.Quiet {
		q, err := s.Quiet(ctx, day, periods)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	q := got(day0 + 9)
	if len(q) != 3 || q[1] != (risklist.Quiet{Code: risklist.NotSuitable, Until: day0 + 30, Probability: 0.1, Reasons: "digest"}) ||
		q[2] != (risklist.Quiet{Code: risklist.Declined, Until: day0 + 10, Probability: 0.2, Reasons: "digest"}) || q[3].Until != engine.NoDay {
		t.Errorf("%+v", q)
	}
	if q = got(day0 + 10); len(q) != 2 || q[1].Code == 0 {
		t.Errorf("%+v", q)
	}
	if q = got(day0 + 30); len(q) != 1 || q[3].Code == 0 {
		t.Errorf("%+v", q)
	}
	if q = got(day0 - 1); len(q) != 3 {
		t.Errorf("a run of an earlier day does not heed today's decisions: %+v", q)
	}
	periods = Periods{}
	if q = got(day0); len(q) != 1 {
		t.Errorf("%+v", q)
	}
	// The next run leaves 1 off; a later one lists 1 again, since the risk rose: the
	// period is over.
	periods = StandardPeriods
	c.set(noon.AddDate(0, 0, 1))
	synced(t, s, run(2), lists[3:], nil, nil, Synced{Kept: 3, Left: 3})
	if len(got(day0+2)) != 3 {
		t.Error(got(day0 + 2))
	}
	synced(t, s, run(3), lists, nil, nil, Synced{New: 3, Kept: 3})
	if len(got(day0+3)) != 0 {
		t.Error(got(day0 + 3))
	}
	sound(t, s)
}

// The whole way: what the worklist gives is what the list builder takes.
func TestR11TheListBuilderHeedsIt(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1, 2), nil, nil, Synced{New: 2})
	must(t, s, amy, "north", 1, off(PatientsWish))
	quiet, err := s.Quiet(ctx, day0+1, StandardPeriods)
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range map[float64]int{0.55: 1, 0.65: 2} {
		var people []risklist.Candidate
		for _, person := range []engine.Person{1, 2} {
			people = append(people, risklist.Candidate{Person: person, Probability: p, Practice: 1, Quiet: quiet[person]})
		}
		r, err := risklist.Build(people, []risklist.Team{{ID: "north", Practices: []engine.Code{1}, Capacity: 2}}, risklist.Rules{AsOf: day0 + 1}, nil)
		if err != nil || len(r.Lists[0].Rows) != want || r.Attrition.Left[risklist.NotSuitable] != 2-want {
			t.Errorf("at %v: %+v %v", p, r.Lists[0].Rows, err)
		}
	}
}
