// Package catalogue declares what leftshift derives from a record: every
// feature is a row of data in a TOML file here.
//
// A definition says which rows it reads (source and filter), how far back from
// the as-of day D, what it makes of them (aggregate), what it means when there
// are none (absence), who may see it, and a sentence for the reader of a list.
// An entry may stand for several definitions: one for each of its windows, and
// one for each member of a group such as the long-term conditions.
//
// The rules that every definition follows:
//
//   - A row is read at D only if it was known at D: known_from <= D and not yet
//     superseded (known_to null or > D).
//   - A window of n days is (D-n, D]; n = 0 is the whole record up to D. A gap
//     of g days ends it at D-g instead.
//   - An event whose day is not exactly known counts only where all its possible
//     days lie inside the window.
//   - The newest row is the one with the latest first possible day; the first
//     mention is the earliest last possible day. So a date that is uncertain
//     never makes something look more recent or older than it surely is.
//   - Planned, cancelled and not attended events are not facts, unless the
//     definition names those statuses.
package catalogue

import (
	"regexp"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/matrix"
)

// Source is the kind of row a definition reads.
type Source string

const (
	Demographic Source = "demographic" // person, registration and residence on D
	Event       Source = "event"       // dated coded facts
	Spell       Source = "spell"       // intervals of care
	Document    Source = "document"    // pointers to documents, plans and summaries
	Derived     Source = "derived"     // other features of the same person and day
)

// Aggregate is what a definition makes of its rows.
type Aggregate string

const (
	// Value is an item of the person, registration or residence on D.
	Value Aggregate = "value"
	// Count is the number of rows.
	Count Aggregate = "count"
	// Days is the number of different days (first possible day) with a row, so
	// two rows of one code on one day count once.
	Days Aggregate = "days"
	// Any is 1 when there is a row.
	Any Aggregate = "any"
	// DistinctCodes is the number of different codes; of spells, of treatment
	// functions.
	DistinctCodes Aggregate = "distinct_codes"
	// DistinctSpells is the number of different continuous inpatient spells that
	// the events fall within; it needs `within`.
	DistinctSpells Aggregate = "distinct_spells"
	// DaysSince is D minus the newest row's day.
	DaysSince Aggregate = "days_since"
	// DaysSinceFirst is D minus the day of the first mention.
	DaysSinceFirst Aggregate = "days_since_first"
	// DaysSinceEnd is D minus the latest end, on or before D, of a spell.
	DaysSinceEnd Aggregate = "days_since_end"
	// BedDays is the number of different nights in the window spent in the
	// spells: nights of d to d+1 with start <= d < end and d inside the window,
	// an open spell reaching D. A night in two spells counts once.
	BedDays Aggregate = "bed_days"
	// LongestStay is the most nights of one spell that starts in the window, up
	// to D when open.
	LongestStay Aggregate = "longest_stay"
	// LatestValue is the mean of the values of the newest day with a value.
	LatestValue Aggregate = "latest_value"
	// Mean, Min and Max are over all values in the window.
	Mean Aggregate = "mean"
	Min  Aggregate = "min"
	Max  Aggregate = "max"
	// Spread is the sample standard deviation; it needs three values.
	Spread Aggregate = "spread"
	// Slope is the least-squares change a year of 365.25 days. It needs values
	// on three different days that span at least 90 days.
	Slope Aggregate = "slope"
	// SlopeError is the standard error of that slope, under the same conditions:
	// how far a trend may be chance.
	SlopeError Aggregate = "slope_error"
	// Members is the number of members of the group with a row.
	Members Aggregate = "members"
	// LatestMember is the place (from 1) in the group of the member with the
	// newest row; of several on that day, the last in the group's order.
	LatestMember Aggregate = "latest_member"
	// LatestIs is 1 when that member is the one named by `pick`, else 0.
	LatestIs Aggregate = "latest_is"
	// WeightedSumDistinct is the sum of the weights of the different codes of a
	// weighted list that rows match.
	WeightedSumDistinct Aggregate = "weighted_sum_distinct"
	// Started is the number of different codes (with a group, of its members)
	// that have a row in the last `recent` days and none in the 365 days before
	// those. A row belongs to the period of its first possible day.
	Started Aggregate = "started"
	// Stopped is the number of those that have a row in the 365 days before the
	// last `recent` days and none in the last `recent` days.
	Stopped Aggregate = "stopped"
	// Holds is the number of terms that hold, where they are decided; see Term.
	Holds Aggregate = "holds"
	// Acceleration is the yearly rate of rows in the last `recent` days minus
	// the yearly rate in the 365 days before those.
	Acceleration Aggregate = "acceleration"
)

// Ever is the number of days of a window that has no beginning.
const Ever = 0

// RateYear is the number of days of the earlier period of Acceleration,
// Started and Stopped, and of the year that both rates of the first are for.
const RateYear = 365

// SlopeSpan is the least number of days between the first and the newest
// value of a Slope; SlopeDays the least number of different days.
const (
	SlopeSpan = 90
	SlopeDays = 3
)

// Position of a diagnosis or procedure in its episode.
type Position string

const (
	NoPosition Position = "none"
	Primary    Position = "primary"
	Secondary  Position = "secondary"
)

// Item is a demographic value; see Items for what each means.
type Item string

const (
	Age              Item = "age"
	Male             Item = "male"
	Female           Item = "female"
	EthnicityKnown   Item = "ethnicity_known"
	IMDDecile        Item = "imd_decile"
	CareHome         Item = "care_home"
	MonthsRegistered Item = "months_registered"
	MonthsObservable Item = "months_observable"
	RecentMove       Item = "recent_move"
	Sources          Item = "sources"
)

// Items says what each demographic item is.
var Items = map[Item]string{
	Age:              "whole years from the birth month, its day taken as 1; unknown without a birth month",
	Male:             "1 when stated male, 0 when stated female or indeterminate, unknown otherwise",
	Female:           "1 when stated female, 0 when stated male or indeterminate, unknown otherwise",
	EthnicityKnown:   "1 when an ethnic category other than Z (not stated) is recorded, else 0; as known on the night of the run, at past dates too",
	IMDDecile:        "decile of deprivation of the residence on D, 1 the most deprived; unknown without one",
	CareHome:         "1 when the residence on D is a care home, else 0",
	MonthsRegistered: "whole months (of 30.4375 days) since the registration that holds D began; unknown without a start",
	MonthsObservable: "whole months since the unbroken chain of registrations that holds D began (a gap of up to 30 days does not break it), or since the data begin when that is later; unknown when neither is given",
	Sources:          "number of sources that describe the person; unknown when none is counted; as known on the night of the run, at past dates too",
	RecentMove:       "1 when the residence that holds D began within 365 days, else 0; unknown without a start",
}

// Items in the order of their declaration, for pages.
var itemOrder = []Item{Age, Male, Female, EthnicityKnown, IMDDecile, CareHome, MonthsRegistered, MonthsObservable, RecentMove, Sources}

// Category is the kind of a document, by its place in engine.DocumentNames.
type Category uint8

// Member is one part of a code filter: rows of any of its lists, or with one
// of a few codes written "system:code" that no list has.
type Member struct {
	ID    string
	Title string
	Lists []string
	Codes []string
}

// Definition is one feature. It is not changed after Load.
type Definition struct {
	ID       string
	Title    string
	Sentence string // of a value that is not zero; see Sentence
	None     string // of zero; "" to say it from the title
	Unknown  string // of NaN; "" to say it from the title

	Source Source
	Item   Item // demographic

	// Event filter. Nil slices mean: Kinds never (must be given); Statuses the
	// facts (0 to 3); Modes, Positions any; Members any code.
	Kinds     []engine.EventKind
	Statuses  []engine.Status
	Modes     []engine.Mode
	Positions []Position
	Members   []Member
	Analyte   string             // reads only rows with a value
	ValueFrom *int64             // reads only values at least so great, in the analyte's unit and scale
	ValueTo   *int64             // and at most so great; nil means no bound
	Weights   map[string]int     // code of the list -> weight, for WeightedSumDistinct
	Within    []engine.SpellKind // the event's day lies in an inpatient spell of these kinds

	// Spell filter. Nil Attended means any.
	Spells      []engine.SpellKind
	FirstOfCIS  bool    // only spells that begin their continuous inpatient spell
	NoAdmission bool    // only those that no emergency admission follows by the day after
	Attended    []uint8 // attended codes
	// Readmission of n days reads only spells that begin on the day on which a
	// stay of another continuous inpatient spell ended, or less than n days
	// after it. Births, maternity and a person's own day cases are no such
	// stay. 0 means any.
	Readmission  int
	Destinations []string // discharge destinations as coded; nil means any
	Specialties  []string // "system:code"; nil means any
	Arrivals     []string // arrival modes, "system:code"; nil means any

	// Document filter. Kinds of event and the like do not apply; Statuses and
	// Members do, the latter to the type. Nil Categories means any.
	Categories []Category

	// Current reads only spells and documents that have not ended on D: their
	// end, if one is known on D, is later than D.
	Current bool

	Terms []Term // of Derived

	Days   int    // window back from D; Ever
	Gap    int    // the window ends at D-Gap
	Recent int    // of Acceleration
	Pick   string // member of LatestIs
	// ByMember: Started and Stopped count members of a group, be there one or
	// more of them, and not codes.
	ByMember bool `json:",omitempty"`

	Aggregate Aggregate
	Absence   matrix.Absence
	Display   matrix.Display
	Area      string
	Unit      string
	Decimals  int // of the analyte's scaled values
	Why       string
	Tests     []string // scenarios of features/scenario that show it
	Since     string   // version of the catalogue in which it first stood
	Story     string   // features of one story are told once; the id without its window, unless given

	File string // where it is declared
	Line int
	// Origin is the name of the folder that it comes from; "" for built in.
	Origin string `json:"-"`
	// Raised says in words why it is shown to clinicians only where its file has
	// the care team see it; "" where it is shown as its file has it.
	Raised string `json:"-"`
}

// OfTonight says whether the value is as known on the night of the run also at
// past index dates: the person row holds what is known last. What happened later
// can move it, so no model may learn from it.
func (d *Definition) OfTonight() bool { return d.Item == EthnicityKnown || d.Item == Sources }

// Dated says whether the value comes with the day of its newest row.
func (d *Definition) Dated() bool {
	return d.Source != Demographic && d.Source != Derived && d.Aggregate != DaysSinceEnd && d.Aggregate != BedDays && d.Aggregate != LongestStay
}

// Column is the definition's column of a matrix.
func (d *Definition) Column() matrix.Column {
	return matrix.Column{ID: d.ID, Title: d.Title, Sentence: d.Sentence + "\n" + d.None + "\n" + d.Unknown,
		Unit: d.Unit, Area: d.Area, Story: d.Story, Absence: d.Absence, Display: d.Display, Observed: strings.Join(d.observed(), " ")}
}

// observed names the kinds of record that the definition reads, as
// engine.RecordKind does; nil for what is known of the person. What is derived
// names itself, as matrix.Column.Observed says.
func (d *Definition) observed() (out []string) {
	switch d.Source {
	case Event:
		for _, k := range d.Kinds {
			out = append(out, engine.RecordKind("event", uint8(k)))
		}
	case Spell:
		for _, k := range d.Spells {
			out = append(out, engine.RecordKind("spell", uint8(k)))
		}
	case Document:
		for i := range engine.DocumentNames() {
			if i > 0 && (d.Categories == nil || slices.Contains(d.Categories, Category(i))) {
				out = append(out, engine.RecordKind("document", uint8(i)))
			}
		}
	}
	if d.Source == Derived {
		out = append(out, "feature."+d.ID)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Catalogue is every definition, in order of file and entry.
type Catalogue struct {
	Definitions []Definition
	// Hash is the hex SHA-256 of the meaning of every definition with the codes
	// and weights it reads: equal hashes mean equal values of equal records. What
	// is only told of a value (titles, sentences, units as words, area, who may
	// see it) is not in it, so that a better word asks for no new model.
	Hash string
	// Words is the hex SHA-256 of every definition with all that is told of it:
	// what keeps titles or sentences beside values goes by both.
	Words string
	// Cases are the worked examples that feature files carry, in order.
	Cases []Case

	byID   map[string]int
	faulty map[string]bool   // ids left out; nil unless Load told faults
	lost   []*regexp.Regexp  // shapes of ids that were not made, for the same
	lists  map[string]string // hash of each code list and analyte, by name
}

// Find gives a definition by id, or nil.
func (c *Catalogue) Find(id string) *Definition {
	if i, ok := c.byID[id]; ok {
		return &c.Definitions[i]
	}
	return nil
}

// Place gives the place of a definition by id, or -1.
func (c *Catalogue) Place(id string) int {
	if i, ok := c.byID[id]; ok {
		return i
	}
	return -1
}

// Columns gives a matrix column for each definition, in order.
func (c *Catalogue) Columns() []matrix.Column {
	out := make([]matrix.Column, len(c.Definitions))
	for i := range c.Definitions {
		out[i] = c.Definitions[i].Column()
	}
	// What is derived of nothing but the person (age, sex) is always observable.
	// It may stand before what it reads, but for what is derived itself.
	for i := range c.Definitions {
		if c.Definitions[i].Source == Derived && !slices.ContainsFunc(c.Definitions[i].reads(), func(id string) bool { return out[c.byID[id]].Observed != "" }) {
			out[i].Observed = ""
		}
	}
	return out
}

// Subset gives the catalogue of the ids named and of what those derived from
// others read, in the order of c, with the hash of that part. An id that is not
// in c is left out.
func (c *Catalogue) Subset(ids []string) *Catalogue {
	want := map[string]bool{}
	for _, id := range ids {
		want[id] = true
	}
	for i := len(c.Definitions) - 1; i >= 0; i-- { // what is read comes before
		if d := &c.Definitions[i]; want[d.ID] {
			for _, x := range d.reads() {
				want[x] = true
			}
		}
	}
	out := &Catalogue{byID: map[string]int{}}
	for _, d := range c.Definitions {
		if want[d.ID] {
			out.byID[d.ID] = len(out.Definitions)
			out.Definitions = append(out.Definitions, d)
		}
	}
	out.lists = c.lists
	out.hashes()
	return out
}
