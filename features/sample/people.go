package sample

import (
	"cmp"
	"math"
	"slices"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/plan"
)

// People are rows of the curated tables, each in the order of its files: by
// person, then by day. Rows that tie stand in the order in which they were
// drawn.
type People struct {
	Persons       []schema.CuratedPerson
	Registrations []schema.CuratedRegistration
	Residences    []schema.CuratedResidence
	Events        []schema.CuratedEvent
	Spells        []schema.CuratedSpell
	Documents     []schema.CuratedDocument
}

// eras are sets of index dates; the last lies around day 0.
var eras = [][]engine.Day{
	{day(2023, 3, 1), day(2024, 2, 29), day(2024, 6, 30)},
	{day(2024, 2, 28), day(2024, 2, 29), day(2024, 3, 1)},
	{day(2024, 12, 31), day(2025, 1, 1)},
	{day(2024, 6, 30)},
	{day(1969, 12, 31), day(1970, 1, 1), day(1971, 1, 15)},
}

func day(y, m, d int) engine.Day {
	x, ok := engine.MakeDay(y, m, d)
	if !ok {
		panic("sample: no such day")
	}
	return x
}

// Dates draws index dates, ascending.
func Dates(t *rapid.T) []engine.Day { return rapid.SampledFrom(eras).Draw(t, "index dates") }

// drawing is a draw of people on some dates.
type drawing struct {
	t     *rapid.T
	dates []engine.Day
	shelf *Shelf
	aims  []*catalogue.Definition // of events and documents
	out   *People
}

// Draw draws one to six people whose rows lie around the index dates. Most of
// their events are such as definitions of the catalogue read, so that there is
// something to find; it may be nil.
func Draw(t *rapid.T, dates []engine.Day, shelf *Shelf, cat *catalogue.Catalogue) *People {
	d := &drawing{t: t, dates: dates, shelf: shelf, out: &People{}}
	if cat != nil {
		for i := range cat.Definitions {
			if x := &cat.Definitions[i]; x.Source == catalogue.Event || x.Source == catalogue.Document {
				d.aims = append(d.aims, x)
			}
		}
	}
	id := int64(0)
	for range pick(d, "persons", 1, 2, 3, 4, 5, 6) {
		id += rapid.SampledFrom([]int64{1, 2, 1 << 40, 1 << 60}).Draw(t, "person")
		d.person(engine.Person(id))
	}
	d.out.sort()
	return d.out
}

func (p *People) sort() {
	slices.SortStableFunc(p.Events, func(a, b schema.CuratedEvent) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Day, b.Day))
	})
	slices.SortStableFunc(p.Spells, func(a, b schema.CuratedSpell) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.StartDay, b.StartDay))
	})
	slices.SortStableFunc(p.Documents, func(a, b schema.CuratedDocument) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Day, b.Day))
	})
}

func pick[T any](d *drawing, name string, from ...T) T {
	return rapid.SampledFrom(from).Draw(d.t, name)
}

func (d *drawing) oneIn(n int, name string) bool { return oneIn(d.t, n, name) }

// oneIn is true once in n draws. Ranges of whole numbers are drawn near their
// ends more often, samples of a list are not.
func oneIn(t *rapid.T, n int, name string) bool {
	return rapid.SampledFrom(ladder[:n]).Draw(t, name) == n-1
}

// ladder is 0, 1, 2 and so on.
var ladder = func() []int {
	out := make([]int, 32)
	for i := range out {
		out[i] = i
	}
	return out
}()

// upTo draws a number from 0 to n.
func (d *drawing) upTo(n int, name string) int {
	return rapid.SampledFrom(ladder[:n+1]).Draw(d.t, name)
}

// ages are where windows, gaps and recent periods of drawn definitions begin
// and end, and the days beside them.
var ages = func() (out []int) {
	for _, w := range append([]int{0, 31, RecentDays + 365}, windows...) {
		if w < 4000 {
			out = append(out, w-1, w, w+1)
		}
	}
	return out
}()

// day draws a day near an index date, often on the edge of a window.
func (d *drawing) day(name string) engine.Day {
	on := rapid.SampledFrom(d.dates).Draw(d.t, name+" from")
	if rapid.Bool().Draw(d.t, name+" edge") {
		return on - engine.Day(rapid.SampledFrom(ages).Draw(d.t, name+" age"))
	}
	return on - engine.Day(rapid.IntRange(-100, 1500).Draw(d.t, name+" age"))
}

// known draws when a version of a row became known, and when it ended.
func (d *drawing) known(at engine.Day) schema.Knowledge {
	k := schema.Knowledge{Source: "sample", KnownBasis: engine.KnownSource, KnownTo: engine.NoDay}
	k.KnownFrom = at + engine.Day(pick(d, "lag", 0, 0, 0, 0, -3, 1, 30, 300))
	if d.oneIn(6, "withdrawn") {
		k.KnownTo = max(k.KnownFrom, d.day("known to"))
	}
	return k
}

func (d *drawing) person(id engine.Person) {
	o := d.out
	if !d.oneIn(30, "no person row") {
		birth := engine.NoDay
		if !d.oneIn(8, "birth unknown") {
			birth = (d.dates[0] - engine.Day(rapid.IntRange(-400, 36000).Draw(d.t, "birth"))).Month()
		}
		o.Persons = append(o.Persons, schema.CuratedPerson{Person: id, BirthMonth: birth, DeathDay: engine.NoDay, DeathKnown: engine.NoDay,
			Sex: pick(d, "sex", engine.SexUnknown, engine.Male, engine.Female, engine.SexIndeterminate), EthnicCategory: pick(d, "ethnic", "", "A", "Z", "M"),
			Sources: pick[uint8](d, "sources", 0, 1, 2)})
	}
	if d.oneIn(12, "empty") {
		return
	}
	for range d.upTo(4, "registrations") {
		from, to := d.interval()
		o.Registrations = append(o.Registrations, schema.CuratedRegistration{Person: id, Practice: pick[engine.Code](d, "practice", 1, 2, 3), FromDay: from, ToDay: to})
	}
	for range d.upTo(3, "residences") {
		from, to := d.interval()
		o.Residences = append(o.Residences, schema.CuratedResidence{Person: id, Area: pick[engine.Code](d, "area", 0, 1, 2), FromDay: from, ToDay: to,
			CareHome: pick[uint8](d, "care home", 0, 1), IMDDecile: pick[uint8](d, "decile", 0, 1, 10)})
	}
	d.spells(id)
	d.events(id)
	for range d.upTo(6, "documents") {
		x := schema.CuratedDocument{Person: id, Day: d.day("document"), EndDay: engine.NoDay, Category: pick[uint8](d, "category", 1, 2, 3),
			Type: d.word().Code, Status: d.status()}
		if len(d.aims) > 0 && rapid.Bool().Draw(d.t, "aimed") {
			if a := rapid.SampledFrom(d.aims).Draw(d.t, "aim"); a.Source == catalogue.Document {
				x.Status = pick(d, "status", a.Statuses...)
				if words := d.shelf.read(a); len(words) > 0 {
					x.Type = pick(d, "type", words...).Code
				}
			}
		}
		if rapid.Bool().Draw(d.t, "document ends") {
			x.EndDay = max(x.Day, d.day("document end"))
		}
		x.Knowledge = d.known(x.Day)
		o.Documents = append(o.Documents, x)
	}
}

// interval draws the days of a registration or residence; one that follows on
// the last leaves a gap of about a month.
func (d *drawing) interval() (from, to engine.Day) {
	from, to = engine.NoDay, engine.NoDay
	start := d.day("from")
	if n := len(d.out.Registrations); n > 0 && d.out.Registrations[n-1].ToDay != engine.NoDay && rapid.Bool().Draw(d.t, "follows") {
		start = d.out.Registrations[n-1].ToDay + engine.Day(pick(d, "gap", 0, 1, 30, 31, 31, 32))
	}
	if !d.oneIn(6, "from unknown") {
		from = start
	}
	if !d.oneIn(3, "goes on") {
		to = start + engine.Day(pick(d, "length", 0, 1, 20, 365, 900))
	}
	return from, to
}

func (d *drawing) word() plan.Word { return rapid.SampledFrom(d.shelf.Words).Draw(d.t, "word") }

func (d *drawing) status() engine.Status {
	return engine.Status(pick[uint8](d, "status", 0, 0, 1, 1, 2, 3, 3, 4, 5, 6))
}

// events draws events of a few definitions, and some of none.
func (d *drawing) events(id engine.Person) {
	var aims []*catalogue.Definition
	for range d.upTo(2, "aims") {
		if len(d.aims) > 0 {
			aims = append(aims, rapid.SampledFrom(d.aims).Draw(d.t, "aim"))
		}
	}
	for range d.upTo(25, "events") {
		e := schema.CuratedEvent{Person: id, Day: d.eventDay(id), EndDay: engine.NoDay, Kind: pick(d, "kind", allKinds...), Status: d.status(),
			Mode: engine.Mode(pick[uint8](d, "mode", 0, 1, 2, 3, 4)), Position: pick[uint8](d, "position", 0, 1, 1, 2, 7)}
		if len(aims) > 0 && !d.oneIn(4, "aimless") {
			d.at(&e, rapid.SampledFrom(aims).Draw(d.t, "aim"))
		} else {
			e.Code = d.word().Code
		}
		e.LastDay = e.Day + engine.Day(pick(d, "partial", 0, 0, 0, 0, 0, 27, 364))
		if !d.oneIn(6, "no value") {
			e.Value = schema.Number{N: pick[int64](d, "value", 0, 1, 2, 3, 70, 71, 650, 1200, -5, plan.LargestValue, -plan.LargestValue, plan.LargestValue+1, math.MaxInt64), Known: true}
		}
		e.Knowledge = d.known(e.LastDay)
		d.out.Events = append(d.out.Events, e)
		for d.oneIn(6, "again") {
			d.out.Events = append(d.out.Events, e)
		}
	}
}

// eventDay draws the day of an event, often one on which a spell begins or ends.
func (d *drawing) eventDay(id engine.Person) engine.Day {
	if n := len(d.out.Spells); n > 0 && d.out.Spells[n-1].Person == id && d.oneIn(4, "in a spell") {
		s := d.out.Spells[n-1-rapid.SampledFrom(ladder[:min(n, 4)]).Draw(d.t, "which")]
		if s.EndDay != engine.NoDay && rapid.Bool().Draw(d.t, "at its end") {
			return s.EndDay
		}
		return s.StartDay
	}
	return d.day("day")
}

// at makes an event such as a definition reads, but for its day.
func (d *drawing) at(e *schema.CuratedEvent, a *catalogue.Definition) {
	if words := d.shelf.read(a); len(words) > 0 {
		e.Code = rapid.SampledFrom(words).Draw(d.t, "code").Code
	}
	if len(a.Kinds) > 0 {
		e.Kind = pick(d, "kind", a.Kinds...)
	}
	e.Status = pick(d, "status", a.Statuses...)
	if a.Modes != nil {
		e.Mode = pick(d, "mode", a.Modes...)
	}
	if a.Positions != nil {
		e.Position = map[catalogue.Position]uint8{catalogue.NoPosition: 0, catalogue.Primary: 1, catalogue.Secondary: 2}[pick(d, "position", a.Positions...)]
	}
}

var allKinds = []engine.EventKind{engine.Problem, engine.Observation, engine.Medication, engine.Allergy, engine.Immunisation,
	engine.Procedure, engine.Referral, engine.Contact, engine.Diagnosis, engine.Flag}

// spells draws stays that overlap, touch, share continuous spells and lead to
// admissions.
func (d *drawing) spells(id engine.Person) {
	for range d.upTo(10, "spells") {
		s := schema.CuratedSpell{Person: id, Kind: engine.SpellKind(pick[uint8](d, "spell", 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 11, 14)), StartDay: d.day("start"), EndDay: engine.NoDay,
			CISFirst: pick[uint8](d, "first", 0, 1, 1), Specialty: pick(d, "specialty", 0, specialty("300"), specialty("430")),
			Attended: pick[uint8](d, "attended", 0, 2, 3, 5, 6, 7), Destination: pick(d, "destination", "", "19", "54", "79"), ArrivalMode: pick(d, "arrival", 0, arrival)}
		if n := len(d.out.Spells); n > 0 && d.out.Spells[n-1].Person == id && d.oneIn(3, "close") {
			before := d.out.Spells[n-1]
			s.StartDay = max(before.StartDay, before.EndDay) + engine.Day(pick(d, "after", -1, 0, 1, 2, 29, 30))
			if s.Kind == engine.ED || rapid.Bool().Draw(d.t, "admitted") {
				s.Kind = engine.Emergency
			}
			s.CIS = before.CIS
		}
		if !d.oneIn(4, "open") {
			s.EndDay = s.StartDay + engine.Day(pick(d, "stay", 0, 0, 1, 2, 10, 100))
		}
		if s.Kind <= engine.Transfer || s.Kind == engine.OtherSpell {
			if s.CIS == 0 || rapid.Bool().Draw(d.t, "another stay") {
				s.CIS = pick[int64](d, "cis", 1, 2, 3)
			}
		} else {
			s.CIS = 0
		}
		s.Knowledge = d.known(s.StartDay)
		d.out.Spells = append(d.out.Spells, s)
		if d.oneIn(5, "again") {
			if s.Kind <= engine.Transfer && rapid.Bool().Draw(d.t, "as another") {
				s.Kind, s.CIS = pick(d, "kind", engine.Emergency, engine.Elective), pick[int64](d, "cis", 1, 2, 3)
			}
			d.out.Spells = append(d.out.Spells, s)
		}
	}
}

func specialty(code string) engine.Code { return engine.CodeKey(engine.NHSDD, code) }

// arrival is a code that an arrival mode may have.
var arrival = engine.CodeKey(engine.SNOMED, arrivalText)

const arrivalText = "1048031000000100"
