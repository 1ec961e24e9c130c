package outcome

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/features/population"
)

// Cases are written in testdata/cases: rows of a person, then what each outcome
// is on an index date. Dates without knowledge= are asked two years after the
// index date. A stay without cis= is by itself; known= is the day it happened.
func TestCases(t *testing.T) {
	s := load(t)
	files, _ := filepath.Glob("testdata/cases/*.txt")
	shown := map[string]bool{} // "file outcome"
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		c := &caseReader{t: t, s: s, name: name, shown: shown}
		for i, line := range strings.Split(string(text), "\n") {
			c.line = i + 1
			c.read(line)
		}
	}
	for _, o := range s.cat.Outcomes {
		for _, file := range o.Tests {
			if !shown[file+" "+o.ID] {
				t.Errorf("%s names cases %q, which do not show it happen", o.ID, file)
			}
		}
	}
}

type caseReader struct {
	t         *testing.T
	s         *shelf
	name      string
	line      int
	p         *person
	d, known  engine.Day
	horizon   int
	labels    map[string]Label
	shown     map[string]bool
	stays     int64
	organised bool
}

func (c *caseReader) fail(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("%s.txt:%d: %s", c.name, c.line, fmt.Sprintf(format, args...))
}

func (c *caseReader) read(line string) {
	w := strings.Fields(line)
	if len(w) == 0 || w[0] == "#" || w[0] == "==" {
		return
	}
	if strings.HasPrefix(line, "  ") {
		c.want(w)
		return
	}
	key := map[string]string{}
	for _, x := range w[1:] {
		k, v, _ := strings.Cut(x, "=")
		key[k] = v
	}
	day := func(k string, absent engine.Day) engine.Day {
		if key[k] == "" {
			return absent
		}
		d, _, ok := engine.ParsePartial(key[k])
		if !ok {
			c.fail("%q is no date", key[k])
		}
		return d
	}
	span := func(text string, open engine.Day) (from, to engine.Day) {
		a, b, two := strings.Cut(text, "..")
		from, ok := engine.ParseDay(a)
		to = from
		if two {
			to = open
			if b != "open" {
				to, _ = engine.ParseDay(b)
			}
		}
		if !ok {
			c.fail("%q is no date", text)
		}
		return from, to
	}
	switch w[0] {
	case "person":
		c.p = &person{}
		c.p.Person = &population.Person{ID: 1, BirthMonth: day("birth", engine.NoDay), DeathDay: day("died", engine.NoDay)}
		c.organised, c.stays = false, 100
		c.p.Registrations = []population.Interval{{Code: 1, From: 0, To: population.Forever}}
	case "registration":
		if !c.organised {
			c.p.Registrations, c.organised = nil, true
		}
		c.p.Registrations = append(c.p.Registrations, population.Interval{Code: 1, From: day("from", engine.NoDay), To: day("to", population.Forever)})
	case "residence":
		x := population.Interval{Code: 2, From: day("from", engine.NoDay), To: day("to", population.Forever)}
		if slices.Contains(w, "home") {
			x.CareHome = 1
		}
		c.p.Residences = append(c.p.Residences, x)
	case "spell":
		from, to := span(w[2], engine.NoDay)
		x := population.Spell{Kind: engine.SpellKind(slices.Index(engine.SpellKinds(), w[1])), Start: from, End: to,
			KnownFrom: day("known", from), KnownTo: day("until", population.Forever)}
		if population.Inpatient(x.Kind) || x.Kind == engine.DayCase {
			c.stays++
			x.CIS, x.First = c.stays, !slices.Contains(w, "continues")
			if n, err := strconv.Atoi(key["cis"]); err == nil {
				x.CIS = int64(n)
			}
		}
		if n, err := strconv.Atoi(key["attended"]); err == nil {
			x.Attended = uint8(n)
		}
		c.p.Spells = append(c.p.Spells, x)
	case "on":
		c.d, _ = engine.ParseDay(w[1])
		c.known = day("knowledge", c.d+731)
		c.horizon, _ = strconv.Atoi(key["horizon"])
		cat := c.s.cat
		if key["freeze"] == "0" {
			cat = &Catalogue{Outcomes: slices.Clone(cat.Outcomes)}
			for i := range cat.Outcomes {
				cat.Outcomes[i].Freeze = 0
			}
		}
		c.labels = c.p.labels(c.t, c.s, cat, c.d, c.known)
	default:
		kind := slices.Index(engine.EventKinds(), w[0])
		system, code, ok := strings.Cut(w[1], ":")
		if kind < 1 || !ok {
			c.fail("cannot be read: %s", line)
			return
		}
		sys := engine.ParseSystem(system)
		if system == "list" {
			l := c.s.lib.List(code)
			sys, code = engine.ParseSystem(l.System), l.Codes[0]
		}
		f := Fact{Kind: engine.EventKind(kind)}
		f.Day, f.Last = span(w[2], engine.NoDay)
		f.KnownFrom, f.KnownTo = day("known", f.Day), day("until", population.Forever)
		if n, err := strconv.Atoi(key["position"]); err == nil {
			f.Position = uint8(n)
		}
		if key["status"] == "planned" {
			f.Status = engine.Planned
		}
		c.p.add(sys, code, f)
	}
}

func (c *caseReader) want(w []string) {
	l, ok := c.labels[w[0]]
	if !ok {
		c.fail("there is no outcome %s", w[0])
		return
	}
	l = l.Within(c.horizon)
	got := "none"
	if l.AtRisk() {
		got = fmt.Sprint(l.Status, " ", l.Day)
	}
	if want := strings.Join(w[1:], " "); got != want {
		c.fail("%s %s, want %s", w[0], got, want)
	}
	if l.AtRisk() && l.Status == Event {
		c.shown[c.name+" "+w[0]] = true
	}
}
