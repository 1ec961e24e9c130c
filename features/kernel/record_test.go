package kernel

import (
	"context"
	"sort"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/outcome"
	"leftshift/features/plan"
)

// Plain rows, as a test writes them. NoDay is null.
type (
	personRow struct {
		id           int64
		birth, death engine.Day
		sex          engine.Sex
		ethnic       string
		sources      uint8
	}
	intervalRow struct {
		person   int64
		code     engine.Code
		from, to engine.Day
		careHome uint8
		imd      uint8
	}
	eventRow struct {
		person         int64
		day, last      engine.Day
		kind           engine.EventKind
		system         engine.System
		text           string
		value          int64
		valued         bool
		status         engine.Status
		mode           engine.Mode
		position       uint8
		known, knownTo engine.Day
	}
	spellRow struct {
		person         int64
		kind           engine.SpellKind
		start, end     engine.Day
		cis            int64
		first          bool
		specialty      int64
		attended       uint8
		destination    string
		arrival        engine.Code
		known, knownTo engine.Day
	}
	documentRow struct {
		person         int64
		day, end       engine.Day
		system         engine.System
		text           string
		category       uint8
		status         engine.Status
		known, knownTo engine.Day
	}
	record struct {
		persons                   []personRow
		registrations, residences []intervalRow
		events                    []eventRow
		spells                    []spellRow
		documents                 []documentRow
	}
)

func (e *eventRow) code() engine.Code { return engine.CodeKey(e.system, e.text) }

// sort puts rows in the order that streams must have; rows that tie stay as
// they are.
func (r *record) sort() {
	sort.SliceStable(r.persons, func(i, j int) bool { return r.persons[i].id < r.persons[j].id })
	for _, x := range [][]intervalRow{r.registrations, r.residences} {
		sort.SliceStable(x, func(i, j int) bool { return x[i].person < x[j].person })
	}
	sort.SliceStable(r.events, func(i, j int) bool {
		a, b := &r.events[i], &r.events[j]
		return a.person < b.person || a.person == b.person && a.day < b.day
	})
	sort.SliceStable(r.spells, func(i, j int) bool {
		a, b := &r.spells[i], &r.spells[j]
		return a.person < b.person || a.person == b.person && a.start < b.start
	})
	sort.SliceStable(r.documents, func(i, j int) bool {
		a, b := &r.documents[i], &r.documents[j]
		return a.person < b.person || a.person == b.person && a.day < b.day
	})
}

func (x *documentRow) code() engine.Code { return engine.CodeKey(x.system, x.text) }

// coded gives the key of a code written system:code.
func coded(text string) engine.Code {
	system, code, ok := strings.Cut(text, ":")
	if !ok {
		return 0
	}
	return engine.CodeKey(engine.ParseSystem(system), code)
}

// stream builds batches of at most size rows.
func stream(columns []Column, n, size int, row func(i int, put func(v any))) array.RecordReader {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Type, Nullable: true}
	}
	schema := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	var batches []arrow.RecordBatch
	for i := 0; i < n; i++ {
		j := 0
		row(i, func(v any) {
			f := b.Field(j)
			switch v := v.(type) {
			case nil:
				f.AppendNull()
			case int64:
				f.(*array.Int64Builder).Append(v)
			case engine.Day:
				if v == engine.NoDay {
					f.AppendNull()
				} else {
					f.(*array.Date32Builder).Append(arrow.Date32(v))
				}
			case uint8:
				f.(*array.Uint8Builder).Append(v)
			case string:
				f.(*array.StringBuilder).Append(v)
			default:
				panic("value of another type")
			}
			j++
		})
		if (i+1)%size == 0 || i == n-1 {
			batches = append(batches, b.NewRecordBatch())
		}
	}
	r, err := array.NewRecordReader(schema, batches)
	if err != nil {
		panic(err)
	}
	return r
}

// input makes the streams of a sorted record.
func (r *record) input(size int) Input {
	flag := func(b bool) uint8 {
		if b {
			return 1
		}
		return 0
	}
	return Input{
		Person: stream(PersonColumns, len(r.persons), size, func(i int, put func(any)) {
			x := &r.persons[i]
			put(x.id)
			put(x.birth)
			put(uint8(x.sex))
			put(x.ethnic)
			put(x.death)
			put(x.sources)
		}),
		Registration: stream(RegistrationColumns, len(r.registrations), size, func(i int, put func(any)) {
			x := &r.registrations[i]
			put(x.person)
			put(int64(x.code))
			put(x.from)
			put(x.to)
		}),
		Residence: stream(ResidenceColumns, len(r.residences), size, func(i int, put func(any)) {
			x := &r.residences[i]
			put(x.person)
			put(int64(x.code))
			put(x.careHome)
			put(x.from)
			put(x.to)
			put(x.imd)
		}),
		Event: stream(EventColumns, len(r.events), size, func(i int, put func(any)) {
			x := &r.events[i]
			put(x.person)
			put(x.day)
			put(x.last)
			put(uint8(x.kind))
			put(int64(x.code()))
			if x.valued {
				put(x.value)
			} else {
				put(nil)
			}
			put(uint8(x.status))
			put(uint8(x.mode))
			put(x.position)
			put(x.known)
			put(x.knownTo)
		}),
		Spell: stream(SpellColumns, len(r.spells), size, func(i int, put func(any)) {
			x := &r.spells[i]
			put(x.person)
			put(uint8(x.kind))
			put(x.start)
			put(x.end)
			put(x.cis)
			put(flag(x.first))
			put(x.specialty)
			put(x.attended)
			put(x.known)
			put(x.knownTo)
			put(x.destination)
			put(int64(x.arrival))
		}),
		Document: stream(DocumentColumns, len(r.documents), size, func(i int, put func(any)) {
			x := &r.documents[i]
			put(x.person)
			put(x.day)
			put(x.end)
			put(int64(x.code()))
			put(x.category)
			put(uint8(x.status))
			put(x.known)
			put(x.knownTo)
		}),
	}
}

// dictionary is the code table of the record's events.
func (r *record) dictionary(yield func(plan.Word) bool) {
	seen := map[engine.Code]bool{}
	for i := range r.events {
		e := &r.events[i]
		if c := e.code(); c != 0 && !seen[c] {
			seen[c] = true
			if !yield(plan.Word{Code: c, System: e.system, Text: e.text}) {
				return
			}
		}
	}
	for i := range r.documents {
		x := &r.documents[i]
		if c := x.code(); c != 0 && !seen[c] {
			seen[c] = true
			if !yield(plan.Word{Code: c, System: x.system, Text: x.text}) {
				return
			}
		}
	}
}

// shelf is everything that is loaded once.
type shelf struct {
	lib      *codelist.Library
	analytes *analyte.Table
	cat      *catalogue.Catalogue
	outcomes *outcome.Plan
	plan     *plan.Plan // with the vocabulary of random people as its dictionary
}

var loaded *shelf

func load(t testing.TB) *shelf {
	t.Helper()
	if loaded != nil {
		return loaded
	}
	s := &shelf{}
	var err error
	if s.lib, err = codelist.Load(); err == nil {
		if s.analytes, err = analyte.Load(); err == nil {
			s.cat, err = catalogue.Load(s.lib, s.analytes)
			if err == nil {
				var all *outcome.Catalogue
				if all, err = outcome.Load(s.lib, s.cat); err == nil {
					s.outcomes, err = outcome.Compile(all, nil, s.lib, nil)
				}
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	loaded = s
	return s
}

// fatal is what *testing.T and *rapid.T share.
type fatal interface {
	Helper()
	Fatal(args ...any)
}

func run(t fatal, s *shelf, r *record, size int, dates []engine.Day, knowledge engine.Day, opt Options) *Result {
	t.Helper()
	if s.plan == nil {
		all := record{events: words(loaded).codes}
		var err error
		if s.plan, err = plan.Compile(s.cat, s.lib, s.analytes, all.dictionary); err != nil {
			t.Fatal(err)
		}
	}
	return runPlan(t, s.plan, r, size, dates, knowledge, opt)
}

func runPlan(t fatal, p *plan.Plan, r *record, size int, dates []engine.Day, knowledge engine.Day, opt Options) *Result {
	t.Helper()
	out, err := Run(context.Background(), p, r.input(size), dates, knowledge, opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Matrix.Check(); err != nil {
		t.Fatal(err)
	}
	return out
}

func day(s string) engine.Day {
	d, ok := engine.ParseDay(s)
	if !ok {
		panic("not a day: " + s)
	}
	return d
}
