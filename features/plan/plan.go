// Package plan compiles the feature catalogue into what one pass over a
// person's rows can fill.
//
// Definitions that read the same rows share one Family: a filter and the
// nested windows that its definitions name. Kinds and codes lead to families
// through one flat table, so the work of a row does not grow with the
// catalogue but with the families that read it.
package plan

import (
	"math"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/finish"
	"leftshift/features/matrix"
)

// Need says which statistics a family gathers beside count, days, first and
// last day.
type Need uint8

const (
	NeedValue Need = 1 << iota // moments of values
	NeedMask                   // which members were seen
	NeedPick                   // member of the newest day
	NeedSet                    // different codes, or different spells
	NeedDays                   // different days
)

// Unbounded is the bound of the whole record.
const Unbounded = math.MaxInt32

// DocumentKind is the kind under which the rows of a category of documents
// stand among the kinds of event.
func DocumentKind(category uint8) uint8 { return 16 + category&15 }

// Filter says which rows a family reads. Masks have one bit for each number of
// a kind, status and so on.
type Filter struct {
	Source catalogue.Source

	// Of events and documents. Kinds of documents are by DocumentKind;
	// Positions are 0 none, 1 primary, 2 secondary. Value: rows without a value
	// in [ValueFrom, ValueTo] are not read. Gap: the row must be at least so
	// many days old. Within: one spell of these kinds must hold the event's days;
	// 0 for no such condition.
	Kinds, Statuses, Modes, Positions uint32
	Value                             bool
	ValueFrom, ValueTo                int64
	Gap                               int32
	Within                            uint32

	// Of spells; 0 and nil for any. Readmission: the spell began less than so
	// many days after a stay of another continuous inpatient spell ended.
	Spells, Attended        uint32
	FirstOfCIS, NoAdmission bool
	Readmission             int32
	Destinations            []Short
	Specialties, Arrivals   []engine.Code

	// Current reads spells and documents until the day before they end.
	Current bool
}

// Short is a code of at most eight bytes, such as a discharge destination,
// first byte lowest.
type Short uint64

// Shorten packs a text of at most eight bytes; longer ones are cut.
func Shorten[T string | []byte](text T) Short {
	if len(text) == 2 {
		return Short(text[0]) | Short(text[1])<<8
	}
	s := Short(0)
	for i := range min(len(text), 8) {
		s |= Short(text[i]) << (8 * i)
	}
	return s
}

// Family is a filter and its windows.
type Family struct {
	Filter
	Need Need

	// Bounds are the lengths of the windows in days, ascending: window i holds
	// the rows whose first possible day is in (D-Bounds[i], D].
	Bounds []int32
	// Outputs[i] are the features of window i.
	Outputs [][]Output
	// Stays: what is counted apart (NeedSet) are the continuous inpatient spells
	// that hold the events, and not the rows' own codes.
	Stays bool
	// Period is the window of the recent period of what was started or stopped;
	// -1 when no output asks.
	Period int

	Weights []int64 // by member, for a weighted sum
}

// Output is one feature of a family.
type Output struct {
	Column int
	Dated  bool
	// Recent is the window of the recent period of an acceleration, or of what
	// was started or stopped; -1 for none.
	Recent  int
	Days    int  // of that window
	Periods bool // started or stopped: reads both periods apart
	Rule    finish.Rule
}

// Direct is a feature of spells that is worked out from all of a person's
// spells at once: nights, the longest stay, the last end.
type Direct struct {
	Column    int
	Aggregate catalogue.Aggregate
	Filter    Filter
	Days      int32 // Unbounded for the whole record
	Rule      finish.Rule
}

// Demographic is a feature of the person on the day.
type Demographic struct {
	Column int
	Item   catalogue.Item
	Rule   finish.Rule
}

// Derived is a feature made of other features of the same person and day, all
// of lower columns or derived before.
type Derived struct {
	Column int
	Terms  []Term
}

// Term is a catalogue.Term over columns.
type Term struct{ Ways [][]Atom }

// Atom compares a column.
type Atom struct {
	Column int
	catalogue.Atom
}

// Target is what a code or kind leads to: a family, and the member of its
// group that the code is of.
type Target struct {
	Family uint16
	Member uint8
}

// Plan is a compiled catalogue. It is not changed after Compile and may be
// used by several executors at once.
type Plan struct {
	Catalogue *catalogue.Catalogue
	Columns   []matrix.Column

	Families []Family
	// Kind are the families without a code condition, by kind of event or
	// document; Spell the spell families by kind of spell; Codes the families
	// with a code condition. A row's kind must be one of the family's in any
	// case.
	Kind  [32][]Target
	Spell [32][]Target
	Codes Codes
	// Rows leads a kind and code at once to all families that may read the row.
	Rows Table

	Directs      []Direct
	Demographics []Demographic
	Deriveds     []Derived

	// Blank is a row in which nothing was found: 0 or NaN by absence.
	Blank []float32
}

// Dated says whether a column comes with the day of its newest row.
func (p *Plan) Dated(column int) bool { return p.Catalogue.Definitions[column].Dated() }
