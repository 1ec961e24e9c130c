package catalogue

import (
	"leftshift/features/matrix"
)

// needs says what an aggregate needs and means.
type needs struct {
	event, spell bool // sources it can read
	value        bool // an analyte
	members      bool // a group
	unknown      bool // absence must be unknown: there is no zero of it
}

var aggregates = map[Aggregate]needs{
	Count:               {event: true, spell: true},
	Days:                {event: true, spell: true},
	Any:                 {event: true, spell: true},
	DistinctCodes:       {event: true, spell: true},
	DistinctSpells:      {event: true},
	DaysSince:           {event: true, spell: true, unknown: true},
	DaysSinceFirst:      {event: true, spell: true, unknown: true},
	DaysSinceEnd:        {spell: true, unknown: true},
	BedDays:             {spell: true},
	LongestStay:         {spell: true},
	LatestValue:         {event: true, value: true, unknown: true},
	Mean:                {event: true, value: true, unknown: true},
	Min:                 {event: true, value: true, unknown: true},
	Max:                 {event: true, value: true, unknown: true},
	Spread:              {event: true, value: true, unknown: true},
	Slope:               {event: true, value: true, unknown: true},
	Members:             {event: true, members: true},
	LatestMember:        {event: true, members: true, unknown: true},
	LatestIs:            {event: true, members: true},
	WeightedSumDistinct: {event: true},
	Acceleration:        {event: true, spell: true},
}

// MaxMembers is the most members of a group or codes of a weighted list.
const MaxMembers = 128

// maxID keeps ids short enough for column names of any engine.
const maxID = 63

// check adds a fault for everything that does not fit in a definition.
func (l *loader) check(b block, e *entry, d *Definition) {
	bad := func(key, code, text string, args ...any) {
		l.faults.add(b.file, b.key(key), code, d.ID+" "+text, args...)
	}
	if !idShape.MatchString(d.ID) || len(d.ID) > maxID {
		bad("id", "id", "is not an id: use lower_snake, at most %d characters", maxID)
	}
	if d.ID == "person" || d.ID == "as_of" {
		bad("id", "id", "is the name of a column that every matrix has: use another id")
	}
	if d.Title == "" || d.Area == "" || d.Why == "" || len(d.Tests) == 0 && d.Origin == "" {
		// The features of a folder are shown by cases in its files.
		bad("id", "incomplete", "needs a title, an area, why it is here, and (built in) tests that show it")
	}
	for key, t := range map[string]string{"sentence": d.Sentence, "none": d.None, "unknown": d.Unknown} {
		if f := sentenceFault(t); f != "" {
			bad(key, "sentence", "%s", f)
		}
	}
	if d.Days < 0 || d.Gap < 0 || d.Days > 36525 || (d.Days != Ever && d.Gap >= d.Days) {
		bad("windows", "window", "has a window of %d days with gap %d: use 0 (whole record) to 36525, the gap smaller", d.Days, d.Gap)
	}
	if d.Source == Demographic {
		if _, ok := Items[d.Item]; !ok || d.Aggregate != Value {
			bad("item", "item", "needs aggregate = \"value\" and a known item, not %q", string(d.Item))
		}
		if len(d.Kinds)+len(d.Spells)+len(d.Members)+len(d.Within) > 0 || d.Analyte != "" || d.Gap+d.Days > 0 {
			bad("source", "filter", "is demographic and takes no filter and no window")
		}
		return
	}
	n, ok := aggregates[d.Aggregate]
	if !ok {
		bad("aggregate", "aggregate", "has aggregate %q, which does not exist", string(d.Aggregate))
		return
	}
	switch d.Source {
	case Event:
		if !n.event {
			bad("aggregate", "aggregate", "cannot have aggregate %s of events", d.Aggregate)
		}
		if len(d.Kinds) == 0 {
			bad("kinds", "kinds", "needs the kinds of event it reads")
		}
		if len(d.Spells) > 0 || d.FirstOfCIS || d.NoAdmission || len(d.Attended) > 0 {
			bad("source", "filter", "reads events: spells, first_of_cis, no_admission and attended are for spells")
		}
	case Spell:
		if !n.spell {
			bad("aggregate", "aggregate", "cannot have aggregate %s of spells", d.Aggregate)
		}
		if len(d.Spells) == 0 {
			bad("spells", "spells", "needs the kinds of spell it reads")
		}
		if len(d.Kinds)+len(d.Statuses)+len(d.Modes)+len(d.Positions)+len(d.Members)+len(d.Within) > 0 || d.Analyte != "" || d.Gap > 0 {
			bad("source", "filter", "reads spells: kinds, status, modes, positions, codes, within and gap are for events")
		}
	default:
		bad("source", "source", "needs source = \"demographic\", \"event\" or \"spell\"")
	}
	if n.value != (d.Analyte != "") && (n.value || !freeOfValue(d.Aggregate)) {
		bad("aggregate", "analyte", "has aggregate %s, which goes with an analyte only", d.Aggregate)
	}
	if n.unknown && d.Absence != matrix.AbsenceUnknown {
		bad("absence", "absence", "has aggregate %s, of which there is no zero: absence must be \"unknown\"", d.Aggregate)
	}
	if n.members != (e.Group != "") {
		bad("group", "group", "must have a group when, and only when, its aggregate is %s, %s or %s", Members, LatestMember, LatestIs)
	}
	if len(d.Members) > MaxMembers || len(d.Weights) > MaxMembers {
		bad("group", "group", "has more than %d members", MaxMembers)
	}
	if (d.Aggregate == DistinctSpells) != (len(d.Within) > 0) && d.Aggregate == DistinctSpells {
		bad("within", "within", "counts spells: say within which kinds")
	}
	if (d.Aggregate == Acceleration) != (d.Recent > 0) || (d.Recent > 0 && d.Days != d.Recent+RateYear) {
		bad("recent", "recent", "needs recent for aggregate %s, and then the window recent + %d", Acceleration, RateYear)
	}
	found := false
	for _, m := range d.Members {
		found = found || m.ID == d.Pick && d.Pick != ""
	}
	if (d.Aggregate == LatestIs) != found || (d.Pick != "" && !found) {
		bad("pick", "pick", "needs pick, a member of its group, for aggregate %s only", LatestIs)
	}
}

// freeOfValue says which aggregates make sense of measured and other rows
// alike.
func freeOfValue(a Aggregate) bool {
	switch a {
	case Count, Days, Any, DaysSince, DaysSinceFirst:
		return true
	}
	return false
}
