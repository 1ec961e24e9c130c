package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"leftshift/features/matrix"
)

// needs says what an aggregate needs and means.
type needs struct {
	event, spell bool // sources it can read
	document     bool
	value        bool // an analyte
	members      bool // a group
	recent       bool // two periods
	unknown      bool // absence must be unknown: there is no zero of it
}

var aggregates = map[Aggregate]needs{
	Count:               {event: true, spell: true, document: true},
	Days:                {event: true, spell: true, document: true},
	Any:                 {event: true, spell: true, document: true},
	DistinctCodes:       {event: true, spell: true, document: true},
	DistinctSpells:      {event: true},
	DaysSince:           {event: true, spell: true, document: true, unknown: true},
	DaysSinceFirst:      {event: true, spell: true, document: true, unknown: true},
	DaysSinceEnd:        {spell: true, unknown: true},
	BedDays:             {spell: true},
	LongestStay:         {spell: true},
	LatestValue:         {event: true, value: true, unknown: true},
	Mean:                {event: true, value: true, unknown: true},
	Min:                 {event: true, value: true, unknown: true},
	Max:                 {event: true, value: true, unknown: true},
	Spread:              {event: true, value: true, unknown: true},
	Slope:               {event: true, value: true, unknown: true},
	SlopeError:          {event: true, value: true, unknown: true},
	Members:             {event: true, members: true},
	LatestMember:        {event: true, members: true, unknown: true},
	LatestIs:            {event: true, members: true},
	WeightedSumDistinct: {event: true},
	Acceleration:        {event: true, spell: true, recent: true},
	Started:             {event: true, recent: true},
	Stopped:             {event: true, recent: true},
	Holds:               {},
}

// MaxMembers is the most members of a group or codes of a weighted list.
const MaxMembers = 128

// maxID keeps ids short enough for column names of any engine.
const maxID = 63

var versionShape = regexp.MustCompile(`^\d+\.\d+$`)

// check adds a fault for everything that does not fit in a definition.
func (l *loader) check(b block, e *entry, d *Definition) {
	bad := func(key, code, text string, args ...any) {
		if text = fmt.Sprintf(text, args...); !e.told[key+code+text] { // not again of the entry's next definition
			who := d.ID
			if e.Broken("id") || e.Broken("windows") {
				who = e.ID
			}
			l.fault(b, key, code, "%s %s", who, text)
			if e.told == nil {
				e.told = map[string]bool{}
			}
			e.told[key+code+text] = true
		}
	}
	if !idShape.MatchString(d.ID) || len(d.ID) > maxID {
		bad("id", "id", "is not an id: use lower_snake, at most %d characters", maxID)
	}
	if d.ID == "person" || d.ID == "as_of" || d.ID == matrix.UnseenColumn {
		bad("id", "id", "is the name of a column that every matrix has: use another id")
	}
	if d.Area == "" {
		bad("area", "incomplete", "lacks area (the part of care that it is filed under): add it")
	}
	if len(d.Tests) == 0 && d.Origin == "" { // those of a folder are shown by cases in its files
		bad("tests", "incomplete", "lacks tests (scenarios that show it): add them")
	}
	if !versionShape.MatchString(d.Since) && (d.Since != "" || d.Origin == "") {
		bad("since", "since", "needs since, the version of the catalogue in which it first stood, as \"0.2\"")
	}
	for key, t := range map[string]string{"sentence": d.Sentence, "none": d.None, "unknown": d.Unknown} {
		if f := sentenceFault(t); f != "" {
			bad(key, "sentence", "%s", f)
		}
	}
	if d.Days < 0 || d.Gap < 0 || d.Days > 36525 || (d.Days != Ever && d.Gap >= d.Days) {
		bad("windows", "window", "has a window of %d days with gap %d: use 0 (whole record) to 36525, the gap smaller", d.Days, d.Gap)
	}
	if e.Broken("source") || e.Broken("aggregate") {
		return // what fits what is not known
	}
	if (d.Source == Derived) != (d.Aggregate == Holds) || (d.Source == Derived) != (len(d.Terms) > 0) {
		bad("terms", "terms", "needs terms and aggregate %s when, and only when, its source is \"derived\"", Holds)
		return
	}
	if d.Source == Derived {
		if d.filtered() || d.Analyte != "" || len(d.Members) > 0 || d.Gap+d.Days > 0 {
			bad("source", "filter", "is derived and takes no filter and no window")
		}
		if !e.Broken("absence") && !e.Broken("sentence") {
			l.checkTerms(b, d)
		}
		return
	}
	if d.Source == Demographic {
		if _, ok := Items[d.Item]; !ok || d.Aggregate != Value {
			bad("item", "item", "needs aggregate = \"value\" and a known item, not %q", string(d.Item))
		}
		if d.filtered() || len(d.Members) > 0 || d.Analyte != "" || d.Gap+d.Days > 0 {
			bad("source", "filter", "is demographic and takes no filter and no window")
		}
		if sure := d.Item == CareHome || d.Item == EthnicityKnown; sure != (d.Absence == matrix.AbsenceZero) {
			bad("absence", "absence", "has item %s: absence must be \"zero\" for care_home and ethnicity_known, which are always known, and \"unknown\" for the others", string(d.Item))
		}
		return
	}
	n, ok := aggregates[d.Aggregate]
	if !ok {
		bad("aggregate", "aggregate", "has aggregate %q, which does not exist: use one of %s", string(d.Aggregate), strings.Join(aggregateNames(), ", "))
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
		if d.ofSpells() || len(d.Categories) > 0 || d.Current {
			bad("source", "filter", "reads events: spells, first_of_cis, no_admission, attended, readmission, destinations, specialties, arrivals, categories and current are for spells or documents")
		}
	case Spell:
		if !n.spell {
			bad("aggregate", "aggregate", "cannot have aggregate %s of spells", d.Aggregate)
		}
		if len(d.Spells) == 0 {
			bad("spells", "spells", "needs the kinds of spell it reads")
		}
		if d.ofEvents() || len(d.Statuses)+len(d.Categories)+len(d.Members) > 0 || d.Analyte != "" || d.Gap > 0 {
			bad("source", "filter", "reads spells: kinds, status, modes, positions, codes, within, categories and gap are for events or documents")
		}
	case Document:
		if !n.document {
			bad("aggregate", "aggregate", "cannot have aggregate %s of documents", d.Aggregate)
		}
		if d.ofEvents() || d.ofSpells() || d.Analyte != "" || d.Gap > 0 {
			bad("source", "filter", "reads documents: it takes categories, status, current and codes only")
		}
	default:
		bad("source", "source", "needs source = \"demographic\", \"event\", \"spell\", \"document\" or \"derived\"")
	}
	for _, m := range d.Members {
		misplaced := l.lib.Misplaced(m.Lists, m.Codes, d.Kinds)
		if d.Source == Document {
			misplaced = l.lib.Foreign(m.Lists, "document")
		}
		for _, text := range misplaced {
			bad("lists", "list-misplaced", "%s", text)
		}
	}
	if d.Readmission < 0 || d.Readmission > 365 {
		bad("readmission", "readmission", "has readmission %d: use days from 1 to 365", d.Readmission)
	}
	if d.ValueFrom != nil || d.ValueTo != nil {
		if d.Analyte == "" || !freeOfValue(d.Aggregate) {
			bad("value_from", "value-bound", "has bounds of a value: they go with an analyte and %s, %s, %s, %s or %s", Count, Days, Any, DaysSince, DaysSinceFirst)
		} else if d.ValueFrom != nil && d.ValueTo != nil && *d.ValueFrom > *d.ValueTo {
			bad("value_from", "value-bound", "has bounds between which no value lies")
		}
	}
	if analyteSaid := !e.Broken("analyte") && !e.Broken("analytes"); analyteSaid && n.value != (d.Analyte != "") && (n.value || !freeOfValue(d.Aggregate)) {
		bad("aggregate", "analyte", "has aggregate %s, which goes with an analyte only", d.Aggregate)
	}
	if n.unknown && d.Absence != matrix.AbsenceUnknown {
		bad("absence", "absence", "has aggregate %s, of which there is no zero: absence must be \"unknown\"", d.Aggregate)
	}
	if d.Aggregate == BedDays && d.Absence != matrix.AbsenceZero {
		bad("absence", "absence", "has aggregate %s, of which none is 0 nights: absence must be \"zero\"", d.Aggregate)
	}
	if n.members != (e.Group != "") && d.Aggregate != Started && d.Aggregate != Stopped {
		bad("group", "group", "must have a group when, and only when, its aggregate is %s, %s or %s, or may when it is %s or %s", Members, LatestMember, LatestIs, Started, Stopped)
	}
	if len(d.Members) > MaxMembers || len(d.Weights) > MaxMembers {
		bad("group", "group", "has more than %d members", MaxMembers)
	}
	if (d.Aggregate == DistinctSpells) != (len(d.Within) > 0) && d.Aggregate == DistinctSpells {
		bad("within", "within", "counts spells: say within which kinds")
	}
	if n.recent != (d.Recent > 0) || (d.Recent > 0 && d.Days != d.Recent+RateYear) {
		bad("recent", "recent", "needs recent for aggregate %s, %s or %s, and then the window recent + %d", Acceleration, Started, Stopped, RateYear)
	}
	found := false
	for _, m := range d.Members {
		found = found || m.ID == d.Pick && d.Pick != ""
	}
	if (d.Aggregate == LatestIs) != found || (d.Pick != "" && !found) {
		bad("pick", "pick", "needs pick, a member of its group, for aggregate %s only", LatestIs)
	}
}

// ofEvents says whether a filter that only events have is set.
func (d *Definition) ofEvents() bool {
	return len(d.Kinds)+len(d.Modes)+len(d.Positions)+len(d.Within) > 0
}

// ofSpells says whether a filter that only spells have is set.
func (d *Definition) ofSpells() bool {
	return len(d.Spells)+len(d.Attended)+len(d.Destinations)+len(d.Specialties)+len(d.Arrivals)+d.Readmission > 0 || d.FirstOfCIS || d.NoAdmission
}

// filtered says whether any filter of rows but codes is set.
func (d *Definition) filtered() bool {
	return d.ofEvents() || d.ofSpells() || len(d.Statuses)+len(d.Categories) > 0 || d.Current
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

// aggregateNames are those that an entry may name, in order.
func aggregateNames() []string {
	var out []string
	for a := range aggregates {
		out = append(out, string(a))
	}
	slices.Sort(out)
	return out
}
