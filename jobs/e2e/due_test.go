//go:build duckdb_arrow

package e2e

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A6: the scores of a night are held against what happened once their outcomes
// are complete, 90 days and the settlement of the sources after it; before that
// the day on which they are due is told. A later night keeps what was found.
func TestA6ScoresComeDue(t *testing.T) {
	timed(t)
	s := newSite(t)
	s.deliver()
	const early, late, next = "2026-03-28", "2026-04-30", secondNight
	first := s.night(early)
	s.night(late)
	second := s.night(next)
	rows := s.query("SELECT snapshot, model, due_on, known_on, part, label, people, weight, with_outcome, expected, observed_expected FROM due ORDER BY ALL")
	number := func(row map[string]any, name string) float64 {
		v, _ := row[name].(float64)
		return v
	}
	sum := map[string]map[string]float64{}
	waiting := 0
	for _, r := range rows {
		name, part := r["snapshot"].(string)+" "+r["model"].(string), r["part"].(string)
		if number(r, "people") < 0 {
			waiting++
			if !strings.HasPrefix(name, late) || part != "everyone" || r["due_on"] != "2026-10-29" || r["known_on"] != nil {
				t.Errorf("waiting: %v", r)
			}
			continue
		}
		if !strings.HasPrefix(name, first) || r["due_on"] != "2026-09-26" || r["known_on"] != next {
			t.Errorf("found: %v", r)
		}
		if sum[name] == nil {
			sum[name] = map[string]float64{}
		}
		for _, of := range []string{"weight", "with_outcome", "expected"} {
			sum[name][part+" "+of] += number(r, of)
		}
		if part == "everyone" {
			sum[name]["ratio"] = number(r, "observed_expected")
		}
	}
	models := 0
	for name, x := range sum {
		models++
		// Every division of everyone is of everyone, but for who has no label of it.
		for _, part := range []string{"tenth", "network", "practice", "age", "sex"} {
			for _, of := range []string{"weight", "with_outcome", "expected"} {
				if a, b := x["everyone "+of], x[part+" "+of]; math.Abs(a-b) > 1e-6*(1+a) {
					t.Errorf("%s: %s of every %s is %v, of everyone %v", name, of, part, b, a)
				}
			}
		}
		if x["everyone weight"] < 500 || x["everyone with_outcome"] < 10 || math.Abs(x["ratio"]-x["everyone with_outcome"]/x["everyone expected"]) > 1e-9 {
			t.Errorf("%s: %v", name, x)
		}
		// Of made-up people the truth is that the model holds, more or less.
		if x["ratio"] < .5 || x["ratio"] > 2 {
			t.Errorf("%s: %v had the outcome, %v were expected", name, x["everyone with_outcome"], x["everyone expected"])
		}
	}
	if models == 0 || waiting != models {
		t.Fatalf("%d models are found, %d wait", models, waiting)
	}
	if !strings.Contains(s.read("data", "snapshots", second, "report.html"), "are complete from 29 October 2026 on") {
		t.Error("the report does not say when the next are due")
	}

	// F10: a limit that is passed is warned of, or holds the run.
	s.write(s.read(s.config)+"\n[gate]\nauroc_low = 0.999\nleast_outcomes = 20\n", s.config)
	if a := s.do("run", "-q", "--as-of", next).done(t); !strings.Contains(a.out+a.err, "gate-passed") || !strings.Contains(a.out+a.err, "AUROC of everyone is below 0.999") {
		t.Errorf("no warning:\n%s%s", a.out, a.err)
	}
	now := s.current()
	s.configure("[gate]\n", "[gate]\naction = \"hold\"\n")
	a := s.do("run", "-q", "--as-of", next)
	if a.code == 0 || !strings.Contains(a.err, "gate-held") || s.current() != now {
		t.Errorf("the run was not held: exit %d\n%s%s", a.code, a.out, a.err)
	}
	s.configure("auroc_low = 0.999", "auroc_low = 0.5")
	s.night(next)
	var g struct {
		Action   string
		Held     int
		Breaches []struct{ Measure string }
	}
	text, err := os.ReadFile(filepath.Join(s.dir, "data", "snapshots", s.current(), "gate.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &g); err != nil || g.Action != "hold" || g.Held == 0 {
		t.Errorf("%s, %v", text, err)
	}
}

// A4: a practice whose contacts stop coming is told by name, in the run's
// warnings, its report and the table, by the day on which they were received. The
// others, and what else comes of its people, are not.
func TestA4APracticeStops(t *testing.T) {
	timed(t)
	s := newSite(t)
	s.deliver()
	const stopped, cut = "Z90005", "2026-08-20"
	theirs := map[string]bool{}
	cuts := func(file string, keep func(column func(string) string) bool) (dropped int) {
		for _, of := range []string{"sources", "later"} {
			if _, err := os.Stat(s.path(of, "place_b", file)); err != nil {
				continue
			}
			lines := strings.Split(strings.TrimRight(s.read(of, "place_b", file), "\n"), "\n")
			head := strings.Split(lines[0], ",")
			kept := lines[:1:1]
			for _, line := range lines[1:] {
				fields := strings.Split(line, ",")
				if keep(func(name string) string { return fields[slices.Index(head, name)] }) {
					kept = append(kept, line)
				}
			}
			dropped += len(lines) - len(kept)
			s.write(strings.Join(kept, "\n")+"\n", of, "place_b", file)
		}
		return dropped
	}
	cuts("patients.csv", func(of func(string) string) bool {
		if of("practice_code") == stopped && of("registered_to") == "" {
			theirs[of("patient_id")] = true
		}
		return true
	})
	if n := cuts("contacts.csv", func(of func(string) string) bool { return !theirs[of("patient_id")] || of("recorded_date") < cut }); n < 50 {
		t.Fatalf("%d contacts are cut", n)
	}
	a := s.do("run", "-q", "--as-of", secondNight).done(t)
	if said := a.out + a.err; !strings.Contains(said, "practice-stopped") || !strings.Contains(said, "contact from source place_b has stopped for the people of "+stopped+" (last on 2026-08-1") {
		t.Errorf("the run says\n%s", said)
	}
	rows := s.query("SELECT practice, source, kind, code FROM stopped")
	if len(rows) != 1 || rows[0]["practice"] != stopped || rows[0]["source"] != "place_b" || rows[0]["kind"] != "contact" {
		t.Errorf("%v", rows)
	}
	if report := s.read("data", "snapshots", s.current(), "report.html"); !strings.Contains(report, "contact from place_b: "+stopped+" has sent") {
		t.Error("the report does not name the practice")
	}
}
