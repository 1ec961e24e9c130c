// Package plan compiles the feature catalogue into what one pass over a
// person's rows can fill.
//
// Definitions that read the same rows share one Family: a filter with one
// accumulator for each of the nested windows that its definitions name. A row
// is added once, to the smallest window that holds it (its ring); the windows
// are put together when the person is finished. Codes lead to families through
// one flat table, so a row's work does not grow with the catalogue.
package plan

import (
	"math"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/finish"
	"leftshift/features/matrix"
)

// Need says which accumulators a family keeps beside count, days, first and
// last day.
type Need uint8

const (
	NeedValue Need = 1 << iota // moments of values
	NeedMask                   // which members were seen
	NeedPick                   // member of the newest day
	NeedSet                    // different codes, or different spells
)

// Unbounded is the ring bound of the whole record.
const Unbounded = math.MaxInt32

// Family is a filter and its rings.
type Family struct {
	Source catalogue.Source
	Need   Need

	// Event filter, as bit masks by kind, status, mode and position (0 none,
	// 1 primary, 2 secondary). Value: rows without a value are not read. Gap:
	// the row must be at least so many days old. Within: mask of spell kinds, one
	// of which must hold the event's day; 0 for no such condition.
	Kinds, Statuses, Modes, Positions uint32
	Value                             bool
	Gap                               int32
	Within                            uint32

	// Spell filter, as masks by kind and attended code; 0 for any attended.
	Spells, Attended        uint32
	FirstOfCIS, NoAdmission bool

	// Bounds are the window lengths in days, ascending; ring i holds rows of
	// D-day in [Bounds[i-1], Bounds[i]).
	Bounds []int32
	// First accumulator of the family's rings in each store.
	Ring, ValueRing, MaskRing, PickRing, SetRing int

	// Outputs by ring: Features[i] are the features of window Bounds[i].
	Outputs [][]Output

	Weights []int64 // by member, for a weighted sum
}

// Output is one feature of a family.
type Output struct {
	Column int
	Dated  int // place among the dated columns, or -1
	Recent int // ring of an acceleration's recent window, or -1
	Days   int // of that window
	Rule   finish.Rule
}

// Direct is a feature of spells that is worked out from all of a person's
// spells at once: nights, the longest stay, the last end.
type Direct struct {
	Column    int
	Aggregate catalogue.Aggregate
	Family    Family // the filter only
	Days      int32  // Unbounded for the whole record
	Rule      finish.Rule
}

// Demographic is a feature of the person on the day.
type Demographic struct {
	Column int
	Item   catalogue.Item
	Rule   finish.Rule
}

// Target is what a code or kind leads to: a family, and the member of its
// group that the code is of.
type Target struct {
	Family uint16
	Member uint8
}

// Plan is a compiled catalogue. It is not changed after Compile and may be
// used by several kernels at once.
type Plan struct {
	Catalogue *catalogue.Catalogue
	Columns   []matrix.Column

	Families []Family
	// Kind are the event families without a code condition, by event kind;
	// Spell the spell families by spell kind.
	Kind  [32][]Target
	Spell [32][]Target
	Codes Codes

	Directs      []Direct
	Demographics []Demographic

	// DatedColumns are the columns that come with a day, in order.
	DatedColumns []int
	// Blank is a row in which nothing was found: 0 or NaN by absence.
	Blank []float32

	// Sizes of the accumulator stores, for one index date.
	Rings, ValueRings, MaskRings, PickRings, SetRings int
	// Lookback is the longest window of an event family; Unbounded when one
	// reads the whole record.
	Lookback int32
}

// Word is one entry of the code dictionary.
type Word struct {
	Code   engine.Code
	System engine.System
	Text   string
}
