package kernel

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/plan"
	"leftshift/features/population"
)

var indexDates = []engine.Day{day("2023-03-01"), day("2024-02-29"), day("2024-06-30")}

// vocabulary is the codes that random events have: some of every list that
// the catalogue reads, every analyte, and some that lead nowhere.
type vocabulary struct {
	codes    []eventRow
	analytes int // the last so many

	types                 []eventRow // of documents
	destinations          []string
	specialties, arrivals []engine.Code
}

func words(s *shelf) *vocabulary {
	v := &vocabulary{codes: []eventRow{{}, {system: engine.SNOMED, text: "138875005"}, {system: engine.ICD10, text: "Q999"}, {system: engine.TextOnly, text: "E11"}}}
	seen := map[string]bool{}
	for i := range s.cat.Definitions {
		for _, m := range s.cat.Definitions[i].Members {
			for _, name := range m.Lists {
				if seen[name] {
					continue
				}
				seen[name] = true
				l := s.lib.List(name)
				for k := 0; k < len(l.Codes); k += 1 + len(l.Codes)/3 {
					text := l.Codes[k]
					if l.Match == codelist.Prefix && len(text) < 3 {
						text += "99"[:3-len(text)]
					}
					if l.Match == codelist.Prefix && len(text) == 3 && k > 0 {
						text += "1"
					}
					v.codes = append(v.codes, eventRow{system: engine.ParseSystem(l.System), text: text})
				}
			}
		}
	}
	v.types, v.destinations, v.specialties, v.arrivals = []eventRow{{}, {system: engine.SNOMED, text: "138875005"}}, []string{"", "19"}, []engine.Code{0, 1, 2, 3}, []engine.Code{0, 1}
	for i := range s.cat.Definitions {
		d := &s.cat.Definitions[i]
		v.destinations = append(v.destinations, d.Destinations...)
		for _, x := range d.Specialties {
			v.specialties = append(v.specialties, coded(x))
		}
		for _, x := range d.Arrivals {
			v.arrivals = append(v.arrivals, coded(x))
		}
		if d.Source != catalogue.Document {
			continue
		}
		for _, m := range d.Members {
			for _, name := range m.Lists {
				l := s.lib.List(name)
				v.types = append(v.types, eventRow{system: engine.ParseSystem(l.System), text: l.Codes[0]}, eventRow{system: engine.ParseSystem(l.System), text: l.Codes[len(l.Codes)-1]})
			}
		}
	}
	v.codes = append(v.codes, v.types...)
	v.codes = append(v.codes, eventRow{system: engine.SNOMED, text: "217082002"})
	v.analytes = len(s.analytes.List)
	for _, a := range s.analytes.List {
		v.codes = append(v.codes, eventRow{system: engine.SNOMED, text: a.SNOMED[0]})
	}
	return v
}

// edges are ages at which windows and gaps begin and end.
var edges = []int{0, 1, 2, 29, 30, 31, 89, 90, 91, 364, 365, 366, 454, 455, 456, 729, 730, 731, 1094, 1095, 1096}

func drawDay(t *rapid.T, name string) engine.Day {
	on := rapid.SampledFrom(indexDates).Draw(t, name+" from")
	if rapid.Bool().Draw(t, name+" edge") {
		return on - engine.Day(rapid.SampledFrom(edges).Draw(t, name+" age"))
	}
	return on - engine.Day(rapid.IntRange(-200, 2000).Draw(t, name+" age"))
}

func maybe(t *rapid.T, name string, d engine.Day) engine.Day {
	if rapid.IntRange(0, 3).Draw(t, name+" null") == 0 {
		return engine.NoDay
	}
	return d
}

func drawKnown(t *rapid.T, at engine.Day) (from, to engine.Day) {
	from = at + engine.Day(rapid.SampledFrom([]int{0, 0, 0, 1, 30, 300}).Draw(t, "lag"))
	to = engine.NoDay
	if rapid.IntRange(0, 4).Draw(t, "ends") == 0 {
		to = max(from, drawDay(t, "known to"))
	}
	return from, to
}

func drawPerson(t *rapid.T, v *vocabulary, id int64, r *record) {
	r.persons = append(r.persons, personRow{id: id,
		birth:  maybe(t, "birth", day("1930-01-01")+engine.Day(rapid.IntRange(0, 34000).Draw(t, "birth"))),
		death:  rapid.SampledFrom([]engine.Day{engine.NoDay, engine.NoDay, drawDay(t, "death")}).Draw(t, "died"),
		sex:    rapid.SampledFrom([]engine.Sex{0, 1, 2, 9}).Draw(t, "sex"),
		ethnic: rapid.SampledFrom([]string{"", "A", "Z", "M"}).Draw(t, "ethnic"), sources: rapid.Uint8Range(0, 3).Draw(t, "sources")})
	interval := func(name string) intervalRow {
		x := intervalRow{person: id, code: engine.Code(rapid.Int64Range(1, 4).Draw(t, name)), from: maybe(t, name, drawDay(t, name)),
			careHome: rapid.Uint8Range(0, 1).Draw(t, "care home"), imd: rapid.Uint8Range(0, 10).Draw(t, "imd")}
		x.to = maybe(t, name+" to", max(x.from, day("2018-01-01"))+engine.Day(rapid.IntRange(0, 1500).Draw(t, name+" length")))
		return x
	}
	for range rapid.IntRange(0, 3).Draw(t, "registrations") {
		r.registrations = append(r.registrations, interval("registration"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "residences") {
		r.residences = append(r.residences, interval("residence"))
	}
	// Some people are seen for one thing again and again.
	codes, kinds := v.codes, []uint8{1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 8, 9, 9, 9, 10}
	if rapid.Bool().Draw(t, "watched") {
		i := rapid.IntRange(len(v.codes)-v.analytes, len(v.codes)-1).Draw(t, "analyte")
		codes, kinds = v.codes[i:i+1], []uint8{2}
	}
	for range rapid.IntRange(0, 25).Draw(t, "events") {
		e := rapid.SampledFrom(codes).Draw(t, "code")
		e.person, e.day = id, drawDay(t, "day")
		e.last = e.day + engine.Day(rapid.SampledFrom([]int{0, 0, 0, 0, 27, 364}).Draw(t, "partial"))
		e.kind = engine.EventKind(rapid.SampledFrom(kinds).Draw(t, "kind"))
		if e.system == engine.ICD10 && rapid.Bool().Draw(t, "hospital") {
			e.kind = engine.Diagnosis
		}
		e.value, e.valued = rapid.Int64Range(-50, 3000).Draw(t, "value"), rapid.IntRange(0, 3).Draw(t, "valued") > 0
		e.status = engine.Status(rapid.SampledFrom([]uint8{0, 0, 1, 1, 2, 3, 3, 4, 5, 6}).Draw(t, "status"))
		e.mode = engine.Mode(rapid.Uint8Range(0, 4).Draw(t, "mode"))
		e.position = rapid.SampledFrom([]uint8{0, 1, 1, 2, 7}).Draw(t, "position")
		e.known, e.knownTo = drawKnown(t, e.last)
		r.events = append(r.events, e)
		if rapid.IntRange(0, 5).Draw(t, "again") == 0 {
			r.events = append(r.events, e)
		}
	}
	for range rapid.IntRange(0, 7).Draw(t, "spells") {
		s := spellRow{person: id, kind: engine.SpellKind(rapid.SampledFrom([]uint8{1, 1, 1, 2, 3, 4, 6, 7, 8, 8, 9, 9, 10, 11, 12, 13, 14, 15, 16}).Draw(t, "spell")), start: drawDay(t, "start"),
			destination: rapid.SampledFrom(v.destinations).Draw(t, "destination"), arrival: rapid.SampledFrom(v.arrivals).Draw(t, "arrival"),
			cis: rapid.Int64Range(1, 9).Draw(t, "cis"), first: rapid.IntRange(0, 3).Draw(t, "first") > 0,
			specialty: int64(rapid.SampledFrom(v.specialties).Draw(t, "specialty")), attended: rapid.Uint8Range(0, 12).Draw(t, "attended")}
		s.end = maybe(t, "end", s.start+engine.Day(rapid.SampledFrom([]int{0, 0, 1, 2, 10, 100}).Draw(t, "stay")))
		s.known, s.knownTo = drawKnown(t, s.start)
		r.spells = append(r.spells, s)
		if s.kind == engine.ED && rapid.Bool().Draw(t, "admitted") {
			s.kind, s.start, s.end = engine.Emergency, max(s.start, s.end)+engine.Day(rapid.IntRange(-1, 2).Draw(t, "after")), engine.NoDay
			r.spells = append(r.spells, s)
		}
	}
}

func drawDocuments(t *rapid.T, v *vocabulary, id int64, r *record) {
	for range rapid.IntRange(0, 5).Draw(t, "documents") {
		e := rapid.SampledFrom(v.types).Draw(t, "type")
		x := documentRow{person: id, day: drawDay(t, "made"), system: e.system, text: e.text, category: rapid.Uint8Range(1, 3).Draw(t, "category"),
			status: engine.Status(rapid.SampledFrom([]uint8{0, 1, 1, 2, 3, 5, 6}).Draw(t, "status"))}
		x.end = maybe(t, "ceases", x.day+engine.Day(rapid.SampledFrom([]int{0, 1, 365}).Draw(t, "lasts")))
		x.known, x.knownTo = drawKnown(t, x.day)
		r.documents = append(r.documents, x)
	}
}

func drawRecord(t *rapid.T, v *vocabulary) *record {
	r := &record{}
	for i := range rapid.IntRange(1, 4).Draw(t, "persons") {
		drawPerson(t, v, int64(i*10+1), r)
		drawDocuments(t, v, int64(i*10+1), r)
	}
	r.sort()
	return r
}

// of gives one person's rows.
func (r *record) of(id int64) *record {
	out := &record{}
	for _, x := range r.persons {
		if x.id == id {
			out.persons = append(out.persons, x)
		}
	}
	for _, x := range r.registrations {
		if x.person == id {
			out.registrations = append(out.registrations, x)
		}
	}
	for _, x := range r.residences {
		if x.person == id {
			out.residences = append(out.residences, x)
		}
	}
	for _, x := range r.events {
		if x.person == id {
			out.events = append(out.events, x)
		}
	}
	for _, x := range r.spells {
		if x.person == id {
			out.spells = append(out.spells, x)
		}
	}
	for _, x := range r.documents {
		if x.person == id {
			out.documents = append(out.documents, x)
		}
	}
	return out
}

// same compares a float32 with the reference's float64.
func same(got float32, want float64) bool {
	if math.IsNaN(want) {
		return math.IsNaN(float64(got))
	}
	return math.Abs(float64(got)-want) <= 1e-6*math.Max(1, math.Abs(want))
}

// Every feature of random people equals what the reference evaluator reads
// from the catalogue's words.
func TestKernelAgreesWithReference(t *testing.T) {
	s := load(t)
	v := words(s)
	touched := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t, v)
		dataFrom := rapid.SampledFrom([]engine.Day{0, day("2021-01-01")}).Draw(t, "data from")
		res := run(t, s, r, rapid.IntRange(1, 20).Draw(t, "batch"), indexDates, day("2025-12-31"), Options{Everyone: true, Days: true, DataFrom: dataFrom})
		if len(res.Persons) != len(r.persons)*len(indexDates) {
			t.Fatalf("%d rows, want %d", len(res.Persons), len(r.persons)*len(indexDates))
		}
		for i, id := range res.Persons {
			ref := &reference{s, r.of(int64(id)), dataFrom}
			for j := range s.cat.Definitions {
				d := &s.cat.Definitions[j]
				want, last := ref.value(d, res.Index[i])
				got := res.Matrix.Values[j][i]
				if !same(got, want) {
					t.Fatalf("%s of person %d on %s is %v, want %v", d.ID, id, res.Index[i], got, want)
				}
				if want != 0 && !math.IsNaN(want) {
					touched[d.ID]++
				}
				if d.Dated() {
					if l := engine.Day(res.Matrix.Last[j][i]); l != last {
						t.Fatalf("%s of person %d on %s has day %s, want %s", d.ID, id, res.Index[i], l, last)
					}
				}
			}
		}
	})
	never := 0
	for i := range s.cat.Definitions {
		if touched[s.cat.Definitions[i].ID] == 0 {
			never++
			t.Logf("%s was never other than zero or unknown in this run", s.cat.Definitions[i].ID)
		}
	}
	if never > len(s.cat.Definitions)/3 {
		t.Errorf("%d of %d features never had a value: the random people are too plain", never, len(s.cat.Definitions))
	}
}

// exactly makes results comparable where NaN is.
func exactly(r *Result) any {
	out := [][]uint32{}
	for _, col := range r.Matrix.Values {
		c := make([]uint32, len(col))
		for i, v := range col {
			c[i] = math.Float32bits(v)
		}
		out = append(out, c)
	}
	return struct {
		V [][]uint32
		L [][]int32
		P []engine.Person
		D []engine.Day
		S []population.Status
		X []Place
	}{out, r.Matrix.Last, r.Persons, r.Index, r.Status, r.Places}
}

// differ says how two results differ, "" when not at all.
func differ(a, b *Result) string {
	for j := range a.Matrix.Values {
		id := a.Matrix.Columns[j].ID
		for i := range min(len(a.Persons), len(b.Persons)) {
			if v, w := a.Matrix.Values[j][i], b.Matrix.Values[j][i]; math.Float32bits(v) != math.Float32bits(w) {
				return fmt.Sprintf("%s of row %d is %v and %v", id, i, v, w)
			}
			if a.Matrix.Last[j] != nil && a.Matrix.Last[j][i] != b.Matrix.Last[j][i] {
				return fmt.Sprintf("the day of %s of row %d is %d and %d", id, i, a.Matrix.Last[j][i], b.Matrix.Last[j][i])
			}
		}
	}
	for i := range min(len(a.Persons), len(b.Persons)) {
		if a.Places[i] != b.Places[i] {
			return fmt.Sprintf("row %d is at %+v and %+v", i, a.Places[i], b.Places[i])
		}
	}
	if !reflect.DeepEqual(exactly(a), exactly(b)) {
		return "rows, dates or status"
	}
	return ""
}

// Several dates in one pass are the same as one run a date; so are other
// batch sizes, and any order of rows that tie.
func TestF13OnePassIsManyRuns(t *testing.T) {
	s := load(t)
	v := words(s)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t, v)
		opt := Options{Everyone: rapid.Bool().Draw(t, "everyone"), Days: true}
		know := day("2025-12-31")
		whole := run(t, s, r, 1000, indexDates, know, opt)
		// The same rows the other way round within equal days.
		other := &record{append([]personRow(nil), r.persons...), reversed(r.registrations), reversed(r.residences), reversed(r.events), reversed(r.spells), reversed(r.documents)}
		other.sort()
		again := run(t, s, other, rapid.IntRange(1, 9).Draw(t, "batch"), indexDates, know, opt)
		if diff := differ(whole, again); diff != "" {
			t.Fatalf("the order of equal rows or the size of batches changed the result: %s", diff)
		}
		for k, d := range indexDates {
			one := run(t, s, r, 3, indexDates[k:k+1], know, opt)
			i := 0
			for w := range whole.Persons {
				if whole.Index[w] != d {
					continue
				}
				if i >= len(one.Persons) || one.Persons[i] != whole.Persons[w] || one.Status[i] != whole.Status[w] {
					t.Fatalf("rows of %s differ", d)
				}
				for j := range one.Matrix.Values {
					if math.Float32bits(one.Matrix.Values[j][i]) != math.Float32bits(whole.Matrix.Values[j][w]) {
						t.Fatalf("%s on %s is %v alone and %v among others", one.Matrix.Columns[j].ID, d, one.Matrix.Values[j][i], whole.Matrix.Values[j][w])
					}
				}
				i++
			}
			if i != len(one.Persons) || !reflect.DeepEqual(one.Attrition[0], whole.Attrition[k]) {
				t.Fatalf("rows or attrition of %s differ", d)
			}
		}
	})
}

func reversed[T any](x []T) []T {
	out := make([]T, len(x))
	for i := range x {
		out[len(x)-1-i] = x[i]
	}
	return out
}

// Nothing that happens or becomes known after the index date moves a feature.
func TestNoLeak(t *testing.T) {
	s := load(t)
	v := words(s)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t, v)
		d := rapid.SampledFrom(indexDates).Draw(t, "index")
		know := day("2025-12-31")
		opt := Options{Everyone: true, Days: true}
		before := run(t, s, r, 100, []engine.Day{d}, know, opt)
		later := &record{persons: r.persons, registrations: r.registrations, residences: r.residences, documents: append([]documentRow(nil), r.documents...),
			events: append([]eventRow(nil), r.events...), spells: append([]spellRow(nil), r.spells...)}
		more := &record{}
		drawPerson(t, v, r.persons[0].id, more)
		for _, e := range more.events {
			if rapid.Bool().Draw(t, "late") {
				e.known = d + 1 + engine.Day(rapid.IntRange(0, 300).Draw(t, "late by"))
				e.knownTo = engine.NoDay
			} else {
				shift := d + 1 - e.day + engine.Day(rapid.IntRange(0, 300).Draw(t, "after"))
				e.day, e.last, e.known = e.day+shift, e.last+shift, d-10 // even when "known" before it happened
				e.knownTo = engine.NoDay
			}
			later.events = append(later.events, e)
		}
		for _, x := range more.spells {
			x.known, x.knownTo = d+1+engine.Day(rapid.IntRange(0, 300).Draw(t, "late by")), engine.NoDay
			later.spells = append(later.spells, x)
		}
		drawDocuments(t, v, r.persons[0].id, more)
		for _, x := range more.documents {
			x.known, x.knownTo = d+1+engine.Day(rapid.IntRange(0, 300).Draw(t, "late by")), engine.NoDay
			later.documents = append(later.documents, x)
		}
		// What ends later still stands on d; what was known only earlier is gone.
		for i := range later.events {
			if e := &later.events[i]; e.known <= d && e.knownTo == engine.NoDay && rapid.IntRange(0, 3).Draw(t, "end later") == 0 {
				e.knownTo = d + 1
			}
		}
		gone := rapid.SampledFrom(v.codes).Draw(t, "gone")
		gone.person, gone.day, gone.last, gone.kind, gone.known, gone.knownTo = r.persons[0].id, d-5, d-5, engine.Problem, d-5, d
		later.events = append(later.events, gone)
		later.sort()
		if diff := differ(before, run(t, s, later, 7, []engine.Day{d}, know, opt)); diff != "" {
			t.Fatalf("the future moved a feature: %s", diff)
		}
	})
}

// Buckets put together are the whole.
func TestConcat(t *testing.T) {
	s := load(t)
	v := words(s)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t, v)
		opt := Options{Everyone: true, Days: true, Outcomes: s.outcomes}
		know := day("2025-12-31")
		var parts []*Result
		for _, p := range r.persons {
			parts = append(parts, run(t, s, r.of(p.id), 10, indexDates, know, opt))
		}
		whole, got := run(t, s, r, 10, indexDates, know, opt), Concat(parts)
		if !reflect.DeepEqual(exactly(whole), exactly(got)) || !reflect.DeepEqual(whole.Labels, got.Labels) || !reflect.DeepEqual(whole.Outcomes, got.Outcomes) ||
			!reflect.DeepEqual(whole.Attrition, got.Attrition) || whole.Read != got.Read {
			t.Fatal("the parts together are not the whole")
		}
	})
}

// A subset of the catalogue gives the same columns as the whole.
func TestSubset(t *testing.T) {
	s := load(t)
	v := words(s)
	rapid.Check(t, func(t *rapid.T) {
		r := drawRecord(t, v)
		var ids []string
		for i := range s.cat.Definitions {
			if rapid.IntRange(0, 3).Draw(t, "take") == 0 {
				ids = append(ids, s.cat.Definitions[i].ID)
			}
		}
		opt := Options{Everyone: true}
		whole := run(t, s, r, 100, indexDates, day("2025-12-31"), opt)
		part := run(t, &shelf{lib: s.lib, analytes: s.analytes, cat: s.cat.Subset(ids)}, r, 100, indexDates, day("2025-12-31"), opt)
		for j, c := range part.Matrix.Columns {
			w := whole.Matrix.Values[whole.Matrix.Find(c.ID)]
			for i := range w {
				if math.Float32bits(w[i]) != math.Float32bits(part.Matrix.Values[j][i]) {
					t.Fatalf("%s differs in a subset", c.ID)
				}
			}
		}
	})
}

func TestDisorderIsRefused(t *testing.T) {
	s := load(t)
	p, err := plan.Compile(s.cat, s.lib, s.analytes, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := personRow{id: 1, birth: engine.NoDay, death: engine.NoDay}
	b := personRow{id: 2, birth: engine.NoDay, death: engine.NoDay}
	e := eventRow{person: 1, day: 10, last: 10, kind: 1, known: 10, knownTo: engine.NoDay}
	f := e
	f.day, f.last = 9, 9
	sp := spellRow{person: 1, kind: 1, start: 10, end: 11, known: 11, knownTo: engine.NoDay}
	sq := sp
	sq.start = 9
	for name, c := range map[string]struct {
		r    record
		code string
	}{
		"persons":      {record{persons: []personRow{b, a}}, "rows-out-of-order"},
		"person twice": {record{persons: []personRow{a, a}}, "person-twice"},
		"events":       {record{persons: []personRow{a}, events: []eventRow{e, f}}, "rows-out-of-order"},
		"spells":       {record{persons: []personRow{a}, spells: []spellRow{sp, sq}}, "rows-out-of-order"},
	} {
		_, err := Run(context.Background(), p, c.r.input(1), indexDates, day("2025-12-31"), Options{})
		if f, ok := err.(*engine.Fault); !ok || f.Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	r := record{persons: []personRow{b}, events: []eventRow{e}}
	res, err := Run(context.Background(), p, r.input(1), indexDates, day("2025-12-31"), Options{})
	if err != nil || res.Read.Orphans != 1 {
		t.Errorf("rows of nobody: %v, %+v", err, res)
	}
	for name, dates := range map[string][]engine.Day{"none": nil, "twice": {5, 5}, "late": {day("2026-01-01")}} {
		if _, err := Run(context.Background(), p, r.input(1), dates, day("2025-12-31"), Options{}); err == nil {
			t.Errorf("index dates %s accepted", name)
		}
	}
	in := r.input(1)
	in.Spell = in.Event
	if _, err := Run(context.Background(), p, in, indexDates, day("2025-12-31"), Options{}); err == nil || err.(*engine.Fault).Code != "stream-schema" {
		t.Errorf("a stream of another table: %v", err)
	}
}
