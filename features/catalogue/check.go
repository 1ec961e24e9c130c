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
	if (!idShape.MatchString(d.ID) || len(d.ID) > maxID) && d.Days >= 0 && !unnamed(e, e.ID) { // those are told below
		bad("id", "id", "is not an id: use lower_snake, at most %d characters", maxID)
	}
	if d.ID == "person" || d.ID == "as_of" || d.ID == matrix.UnseenColumn {
		bad("id", "id", "is the name of a column that every matrix has: use another id")
	}
	if d.Area == "" {
		bad("area", "incomplete", "lacks area (the part of care that it is filed under): add it")
	}
	if d.Origin != "" {
		for _, k := range []struct {
			key  string
			said bool
		}{{"tests", len(d.Tests) > 0}, {"since", d.Since != ""}} {
			if k.said {
				bad(k.key, "built-in-only", "has %s, which built-in features have: remove it (a site's features are shown by a [[case]])", k.key)
			}
		}
	} else {
		if len(d.Tests) == 0 {
			bad("tests", "incomplete", "lacks tests (scenarios that show it): add them")
		}
		if !versionShape.MatchString(d.Since) {
			bad("since", "since", "needs since, the version of the catalogue in which it first stood, as \"0.2\"")
		}
	}
	l.checkWords(e, d, bad)
	if d.Days < 0 || d.Gap < 0 || d.Days > 36525 || (d.Days != Ever && d.Gap >= d.Days) {
		bad("windows", "window", "has a window of %d days with gap %d: use 0 (whole record) to 36525, the gap smaller", d.Days, d.Gap)
	}
	source, making := l.checkParts(e, d, bad)
	switch {
	case source && d.Source == Derived:
		l.checkDerived(b, e, d, bad)
		return
	case source && d.Source == Demographic:
		l.checkDemographic(e, d, bad)
		return
	case source:
		l.checkSource(d, bad)
	}
	if d.Readmission < 0 || d.Readmission > 365 {
		bad("readmission", "readmission", "has readmission %d: use days from 1 to 365", d.Readmission)
	}
	l.checkMeasured(e, d, making, bad)
	if len(d.Members) > MaxMembers || len(d.Weights) > MaxMembers {
		bad("group", "group", "has more than %d members", MaxMembers)
	}
	if making {
		l.checkMaking(e, d, bad)
	}
}

// say adds a fault of a key of an entry to what was found, once.
type say func(key, code, text string, args ...any)

// checkParts tells of a source and an aggregate that there are not, or that do
// not go together, and says which of them are known: what is not is no reason to
// pass over the rest.
func (l *loader) checkParts(e *entry, d *Definition, bad say) (source, making bool) {
	switch d.Source {
	case Demographic, Event, Spell, Document, Derived:
		source = true
	default:
		bad("source", "source", "needs source = \"demographic\", \"event\", \"spell\", \"document\" or \"derived\"")
	}
	if e.Broken("source") {
		source = false
	}
	_, making = aggregates[d.Aggregate]
	if ofPerson := d.Aggregate == Value && (d.Source == Demographic || !source); !making && !ofPerson && !(source && d.Source == Demographic) {
		hint := meant(string(d.Aggregate), aggregateNames())
		if hint == "" {
			hint = ": use one of " + strings.Join(aggregateNames(), ", ")
		}
		bad("aggregate", "aggregate", "has aggregate %q, which does not exist%s", string(d.Aggregate), hint)
	}
	if e.Broken("aggregate") {
		making = false
	}
	if source && (making || d.Aggregate == Value) && !e.Broken("terms") && ((d.Source == Derived) != (d.Aggregate == Holds) || (d.Source == Derived) != (len(d.Terms) > 0)) {
		bad("terms", "terms", "needs terms and aggregate %s when, and only when, its source is \"derived\"", Holds)
	}
	return source, making && d.Aggregate != Holds
}

func (l *loader) checkDerived(b block, e *entry, d *Definition, bad say) {
	if d.filtered() || d.Analyte != "" || len(d.Members) > 0 || d.Gap+d.Days > 0 {
		bad("source", "filter", "is derived and takes no filter and no window")
	}
	if d.Aggregate == Holds && len(d.Terms) > 0 && !e.Broken("absence") && !e.Broken("sentence") {
		l.checkTerms(b, d)
	}
}

func (l *loader) checkDemographic(e *entry, d *Definition, bad say) {
	_, known := Items[d.Item]
	if !known || d.Aggregate != Value && !e.Broken("aggregate") {
		bad("item", "item", "needs aggregate = \"value\" and a known item, not %q", string(d.Item))
	}
	if d.filtered() || len(d.Members) > 0 || d.Analyte != "" || d.Gap+d.Days > 0 {
		bad("source", "filter", "is demographic and takes no filter and no window")
	}
	if sure := d.Item == CareHome || d.Item == EthnicityKnown; known && !e.Broken("item") && sure != (d.Absence == matrix.AbsenceZero) {
		bad("absence", "absence", "has item %s: absence must be \"zero\" for care_home and ethnicity_known, which are always known, and \"unknown\" for the others", string(d.Item))
	}
}

// checkSource tells what does not go with rows of the source.
func (l *loader) checkSource(d *Definition, bad say) {
	n, ok := aggregates[d.Aggregate]
	cannot := func(can bool, of string) {
		if ok && !can && d.Aggregate != Holds {
			bad("aggregate", "aggregate", "cannot have aggregate %s of %s", d.Aggregate, of)
		}
	}
	switch d.Source {
	case Event:
		cannot(n.event, "events")
		if len(d.Kinds) == 0 {
			bad("kinds", "kinds", "needs the kinds of event it reads")
		}
		if d.ofSpells() || len(d.Categories) > 0 || d.Current {
			bad("source", "filter", "reads events: spells, first_of_cis, no_admission, attended, readmission, destinations, specialties, arrivals, categories and current are for spells or documents")
		}
	case Spell:
		cannot(n.spell, "spells")
		if len(d.Spells) == 0 {
			bad("spells", "spells", "needs the kinds of spell it reads")
		}
		if d.ofEvents() || len(d.Statuses)+len(d.Categories)+len(d.Members) > 0 || d.Analyte != "" || d.Gap > 0 {
			bad("source", "filter", "reads spells: kinds, status, modes, positions, codes, within, categories and gap are for events or documents")
		}
	case Document:
		cannot(n.document, "documents")
		if d.ofEvents() || d.ofSpells() || d.Analyte != "" || d.Gap > 0 {
			bad("source", "filter", "reads documents: it takes categories, status, current and codes only")
		}
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
}

// checkMaking tells what does not go with an aggregate that there is.
func (l *loader) checkMaking(e *entry, d *Definition, bad say) {
	n := aggregates[d.Aggregate]
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
	if (d.Aggregate == DistinctSpells) != (len(d.Within) > 0) && d.Aggregate == DistinctSpells {
		bad("within", "within", "counts spells: say within which kinds")
	}
	if n.recent != (d.Recent > 0) || (d.Recent > 0 && d.Days != d.Recent+RateYear) {
		bad("recent", "recent", "needs recent for aggregate %s, %s or %s, and then the window recent + %d", Acceleration, Started, Stopped, RateYear)
	}
	found := slices.ContainsFunc(d.Members, func(m Member) bool { return m.ID == d.Pick && d.Pick != "" })
	if !e.Broken("group") && ((d.Aggregate == LatestIs) != found || (d.Pick != "" && !found)) {
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
