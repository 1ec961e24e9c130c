package risklist

import "math"

// Column is one column of a list as people read it.
type Column struct {
	ID      string
	Title   string
	Default bool // shown until the reader chooses
}

// Columns are what a list can show, in order. The default is short: who it is,
// how to reach them, the risk and why, what could be changed, who has it.
func Columns() []Column {
	return []Column{
		{"rank", "Place", false},
		{"name", "Name", true},
		{"nhs_number", "NHS number", true},
		{"birth", "Date of birth", true},
		{"practice", "Practice", true},
		{"phone", "Telephone", false},
		{"risk", "Risk in 100", true},
		{"band", "Band", false},
		{"reasons", "Main reasons", true},
		{"gaps", "What could be changed", true},
		{"status", "New or stayed", false},
		{"state", "State", true},
		{"owner", "With", true},
		{"next_date", "Next date", false},
		{"last", "Last outcome", false},
		{"adjustments", "Adjustments, language, carer", false},
	}
}

// Bounds are what a list that people can work keeps to; 0 is no bound.
type Bounds struct {
	Length  int     // most people, those added by hand among them
	Repeat  float64 // greatest share of people who were there before
	Columns int     // most columns shown by default
}

// StandardBounds are house values; nothing published sets them.
var StandardBounds = Bounds{Length: 200, Repeat: 0.9, Columns: 9}

// Measure is what a reader of a list meets.
type Measure struct {
	Team    string
	Places  int
	Length  int // ranked and added
	Added   int
	Repeat  float64 // share of the people who were on the list before; NaN for an empty list
	Columns int     // shown by default
}

// Measures measures each list, in order.
func (r *Result) Measures() []Measure {
	shown := 0
	for _, c := range Columns() {
		if c.Default {
			shown++
		}
	}
	var out []Measure
	for _, l := range r.Lists {
		m := Measure{Team: l.Team.ID, Places: l.Places, Length: len(l.Rows) + len(l.Added), Added: len(l.Added), Repeat: math.NaN(), Columns: shown}
		if m.Length > 0 {
			m.Repeat = float64(l.Stayers) / float64(m.Length)
		}
		out = append(out, m)
	}
	return out
}

// Over names the bounds that a list passes: list-long, list-repeats, list-wide,
// list-over-places (people added by hand brought it above its places).
func (m Measure) Over(b Bounds) []string {
	var out []string
	if b.Length > 0 && m.Length > b.Length {
		out = append(out, "list-long")
	}
	if b.Repeat > 0 && m.Repeat > b.Repeat {
		out = append(out, "list-repeats")
	}
	if b.Columns > 0 && m.Columns > b.Columns {
		out = append(out, "list-wide")
	}
	if m.Length > m.Places && m.Added > 0 {
		out = append(out, "list-over-places")
	}
	return out
}
