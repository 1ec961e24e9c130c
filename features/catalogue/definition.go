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

// Position of a diagnosis or procedure in its episode.
type Position string

const (
	NoPosition Position = "none"
	Primary    Position = "primary"
	Secondary  Position = "secondary"
)

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
