package kernel

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/outcome"
	"leftshift/features/plan"
)

// A scenario is a few lines of one person's record, an as-of day and the
// values that a reader would expect. They are the manual of the features:
// testdata/*.txt, several to a file, each under a line "== what it shows".
//
//	person birth=1940-03 sex=female ethnic=A died=2024-05-01
//	registration from=2015-01-01 to=2020-01-01 practice=A81001
//	residence from=2015-01-01 to=... imd=3 care_home
//	event 2024-03-01 problem snomed:44054006 value=7.5 status=planned mode=telephone position=1 known=2024-03-05 until=2024-06-01
//	spell emergency 2024-03-01..2024-03-05 cis=1 continues attended=5 specialty=nhsdd:300 destination=19 arrival=snomed:1048071000000103 known=... until=...
//	document 2024-03-01 care_plan snomed:735324008 end=2025-03-01 status=active known=... until=...
//	on 2024-06-30 knowledge=2026-01-01 horizon=365 data=2015-01-01
//	  status eligible
//	  outcome event 12
//	  emergency_admissions_365d = 1 on 2024-03-01
//	  hba1c_latest_1095d = ?
//	  emergency_admissions_365d says 1 emergency admission in the last 12 months, the last on 1 March 2024
//
// A row is known on the day it happened, unless it says otherwise; until is
// the day on which it is withdrawn. A spell continues when it does not begin
// its continuous inpatient spell; without an end it is open.

type scenario struct {
	file, name string
	record     record
	asks       []ask
}

type ask struct {
	line                int
	on, knowledge, data engine.Day
	horizon             int
	expects             []expect
}

type expect struct {
	line int
	text string
}

func readScenarios(t *testing.T, file string, s *shelf) []*scenario {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []*scenario
	var now *scenario
	for i, line := range strings.Split(string(text), "\n") {
		at := fmt.Sprintf("%s:%d", file, i+1)
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0] == "#":
		case words[0] == "==":
			now = &scenario{file: strings.TrimSuffix(filepath.Base(file), ".txt"), name: strings.TrimSpace(line[2:])}
			all = append(all, now)
		case now == nil:
			t.Fatalf("%s: before the first ==", at)
		case strings.HasPrefix(line, "  "):
			if len(now.asks) == 0 {
				t.Fatalf("%s: expectation before an on", at)
			}
			a := &now.asks[len(now.asks)-1]
			a.expects = append(a.expects, expect{i + 1, strings.TrimSpace(line)})
		default:
			if err := now.row(words, i+1, s); err != nil {
				t.Fatalf("%s: %v", at, err)
			}
		}
	}
	return all
}

// row reads one line of record, or an as-of day.
func (sc *scenario) row(words []string, line int, s *shelf) error {
	var plain []string
	opt := map[string]string{}
	for _, w := range words[1:] {
		k, v, ok := strings.Cut(w, "=")
		if ok || k == "continues" || k == "care_home" {
			opt[k] = v
		} else {
			plain = append(plain, w)
		}
	}
	var bad error
	dayOf := func(key string, absent engine.Day) engine.Day {
		v, ok := opt[key]
		delete(opt, key)
		if !ok {
			return absent
		}
		first, _, ok := engine.ParsePartial(v)
		if !ok {
			bad = fmt.Errorf("%s is no day: %s", key, v)
		}
		return first
	}
	number := func(key string, absent int) int {
		v, ok := opt[key]
		delete(opt, key)
		if !ok {
			return absent
		}
		n, err := strconv.Atoi(v)
		if err != nil {
			bad = err
		}
		return n
	}
	flag := func(key string) bool {
		_, ok := opt[key]
		delete(opt, key)
		return ok
	}
	word := func(key string) string {
		v := opt[key]
		delete(opt, key)
		return v
	}
	pick := func(names []string, name string) int {
		for i, n := range names {
			if n == name {
				return i
			}
		}
		bad = fmt.Errorf("%q is none of %v", name, names)
		return 0
	}
	r := &sc.record
	switch words[0] {
	case "person":
		p := personRow{id: 1, birth: dayOf("birth", engine.NoDay), death: dayOf("died", engine.NoDay), ethnic: word("ethnic"), sources: uint8(number("sources", 0))}
		if v := word("sex"); v != "" {
			p.sex = engine.Sex(pick([]string{"unknown", "male", "female", "", "", "", "", "", "", "indeterminate"}, v))
		}
		r.persons = append(r.persons, p)
	case "registration", "residence":
		x := intervalRow{person: 1, from: dayOf("from", engine.NoDay), to: dayOf("to", engine.NoDay), imd: uint8(number("imd", 0))}
		if flag("care_home") {
			x.careHome = 1
		}
		x.code = engine.CodeKey(engine.ODS, word("practice"))
		if words[0] == "registration" {
			r.registrations = append(r.registrations, x)
		} else {
			r.residences = append(r.residences, x)
		}
	case "event":
		if len(plain) != 3 {
			return fmt.Errorf("an event needs a day, a kind and system:code (or -)")
		}
		e := eventRow{person: 1}
		var ok bool
		if e.day, e.last, ok = engine.ParsePartial(plain[0]); !ok {
			return fmt.Errorf("%s is no day", plain[0])
		}
		e.kind = engine.EventKind(pick(engine.EventKinds(), plain[1]))
		if system, code, ok := strings.Cut(plain[2], ":"); ok {
			e.system, e.text = engine.ParseSystem(system), code
		}
		if v := word("value"); v != "" {
			f, err := strconv.ParseFloat(v, 64)
			if err != nil {
				return err
			}
			scale := 0
			if a := s.analytes.Of(e.code()); a != nil {
				scale = a.Decimals
			}
			e.value, e.valued = int64(math.Round(f*math.Pow10(scale))), true
		}
		if v := word("status"); v != "" {
			e.status = engine.Status(pick([]string{"none", "active", "ended", "completed", "did_not_attend", "cancelled", "planned"}, v))
		}
		if v := word("mode"); v != "" {
			e.mode = engine.Mode(pick([]string{"none", "face_to_face", "telephone", "home_visit", "online"}, v))
		}
		e.position = uint8(number("position", 0))
		e.known, e.knownTo = dayOf("known", e.last), dayOf("until", engine.NoDay)
		r.events = append(r.events, e)
	case "spell":
		if len(plain) != 2 {
			return fmt.Errorf("a spell needs a kind and start..end")
		}
		from, to, _ := strings.Cut(plain[1], "..")
		x := spellRow{person: 1, kind: engine.SpellKind(pick(engine.SpellKinds(), plain[0])), end: engine.NoDay,
			cis: int64(number("cis", len(r.spells)+1)), first: !flag("continues"), attended: uint8(number("attended", 0)), destination: word("destination"), arrival: coded(word("arrival")), specialty: int64(coded(word("specialty")))}
		var ok bool
		if x.start, ok = engine.ParseDay(from); !ok {
			return fmt.Errorf("%s is no day", from)
		}
		if !strings.Contains(plain[1], "..") {
			x.end = x.start
		} else if to != "" {
			if x.end, ok = engine.ParseDay(to); !ok {
				return fmt.Errorf("%s is no day", to)
			}
		}
		x.known, x.knownTo = dayOf("known", x.start), dayOf("until", engine.NoDay)
		r.spells = append(r.spells, x)
	case "document":
		if len(plain) != 3 {
			return fmt.Errorf("a document needs a day, a category and system:code (or -)")
		}
		x := documentRow{person: 1, category: uint8(pick([]string{"", "document", "care_plan", "summary"}, plain[1])), end: dayOf("end", engine.NoDay)}
		var ok bool
		if x.day, ok = engine.ParseDay(plain[0]); !ok {
			return fmt.Errorf("%s is no day", plain[0])
		}
		if system, code, ok := strings.Cut(plain[2], ":"); ok {
			x.system, x.text = engine.ParseSystem(system), code
		}
		if v := word("status"); v != "" {
			x.status = engine.Status(pick([]string{"none", "active", "ended", "completed", "did_not_attend", "cancelled", "planned"}, v))
		}
		x.known, x.knownTo = dayOf("known", x.day), dayOf("until", engine.NoDay)
		r.documents = append(r.documents, x)
	case "on":
		a := ask{line: line, knowledge: dayOf("knowledge", engine.NoDay), data: dayOf("data", 0), horizon: number("horizon", 0)}
		var ok bool
		if len(plain) != 1 {
			return fmt.Errorf("on needs a day")
		}
		if a.on, ok = engine.ParseDay(plain[0]); !ok {
			return fmt.Errorf("%s is no day", plain[0])
		}
		if a.knowledge == engine.NoDay {
			a.knowledge = a.on
			if a.horizon > 0 {
				a.knowledge += engine.Day(a.horizon)
			}
		}
		sc.asks = append(sc.asks, a)
	default:
		return fmt.Errorf("%q is no line of a scenario", words[0])
	}
	for k := range opt {
		return fmt.Errorf("%s does not take %s", words[0], k)
	}
	return bad
}

// coded gives the key of a code written system:code.
func coded(text string) engine.Code {
	system, code, ok := strings.Cut(text, ":")
	if !ok {
		return 0
	}
	return engine.CodeKey(engine.ParseSystem(system), code)
}

func TestScenarios(t *testing.T) {
	s := load(t)
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) == 0 {
		t.Fatal("no scenarios")
	}
	shown := map[string]bool{} // file feature
	for _, file := range files {
		for _, sc := range readScenarios(t, file, s) {
			t.Run(sc.file+"/"+sc.name, func(t *testing.T) { sc.check(t, s, shown) })
		}
	}
	// Every entry of the catalogue is shown by one of the scenarios it names,
	// in at least one of its windows or members.
	entries, missing := map[string]bool{}, map[string]string{}
	for i := range s.cat.Definitions {
		d := &s.cat.Definitions[i]
		entry := fmt.Sprintf("%s:%d", d.File, d.Line)
		missing[entry] = d.ID
		for _, f := range d.Tests {
			if shown[f+" "+d.ID] {
				entries[entry] = true
			}
		}
	}
	for entry, id := range missing {
		if !entries[entry] {
			t.Errorf("%s: no scenario that %s names shows a value of it", entry, id)
		}
	}
}

func (sc *scenario) check(t *testing.T, s *shelf, shown map[string]bool) {
	sc.record.sort()
	p, err := plan.Compile(s.cat, s.lib, s.analytes, sc.record.dictionary)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range sc.asks {
		res, err := Run(context.Background(), p, sc.record.input(2), []engine.Day{a.on}, a.knowledge, Options{Outcomes: s.outcomes, Everyone: true, Days: true, DataFrom: a.data})
		if err != nil {
			t.Fatalf("line %d: %v", a.line, err)
		}
		for _, e := range a.expects {
			w := strings.Fields(e.text)
			switch {
			case w[0] == "status":
				if got := res.Status[0].String(); got != w[1] {
					t.Errorf("line %d: status %s, want %s", e.line, got, w[1])
				}
			case w[0] == "outcome":
				if got := said(res.Labels[s.outcomes.Place("emergency_bed")][0].Within(a.horizon)); got != strings.Join(w[1:], " ") {
					t.Errorf("line %d: outcome %s, want %s", e.line, got, strings.Join(w[1:], " "))
				}
			default:
				sc.value(t, s, res, a.on, e, shown)
			}
		}
	}
}

func said(l outcome.Label) string { return fmt.Sprint(l.Status, " ", l.Day) }

func (sc *scenario) value(t *testing.T, s *shelf, res *Result, on engine.Day, e expect, shown map[string]bool) {
	id, rest, _ := strings.Cut(e.text, " ")
	j := res.Matrix.Find(id)
	if j < 0 {
		t.Errorf("line %d: there is no feature %s", e.line, id)
		return
	}
	got, last := res.Matrix.Values[j][0], engine.NoDay
	if res.Matrix.Last[j] != nil {
		last = engine.Day(res.Matrix.Last[j][0])
	}
	shown[sc.file+" "+id] = true
	if words, ok := strings.CutPrefix(rest, "says "); ok {
		if said := catalogue.Sentence(res.Matrix.Columns[j], got, last, on); said != words {
			t.Errorf("line %d: %s says %q, want %q", e.line, id, said, words)
		}
		return
	}
	f := strings.Fields(rest)
	if len(f) < 2 || f[0] != "=" || len(f) > 2 && (len(f) != 4 || f[2] != "on") {
		t.Fatalf("line %d: write feature = value [on day], or feature says sentence", e.line)
	}
	want := math.NaN()
	if f[1] != "?" {
		var err error
		if want, err = strconv.ParseFloat(f[1], 64); err != nil {
			t.Fatalf("line %d: %v", e.line, err)
		}
	}
	if math.IsNaN(want) != math.IsNaN(float64(got)) || math.Abs(float64(got)-want) > 0.0005 {
		t.Errorf("line %d: %s is %v, want %s", e.line, id, got, f[1])
	}
	if len(f) == 4 && last.String() != f[3] {
		t.Errorf("line %d: %s is on %s, want %s", e.line, id, last, f[3])
	}
}
