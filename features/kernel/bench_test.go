package kernel

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"leftshift/engine"
	"leftshift/features/plan"
)

// crowd makes people with about 50 events each, of which four in ten are
// of codes that features read, and some spells.
func crowd(s *shelf, people int) *record {
	v := words(s)
	rng := rand.New(rand.NewPCG(1, 2))
	r := &record{}
	end := day("2024-06-30")
	for i := range people {
		id := int64(i + 1)
		r.persons = append(r.persons, personRow{id: id, birth: day("1930-01-01") + engine.Day(rng.IntN(30000)), death: engine.NoDay, sex: 1})
		r.registrations = append(r.registrations, intervalRow{person: id, code: 1, from: day("2010-01-01"), to: engine.NoDay})
		r.residences = append(r.residences, intervalRow{person: id, code: 1, from: day("2010-01-01"), to: engine.NoDay, imd: 3})
		for range 30 + rng.IntN(40) {
			e := eventRow{person: id, day: end - engine.Day(rng.IntN(3650)), kind: engine.EventKind(1 + rng.IntN(10)), valued: rng.IntN(2) == 0, value: rng.Int64N(300), status: 3, knownTo: engine.NoDay}
			if rng.IntN(10) < 4 {
				c := v.codes[rng.IntN(len(v.codes))]
				e.system, e.text = c.system, c.text
			} else {
				e.system, e.text = engine.SNOMED, unread[rng.IntN(len(unread))]
			}
			e.last, e.known = e.day, e.day
			r.events = append(r.events, e)
		}
		for k := range rng.IntN(6) {
			at := end - engine.Day(rng.IntN(3650))
			r.spells = append(r.spells, spellRow{person: id, kind: engine.SpellKind(1 + rng.IntN(10)), start: at, end: at + engine.Day(rng.IntN(9)), cis: int64(k + 1), first: true, known: at, knownTo: engine.NoDay, attended: 5})
		}
	}
	r.sort()
	return r
}

var unread = func() (out []string) {
	for i := range 5000 {
		out = append(out, "x"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)))
	}
	return out
}()

// again is a reader that can be read many times.
type again struct {
	schema  *arrow.Schema
	batches []arrow.RecordBatch
	i       int
}

func hold(r array.RecordReader) *again {
	a := &again{schema: r.Schema()}
	for r.Next() {
		b := r.RecordBatch()
		b.Retain()
		a.batches = append(a.batches, b)
	}
	return a
}

func (a *again) Retain()                        {}
func (a *again) Release()                       {}
func (a *again) Schema() *arrow.Schema          { return a.schema }
func (a *again) Next() bool                     { a.i++; return a.i <= len(a.batches) }
func (a *again) RecordBatch() arrow.RecordBatch { return a.batches[a.i-1] }
func (a *again) Record() arrow.RecordBatch      { return a.RecordBatch() }
func (a *again) Err() error                     { return nil }

func (a *again) over() *again { a.i = 0; return a }

func BenchmarkRun(b *testing.B) {
	s := load(b)
	r := crowd(s, 20000)
	in := r.input(2048)
	p1, r1, r2, e1, s1, d1 := hold(in.Person), hold(in.Registration), hold(in.Residence), hold(in.Event), hold(in.Spell), hold(in.Document)
	var core []string
	for i := range s.cat.Definitions {
		if i%5 < 3 {
			core = append(core, s.cat.Definitions[i].ID)
		}
	}
	for _, c := range []struct {
		name  string
		s     *shelf
		dates []engine.Day
		days  bool
	}{
		{"all features", s, []engine.Day{day("2024-06-30")}, false},
		{"all features with days", s, []engine.Day{day("2024-06-30")}, true},
		{"three in five features", &shelf{lib: s.lib, analytes: s.analytes, cat: s.cat.Subset(core)}, []engine.Day{day("2024-06-30")}, false},
		{"no features", &shelf{lib: s.lib, analytes: s.analytes, cat: s.cat.Subset(nil)}, []engine.Day{day("2024-06-30")}, false},
		{"six dates", s, []engine.Day{day("2021-06-30"), day("2022-06-30"), day("2022-12-31"), day("2023-06-30"), day("2023-12-31"), day("2024-06-30")}, false},
	} {
		p, err := plan.Compile(c.s.cat, s.lib, s.analytes, r.dictionary)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := Run(context.Background(), p, Input{p1.over(), r1.over(), r2.over(), e1.over(), s1.over(), d1.over()}, c.dates, day("2025-06-30"), Options{Days: c.days, Persons: len(r.persons)})
				if err != nil {
					b.Fatal(err)
				}
			}
			n := float64(len(r.events)) * float64(b.N)
			b.ReportMetric(b.Elapsed().Seconds()*1e9/n, "ns/event")
			b.ReportMetric(n/b.Elapsed().Seconds()/1e6, "Mevents/s")
			b.ReportMetric(float64(len(c.s.cat.Definitions)), "features")
		})
	}
}
