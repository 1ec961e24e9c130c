//go:build duckdb_arrow

package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
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
	// Of every kind of care, so of the sensitive ones too.
	newSite := func(t *testing.T) *site {
		s := newSite(t)
		s.configure("[site]\n", "[site]\nsensitive = [\"drug-and-alcohol\"]\n")
		return s
	}
	blind := newSite(t)
	blind.night(firstNight)
	want := aboutPeople(blind.snapshot())
	people := map[any]bool{}
	for _, r := range blind.query("select person::varchar as person from person") {
		people[r["person"]] = true
	}
	care := knownOn(blind, firstNight, people)
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
		sameCare(t, "with later deliveries", knownOn(s, firstNight, people), care)
		later := knownOn(s, secondNight, people)
		for kind := range care {
			if slices.Equal(later[kind], care[kind]) && !seldom[kind] {
				t.Errorf("%s: nothing more is known later: this proves nothing", kind)
			}
		}
	})

	t.Run("after a later night", func(t *testing.T) {
		s := newSite(t)
		s.night(firstNight)
		s.deliver()
		s.night(secondNight)
		if later := s.snapshot(); later["feature.parquet"] == want["feature.parquet"] {
			t.Error("the later night changes no feature: this proves nothing")
		}
		sameCare(t, "in the record of a later night", knownOn(s, firstNight, people), care)
		current := s.current()
		s.night(firstNight)
		if s.current() != current {
			t.Error("a night of an earlier date took the place of the later one")
		}
		all, err := filepath.Glob(s.path("data", "snapshots", firstNight+"-*"))
		if err != nil || len(all) == 0 {
			t.Fatal(all, err)
		}
		for _, dir := range all {
			same(t, "the earlier date again", aboutPeople(digests(t, dir)), want)
		}
	})
}

// seldom are kinds of which a month may bring none to so few people.
var seldom = map[string]bool{"spell 2": true, "spell 4": true, "spell 5": true, "spell 6": true, "spell 10": true, "spell 16": true, "document 2": true}

// knownOn gives the spells and documents of the people that the record of the
// current snapshot says were known on a day, by kind. Whose a record is may
// become known after what it says, so a later night may know of more people.
func knownOn(s *site, day string, people map[any]bool) map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	for table, kind := range map[string]string{"spell": "kind", "document": "category"} {
		for _, r := range s.query(fmt.Sprintf("select %s as of_kind, * exclude (known_to) replace (person::varchar as person) from %s where known_from <= date '%s' and (known_to is null or known_to > date '%s') order by all", kind, table, day, day)) {
			if people[r["person"]] {
				name := fmt.Sprint(table, " ", r["of_kind"])
				out[name] = append(out[name], fmt.Sprint(r))
			}
		}
	}
	return out
}

func sameCare(t *testing.T, what string, got, want map[string][]string) {
	t.Helper()
	for _, kind := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(got[kind], want[kind]) {
			t.Errorf("%s: of %s %d rows are known, %d without later deliveries, or they differ", what, kind, len(got[kind]), len(want[kind]))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d kinds of care are known, %d without later deliveries", what, len(got), len(want))
	}
}

// TestOptOutBetweenRuns_G6_G34: a person put on a list is gone from all that the
// next run makes, counted as withheld, and returns when taken off again.
func TestOptOutBetweenRuns_G6_G34(t *testing.T) {
	timed(t)
	s := newSite(t)
	s.night(firstNight)
	first := s.snapshot()
	before := s.sums(firstNight)
	tables := personTables(s)

	optouts := s.read("sources", "optouts", "national.csv")
	person, number := whoIsListed(s, tables)
	optOut := func() { s.write(optouts+number+",\n", "sources", "optouts", "national.csv") }
	optOut()
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
	optOut()
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

// whoIsListed finds someone on a list, with a home and a stay in hospital, and
// their NHS number. No answer holds a number: whose it is takes the key, and
// the rule of the pseudonym, written here once more: the first 63 bits of
// HMAC-SHA-256 over the namespace, a zero byte and the number.
func whoIsListed(s *site, tables map[string][]string) (person, number string) {
	s.t.Helper()
	rows, err := csv.NewReader(strings.NewReader(s.read("sources", "place_b", "patients.csv"))).ReadAll()
	if err != nil {
		s.t.Fatal(err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(s.read("secrets", "person.key")))
	if err != nil {
		s.t.Fatal(err)
	}
	column := slices.Index(rows[0], "nhs_number")
	for _, r := range rows[1:] {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("nhs\x00" + r[column]))
		p := strconv.FormatUint(binary.BigEndian.Uint64(mac.Sum(nil))>>1, 10)
		if slices.Contains(tables["risk_list"], p) && slices.Contains(tables["spell"], p) && slices.Contains(tables["residence"], p) {
			return p, r[column]
		}
	}
	s.t.Fatal("nobody of place_b is on a list")
	return "", ""
}
