package outcome

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// shelf is what the built-in data give.
type shelf struct {
	lib      *codelist.Library
	features *catalogue.Catalogue
	cat      *Catalogue
}

var builtInShelf = sync.OnceValues(func() (*shelf, error) {
	lib, err := codelist.Load()
	if err != nil {
		return nil, err
	}
	analytes, err := analyte.Load()
	if err != nil {
		return nil, err
	}
	features, err := catalogue.Load(lib, analytes)
	if err != nil {
		return nil, err
	}
	cat, err := Load(lib, features)
	return &shelf{lib, features, cat}, err
})

func load(t testing.TB) *shelf {
	s, err := builtInShelf()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fact is a Fact with its code in words.
type fact struct {
	Fact
	system engine.System
	text   string
}

// person is one person's rows before they become marks.
type person struct {
	Record
	facts []fact
}

// dictionary holds the codes of the facts.
func (p *person) dictionary(yield func(plan.Word) bool) {
	for _, f := range p.facts {
		if !yield(plan.Word{Code: f.Code, System: f.system, Text: f.text}) {
			return
		}
	}
}

func (p *person) add(system engine.System, text string, f Fact) {
	f.Code = engine.CodeKey(system, text)
	p.facts = append(p.facts, fact{f, system, text})
}

// labels compiles and labels; by id.
func (p *person) labels(t fatal, s *shelf, cat *Catalogue, d, knowledge engine.Day) map[string]Label {
	pl, err := Compile(cat, nil, s.lib, p.dictionary)
	if err != nil {
		t.Fatalf("%v", err)
	}
	p.Marks = nil
	for i := range p.facts {
		p.Marks = pl.Mark(p.Marks, &p.facts[i].Fact)
	}
	out := map[string]Label{}
	for i, l := range pl.Labeller().Labels(nil, &p.Record, d, knowledge) {
		out[pl.Outcomes[i].ID] = l
	}
	return out
}

type fatal interface{ Fatalf(string, ...any) }

// walker is the slow reference: it walks the days after d and asks of each what
// happened on it, from the facts and lists themselves.
type walker struct {
	s            *shelf
	cat          *Catalogue
	p            *person
	d, knowledge engine.Day
}

func (w *walker) standing(from, to engine.Day) bool { return from <= w.knowledge && w.knowledge < to }

// covers says whether a fact is on one of the lists or has one of the codes.
func (w *walker) covers(c Codes, f *fact) bool {
	for _, n := range c.Lists {
		if l := w.s.lib.List(n); l.System == f.system.String() && l.Has(f.text) {
			return true
		}
	}
	for _, x := range c.Codes {
		system, code, _ := strings.Cut(x, ":")
		if system != f.system.String() {
			continue
		}
		if code == f.text || strings.HasSuffix(code, "*") && strings.HasPrefix(f.text, code[:len(code)-1]) {
			return true
		}
	}
	return false
}

func (w *walker) isFact(f *fact) bool { return f.Status <= engine.Completed }

// inside says whether a stay holds a diagnosis of some codes in some positions.
func (w *walker) inside(s *population.Spell, c Codes, positions []Position) bool {
	for i := range w.p.facts {
		f := &w.p.facts[i]
		at := slices.Contains(positions, Position(min(f.Position, 2))) || positions == nil
		if w.isFact(f) && f.Kind == engine.Diagnosis && at && w.covers(c, f) && w.standing(f.KnownFrom, f.KnownTo) &&
			f.Day >= s.Start && (s.End == engine.NoDay || f.Last <= s.End) {
			return true
		}
	}
	return false
}

func (w *walker) kind(o *Outcome, s *population.Spell) bool {
	return slices.Contains(o.Spells, s.Kind) && (o.Attended == nil || slices.Contains(o.Attended, s.Attended))
}

// happens says whether an outcome happens on a day, the first or a later one.
func (w *walker) happens(o *Outcome, day engine.Day) bool {
	if day <= w.d+engine.Day(o.Gap) || !w.risk(o) {
		return false
	}
	switch o.Source {
	case FromDeath:
		return w.p.Person.DeathDay == day
	case FromCareHome:
		// Who moved in within the gap was there when counting began.
		for n := w.d + 1; n <= day; n++ {
			if at := population.Holding(w.p.Residences, n); at >= 0 && w.p.Residences[at].CareHome == 1 {
				return n == day
			}
		}
		return false
	case FromOthers:
		return slices.ContainsFunc(o.Of, func(id string) bool { return w.happens(w.cat.Find(id), day) })
	case FromEvent:
		for _, m := range o.Members {
			if o.New && (w.coded(o, m, w.d, true) || w.coded(o, m, w.d+engine.Day(o.Gap), false)) {
				continue
			}
			for i := range w.p.facts {
				f := &w.p.facts[i]
				if f.Last == day && f.Day > w.d+engine.Day(o.Gap) && w.standing(f.KnownFrom, f.KnownTo) && w.isFact(f) && slices.Contains(o.Kinds, f.Kind) && w.covers(m.Codes, f) {
					return true
				}
			}
		}
		return false
	}
	for i := range w.p.Spells {
		s := &w.p.Spells[i]
		if s.Start != day || !w.kind(o, s) || !w.standing(s.KnownFrom, s.KnownTo) {
			continue
		}
		if o.FirstOfCIS && !s.First && s.Kind != engine.SDEC && s.Kind != engine.ED {
			continue
		}
		crossed := 0
		for night := s.Start; night < w.knowledge; night++ {
			for k := range w.p.Spells {
				u := &w.p.Spells[k]
				if (k == i || s.CIS != 0 && u.CIS == s.CIS) && w.standing(u.KnownFrom, u.KnownTo) && (u.End == engine.NoDay || u.End > night) {
					crossed++
					break
				}
			}
		}
		if crossed < o.Nights {
			continue
		}
		if o.New && slices.ContainsFunc(w.p.Spells, func(u population.Spell) bool {
			return w.kind(o, &u) && w.standing(u.KnownFrom, u.KnownTo) && u.Start <= day-1 && (u.End == engine.NoDay || u.End >= day-1)
		}) {
			continue
		}
		if o.Causes != nil && !slices.ContainsFunc(o.Causes, func(c Cause) bool {
			return w.inside(s, c.Codes, c.Positions) && (c.With == nil || w.inside(s, Codes{Codes: c.With}, c.WithPositions)) && !w.inside(s, Codes{Codes: c.Without}, nil)
		}) {
			continue
		}
		if o.DischargedWithin > 0 && day > w.last(o) {
			continue
		}
		return true
	}
	return false
}

// coded says whether a member has a code that may be of on or before a day: as
// known on d, or as it stands.
func (w *walker) coded(o *Outcome, m Member, day engine.Day, then bool) bool {
	for i := range w.p.facts {
		f := &w.p.facts[i]
		known := w.standing(f.KnownFrom, f.KnownTo)
		if then {
			known = f.KnownFrom <= w.d && w.d < f.KnownTo
		}
		if known && f.Day <= day && w.isFact(f) && slices.Contains(o.Kinds, f.Kind) && w.covers(m.Codes, f) {
			return true
		}
	}
	return false
}

// last is the last day on which a readmission counts; NoDay when nobody left
// hospital. It walks back to the latest day on which a stay ended.
func (w *walker) last(o *Outcome) engine.Day {
	for day := w.d; day > w.d-500; day-- {
		for i := range w.p.Spells {
			s := &w.p.Spells[i]
			if s.End != day || !s.KnownOn(w.d) || !slices.Contains(o.DischargedFrom, s.Kind) {
				continue
			}
			if !slices.ContainsFunc(w.p.Spells, func(u population.Spell) bool {
				return s.CIS != 0 && u.CIS == s.CIS && u.KnownOn(w.d) && (u.End == engine.NoDay || u.End > day)
			}) {
				return day + engine.Day(o.DischargedWithin) - 1
			}
		}
	}
	return engine.NoDay
}

// risk says who can have an outcome, by what was known on d.
func (w *walker) risk(o *Outcome) bool {
	if o.FromAge > 0 && (w.p.Person.BirthMonth == engine.NoDay || engine.Age(w.p.Person.BirthMonth, w.d) < o.FromAge) {
		return false
	}
	switch {
	case o.Source == FromOthers:
		return slices.ContainsFunc(o.Of, func(id string) bool { return w.risk(w.cat.Find(id)) })
	case o.Source == FromCareHome:
		at := population.Holding(w.p.Residences, w.d)
		return at < 0 || w.p.Residences[at].CareHome == 0
	case o.Source == FromEvent && o.New:
		return slices.ContainsFunc(o.Members, func(m Member) bool { return !w.coded(o, m, w.d, true) })
	case o.Source == FromSpell && o.New:
		return !slices.ContainsFunc(w.p.Spells, func(u population.Spell) bool {
			return w.kind(o, &u) && u.KnownOn(w.d) && u.Start <= w.d && (u.End == engine.NoDay || u.End >= w.d)
		})
	case o.DischargedWithin > 0:
		return w.last(o) > w.d
	}
	return true
}

// label walks to the first day on which anything happens.
func (w *walker) label(o *Outcome) Label {
	h := o.Horizon()
	settled := w.knowledge - engine.Day(o.Freeze)
	if !w.risk(o) || settled < w.d {
		return Label{}
	}
	l := Label{Day: int16(h), Horizon: int16(h), ExitDay: int16(h)}
	over := engine.NoDay
	if o.DischargedWithin > 0 {
		over = w.last(o)
	}
	answered := false
	for k := 1; k <= h; k++ {
		day := w.d + engine.Day(k)
		s := w.exit(day, settled)
		x := s
		if s != Left && s != Cut {
			switch {
			case w.happens(o, day):
				x = Event
			case day == over, slices.ContainsFunc(o.Competing, func(id string) bool { return w.happens(w.cat.Find(id), day) }):
				x = Ended
			}
		}
		if x != Completed && !answered {
			l.Status, l.Day, answered = x, int16(k), true
		}
		if s != Completed {
			l.Exit, l.ExitDay = s, int16(k)
			break
		}
	}
	return l
}

// exit says how observation ends on a day, Completed when it goes on.
func (w *walker) exit(day, settled engine.Day) Status {
	if day > settled {
		return Cut
	}
	regs, death := w.p.Registrations, w.p.Person.DeathDay
	left := population.Holding(regs, day-1) >= 0 && !(death != engine.NoDay && death >= day && death-day <= population.MaxGap)
	for n := range engine.Day(population.MaxGap + 1) {
		left = left && population.Holding(regs, day+n) < 0
	}
	switch {
	case left:
		return Left
	case death == day:
		return Died
	}
	return Completed
}

// draw makes a person whose days crowd round d and the ends of things.
func draw(t *rapid.T, s *shelf, d engine.Day) *person {
	near := func(name string) engine.Day {
		return d + engine.Day(rapid.SampledFrom([]int{-400, -60, -31, -30, -29, -28, -10, -2, -1, 0, 1, 2, 3, 5, 8, 10, 28, 29, 30, 31, 40, 89, 90, 91, 200, 364, 365, 366}).Draw(t, name))
	}
	known := func(at engine.Day) (from, to engine.Day) {
		from = rapid.SampledFrom([]engine.Day{at, at, d, d + 1, d + 480, d + 481}).Draw(t, "known")
		from = max(from, at)
		to = population.Forever
		if rapid.IntRange(0, 5).Draw(t, "ends") == 0 {
			to = from + engine.Day(rapid.SampledFrom([]int{1, 30, 500}).Draw(t, "for"))
		}
		return from, to
	}
	p := &person{}
	p.Person = &population.Person{ID: 1, BirthMonth: rapid.SampledFrom([]engine.Day{engine.NoDay, -9000, d - 24000, d - 20000, -20000}).Draw(t, "born"), DeathDay: engine.NoDay}
	if rapid.IntRange(0, 3).Draw(t, "dies") == 0 {
		p.Person.DeathDay = max(near("death"), d+1)
	}
	p.Registrations = []population.Interval{{Code: 1, From: -30000, To: max(near("to"), d)}}
	if rapid.IntRange(0, 2).Draw(t, "stays") > 0 {
		p.Registrations[0].To = population.Forever
	}
	for range rapid.IntRange(0, 3).Draw(t, "residences") {
		from := near("moves")
		x := population.Interval{Code: 2, From: from, To: from + engine.Day(rapid.IntRange(0, 60).Draw(t, "lives")), CareHome: uint8(rapid.IntRange(0, 1).Draw(t, "home"))}
		if rapid.Bool().Draw(t, "goes on") {
			x.To = population.Forever
		}
		p.Residences = append(p.Residences, x)
	}
	all := []engine.SpellKind{engine.Emergency, engine.Emergency, engine.Emergency, engine.Elective, engine.Transfer, engine.SDEC, engine.ED, engine.ED, engine.SocialCare, engine.SocialCare}
	for range rapid.IntRange(0, 7).Draw(t, "spells") {
		x := population.Spell{Kind: rapid.SampledFrom(all).Draw(t, "kind"), Start: near("start"), End: engine.NoDay}
		if rapid.IntRange(0, 4).Draw(t, "lately") == 0 {
			x.Start = d - engine.Day(rapid.IntRange(1, 30).Draw(t, "days ago"))
		}
		if rapid.IntRange(0, 4).Draw(t, "open") > 0 {
			x.End = x.Start + engine.Day(rapid.SampledFrom([]int{0, 0, 1, 2, 20}).Draw(t, "stay"))
		}
		if population.Inpatient(x.Kind) {
			x.CIS = rapid.Int64Range(0, 2).Draw(t, "cis")
			x.First = rapid.IntRange(0, 3).Draw(t, "first") > 0
		}
		if x.Kind == engine.SocialCare {
			x.Attended = rapid.SampledFrom([]uint8{engine.OutcomeService, engine.OutcomeService, engine.OutcomeReview}).Draw(t, "what")
		}
		x.KnownFrom, x.KnownTo = known(x.Start)
		p.Spells = append(p.Spells, x)
	}
	codes := []struct {
		system engine.System
		text   string
	}{{engine.ICD10, "W010"}, {engine.ICD10, "S720"}, {engine.ICD10, "S000"}, {engine.ICD10, "R296"}, {engine.ICD10, "I500"}, {engine.ICD10, "J200"}, {engine.ICD10, "J440"},
		{engine.ICD10, "Z000"}, {engine.SNOMED, s.lib.List("asthma").Codes[0]}, {engine.SNOMED, s.lib.List("asthma").Codes[1]}, {engine.SNOMED, s.lib.List("asthma").Codes[0]}, {engine.SNOMED, s.lib.List("hypertension").Codes[0]}}
	// Diagnoses that go together, in one stay.
	sets := [][]string{{"S000", "W010"}, {"S720"}, {"R296"}, {"I500"}, {"J200", "J440"}, {"S720", "Y000"}}
	for i := range p.Spells {
		if x := &p.Spells[i]; x.Kind == engine.Emergency && rapid.Bool().Draw(t, "coded") {
			for k, text := range rapid.SampledFrom(sets).Draw(t, "diagnoses") {
				p.add(engine.ICD10, text, Fact{Kind: engine.Diagnosis, Position: uint8(k + 1), Day: x.Start, Last: x.Start, KnownFrom: x.KnownFrom, KnownTo: x.KnownTo})
			}
		}
	}
	for range rapid.IntRange(0, 7).Draw(t, "facts") {
		c := rapid.SampledFrom(codes).Draw(t, "code")
		f := Fact{Kind: rapid.SampledFrom([]engine.EventKind{engine.Diagnosis, engine.Diagnosis, engine.Problem, engine.Medication}).Draw(t, "fact kind"),
			Status:   rapid.SampledFrom([]engine.Status{0, 0, engine.Active, engine.Planned}).Draw(t, "status"),
			Position: rapid.SampledFrom([]uint8{0, 1, 1, 2, 2, 7}).Draw(t, "position"), Day: near("day")}
		if n := len(p.Spells); n > 0 && rapid.IntRange(0, 3).Draw(t, "within") > 0 {
			f.Day, f.Kind = p.Spells[rapid.IntRange(0, n-1).Draw(t, "of")].Start, engine.Diagnosis
		}
		f.Last = f.Day + engine.Day(rapid.SampledFrom([]int{0, 0, 0, 1, 29}).Draw(t, "partial"))
		f.KnownFrom, f.KnownTo = known(f.Day)
		p.add(c.system, c.text, f)
	}
	return p
}

// varied is the catalogue with other gaps and freezes.
func varied(t *rapid.T, c *Catalogue) *Catalogue {
	gap := rapid.SampledFrom([]int{0, 0, 1, 9}).Draw(t, "gap")
	freeze := rapid.SampledFrom([]int{0, 92}).Draw(t, "freeze")
	out := &Catalogue{Outcomes: slices.Clone(c.Outcomes)}
	for i := range out.Outcomes {
		out.Outcomes[i].Gap, out.Outcomes[i].Freeze = gap, freeze
	}
	out.Outcomes = append(out.Outcomes, odd...)
	return out
}

// odd are outcomes of kinds that are possible and not built in: events that may
// recur, with two gaps; one condition alone; one code in two positions; an age
// limit on what is made of others.
var odd = func() []Outcome {
	asthma := []Member{{"asthma", Codes{Lists: []string{"asthma"}}}}
	kinds := []engine.EventKind{engine.Problem, engine.Diagnosis}
	stay := func(id string, p Position) Outcome {
		return Outcome{ID: id, Source: FromSpell, Spells: []engine.SpellKind{engine.Emergency, engine.ED}, Horizons: []int{30, 365},
			Causes: []Cause{{Codes: Codes{Codes: []string{"icd10:I50*"}}, Positions: []Position{p}}}}
	}
	return []Outcome{
		{ID: "asthma_coded", Source: FromEvent, Kinds: kinds, Members: asthma, Horizons: []int{365}},
		{ID: "asthma_coded_later", Source: FromEvent, Kinds: kinds, Members: asthma, Horizons: []int{365}, Gap: 4},
		{ID: "new_asthma", Source: FromEvent, Kinds: kinds, Members: asthma, New: true, Horizons: []int{365}},
		stay("heart_failure_first", Primary), stay("heart_failure_beside", Secondary),
		{ID: "death_from_65", Source: FromDeath, FromAge: 65, Horizons: []int{90}},
	}
}()

func TestLabelsAgreeWithWalking(t *testing.T) {
	s := load(t)
	const d = 17000
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		cat := varied(t, s.cat)
		knowledge := d + engine.Day(rapid.SampledFrom([]int{0, 3, 100, 480, 900, 900, 900, 900}).Draw(t, "knowledge"))
		for range 20 {
			p := draw(t, s, d)
			got := p.labels(t, s, cat, d, knowledge)
			w := &walker{s, cat, p, d, knowledge}
			for i := range cat.Outcomes {
				o := &cat.Outcomes[i]
				if want := w.label(o); got[o.ID] != want {
					t.Fatalf("%s: %+v, want %+v", o.ID, got[o.ID], want)
				}
				word := "none"
				if l := got[o.ID]; l.AtRisk() {
					word = l.Status.String()
				}
				seen[o.ID+" "+word]++
			}
		}
	})
	var never []string
	for _, o := range append(slices.Clone(s.cat.Outcomes), odd...) {
		for _, word := range []string{"event", "died", "left", "completed", "cut", "ended", "none"} {
			possible := true
			switch word {
			case "died": // before death itself only within a gap, which the odd one has not
				possible = o.ID != "death_from_65"
			case "ended":
				possible = len(o.Competing) > 0 || o.DischargedWithin > 0
			case "completed":
				possible = o.DischargedWithin == 0
			}
			if possible && (word != "cut" || o.Freeze > 0) && (word != "none" || o.Freeze > 0) && seen[o.ID+" "+word] == 0 {
				never = append(never, o.ID+" "+word)
			}
		}
	}
	// A rare one can be missed by chance; several mean that the people are plain.
	if len(never) > 4 {
		t.Errorf("no random person had %s", strings.Join(never, ", "))
	}
}

// A label within a shorter horizon is the label of that horizon, for every
// outcome; and carries what weighting for those who left needs.
func TestWithinEveryOutcome(t *testing.T) {
	s := load(t)
	const d = 17000
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t, s, d)
		cat := varied(t, s.cat)
		short := rapid.SampledFrom([]int{1, 2, 10, 28, 29, 30, 31, 90, 364}).Draw(t, "short")
		knowledge := d + engine.Day(rapid.SampledFrom([]int{30, 100, 900}).Draw(t, "knowledge"))
		long := p.labels(t, s, cat, d, knowledge)
		cut := &Catalogue{Outcomes: slices.Clone(cat.Outcomes)}
		for i := range cut.Outcomes {
			cut.Outcomes[i].Horizons = []int{min(short, cut.Outcomes[i].Horizon())}
		}
		for id, want := range p.labels(t, s, cut, d, knowledge) {
			l := long[id].Within(short)
			if l != want {
				t.Fatalf("%s within %d: %+v, want %+v", id, short, l, want)
			}
			if !l.AtRisk() {
				continue
			}
			if l.Day < 1 || l.Day > l.Horizon || l.Status == Completed && l.Day != l.Horizon || l.ExitDay < l.Day || l.Exit == Event || l.Exit == Ended {
				t.Fatalf("%s: %+v can not be weighted", id, l)
			}
			if l.Status.Censored() && (l.Exit != l.Status || l.ExitDay != l.Day) {
				t.Fatalf("%s: %+v left twice", id, l)
			}
		}
	})
}

// Nothing that became known after the knowledge day, and no order of rows,
// changes a label; nothing known after the index date changes who is at risk.
func TestNoLeakIntoLabels(t *testing.T) {
	s := load(t)
	const d = 17000
	rapid.Check(t, func(t *rapid.T) {
		p := draw(t, s, d)
		knowledge := d + engine.Day(rapid.SampledFrom([]int{30, 480, 900}).Draw(t, "knowledge"))
		want := p.labels(t, s, s.cat, d, knowledge)
		q := &person{Record: p.Record}
		q.Spells = nil
		for _, i := range rapid.Permutation(order(len(p.Spells))).Draw(t, "spell order") {
			if x := p.Spells[i]; x.KnownFrom <= knowledge {
				x.KnownTo = toldBy(x.KnownTo, knowledge)
				q.Spells = append(q.Spells, x)
			}
		}
		for _, i := range rapid.Permutation(order(len(p.facts))).Draw(t, "fact order") {
			if x := p.facts[i]; x.KnownFrom <= knowledge {
				x.KnownTo = toldBy(x.KnownTo, knowledge)
				q.facts = append(q.facts, x)
			}
		}
		if got := q.labels(t, s, s.cat, d, knowledge); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("labels %v, want %v", got, want)
		}
		q.Spells, q.facts = nil, nil
		for _, x := range p.Spells {
			if x.KnownFrom <= d {
				x.KnownTo = toldBy(x.KnownTo, d)
				q.Spells = append(q.Spells, x)
			}
		}
		for _, x := range p.facts {
			if x.KnownFrom <= d {
				x.KnownTo = toldBy(x.KnownTo, d)
				q.facts = append(q.facts, x)
			}
		}
		for id, l := range q.labels(t, s, s.cat, d, knowledge) {
			if l.AtRisk() != want[id].AtRisk() {
				t.Fatalf("%s: at risk %v by what was known then, %v later", id, l.AtRisk(), want[id].AtRisk())
			}
		}
	})
}

// toldBy is the end of a version as someone on a day knows it.
func toldBy(to, day engine.Day) engine.Day {
	if to > day {
		return population.Forever
	}
	return to
}

func order(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
