//go:build duckdb_arrow

package e2e

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestSQL_A10: the views that the help names answer, in three forms, and
// nothing but a SELECT over them does.
func TestSQL_A10(t *testing.T) {
	timed(t)
	s := newSite(t)
	t.Run("before any run", func(t *testing.T) {
		s.t = t
		s.do("sql", "select count(*) as n from person").fails(t, 1, "[not-curated]")
		s.do("sql", "select count(*) as n from risk_list").fails(t, 1, "[no-snapshot]")
		s.do("sql", "--format", "csv", "select count(*) as n from run").done(t)
		s.do("status").done(t)
	})
	s.t = t
	s.night(firstNight)

	help := s.do("sql", "--help").done(t).out
	named := regexp.MustCompile(`(?s)read nothing else:\n\n(.*?)\n\n`).FindStringSubmatch(help)
	if named == nil {
		t.Fatalf("the help names no views:\n%s", help)
	}
	views := strings.Fields(strings.ReplaceAll(named[1], ",", " "))
	if len(views) < 17 {
		t.Errorf("views: %v", views)
	}
	for _, v := range views {
		if n := s.count("select count(*) as n from " + v); n == 0 {
			t.Errorf("%s is empty", v)
		}
	}

	t.Run("forms", func(t *testing.T) {
		const query = `select 1 as n, 'a, "b"' as text, null as nothing, date '2026-02-28' as day union all select 22, 'é', null, date '2026-03-01' order by n`
		if got, want := s.do("sql", query).done(t).out, " n  text    nothing  day\n--  ------  -------  ----------\n 1  a, \"b\"           2026-02-28\n22  é                2026-03-01\n"; got != want {
			t.Errorf("table\n%q, want\n%q", got, want)
		}
		rows, err := csv.NewReader(strings.NewReader(s.do("sql", "--format", "csv", query).done(t).out)).ReadAll()
		if err != nil || len(rows) != 3 || strings.Join(rows[1], "|") != `1|a, "b"||2026-02-28` {
			t.Errorf("csv %q, %v", rows, err)
		}
		var list []map[string]any
		d := json.NewDecoder(bytes.NewReader([]byte(s.do("sql", "--format", "json", query).done(t).out)))
		if err := d.Decode(&list); err != nil || len(list) != 2 || list[1]["n"] != 22.0 || list[0]["nothing"] != nil || list[0]["day"] != "2026-02-28" {
			t.Errorf("json %v, %v", list, err)
		}
		if got := s.do("sql", "--format", "json", "select 1 as n where false").done(t).out; strings.TrimSpace(got) != "[]" {
			t.Errorf("json of no rows: %q", got)
		}
	})

	t.Run("rows that are left off are said", func(t *testing.T) {
		a := s.do("sql", "--format", "csv", "--rows", "3", "select person from person").done(t)
		if strings.Count(a.out, "\n") != 4 || !strings.Contains(a.err, "more than the 3 rows shown") {
			t.Errorf("%s%s", a.out, a.err)
		}
	})

	t.Run("refused", func(t *testing.T) {
		s.write("secret", "beside.csv")
		for _, query := range []string{
			"delete from person", "drop view person", "create table x (n int)", "select 1; select 2", "insert into person select * from person",
			"copy (select 1) to 'out.csv'", "copy person to '/tmp/leftshift-e2e-out.csv'", "attach 'x.duckdb'", "install httpfs", "load httpfs",
			"set enable_external_access = true", "call pragma_version()", "update person set sex = 1", "export database 'x'",
			"select * from read_csv('" + s.path("beside.csv") + "')", "select * from read_text('/etc/passwd')", "select * from '" + s.path("beside.csv") + "'",
			"select * from glob('" + s.dir + "/*')", "select * from read_blob('" + s.path("secrets", "person.key") + "')",
			"select * from nosuch", "select nosuch from person", "this is no sql", "", "select getenv('HOME')",
		} {
			a := s.do("sql", query)
			a.fails(t, 1, "leftshift: ")
			if a.out != "" {
				t.Errorf("%q answers %q", query, a.out)
			}
		}
		if n := s.count("select count(*) as n from person"); n == 0 {
			t.Error("nobody is left")
		}
	})
}

// TestExitCodesAndMessages: 0 done, 1 failed, 2 not understood; every failure
// is a sentence that says what to do.
func TestExitCodesAndMessages_F15(t *testing.T) {
	timed(t)
	s := tinySite(t)
	at := func(args ...string) answer { return leftshift(t, s.dir, args...) }

	at("version").done(t)
	at("help").done(t)
	for _, c := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"rnu"}, 2, []string{`unknown command "rnu"`, "leftshift --help"}},
		{[]string{"run", "--nosuch"}, 2, []string{"unknown flag: --nosuch"}},
		{[]string{"run", "twice"}, 2, []string{`takes no argument, got "twice"`}},
		{[]string{"sql"}, 2, []string{"one query in quotes"}},
		{[]string{"sql", "--format", "xml", "select 1"}, 2, []string{`--format "xml"`, "table, csv or json"}},
		{[]string{"models", "approve", "--by", "x"}, 2, []string{"takes one bundle"}},
		{[]string{"models", "approve", "0123456789abcdef"}, 2, []string{`required flag(s) "by"`}},
		{[]string{"models", "approve", "--by", "x", "0123456789abcdef"}, 1, []string{"leftshift: "}},
		{[]string{"scores", "check", "--score", "hfrs"}, 2, []string{`required flag(s) "cases"`}},
		{[]string{"synth"}, 2, []string{`required flag(s) "out"`}},
		{[]string{"synth", "--out", "x", "--people", "many"}, 2, []string{"--people"}},
		{[]string{"run", "--as-of", "2026-02-30"}, 2, []string{`--as-of "2026-02-30"`, "2026-09-30"}},
		{[]string{"run", "--as-of", "yesterday"}, 2, []string{`"yesterday"`}},
		{[]string{"run", "--as-of", "2199-01-01"}, 1, []string{"2199-01-01 has not come yet", "[as-of-future]"}},
		{[]string{"run", "--config", "nosuch.toml"}, 1, []string{"nosuch.toml", "cannot be read", "[config-unreadable]"}},
		{[]string{"run", "--config", "."}, 1, []string{"[config-unreadable]"}},
	} {
		at(c.args...).fails(t, c.code, c.says...)
	}
	for _, folder := range []string{"data", "vault"} {
		if _, err := os.Stat(s.path(folder)); err == nil {
			t.Errorf("a command that failed at once made %s", folder)
		}
	}

	t.Run("every fault of a configuration, by line", func(t *testing.T) {
		s.write("[site]\nname = 7\npurpose = \"marketing\"\nsynthetic = true\n\n[run]\nthreads = -1\nbuckets = 3\nthread = 2\n\n[[source]]\nname = \"A B\"\nformat = \"hl7\"\n", "bad.toml")
		a := at("run", "--config", "bad.toml")
		a.fails(t, 1, "7 faults", "bad.toml:2: site.name", "bad.toml:3: site.purpose", "bad.toml:7: run.threads", "bad.toml:8: run.buckets", "bad.toml:9: run.thread", "did you mean threads", "bad.toml:12: source[0].name", "bad.toml:13: source[0].format")
		s.write("[site]\nname = \"x\n", "broken.toml")
		at("run", "--config", "broken.toml").fails(t, 1, "broken.toml:2", "config-syntax")
	})

	t.Run("a schedule that never comes", func(t *testing.T) {
		for _, cron := range []string{"99 * * * *", "0 0 31 2 *", "TZ=0"} {
			s.write(s.read(s.config)+"\n[schedule]\ncron = \""+cron+"\"\n", "cron.toml")
			at("run", "--config", "cron.toml").fails(t, 1, "[schedule-cron]")
		}
	})

	t.Run("keys", func(t *testing.T) {
		s.t = t
		// A site of real people never makes keys by itself.
		text := s.read(s.config)
		real := strings.Replace(text, "synthetic = true\n", "", 1) + `
[[optout]]
kind = "national"
path = "national.csv"

[[optout]]
kind = "type1"
path = "national.csv"

[[optout]]
kind = "objection"
path = "national.csv"

[[basis]]
name = "all"
controller = "Tiny"
reference = "DSA-1"
purposes = ["case-finding"]
sources = ["a", "b"]
ends = "2199-12-31"
`
		s.write(real, "real.toml")
		s.write("", "national.csv")
		at("run", "-q", "--config", "real.toml").fails(t, 1, "[key-file-missing]", "leftshift keygen")
		at("keygen", "--config", "real.toml").done(t)
		at("run", "-q", "--config", "real.toml").fails(t, 1, "[optout-list-empty]")
		// A list that is no plain file never ends, or was never there.
		list := s.path("national.csv")
		if err := errors.Join(os.Remove(list), syscall.Mkfifo(list, 0o600)); err != nil {
			t.Fatal(err)
		}
		at("run", "-q", "--config", "real.toml").fails(t, 1, "[optout-unreadable]", "no plain file")
		if err := os.Remove(list); err != nil {
			t.Fatal(err)
		}
		s.write("9434765919,\n", "national.csv")
		at("run", "-q", "--config", "real.toml").done(t)
		// A synthetic one whose key was lost does not make everyone new people.
		if err := os.Remove(s.path("secrets", "person.key")); err != nil {
			t.Fatal(err)
		}
		at("run", "-q").fails(t, 1, "[key-file-missing]")
		s.write("0000", "secrets", "person.key")
		at("run", "-q").fails(t, 1, "[key-file-shape]", "64 hexadecimal digits")
	})

	t.Run("a legal basis that has ended", func(t *testing.T) {
		s.write(strings.Replace(s.read("real.toml"), "2199-12-31", "2020-12-31", 1), "ended.toml")
		at("run", "-q", "--config", "ended.toml").fails(t, 1, "2020-12-31", "[flow-expired]")
		s.write(strings.Replace(s.read("real.toml"), `kind = "type1"`, `kind = "national"`, 1), "twice.toml")
		at("run", "-q", "--config", "twice.toml").fails(t, 1, "leftshift: ")
	})
}
