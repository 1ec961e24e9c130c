package scenario

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/declared"
	"leftshift/features/plan"
	"leftshift/features/record"
)

// reader adds lines to a record.
type reader struct {
	to               *record.Record
	analytes         *analyte.Table
	person, register bool     // there was such a line
	doubts           []string // of the line; see Scenario.Doubts
}

// who is the person of every case.
const who engine.Person = 1

var kinds = map[string]func(r *reader, words []string) error{
	"person": (*reader).who, "registration": (*reader).registration, "residence": (*reader).residence,
	"event": (*reader).event, "spell": (*reader).spell, "document": (*reader).document,
}

var sexNames = map[string]engine.Sex{"male": engine.Male, "female": engine.Female, "indeterminate": engine.SexIndeterminate, "unknown": engine.SexUnknown}

// options are the key=value words of a line, and its plain words.
type options struct {
	plain []string
	by    map[string]string
	err   error
}

var flags = []string{"continues", "care_home"}

func optionsOf(words []string) *options {
	o := &options{by: map[string]string{}}
	for _, w := range words {
		if k, v, ok := strings.Cut(w, "="); ok || slices.Contains(flags, w) {
			if _, twice := o.by[k]; twice {
				o.fail("%s is given twice: keep one", k)
			}
			if ok && slices.Contains(flags, k) {
				o.fail("%s takes no value: write it alone, or leave it out", k)
			}
			o.by[k] = v
		} else {
			o.plain = append(o.plain, w)
		}
	}
	return o
}

func (o *options) fail(text string, args ...any) {
	if o.err == nil {
		o.err = fmt.Errorf(text, args...)
	}
}

func (o *options) take(key string) (string, bool) {
	v, ok := o.by[key]
	delete(o.by, key)
	return v, ok
}

// day reads a day, a month (its first day) or a year (its first day).
func (o *options) day(key string, absent engine.Day) engine.Day {
	v, ok := o.take(key)
	if !ok {
		return absent
	}
	first, _, ok := engine.ParsePartial(v)
	if !ok {
		o.fail("%s=%s is no day like 2024-03-01", key, v)
		return absent
	}
	return first
}

func (o *options) int(key string, absent, most int) int {
	v, ok := o.take(key)
	if !ok {
		return absent
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > most {
		o.fail("%s=%s is no whole number from 0 to %d", key, v, most)
		return absent
	}
	return n
}

func (o *options) name(key string, names []string) int {
	v, ok := o.take(key)
	if !ok {
		return 0
	}
	return o.pick(names, v)
}

func (o *options) pick(names []string, name string) int {
	if i := slices.Index(names, name); i >= 0 && name != "" {
		return i
	}
	var known []string
	for _, n := range names {
		if n != "" {
			known = append(known, n)
		}
	}
	o.fail("%q is none of %s", name, strings.Join(known, ", "))
	return 0
}

func (o *options) flag(key string) bool {
	_, ok := o.take(key)
	return ok
}

func (o *options) text(key string) string {
	v, _ := o.take(key)
	return v
}

// left gives the first fault, or that a key is not one of this line's.
func (o *options) left(line string) error {
	for _, k := range slices.Sorted(maps.Keys(o.by)) {
		if meant := declared.Nearest(k, namesOf(line)); meant != "" {
			o.fail("%s takes no %s: did you mean %s?", line, k, meant)
		} else {
			o.fail("%s takes no %s: it takes %s", line, k, strings.Join(namesOf(line), ", "))
		}
	}
	return o.err
}

// alone is left for a line that has key=value words and flags only.
func (o *options) alone(line string) error {
	if len(o.plain) > 0 {
		o.fail("%s takes no word %q", line, o.plain[0])
	}
	return o.left(line)
}

// code notes a code in the dictionary and gives its key; "" and "-" are none.
func (r *reader) code(o *options, written string) engine.Code {
	if written == "" || written == "-" {
		return 0
	}
	name, text, ok := strings.Cut(written, ":")
	system := engine.ParseSystem(name)
	if !ok || system == engine.NoSystem || text == "" {
		o.fail("%q is no code: write system:code, as snomed:217082002, or -", written)
		return 0
	}
	return r.sound(system, text)
}

// sound is word for a code that is held against the shape of its system: with a
// slip in it a case would show that what it means does not count.
func (r *reader) sound(system engine.System, text string) engine.Code {
	if fault := codelist.CodeFault(system.String(), text); fault != "" {
		r.doubt("%s:%s %s: correct it", system, text, fault)
	}
	return r.word(system, text)
}

func (r *reader) doubt(text string, args ...any) {
	r.doubts = append(r.doubts, fmt.Sprintf(text, args...))
}

func (r *reader) word(system engine.System, text string) engine.Code {
	key := engine.CodeKey(system, text)
	if r.to.Words == nil {
		r.to.Words = map[engine.Code]plan.Word{}
	}
	r.to.Words[key] = plan.Word{Code: key, System: system, Text: text}
	return key
}

func (r *reader) who(words []string) error {
	o := optionsOf(words)
	p := schema.CuratedPerson{Person: who, BirthMonth: o.day("birth", engine.NoDay), DeathDay: o.day("died", engine.NoDay), DeathKnown: engine.NoDay,
		EthnicCategory: o.text("ethnic"), Sources: uint8(o.int("sources", 1, 255))}
	if v, ok := o.take("sex"); ok {
		if p.Sex, ok = sexNames[v]; !ok {
			o.fail("sex=%s is none of male, female, indeterminate, unknown", v)
		}
	}
	if p.BirthMonth != engine.NoDay {
		p.BirthMonth = p.BirthMonth.Month()
	}
	p.DeathKnown = p.DeathDay
	if r.person {
		o.fail("a case has one person")
	}
	r.person = true
	r.to.Person = p
	return o.alone("person")
}

func (r *reader) registration(words []string) error {
	o := optionsOf(words)
	practice := o.text("practice")
	if practice == "" {
		practice = "A81001"
	}
	r.register = true
	r.to.Registrations = append(r.to.Registrations, schema.CuratedRegistration{Person: who, Practice: r.word(engine.ODS, practice),
		FromDay: o.day("from", engine.NoDay), ToDay: o.day("to", engine.NoDay)})
	return o.alone("registration")
}

func (r *reader) residence(words []string) error {
	o := optionsOf(words)
	x := schema.CuratedResidence{Person: who, FromDay: o.day("from", engine.NoDay), ToDay: o.day("to", engine.NoDay), IMDDecile: uint8(o.int("imd", 0, 10))}
	if v := o.text("area"); v != "" {
		x.Area = r.word(engine.ONS, v)
	}
	if o.flag("care_home") {
		x.CareHome = 1
	}
	r.to.Residences = append(r.to.Residences, x)
	return o.alone("residence")
}

func (r *reader) event(words []string) error {
	o := optionsOf(words)
	if len(o.plain) != 3 {
		return fmt.Errorf("an event needs a day, a kind and a code: event 2024-03-01 problem snomed:217082002 (or - for no code)")
	}
	e := schema.CuratedEvent{Person: who, EndDay: engine.NoDay, Knowledge: schema.Knowledge{Source: "case", KnownBasis: engine.KnownSource}}
	var ok bool
	if e.Day, e.LastDay, ok = engine.ParsePartial(o.plain[0]); !ok {
		o.fail("%q is no day like 2024-03-01, and no month or year", o.plain[0])
	}
	e.Kind = engine.EventKind(o.pick(engine.EventKinds(), o.plain[1]))
	e.Code = r.code(o, o.plain[2])
	if v, ok := o.take("value"); ok {
		f, err := number(v)
		if err != nil {
			o.fail("value=%s is no number", v)
		}
		scale := 3 // thousandths, where the code is no known analyte
		if a := r.analytes.Of(e.Code); a != nil {
			scale = a.Decimals
			if err == nil && !catalogue.Plausible(a, f) {
				r.doubt("value=%s is no value of %s, which is kept from %s: a source's value outside is not kept, so give one inside, in that unit", v, a.ID, catalogue.Range(a))
			}
		}
		e.Value = schema.Number{N: int64(math.Round(f * math.Pow10(scale))), Known: true}
	}
	e.Status = engine.Status(o.name("status", engine.StatusNames()))
	e.Mode = engine.Mode(o.name("mode", engine.ModeNames()))
	e.Position = uint8(o.int("position", 0, 99))
	if v := o.text("source"); v != "" {
		e.Source = v
	}
	if v := o.text("organisation"); v != "" {
		e.Organisation = r.word(engine.ODS, v)
	}
	e.EndDay = o.day("end", engine.NoDay)
	e.KnownFrom, e.KnownTo = o.day("known", e.LastDay), o.day("until", engine.NoDay)
	r.to.Events = append(r.to.Events, e)
	return o.left("event")
}

func (r *reader) spell(words []string) error {
	o := optionsOf(words)
	if len(o.plain) != 2 {
		return fmt.Errorf("a spell needs a kind and its days: spell emergency 2024-03-01..2024-03-05")
	}
	from, to, lasts := strings.Cut(o.plain[1], "..")
	n := int64(len(r.to.Spells) + 1)
	x := schema.CuratedSpell{Person: who, Kind: engine.SpellKind(o.pick(engine.SpellKinds(), o.plain[0])), EndDay: engine.NoDay, Spell: n,
		CIS: int64(o.int("cis", int(n), math.MaxInt32)), CISFirst: 1, Episodes: 1, Attended: uint8(o.int("attended", 0, 31)),
		Destination: o.text("destination"), DischargeMethod: o.text("discharge"), Knowledge: schema.Knowledge{Source: "case", KnownBasis: engine.KnownSource}}
	if o.flag("continues") {
		x.CISFirst = 0
	}
	var ok bool
	if x.StartDay, ok = engine.ParseDay(from); !ok {
		o.fail("%q is no day like 2024-03-01", from)
	}
	switch {
	case !lasts:
		x.EndDay = x.StartDay
	case to != "":
		if x.EndDay, ok = engine.ParseDay(to); !ok {
			o.fail("%q is no day like 2024-03-01", to)
		} else if x.EndDay < x.StartDay {
			o.fail("the spell ends before it starts")
		}
	}
	x.Specialty = r.coded(o, "specialty", engine.NHSDD)
	x.ArrivalMode = r.coded(o, "arrival", engine.SNOMED)
	if v := o.text("provider"); v != "" {
		x.Provider = r.word(engine.ODS, v)
	}
	x.KnownFrom, x.KnownTo = o.day("known", x.StartDay), o.day("until", engine.NoDay)
	r.to.Spells = append(r.to.Spells, x)
	return o.left("spell")
}

// coded reads a code whose system may be left out.
func (r *reader) coded(o *options, key string, system engine.System) engine.Code {
	v := o.text(key)
	switch {
	case v == "":
		return 0
	case strings.Contains(v, ":"):
		return r.code(o, v)
	}
	return r.sound(system, v)
}

func (r *reader) document(words []string) error {
	o := optionsOf(words)
	if len(o.plain) != 3 {
		return fmt.Errorf("a document needs a day, a category and a type: document 2024-03-01 care_plan snomed:735324008 (or - for no type)")
	}
	x := schema.CuratedDocument{Person: who, EndDay: o.day("end", engine.NoDay), Knowledge: schema.Knowledge{Source: "case", KnownBasis: engine.KnownSource}}
	var ok bool
	if x.Day, ok = engine.ParseDay(o.plain[0]); !ok {
		o.fail("%q is no day like 2024-03-01", o.plain[0])
	}
	x.Category = uint8(o.pick(engine.DocumentNames(), o.plain[1]))
	x.Type = r.code(o, o.plain[2])
	x.Status = engine.Status(o.name("status", engine.StatusNames()))
	x.KnownFrom, x.KnownTo = o.day("known", x.Day), o.day("until", engine.NoDay)
	r.to.Documents = append(r.to.Documents, x)
	return o.left("document")
}

func (r *reader) ask(words []string) (Ask, error) {
	o := optionsOf(words)
	if len(o.plain) != 1 {
		return Ask{}, fmt.Errorf("write on YYYY-MM-DD")
	}
	a := Ask{Data: o.day("data", 0)}
	var ok bool
	if a.On, ok = engine.ParseDay(o.plain[0]); !ok {
		o.fail("%q is no day like 2024-03-01", o.plain[0])
	}
	return a, o.left("on")
}

// finish fills in the person that a short case leaves out.
func (r *reader) finish() {
	if !r.person {
		birth, _ := engine.MakeDay(1950, 1, 1)
		r.to.Person = schema.CuratedPerson{Person: who, BirthMonth: birth, DeathDay: engine.NoDay, DeathKnown: engine.NoDay, Sources: 1}
	}
	if !r.register {
		from, _ := engine.MakeDay(2000, 1, 1)
		r.to.Registrations = append(r.to.Registrations, schema.CuratedRegistration{Person: who, Practice: r.word(engine.ODS, "A81001"), FromDay: from, ToDay: engine.NoDay})
	}
}

func number(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > 1e12 {
		return 0, fmt.Errorf("%q is no number (write ? for unknown)", s)
	}
	return f, nil
}
