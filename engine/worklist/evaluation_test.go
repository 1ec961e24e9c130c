package worklist

import (
	"reflect"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/disclosure"
)

func evaluated(t *testing.T, s *Store, snapshot string) map[engine.Person]Evaluated {
	t.Helper()
	out := map[engine.Person]Evaluated{}
	for e, err := range s.Evaluation(ctx, snapshot) {
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Strings()) != len(Columns()) {
			t.Fatal("columns and strings differ")
		}
		out[e.Person] = e
	}
	return out
}

// Persons 1 to 5 are listed on day 1, 6 is added by hand on day 0. 1 is admitted
// on the very day (which is no outcome of the list), then 30 days on, the last of
// the month; 2 a day later; 3 dies at 10 days; 4 moves away at 50; 5 has nothing;
// 6 attends at 20. All are followed for 100 days.
func TestF1A15WhatFollowed(t *testing.T) {
	s, c := open(t)
	lists := rows("north", 1, 2, 3, 4, 5)
	lists[1].Probability = nan()
	synced(t, s, run(1), lists, nil, nil, Synced{New: 5})
	if _, err := s.Add(ctx, amy, Addition{Key: key(), List: "north", Person: 6, Practice: "A81001", Worry: Fall, Probability: 0.25, Snapshot: "snapshot-1"}); err != nil {
		t.Fatal(err)
	}
	must(t, s, amy, "north", 1, to(InReview), to(Contacted))
	c.set(noon.AddDate(0, 0, 5))
	must(t, s, amy, "north", 1, to(Declined), to(InReview), to(Done))
	must(t, s, amy, "north", 2, off(CareHome))
	synced(t, s, run(10), rows("north", 5, 1), nil, nil, Synced{Kept: 2, Left: 3, Closed: 2})
	day := day0 + 1
	outcomes := []Outcome{{1, Admitted, day, false}, {1, Admitted, day + 30, false}, {1, Admitted, day + 60, false}, {2, Admitted, day + 31, false}, {3, Deceased, day + 10, false},
		{4, Moved, day + 50, false}, {6, Attended, day0 + 20, false}, {5, Admitted, day + 3, false}, {99, Admitted, day + 3, false}}
	later := run(101)
	if n, err := s.Outcomes(ctx, later, day+100, outcomes); err != nil || n != 8 {
		t.Fatal(n, err)
	}
	if n, err := s.Outcomes(ctx, later, day+100, outcomes); err != nil || n != 0 {
		t.Fatal("the same run twice adds", n, err)
	}
	// The record takes 5's back: it was another person's. It says so twice.
	for want := range 2 {
		if n, err := s.Outcomes(ctx, run(102), day+100, []Outcome{{5, Admitted, day + 3, true}}); err != nil || n != 1-want {
			t.Fatal(n, err)
		}
	}
	all := evaluated(t, s, "")
	for p, want := range map[engine.Person]map[OutcomeKind][3]Answer{
		1: {Admitted: {Yes, Yes, Yes}, Attended: {No, No, Unknown}, Deceased: {No, No, Unknown}},
		2: {Admitted: {No, Yes, Yes}, Attended: {No, No, Unknown}, Deceased: {No, No, Unknown}},
		3: {Admitted: {No, No, No}, Attended: {No, No, No}, Deceased: {Yes, Yes, Yes}},
		4: {Admitted: {No, Unknown, Unknown}, Attended: {No, Unknown, Unknown}, Deceased: {No, Unknown, Unknown}},
		5: {Admitted: {No, No, Unknown}, Attended: {No, No, Unknown}, Deceased: {No, No, Unknown}},
		6: {Admitted: {No, No, Unknown}, Attended: {Yes, Yes, Yes}, Deceased: {No, No, Unknown}},
	} {
		if !reflect.DeepEqual(all[p].Within, want) {
			t.Errorf("%d: %v, want %v", p, all[p].Within, want)
		}
	}
	e := all[1]
	if e.Day != day || e.Rank != 1 || e.Probability != 0.5 || e.Run != "run-1" || e.Snapshot != "snapshot-1" || e.State != Done || e.First[Admitted] != day+30 ||
		!reflect.DeepEqual(e.Reached, map[State]engine.Day{InReview: day0, Contacted: day0, Declined: day0 + 5, Done: day0 + 5}) {
		t.Errorf("%+v", e)
	}
	if e = all[6]; e.Source != ByHand || e.Run != "" || e.Rank != 0 || e.Day != day0 || e.Probability != 0.25 || e.Worry != Fall {
		t.Errorf("%+v", e)
	}
	if e = all[2]; e.Probability == e.Probability || e.State != NotSuitable || e.Reason != "care_home" {
		t.Errorf("%+v", e)
	}
	if got := strings.Join(func() []string { e := all[1]; return e.Strings() }(), ","); got != "1,1,north,A81001,risk,list,,run-1,snapshot-1,2026-03-05,1,0.5,done,,2026-03-04,2026-03-04,,2026-03-09,,,2026-03-09,2026-06-13,2026-04-04,,,,yes,yes,yes,no,no,unknown,no,no,unknown" {
		t.Error(got)
	}
	// The later run: only whom it listed, with its rank, counted from its day.
	of := evaluated(t, s, "snapshot-10")
	if len(of) != 2 || of[1].Rank != 2 || of[1].Day != day0+10 || of[1].Run != "run-10" || of[1].Within[Admitted] != [3]Answer{Yes, Yes, Yes} || of[5].Within[Admitted] != [3]Answer{No, No, Unknown} {
		t.Errorf("%+v", of)
	}
	var last error
	for _, err := range s.Evaluation(ctx, "none") {
		last = err
	}
	refused(t, last, "worklist-no-run")
	n := 0
	for range s.Evaluation(ctx, "") {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Error("rows come after the reader stopped")
	}
	for _, bad := range []Outcome{{1, "secret", day, false}, {0, Admitted, day, false}, {1, Admitted, day + 101, false}} {
		_, err := s.Outcomes(ctx, later, day+100, []Outcome{bad})
		refused(t, err, "worklist-outcome")
	}
	sound(t, s)
}

// Nobody has looked yet: nothing is known, and nothing is No.
func TestF1NotFollowedIsUnknown(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1), nil, nil, Synced{New: 1})
	e := evaluated(t, s, "")[1]
	for kind, a := range e.Within {
		if a != [3]Answer{Unknown, Unknown, Unknown} {
			t.Errorf("%s: %v", kind, a)
		}
	}
	if e.FollowedTo != engine.NoDay {
		t.Error(e.FollowedTo)
	}
}

// A horizon is known from its last day on, not before.
func TestF1KnownFromTheLastDayOfTheHorizon(t *testing.T) {
	s, _ := open(t)
	synced(t, s, run(1), rows("north", 1), nil, nil, Synced{New: 1})
	for k, want := range []Answer{Unknown, No} {
		days := 29 + k
		if _, err := s.Outcomes(ctx, run(days), day0+1+engine.Day(days), nil); err != nil {
			t.Fatal(err)
		}
		if e := evaluated(t, s, "")[1]; e.Within[Admitted][0] != want {
			t.Errorf("followed for %d days: %v", days, e.Within[Admitted])
		}
	}
}

// Forty people of two practices: 20 and 3 for one reason, 9 by hand for another;
// one is opened again and one decision is too early. No exact number comes out.
func TestF18A11ReasonsRemovedAreControlled(t *testing.T) {
	s, c := open(t)
	var lists []Row
	for p := range engine.Person(30) {
		r := rows("north", p+1)[0]
		r.Rank = int(p) + 1
		if p >= 24 {
			r.Practice = "B82002"
		}
		lists = append(lists, r)
	}
	synced(t, s, run(1), lists, nil, nil, Synced{New: 30})
	must(t, s, amy, "north", 30, off(CareHome)) // the day before
	c.set(noon.AddDate(0, 0, 1))
	for p := range engine.Person(27) {
		must(t, s, amy, "north", p+1, off(CareHome))
	}
	must(t, s, amy, "north", 21, to(InReview))
	must(t, s, amy, "north", 22, to(InReview), off(WrongPerson))
	for p := range engine.Person(9) {
		if _, err := s.Add(ctx, amy, Addition{Key: key(), List: "north", Person: 100 + p, Practice: "B82002", Worry: Family, Probability: nan()}); err != nil {
			t.Fatal(err)
		}
		must(t, s, amy, "north", 100+p, off(PatientsWish))
	}
	got, err := s.Removed(ctx, day0+1, day0+1, disclosure.Standard)
	if err != nil {
		t.Fatal(err)
	}
	// care_home: 22 of A81001 and 3 of B82002; wrong_person: 1; by hand: 9.
	if !reflect.DeepEqual(got.Rules, []string{HandRule, "risk", "risk"}) || !reflect.DeepEqual(got.Reasons, []Reason{PatientsWish, CareHome, WrongPerson}) || !reflect.DeepEqual(got.Columns, []string{"A81001", "B82002"}) {
		t.Errorf("%+v", got)
	}
	if cells := got.Strings(); !reflect.DeepEqual(cells, [][]string{{"0", "10", "10"}, {"20", "*", "20"}, {"*", "0", "*"}, {"20", "10", "30"}}) {
		t.Errorf("%v", cells)
	}
	if got, err = s.Removed(ctx, day0+2, day0+9, disclosure.Standard); err != nil || len(got.Rows) != 0 {
		t.Error(got, err)
	}
	sound(t, s)
}
