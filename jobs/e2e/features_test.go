//go:build duckdb_arrow

package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// features runs one of the analyst's commands on the site.
func (s *site) features(command string, args ...string) answer {
	s.t.Helper()
	return leftshift(s.t, s.dir, append([]string{"features", command, "--config", s.config}, args...)...)
}

// TestFeatureOfOnesOwn: a file written by hand joins the catalogue, is checked,
// tried, computed by the night, explained, exported and written as SQL, and the
// model that does not read it goes on serving.
func TestFeatureOfOnesOwn(t *testing.T) {
	timed(t)
	s := newSite(t)
	s.deliver()
	s.night(firstNight)
	if n := s.count("select count(*) from score where model like 'boost%'"); n == 0 {
		t.Fatal("no model serves: this proves little")
	}

	s.features("new", "our_visits", "--count", "--list", "falls", "--window", "365").done(t)
	s.features("new", "our_visits").fails(t, 1, "[feature-new]", "already")
	s.features("new", "our_visits", "--window", "90").fails(t, 1, "[feature-exists]")
	s.features("new", "our_visits", "--count", "--latest").fails(t, 2, "one of --count")
	s.features("check").done(t)
	text := s.read("features", "our_visits.toml")

	t.Run("faults are said with file and line, all at once", func(t *testing.T) {
		s.t = t
		broken := strings.Replace(text, `aggregate = "days"`, `aggregate = "dayz"`, 1)
		broken = strings.Replace(broken, `absence = "zero"`, `absence = "nought"`, 1)
		s.write(broken, "features", "our_visits.toml")
		s.write(strings.Replace(text, `id = "our_visits_{w}"`, `id = "age"`, 1), "features", "twice.toml")
		line := func(what string) string {
			return "features/our_visits.toml:" + strconv.Itoa(1+strings.Count(broken[:strings.Index(broken, what)], "\n"))
		}
		want := []string{line(`aggregate = "dayz"`), line(`absence = "nought"`), "features/twice.toml:", "also declared at the built-in person.toml:"}
		s.features("check").fails(t, 1, want...)
		s.do("run", "-q", "--as-of", firstNight).fails(t, 1, want...)
		if err := os.Remove(s.path("features", "twice.toml")); err != nil {
			t.Fatal(err)
		}
		s.write(strings.Replace(text, "our_visits_365d = 0", "our_visits_365d = 3", 1), "features", "our_visits.toml")
		a := s.features("check")
		a.fails(t, 1)
		if !strings.Contains(a.out, "our_visits_365d is 0 on") || !strings.Contains(a.out, "(case-differs)") {
			t.Errorf("a case that does not hold: %s", a.out)
		}
		// The night and the training do not begin with it; as a draft it stops nothing.
		bare := s.current()
		s.do("run", "-q", "--as-of", firstNight).fails(t, 1, "our_visits_365d is 0 on", "(case-differs)")
		s.do("train", "-q").fails(t, 1, "(case-differs)")
		if got := s.current(); got != bare {
			t.Errorf("a night with a failing case made %s", got)
		}
		s.write(s.read("features", "our_visits.toml"), "features", "our_visits.draft.toml")
		if err := os.Remove(s.path("features", "our_visits.toml")); err != nil {
			t.Fatal(err)
		}
		if a := s.features("check").done(t); !strings.Contains(a.out, "draft our_visits.draft.toml") || !strings.Contains(a.out, "(case-differs)") {
			t.Errorf("a draft: %s", a.out)
		}
		s.features("list", "--find", "our_visits").done(t)
		if err := os.Remove(s.path("features", "our_visits.draft.toml")); err != nil {
			t.Fatal(err)
		}
		s.write(text, "features", "our_visits.toml")
		s.features("check").done(t)
	})
	s.t = t

	t.Run("try", func(t *testing.T) {
		s.t = t
		a := s.features("try", filepath.Join("features", "our_visits.toml"), "-q", "--plot", "plot.svg").done(t)
		for _, want := range []string{"People in the population", "not observable", "Age", "Practice", "rows read"} {
			if !strings.Contains(a.out, want) {
				t.Errorf("no %q in\n%s", want, a.out)
			}
		}
		if svg := s.read("plot.svg"); !strings.HasPrefix(svg, "<svg") || !strings.Contains(svg, "</svg>") {
			t.Errorf("no plot: %.100s", svg)
		}
		// Every count that leaves is hidden, 0 or a multiple of 5.
		var all any
		if err := json.Unmarshal([]byte(s.features("try", "our_visits_365d", "-q", "--json").done(t).out), &all); err != nil {
			t.Fatal(err)
		}
		n := 0
		var walk func(x any)
		walk = func(x any) {
			switch x := x.(type) {
			case []any:
				for _, y := range x {
					walk(y)
				}
			case map[string]any:
				for k, y := range x {
					if k == "people" || k == "outcome" {
						n++
						if c, err := strconv.Atoi(y.(string)); y != "*" && (err != nil || c%5 != 0) {
							t.Errorf("a count of people is %v", y)
						}
					}
					walk(y)
				}
			}
		}
		walk(all)
		if n < 15 {
			t.Errorf("%d counts: this proves little", n)
		}
		s.features("try", "our_visit_365d").fails(t, 1, "[feature-unknown]", "our_visits_365d")
		s.features("try", "none.toml").fails(t, 1, "[feature-file]")
	})
	s.t = t

	s.night(firstNight)
	if n := s.count("select count(*) from score where model like 'boost%'"); n == 0 {
		t.Error("the model no longer serves beside a feature that it does not read")
	}
	if n := s.count("select count(*) from feature where our_visits_365d > 0"); n < 5 {
		t.Errorf("%d people have the new feature", n)
	}
	var refs []map[string]any
	if err := json.Unmarshal([]byte(s.read("data", "snapshots", s.current(), "feature_columns.json")), &refs); err != nil {
		t.Fatal(err)
	}
	last := refs[len(refs)-1]
	if last["id"] != "our_visits_365d" || last["origin"] != "features" || last["file"] != "features/our_visits.toml" || last["lists"].([]any)[0].(map[string]any)["name"] != "falls" {
		t.Errorf("reference of the new feature: %v", last)
	}
	if a := s.features("show", "our_visits_365d").done(t); !strings.Contains(a.out, "people in the last night's population") || !strings.Contains(a.out, "features/our_visits.toml:") {
		t.Errorf("show:\n%s", a.out)
	}
	if a := s.features("list", "--find", "our_visits").done(t); !strings.Contains(a.out, "features/our_visits.toml") {
		t.Errorf("the list does not say where it comes from:\n%s", a.out)
	}

	t.Run("explain", func(t *testing.T) {
		s.t = t
		for _, c := range []struct{ feature, who string }{
			{"our_visits_365d", "our_visits_365d > 0"},
			{"emergency_bed_days_365d", "emergency_bed_days_365d > 0"},
			{"systolic_latest_1095d", "systolic_latest_1095d is not null"},
			{"age", "age > 80"},
			{"months_observable", "months_observable is not null"},
		} {
			r := s.query(fmt.Sprintf("select cast(person as varchar) as person, cast(%s as double) as value from feature where %s order by person limit 1", c.feature, c.who))
			if len(r) != 1 {
				t.Errorf("nobody has %s", c.feature)
				continue
			}
			var x struct {
				Value, Kernel *float64
				Same          bool
				Sentence, How string
				Rows          []struct {
					Counts bool
					Why    string
				}
			}
			a := s.features("explain", "--person", r[0]["person"].(string), "--feature", c.feature, "--json").done(t)
			if err := json.Unmarshal([]byte(a.out), &x); err != nil {
				t.Fatal(err)
			}
			counted := 0
			for _, row := range x.Rows {
				if row.Counts {
					counted++
				}
				if row.Why == "" {
					t.Errorf("%s: a row without a reason", c.feature)
				}
			}
			if x.Value == nil || !x.Same || math.Abs(*x.Value-r[0]["value"].(float64)) > 1e-4 || counted == 0 || x.Sentence == "" {
				t.Errorf("%s: the table has %v, explained: %s", c.feature, r[0]["value"], a.out)
			}
			if words := s.features("explain", "--person", "p"+r[0]["person"].(string), "--feature", c.feature, "--all").done(t).out; !strings.Contains(words, "the same") {
				t.Errorf("%s", words)
			}
		}
		s.features("explain", "--person", "x", "--feature", "age").fails(t, 1, "[person-form]")
		s.features("explain", "--person", "12", "--feature", "age").fails(t, 1, "[person-unknown]")
		s.features("explain", "--feature", "age").fails(t, 2, "person")
		s.features("explain", "--person", "12", "--feature", "age", "--as-of", secondNight).fails(t, 1, "[as-of-uncurated]", firstNight)
	})
	s.t = t

	t.Run("the SQL gives what the kernel gave", func(t *testing.T) {
		s.t = t
		text := s.features("sql", "our_visits_365d").done(t).out
		a := s.do("sql", "--format", "json", "--rows", "1000000", text).done(t)
		var rows []struct {
			Person int64
			NDays  int64 `json:"n_days"`
		}
		if err := json.Unmarshal([]byte(a.out), &rows); err != nil {
			t.Fatalf("%v in %.300s", err, a.out)
		}
		got := map[int64]int64{}
		for _, r := range rows {
			got[r.Person] = r.NDays
		}
		var want []struct {
			Person int64
			Value  int64
		}
		a = s.do("sql", "--format", "json", "--rows", "1000000", "select person, cast(our_visits_365d as bigint) as value from feature where our_visits_365d > 0").done(t)
		if err := json.Unmarshal([]byte(a.out), &want); err != nil {
			t.Fatal(err)
		}
		for _, w := range want { // the SQL also reads people who are not in the population
			if got[w.Person] != w.Value {
				t.Errorf("the SQL gives %d for a person, the kernel %d", got[w.Person], w.Value)
			}
		}
	})
	s.t = t

	people := s.count("select count(*) from feature")
	a := s.features("export", "--long", "--feature", "age", "--feature", "our_visits_365d", "--out", "two.parquet").done(t)
	if want := fmt.Sprintf("%d rows of 2 features", 2*people); !strings.Contains(a.out, want) {
		t.Errorf("export said %q, want %q", a.out, want)
	}
	for _, file := range []string{"two.parquet", "two.parquet.columns.json"} {
		if info, err := os.Stat(s.path(file)); err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", file, info, err)
		}
	}
	s.features("export", "--long", "--out", "two.parquet").fails(t, 1, "[export-exists]")
	s.write(strings.Replace(text, "windows = [365]", "windows = [365, 90]", 1), "features", "our_visits.toml")
	s.features("export", "--long", "--out", "three.parquet").fails(t, 1, "[features-stale]")
}

// TestFeaturesWithoutSite: what is built in can be read where there is no site.
func TestFeaturesWithoutSite(t *testing.T) {
	dir := t.TempDir()
	var refs []map[string]any
	if err := json.Unmarshal([]byte(leftshift(t, dir, "features", "list", "--json").done(t).out), &refs); err != nil || len(refs) < 250 {
		t.Fatalf("%d features: %v", len(refs), err)
	}
	a := leftshift(t, dir, "features", "show", "falls_365d").done(t)
	for _, want := range []string{"What a reader sees", "Codes read", "falls", "declared at", "unknown"} {
		if !strings.Contains(a.out, want) {
			t.Errorf("show says no %q:\n%s", want, a.out)
		}
	}
	leftshift(t, dir, "features", "sql", "age", "--as-of", firstNight).done(t)
	leftshift(t, dir, "features", "lst").fails(t, 2, "takes no argument")
	leftshift(t, dir, "features", "show").fails(t, 2, "takes one feature")
	leftshift(t, dir, "features", "try", "age").fails(t, 1, "[config-unreadable]")
	leftshift(t, dir, "features", "new", "ours").done(t)
	if a := leftshift(t, dir, "features", "check").done(t); !strings.Contains(a.out, "all hold") {
		t.Error(a.out)
	}
}
