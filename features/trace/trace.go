// Package trace says which rows of a person's record made a feature, and why
// others did not.
//
// It is written from the words of the catalogue alone: row by row, one
// definition, one person, one day, with no plan and no shared state. So it is
// also a second opinion on what the kernel made of the same rows: Same compares
// the two.
package trace

import (
	"math"
	"sort"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/matrix"
	"leftshift/features/record"
)

// Shelf is what definitions refer to: those that the catalogue was loaded with.
type Shelf struct {
	Catalogue *catalogue.Catalogue
	Codelists *codelist.Library
	Analytes  *analyte.Table
	// Unseen names the kinds of record, as engine.RecordKind does, that no source
	// could show of the person on the day; nil for none. Derived features read
	// their parts accordingly; of others the rows are traced in any case.
	Unseen []string
}

// Row is one row of the record that concerns a feature: its codes and kind are
// those that the feature reads.
type Row struct {
	Table string // event, spell, document, person, registration or residence
	// Day and Last are the first and last possible day; of a spell, document,
	// registration or residence the first day and the end (NoDay: it goes on, or
	// it is not known).
	Day, Last          engine.Day
	Kind               string // problem, emergency, care_plan, ...; "" for none
	Code               string // system:code; "" for none
	Words              string // what the code says, by a list's term or else the source's own words
	Value              string // with its unit; "" for none
	Source             string
	KnownFrom, KnownTo engine.Day // KnownTo is NoDay while it stands; both NoDay where the table keeps no versions
	Counts             bool
	// Why says in a sentence why the row counts; where it does not, why not.
	Why string

	place int // among the rows of the table
}

// Trace is how a feature came to its value on a day.
type Trace struct {
	Rows  []Row   // those that count first; each in order of day
	Value float64 // NaN for unknown
	Last  engine.Day
	// How says in words how the value follows from the rows that count.
	How string
	// From has what a derived feature reads, in order.
	From []Part
	// State tells apart why a derived feature has no value. Of others it is what
	// the rows give: a value, or unknown.
	State matrix.State
	// More is of a derived count: terms that are undecided may add to it.
	More bool

	blind bool // what leaves More could not be seen
}

// Part is a feature that a derived one reads, as far as it could be seen: one
// that is not observable has no value.
type Part struct {
	Feature string
	Value   float64 // NaN for unknown and not observable
	State   matrix.State
	More    bool // at least the value
}

// Of traces a definition for the person on a day. dataFrom is the first day
// with data; 0 not known.
func Of(s *Shelf, d *catalogue.Definition, r *record.Record, on, dataFrom engine.Day) *Trace {
	return traced(s, d, r, on, dataFrom, map[string]*Trace{})
}

// traced is Of, with the features that have been traced so far of the same person
// and day: a part that many read is traced once.
func traced(s *Shelf, d *catalogue.Definition, r *record.Record, on, dataFrom engine.Day, done map[string]*Trace) *Trace {
	if t := done[d.ID]; t != nil {
		return t
	}
	x := &tracer{shelf: s, d: d, r: r, on: on, dataFrom: dataFrom, out: &Trace{Last: engine.NoDay}, done: done}
	done[d.ID] = x.out
	switch d.Source {
	case catalogue.Demographic:
		x.demographic()
	case catalogue.Derived:
		x.derived()
	case catalogue.Spell:
		x.spells()
	case catalogue.Document:
		x.documents()
	default:
		x.events()
	}
	if d.Source != catalogue.Derived && math.IsNaN(x.out.Value) {
		x.out.State = matrix.Unknown
	}
	sort.SliceStable(x.out.Rows, func(i, j int) bool {
		a, b := &x.out.Rows[i], &x.out.Rows[j]
		if a.Counts != b.Counts {
			return a.Counts
		}
		return a.Day < b.Day
	})
	if !d.Dated() {
		x.out.Last = engine.NoDay
	}
	return x.out
}

// tracer works on one feature.
type tracer struct {
	shelf        *Shelf
	d            *catalogue.Definition
	r            *record.Record
	on, dataFrom engine.Day
	out          *Trace
	done         map[string]*Trace // by feature, of this person and day
}

// hit is a row that counts, once for each member of the group that it is of.
type hit struct {
	first, last engine.Day
	code        engine.Code
	member      int // -1 where there is no group
	spell       int64
	value       int64
}

// Same says whether two values agree: both unknown, or equal to the precision
// of a float32 that went through one division or square root.
func Same(a, b float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return math.Abs(a-b) <= 1e-6*math.Max(1, math.Max(math.Abs(a), math.Abs(b)))
}

// absent is the value where no row counts.
func (x *tracer) absent() float64 {
	if x.d.Absence == matrix.AbsenceUnknown {
		return math.NaN()
	}
	return 0
}

// word gives a code as system:code and what it says.
func (x *tracer) word(c engine.Code) (code, words string) {
	if c == 0 {
		return "", ""
	}
	w := x.r.Word(c)
	if w.Code == 0 {
		return "not in the dictionary", ""
	}
	if words = x.term(w.System, w.Text); words == "" {
		words = x.r.Said[c]
	}
	return w.System.String() + ":" + w.Text, words
}

// term is what a list says of a code: of the definition's own lists first,
// then of any, in order of name; "" when none has a term of it.
func (x *tracer) term(system engine.System, text string) string {
	of := func(l *codelist.List) string {
		if l == nil || engine.ParseSystem(l.System) != system {
			return ""
		}
		norm, ok := codelist.Normalise(l.System, text)
		if !ok {
			return ""
		}
		for n := len(norm); n > 0; n-- {
			if t := l.Terms[norm[:n]]; t != "" {
				return t
			}
			if l.Match == codelist.Exact {
				break
			}
		}
		return ""
	}
	for _, m := range x.d.Members {
		for _, name := range m.Lists {
			if t := of(x.shelf.Codelists.List(name)); t != "" {
				return t
			}
		}
	}
	for _, l := range x.shelf.Codelists.Lists {
		if t := of(l); t != "" {
			return t
		}
	}
	return ""
}

func known(k schema.Knowledge, on engine.Day) bool {
	return k.KnownFrom <= on && (k.KnownTo == engine.NoDay || on < k.KnownTo)
}
