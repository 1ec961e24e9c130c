package trace

import (
	"context"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/record"
	"leftshift/features/sample"
	"leftshift/features/scenario"
)

func open(t testing.TB) *Shelf {
	t.Helper()
	s := &Shelf{}
	var err error
	if s.Analytes, err = analyte.Load(); err != nil {
		t.Fatal(err)
	}
	if s.Codelists, err = codelist.Load(); err != nil {
		t.Fatal(err)
	}
	if s.Catalogue, err = catalogue.Load(s.Codelists, s.Analytes); err != nil {
		t.Fatal(err)
	}
	return s
}

// words gives codes that a definition reads: a few of each of its lists.
func words(s *Shelf, d *catalogue.Definition) []plan.Word {
	var out []plan.Word
	add := func(system, text string) {
		sys := engine.ParseSystem(system)
		out = append(out, plan.Word{Code: engine.CodeKey(sys, text), System: sys, Text: text})
	}
	for _, m := range d.Members {
		for _, c := range m.Codes {
			system, text, _ := strings.Cut(c, ":")
			add(system, text)
		}
		for _, name := range m.Lists {
			l := s.Codelists.List(name)
			for k := range min(4, len(l.Codes)) {
				text := l.Codes[k*len(l.Codes)/4%len(l.Codes)]
				add(l.System, text)
				if l.Match == codelist.Prefix && l.System == codelist.ICD10 && len(text) < 5 && len(text) > 2 {
					add(l.System, text+"1")
				}
			}
		}
	}
	if a := s.Analytes.ByID(d.Analyte); a != nil {
		for k := range min(2, len(a.SNOMED)) {
			add("snomed", a.SNOMED[k])
		}
	}
	return out
}

type vocabulary struct {
	shelf *Shelf
	defs  []*catalogue.Definition // that read rows
	words [][]plan.Word
	all   map[engine.Code]plan.Word
	plan  *plan.Plan
}

func vocabularyOf(t testing.TB, s *Shelf) *vocabulary {
	v := &vocabulary{shelf: s, all: map[engine.Code]plan.Word{}}
	for i := range s.Catalogue.Definitions {
		d := &s.Catalogue.Definitions[i]
		if d.Source == catalogue.Demographic || d.Source == catalogue.Derived {
			continue
		}
		w := words(s, d)
		for _, x := range w {
			v.all[x.Code] = x
		}
		v.defs, v.words = append(v.defs, d), append(v.words, w)
	}
	for _, text := range []string{"300", "320", "340"} {
		key := engine.CodeKey(engine.NHSDD, text)
		v.all[key] = plan.Word{Code: key, System: engine.NHSDD, Text: text}
	}
	r := record.Record{Words: v.all}
	var err error
	if v.plan, err = plan.Compile(s.Catalogue, s.Codelists, s.Analytes, r.Dictionary); err != nil {
		t.Fatal(err)
	}
	return v
}

var on, _ = engine.MakeDay(2024, 6, 30)

// draw makes a record whose rows lie at the edges of what features read.
func (v *vocabulary) draw(t *rapid.T) *record.Record {
	r := &record.Record{Words: v.all}
	pick := func(label string, n int) int { return rapid.IntRange(0, n-1).Draw(t, label) }
	day := func(d *catalogue.Definition) engine.Day {
		edges := []int{0, 1, 30, 90, 365, 730, 1095, d.Days, d.Gap, d.Recent, d.Recent + 365}
		return on - engine.Day(edges[pick("edge", len(edges))]) + engine.Day(rapid.IntRange(-2, 2).Draw(t, "off"))
	}
	knowledge := func(from engine.Day) schema.Knowledge {
		k := schema.Knowledge{Source: "s", KnownFrom: from, KnownTo: engine.NoDay}
		switch pick("known", 6) {
		case 0:
			k.KnownFrom += engine.Day(rapid.IntRange(0, 40).Draw(t, "late"))
		case 1:
			k.KnownTo = k.KnownFrom + engine.Day(rapid.IntRange(1, 400).Draw(t, "until"))
		}
		return k
	}
	maybe := func(label string, d engine.Day) engine.Day {
		if pick(label, 5) == 0 {
			return engine.NoDay
		}
		return d
	}
	r.Person = schema.CuratedPerson{Person: 1, BirthMonth: maybe("birth", on-20000+engine.Day(pick("age", 400))).Month(), DeathDay: engine.NoDay, DeathKnown: engine.NoDay,
		Sex: engine.Sex([]int{0, 1, 2, 9}[pick("sex", 4)]), EthnicCategory: []string{"", "A", "Z"}[pick("ethnic", 3)], Sources: uint8(pick("sources", 3))}
	if r.Person.BirthMonth < -100000 {
		r.Person.BirthMonth = engine.NoDay
	}
	for range pick("registrations", 3) {
		from := maybe("from", on-engine.Day(pick("ago", 3000)))
		to := maybe("to", max(from, on-2000)+engine.Day(pick("for", 2500)))
		r.Registrations = append(r.Registrations, schema.CuratedRegistration{Person: 1, Practice: engine.Code(1 + pick("practice", 2)), FromDay: from, ToDay: to})
		r.Residences = append(r.Residences, schema.CuratedResidence{Person: 1, Area: engine.Code(pick("area", 3)), FromDay: from, ToDay: to, CareHome: uint8(pick("home", 2)), IMDDecile: uint8(pick("decile", 11))})
	}
	stays := []engine.SpellKind{engine.Emergency, engine.Elective, engine.DayCase, engine.Transfer}
	for i := range pick("rows", 30) {
		k := pick("definition", len(v.defs))
		d := v.defs[k]
		at := day(d)
		switch d.Source {
		case catalogue.Event:
			e := schema.CuratedEvent{Person: 1, Day: at, LastDay: at, EndDay: engine.NoDay, Kind: d.Kinds[pick("kind", len(d.Kinds))], Status: engine.Status(pick("status", 8) % 7),
				Mode: engine.Mode(pick("mode", 5)), Position: uint8(pick("position", 4))}
			if len(d.Statuses) > 0 && pick("fits", 3) > 0 {
				e.Status = d.Statuses[0]
			}
			if len(d.Modes) > 0 && pick("fits", 3) > 0 {
				e.Mode = d.Modes[0]
			}
			if pick("partial", 5) == 0 {
				e.LastDay += engine.Day(pick("span", 40))
			}
			if n := len(v.words[k]); n > 0 {
				e.Code = v.words[k][pick("code", n)].Code
			}
			if pick("valued", 4) > 0 {
				e.Value = schema.Number{N: int64(rapid.IntRange(-3, 3000).Draw(t, "value")), Known: true}
				if d.ValueFrom != nil {
					e.Value.N = *d.ValueFrom + int64(rapid.IntRange(-2, 2).Draw(t, "bound"))
				}
				if pick("wild", 30) == 0 {
					e.Value.N = 1<<20 + int64(pick("over", 2))
				}
			}
			e.Knowledge = knowledge(e.LastDay)
			r.Events = append(r.Events, e)
			if len(d.Within) > 0 {
				start := e.Day - engine.Day(pick("before", 3))
				r.Spells = append(r.Spells, schema.CuratedSpell{Person: 1, Kind: d.Within[pick("within", len(d.Within))], StartDay: start, EndDay: maybe("end", start+engine.Day(pick("nights", 6))),
					Spell: int64(i + 1), CIS: int64(1 + pick("cis", 6)), CISFirst: uint8(pick("first", 2)), Knowledge: knowledge(start)})
			}
		case catalogue.Spell:
			s := schema.CuratedSpell{Person: 1, Kind: d.Spells[pick("kind", len(d.Spells))], StartDay: at, EndDay: maybe("end", at+engine.Day(pick("nights", 40))), Spell: int64(i + 1),
				CIS: int64(1 + pick("cis", 6)), CISFirst: uint8(pick("first", 2)), Attended: uint8(pick("attended", 8)), Specialty: engine.CodeKey(engine.NHSDD, []string{"", "300", "320", "340"}[pick("specialty", 4)])}
			if len(d.Destinations) > 0 {
				s.Destination = d.Destinations[pick("destination", len(d.Destinations))]
			}
			if len(d.Specialties) > 0 {
				system, text, _ := strings.Cut(d.Specialties[pick("named", len(d.Specialties))], ":")
				s.Specialty = engine.CodeKey(engine.ParseSystem(system), text)
			}
			if len(d.Arrivals) > 0 {
				system, text, _ := strings.Cut(d.Arrivals[pick("arrival", len(d.Arrivals))], ":")
				s.ArrivalMode = engine.CodeKey(engine.ParseSystem(system), text)
			}
			s.Knowledge = knowledge(s.StartDay)
			r.Spells = append(r.Spells, s)
			if pick("another", 3) == 0 {
				next := s
				next.Kind, next.Spell, next.CIS = stays[pick("kind", len(stays))], int64(100+i), int64(1+pick("cis", 6))
				next.StartDay = max(s.StartDay, s.EndDay) + engine.Day(rapid.IntRange(-1, 31).Draw(t, "gap"))
				next.EndDay = maybe("end", next.StartDay+engine.Day(pick("nights", 5)))
				next.Knowledge = knowledge(next.StartDay)
				r.Spells = append(r.Spells, next)
			}
		case catalogue.Document:
			x := schema.CuratedDocument{Person: 1, Day: at, EndDay: maybe("end", at+engine.Day(pick("for", 400))), Category: uint8(1 + pick("category", 3)), Status: engine.Status(pick("status", 7)), Knowledge: knowledge(at)}
			if len(d.Categories) > 0 {
				x.Category = uint8(d.Categories[pick("category", len(d.Categories))])
			}
			if n := len(v.words[k]); n > 0 {
				x.Type = v.words[k][pick("type", n)].Code
			}
			r.Documents = append(r.Documents, x)
		}
	}
	return r
}

// The kernel and the trace, two programs, give every feature of every record
// the same value and day.
func TestAgreesWithKernel(t *testing.T) {
	v := vocabularyOf(t, open(t))
	valued := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		r := v.draw(t)
		data := engine.Day(0)
		if rapid.Bool().Draw(t, "data") {
			data = on - 1000
		}
		got, err := r.Run(context.Background(), v.plan, on, on, kernel.Options{DataFrom: data, Coverage: sample.Coverage(t, []engine.Day{on})})
		if err != nil {
			t.Fatal(err)
		}
		s := *v.shelf
		if got.Unseen != nil {
			s.Unseen = strings.Fields(got.Unseen[0])
		}
		for j := range v.shelf.Catalogue.Definitions {
			d := &v.shelf.Catalogue.Definitions[j]
			x := Of(&s, d, r, on, data)
			cell := got.Matrix.Values[j][0]
			value, state := float64(cell), matrix.StateOf(cell)
			if d.Source != catalogue.Derived && s.hides(d) { // the rows are traced in any case
				if state != matrix.Unobservable {
					t.Fatalf("%s is %s, and nothing that it reads can be seen", d.ID, state)
				}
			} else if !Same(value, x.Value) || state != x.State {
				t.Fatalf("%s: the kernel says %v (%s), the trace %v (%s; %s)\n%+v\n%+v", d.ID, value, state, x.Value, x.State, x.How, x.Rows, x.From)
			}
			last := engine.NoDay
			if got.Matrix.Last[j] != nil {
				last = engine.Day(got.Matrix.Last[j][0])
			}
			if last != x.Last {
				t.Fatalf("%s: the kernel's newest row is on %q, the trace's on %q\n%+v", d.ID, last, x.Last, x.Rows)
			}
			if value != 0 && !math.IsNaN(value) {
				valued[d.ID] = true
			}
			for _, row := range x.Rows {
				if row.Why == "" || row.Table == "" {
					t.Fatalf("%s: a row without a reason: %+v", d.ID, row)
				}
			}
		}
	})
	if n := len(v.shelf.Catalogue.Definitions); len(valued) < n/2 {
		t.Errorf("only %d of %d features ever had a value: this proves little", len(valued), n)
	}
}

// Each reason for which a row does not count is said.
func TestWhyNot(t *testing.T) {
	s := open(t)
	for _, c := range []struct{ feature, row, why string }{
		{"falls_365d", "event 2023-06-30 problem snomed:217082002", "before the window, which begins on 2023-07-02"},
		{"falls_365d", "event 2024-07-02 problem snomed:217082002 known=2024-06-01", "after 2024-06-30"},
		{"falls_365d", "event 2024-06-01 problem snomed:217082002 known=2024-07-02", "not yet known on 2024-06-30: it became known on 2024-07-02"},
		{"falls_365d", "event 2024-06-01 problem snomed:217082002 until=2024-06-02", "superseded or withdrawn on 2024-06-02"},
		{"falls_365d", "event 2024-06-01 problem snomed:217082002 status=planned", "its status is planned"},
		{"falls_365d", "event 2023-07 problem snomed:217082002", "may lie before the window"},
		{"falls_365d", "event 2024-06 problem snomed:217082002 known=2024-06-02 value=1", ""}, // its last possible day is that of asking
		{"falls_365d", "event 2024 problem snomed:217082002 known=2024-06-02", "may lie after 2024-06-30"},
		{"emergency_admissions_365d", "spell emergency 2024-06-01..2024-06-03 continues", "it continues a stay"},
		{"systolic_latest_1095d", "event 2024-06-01 observation snomed:271649006", "it has no value"},
		{"systolic_latest_1095d", "event 2024-06-01 observation snomed:271649006 value=9999999", "nobody can have"},
		{"emergency_bed_days_90d", "spell emergency 2024-06-01..2024-06-01", "it holds no night"},
		{"days_since_discharge", "spell emergency 2024-06-01..", "it had not ended"},
		{"outpatient_missed_365d", "spell outpatient 2024-06-01 attended=5", "its outcome is 5"},
		{"ed_not_admitted_90d", "spell ed 2024-06-01\nspell emergency 2024-06-02..2024-06-04", "an emergency admission followed"},
	} {
		d := s.Catalogue.Find(c.feature)
		if d == nil {
			t.Errorf("there is no %s", c.feature)
			continue
		}
		sc, faults := scenario.Read(c.row+"\non 2024-06-30\n  "+c.feature+" = ?", 1, s.Analytes)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		x := Of(s, d, &sc.Record, on, 0)
		if len(x.Rows) != 1 || x.Rows[0].Counts != (c.why == "") || !strings.Contains(x.Rows[0].Why, c.why) {
			t.Errorf("%s of %s: %+v, want %q", c.feature, c.row, x.Rows, c.why)
		}
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b float64
		same bool
	}{{1, 1, true}, {1, 2, false}, {math.NaN(), math.NaN(), true}, {0, math.NaN(), false}, {1e6, 1e6 + 0.5, true}, {1e6, 1e6 + 2, false}, {0, 1e-7, true}, {0, 1e-5, false}} {
		if Same(c.a, c.b) != c.same || Same(c.b, c.a) != c.same {
			t.Errorf("%v and %v", c.a, c.b)
		}
	}
}
