package outcome

import (
	"slices"

	"leftshift/engine"
)

// Source is where an outcome is read from.
type Source string

const (
	FromSpell    Source = "spell"     // the start of a spell
	FromEvent    Source = "event"     // a coded fact
	FromCareHome Source = "care_home" // the first day of residence in a care home
	FromDeath    Source = "death"     // the day of death
	FromOthers   Source = "any_of"    // the first of other outcomes
)

var sources = []string{string(FromSpell), string(FromEvent), string(FromCareHome), string(FromDeath), string(FromOthers)}

// Codes are code lists, and codes written "system:code", or "system:prefix*"
// for every code that starts so.
type Codes struct {
	Lists []string
	Codes []string
}

// Cause is one way in which diagnoses make a spell an outcome: it holds one of
// Codes in one of Positions, one of With where With is given, and none of
// Without. A diagnosis lies in a spell when all its possible days do.
type Cause struct {
	Codes         Codes
	Positions     []Position // nil for any
	With          []string   // as Codes.Codes; nil for no such condition
	WithPositions []Position
	Without       []string // in any position
}

// Position of a diagnosis in its episode.
type Position uint8

const (
	NoPosition Position = 0
	Primary    Position = 1
	Secondary  Position = 2 // and every later one
)

var positionNames = []string{"none", "primary", "secondary"}

func (p Position) String() string { return positionNames[p] }

// Member is one condition of an outcome of events, with its codes. A new
// outcome is new for each member apart.
type Member struct {
	ID    string
	Codes Codes
}

// Outcome is one declared outcome. It is not changed after Load.
type Outcome struct {
	ID       string
	Title    string
	Sentence string // what happened to the person, after "was" or by itself: "admitted as an emergency"

	Source Source

	// Spells. Attended nil for any. FirstOfCIS drops spells that continue a
	// continuous inpatient spell. Nights is how many midnights the continuous
	// spell must cross at least; an open one is as long as it is known to last.
	// Causes nil for any diagnosis.
	Spells     []engine.SpellKind
	Attended   []uint8
	FirstOfCIS bool
	Nights     int
	Causes     []Cause

	// Events.
	Kinds   []engine.EventKind
	Members []Member

	// New asks that it was not so before: no other such spell going on, or
	// never an earlier code of the member.
	New bool

	// At risk: FromAge in whole years on the index date, 0 for everyone.
	// DischargedWithin n keeps who left hospital, from a stay of one of
	// DischargedFrom, so lately that days 0 to n-1 after it reach beyond the
	// index date, and counts events on those days only; 0 for everyone.
	FromAge          int
	DischargedWithin int
	DischargedFrom   []engine.SpellKind

	Of []string // ids, of FromOthers

	Horizons []int // days, ascending
	Gap      int   // days after the index date that do not count
	// Competing are ids of outcomes that are a full answer when they come
	// first. Death and leaving always end what can be seen, and are not in it.
	Competing []string
	Freeze    int // days until what it is read from has settled

	Why   string
	Since engine.Day
	Tests []string // scenarios that show it

	Line int // in its file
}

// Horizon is the longest horizon, in days.
func (o *Outcome) Horizon() int { return o.Horizons[len(o.Horizons)-1] }

// Ready refuses labels of a horizon that are not complete yet, as the function
// Ready does, with the outcome's own freeze; an overnight stay is decided
// within that.
func (o *Outcome) Ready(d, knowledge engine.Day, horizon int) error {
	return Ready(d, knowledge, horizon, o.Freeze)
}

// everyone says whether nobody who is eligible is left out of an outcome, so
// that others may be made of it.
func (o *Outcome) everyone() bool { return o.FromAge == 0 && o.DischargedWithin == 0 }

// Catalogue is every outcome, in file order.
type Catalogue struct {
	Outcomes []Outcome
	Hash     string // hex SHA-256 of what decides labels: not of titles, why or tests
}

// Find gives an outcome by id, or nil.
func (c *Catalogue) Find(id string) *Outcome {
	if i := slices.IndexFunc(c.Outcomes, func(o Outcome) bool { return o.ID == id }); i >= 0 {
		return &c.Outcomes[i]
	}
	return nil
}

// IDs of the outcomes, in order.
func (c *Catalogue) IDs() []string {
	out := make([]string, len(c.Outcomes))
	for i := range c.Outcomes {
		out[i] = c.Outcomes[i].ID
	}
	return out
}
