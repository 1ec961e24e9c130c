package audit

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leftshift/engine"
)

// Every filter gives what reading all entries and keeping the right ones
// gives, page by page.
func TestSearchAgainstASlowReading(t *testing.T) {
	dir := t.TempDir()
	now := night
	l := open(t, filepath.Join(dir, "audit.db"), Options{Now: func() time.Time { return now }})
	var all []Entry
	users, events, outcomes, places := []string{"u1", "u2", "u3"}, []string{"open_list", "open_person", "export_list"}, []string{Allowed, Allowed, "no-relationship", "no-role"}, []string{"A81001", "A81002"}
	for i := range 60 {
		e := look(users[i*7%3])
		e.Event, e.Outcome, e.Organisation = events[i*5%3], outcomes[i*11%4], places[i/3%2]
		for p := range i % 4 {
			e.Persons = append(e.Persons, engine.Person(1+(i+p*3)%6))
		}
		all = append(all, add(t, l, e))
		if i%2 == 0 {
			now = now.Add(time.Duration(i%5) * time.Minute) // some at the same moment
		}
	}
	for _, e := range all { // From is included, To is not
		if got, err := l.Search(context.Background(), Filter{From: e.Time, To: e.Time}); err != nil || len(got) != 0 {
			t.Errorf("an empty time holds %d entries, %v", len(got), err)
		}
		got, err := l.Search(context.Background(), Filter{From: e.Time, To: e.Time.Add(1)})
		if err != nil || len(got) == 0 || !got[0].Time.Equal(e.Time) {
			t.Errorf("the moment of entry %d holds %d entries, %v", e.Sequence, len(got), err)
		}
	}
	last := all[len(all)-1].Time
	rapid.Check(t, func(t *rapid.T) {
		pick := func(name string, from []string) string {
			return rapid.SampledFrom(append([]string{"", "", "none"}, from...)).Draw(t, name)
		}
		at := func(name string) time.Time {
			if rapid.Bool().Draw(t, name+" open") {
				return time.Time{}
			}
			if rapid.Bool().Draw(t, name+" exact") {
				return rapid.SampledFrom(all).Draw(t, name+" of").Time
			}
			return night.Add(time.Duration(rapid.Int64Range(-int64(time.Minute), int64(last.Sub(night)+time.Minute)).Draw(t, name)))
		}
		f := Filter{From: at("from"), To: at("to"), User: pick("user", users), Event: pick("event", events), Outcome: pick("outcome", outcomes),
			Organisation: pick("organisation", places), Refused: rapid.Bool().Draw(t, "refused"), Person: engine.Person(rapid.IntRange(0, 7).Draw(t, "person")),
			Limit: rapid.IntRange(1, 30).Draw(t, "limit")}
		var want []int64
		for _, e := range slices.Backward(all) {
			if (f.From.IsZero() || !e.Time.Before(f.From)) && (f.To.IsZero() || e.Time.Before(f.To)) && (f.User == "" || e.User == f.User) &&
				(f.Event == "" || e.Event == f.Event) && (f.Outcome == "" || e.Outcome == f.Outcome) && (f.Organisation == "" || e.Organisation == f.Organisation) &&
				(!f.Refused || e.Outcome != Allowed) && (f.Person == 0 || slices.Contains(e.Persons, f.Person)) {
				want = append(want, e.Sequence)
			}
		}
		var got []int64
		for {
			page, err := l.Search(context.Background(), f)
			if err != nil || len(page) > f.Limit {
				t.Fatal(len(page), err)
			}
			for _, e := range page {
				got = append(got, e.Sequence)
				wrote := all[e.Sequence-1]
				switch {
				case f.Person != 0 && !slices.Equal(e.Persons, []engine.Person{f.Person}),
					f.Person == 0 && wrote.People == 1 && !slices.Equal(e.Persons, wrote.Persons),
					f.Person == 0 && wrote.People != 1 && e.Persons != nil:
					t.Fatalf("entry %d has persons %v, wrote %v", e.Sequence, e.Persons, wrote.Persons)
				}
				e.Persons = wrote.Persons
				if fmt.Sprint(e) != fmt.Sprint(wrote) {
					t.Fatalf("read %+v, wrote %+v", e, wrote)
				}
			}
			if len(page) < f.Limit {
				break
			}
			f.Before = page[len(page)-1].Sequence
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%+v gives %v, want %v", f, got, want)
		}
	})
}

// Who looked at a person, with when, role, organisation and purpose, and that
// the person was on a list that was exported; of nobody else.
func TestG24AccessHistoryOfAPerson(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "audit.db"), Options{Now: func() time.Time { return night }})
	add(t, l, look("sam", 7))
	add(t, l, look("kim", 8))
	list := look("ali", 5, 6, 7, 8)
	list.Event, list.Object, list.Role, list.Organisation, list.Purpose = "export_list", "list frailty", "analyst", "QHM", "outreach"
	add(t, l, list)
	refused := look("lee", 7)
	refused.Outcome = "no-relationship"
	add(t, l, refused)
	var got []string
	must(t, l.History(context.Background(), 7, func(e Entry) error {
		got = append(got, fmt.Sprint(e.Sequence, e.Time.Equal(night), " ", e.User, " ", e.Name, " ", e.Role, " ", e.Organisation, " ", e.Purpose, " ", e.Event, " ", e.Object, " ", e.Outcome, e.People, e.Persons))
		return nil
	}))
	want := []string{
		"1 true sam Sam Example coordinator A81001 direct care open_person item 12 allowed1 [7]",
		"3 true ali Sam Example analyst QHM outreach export_list list frailty allowed4 [7]",
		"4 true lee Sam Example coordinator A81001 direct care open_person item 12 no-relationship1 [7]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for after, want := range map[engine.Person][]engine.Person{0: {5, 6}, 6: {7, 8}, 8: nil} {
		if got, err := l.Persons(context.Background(), 3, after, 2); err != nil || !slices.Equal(got, want) {
			t.Errorf("persons after %d: %v, %v", after, got, err)
		}
	}
	stop := errors.New("stop")
	if err := l.History(context.Background(), 7, func(Entry) error { return stop }); err != stop {
		t.Errorf("%v", err)
	}
	if err := l.History(context.Background(), 0, nil); codeOf(err) != "audit-no-person" {
		t.Errorf("%v", err)
	}
}

// The searches that people make do not read the whole audit.
func TestSearchUsesAnIndex(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "audit.db"), Options{})
	for name, f := range map[string]Filter{"seen_by_person": {Person: 7}, "entry_by_user": {User: "u"}, "entry_by_refusal": {Outcome: "no-role"}} {
		where, args := f.where()
		rows, err := l.read.Query("EXPLAIN QUERY PLAN SELECT "+entryColumns+" FROM entry"+where+" ORDER BY seq DESC LIMIT 100", args...)
		must(t, err)
		var plan string
		for rows.Next() {
			var a, b, c int
			var s string
			must(t, rows.Scan(&a, &b, &c, &s))
			plan += s + "\n"
		}
		must(t, rows.Close())
		if !strings.Contains(plan, name) {
			t.Errorf("%+v: %s", f, plan)
		}
	}
}
