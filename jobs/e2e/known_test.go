//go:build duckdb_arrow

package e2e

import (
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// aboutPeople keeps of a snapshot what tells of people on the as-of date:
// what came in on other nights may change the night report, never these.
func aboutPeople(files map[string]string) map[string]string {
	out := maps.Clone(files)
	maps.DeleteFunc(out, func(path, _ string) bool {
		return path == "manifest.json" || path == "report.html" || path == "quality.json"
	})
	return out
}

// TestNothingKnownLaterIsSeen: deliveries whose records became known after
// the as-of date change nothing about anyone on that date, neither in an empty
// data folder nor in one where a later night has run.
func TestNothingKnownLaterIsSeen_A14(t *testing.T) {
	timed(t)
	blind := newSite(t)
	blind.night(firstNight)
	want := aboutPeople(blind.snapshot())
	if want["feature.parquet"] == "" || want["score.parquet"] == "" || want["risk_list.parquet"] == "" {
		t.Fatalf("no features, scores or lists: %v", want)
	}

	t.Run("in an empty data folder", func(t *testing.T) {
		s := newSite(t)
		s.deliver()
		s.night(firstNight)
		if n := s.count("select count(*) from event where known_from > date '" + firstNight + "' and day <= date '" + firstNight + "'"); n == 0 {
			t.Error("no fact became known later: this proves nothing")
		}
		if n := s.count("select count(*) from event where day > date '" + firstNight + "'"); n == 0 {
			t.Error("no fact happened later: this proves nothing")
		}
		same(t, "with later deliveries", aboutPeople(s.snapshot()), want)
	})

	t.Run("after a later night", func(t *testing.T) {
		s := newSite(t)
		s.night(firstNight)
		s.deliver()
		s.night(secondNight)
		if later := s.snapshot(); later["feature.parquet"] == want["feature.parquet"] {
			t.Error("the later night changes no feature: this proves nothing")
		}
		s.night(firstNight)
		same(t, "the earlier date again", aboutPeople(s.snapshot()), want)
	})
}

// TestOptOutBetweenRuns_G6: a person put on a list is gone from all that the
// next run makes, counted as withheld, and returns when taken off again.
func TestOptOutBetweenRuns_G6(t *testing.T) {
	timed(t)
	s := newSite(t)
	s.night(firstNight)
	first := s.snapshot()
	before := s.sums(firstNight)
	tables := personTables(s)

	optouts := s.read("sources", "optouts", "national.csv")
	optOut := func(numbers []string) {
		s.write(optouts+strings.Join(numbers, ",\n")+",\n", "sources", "optouts", "national.csv")
	}
	person, gone := whoIsListed(s, tables, optOut)
	optOut([]string{gone})
	s.night(firstNight)
	for name, had := range tables {
		now := s.rows(fmt.Sprintf("select distinct person from %s where person = %s", name, person))
		if len(now) > 0 {
			t.Errorf("the person is still in %s", name)
		}
		if !slices.Contains(had, person) && name != "document" {
			t.Errorf("the person was never in %s: this proves nothing", name)
		}
	}
	// Every file of the snapshot that is text, and the audience's lists.
	for path := range s.snapshot() {
		if strings.Contains(s.read("data", "snapshots", s.current(), path), person) {
			t.Errorf("%s names the person", path)
		}
	}
	var more int64
	for name, x := range s.sums(firstNight) {
		if x.In != before[name].In || x.In != x.Accepted+x.Reference+x.Pending+x.Quarantined+x.Withheld {
			t.Errorf("%s does not add up: %+v", name, x)
		}
		more += x.Withheld - before[name].Withheld
	}
	if more <= 0 {
		t.Errorf("%d more records are withheld", more)
	}

	s.write(optouts, "sources", "optouts", "national.csv")
	s.night(firstNight)
	same(t, "after the opt-out was taken back", s.snapshot(), first)
	for name, had := range tables {
		if got := s.rows("select distinct person from " + name + " order by 1"); !slices.Equal(got, had) {
			t.Errorf("%s: %d people, %d before", name, len(got), len(had))
		}
	}

	// On the list once more: what was made then is used again, and shown.
	optOut([]string{gone})
	s.night(firstNight)
	for name := range tables {
		if len(s.rows("select person from "+name+" where person = "+person)) > 0 {
			t.Errorf("the person shows in %s when the opt-out comes again", name)
		}
	}
}

// personTables gives the people of every view that has people.
func personTables(s *site) map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	for _, name := range []string{"person", "registration", "residence", "event", "spell", "document", "feature", "score", "reason", "risk_list", "resident"} {
		out[name] = s.rows("select distinct person from " + name + " order by 1")
	}
	return out
}

func missing(had, now []string) (out []string) {
	has := map[string]bool{}
	for _, x := range now {
		has[x] = true
	}
	for _, x := range had {
		if !has[x] {
			out = append(out, x)
		}
	}
	return out
}

// whoIsListed finds someone on a list and their NHS number. No answer holds a
// number, so it is told by halving a list of opt-outs.
func whoIsListed(s *site, tables map[string][]string, optOut func([]string)) (person, number string) {
	s.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(s.read("sources", "place_b", "patients.csv"))).ReadAll()
	if err != nil {
		s.t.Fatal(err)
	}
	column := slices.Index(rows[0], "nhs_number")
	set := map[string]bool{}
	for _, r := range rows[1:] {
		set[r[column]] = true
	}
	numbers := slices.Sorted(maps.Keys(set))
	left := func(numbers []string) []string {
		optOut(numbers)
		s.do("extract", "-q", "--as-of", firstNight).done(s.t)
		return s.rows("select distinct person from person order by 1")
	}
	gone := missing(tables["person"], left(numbers))
	for _, p := range gone {
		if slices.Contains(tables["risk_list"], p) && slices.Contains(tables["spell"], p) && slices.Contains(tables["residence"], p) {
			person = p
			break
		}
	}
	if person == "" {
		s.t.Fatal("nobody of place_b is on a list")
	}
	for len(numbers) > 1 {
		half := numbers[:len(numbers)/2]
		if slices.Contains(left(half), person) {
			half = numbers[len(numbers)/2:]
		}
		numbers = half
	}
	return person, numbers[0]
}
