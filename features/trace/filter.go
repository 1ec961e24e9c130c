package trace

import (
	"fmt"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/plan"
)

// name is the i-th of names, or its number where a row holds another.
func name(names []string, i uint8) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprint(i)
}

// inWords is a name as a reader has it.
func inWords(name string) string { return strings.ReplaceAll(name, "_", " ") }

// whyNot says why a row that the feature concerns does not count on the day
// for its knowledge and its days, or "". What is said comes in the order in
// which a reader would ask.
func (x *tracer) whyNot(k schema.Knowledge, first, last engine.Day) string {
	d := x.d
	from := engine.NoDay
	if d.Days > 0 {
		from = x.on - engine.Day(d.Days) + 1
	}
	switch {
	case k.KnownFrom > x.on:
		return fmt.Sprintf("not yet known on %s: it became known on %s", x.on, k.KnownFrom)
	case k.KnownTo != engine.NoDay && k.KnownTo <= x.on:
		return fmt.Sprintf("superseded or withdrawn on %s", k.KnownTo)
	case last > x.on:
		if first <= x.on {
			return fmt.Sprintf("its day is not exactly known and may lie after %s", x.on)
		}
		return fmt.Sprintf("after %s", x.on)
	case last > x.on-engine.Day(d.Gap):
		return fmt.Sprintf("too recent: the window ends %s before, on %s", engine.Plural(d.Gap, "day"), x.on-engine.Day(d.Gap))
	case from != engine.NoDay && first < from:
		if last >= from {
			return fmt.Sprintf("its day is not exactly known and may lie before the window, which begins on %s", from)
		}
		return fmt.Sprintf("before the window, which begins on %s", from)
	}
	return ""
}

// inside says that the days lie in the window.
func (x *tracer) inside() string {
	to := x.on - engine.Day(x.d.Gap)
	if x.d.Days == 0 {
		return fmt.Sprintf("on or before %s", to)
	}
	return fmt.Sprintf("from %s to %s", x.on-engine.Day(x.d.Days)+1, to)
}

// members gives the places of the members that a code is of, and the name of
// the list or code that says so; nil where the definition reads codes and this
// is none of them. -1 stands for no group.
func (x *tracer) members(c engine.Code) (of []int, through []string) {
	d := x.d
	w := x.r.Word(c)
	if d.Weights != nil {
		l := x.shelf.Codelists.List(d.Members[0].Lists[0])
		if engine.ParseSystem(l.System) != w.System {
			return nil, nil
		}
		norm, ok := codelist.Normalise(l.System, w.Text)
		for i, code := range l.Codes {
			if ok && (norm == code || l.Match == codelist.Prefix && strings.HasPrefix(norm, code)) {
				of, through = append(of, i), append(through, l.Name+" "+code)
			}
		}
		return of, through
	}
	if len(d.Members) == 0 {
		return []int{-1}, []string{""}
	}
next:
	for i, m := range d.Members {
		for _, written := range m.Codes {
			system, code, _ := strings.Cut(written, ":")
			if c != 0 && engine.CodeKey(engine.ParseSystem(system), code) == c {
				of, through = append(of, i), append(through, "code "+written)
				continue next
			}
		}
		for _, listName := range m.Lists {
			l := x.shelf.Codelists.List(listName)
			if l != nil && c != 0 && sameKeys(engine.ParseSystem(l.System), w.System) && l.Has(w.Text) {
				of, through = append(of, i), append(through, "list "+listName)
				continue next
			}
		}
	}
	return of, through
}

// sameKeys says whether codes of two systems share keys: dm+d identifiers are
// SNOMED CT's.
func sameKeys(a, b engine.System) bool {
	if a == engine.DMD {
		a = engine.SNOMED
	}
	if b == engine.DMD {
		b = engine.SNOMED
	}
	return a == b
}

// events traces a definition of events.
func (x *tracer) events() {
	d := x.d
	var hits []hit
	for i := range x.r.Events {
		e := &x.r.Events[i]
		if !slices.Contains(d.Kinds, e.Kind) {
			continue
		}
		of, through := x.members(e.Code)
		if len(of) == 0 {
			continue
		}
		if d.Analyte != "" {
			if a := x.shelf.Analytes.Of(e.Code); a == nil || a.ID != d.Analyte {
				continue
			}
		}
		row := Row{Table: "event", Day: e.Day, Last: e.LastDay, Kind: e.Kind.String(), Source: e.Source, KnownFrom: e.KnownFrom, KnownTo: e.KnownTo, place: i}
		row.Code, row.Words = x.word(e.Code)
		row.Value = x.value(e)
		spell, why := int64(0), x.whyNot(e.Knowledge, e.Day, e.LastDay)
		if why == "" {
			why = x.unfit(e)
		}
		if why == "" && len(d.Within) > 0 {
			if spell = x.within(e); spell == 0 {
				why = "its days lie within no stay of the kinds that the feature names, as known then"
			}
		}
		row.Counts, row.Why = why == "", why
		if row.Counts {
			row.Why = x.because(through)
			for _, m := range of {
				hits = append(hits, hit{first: e.Day, last: e.LastDay, code: e.Code, member: m, spell: spell, value: e.Value.N})
			}
		}
		x.out.Rows = append(x.out.Rows, row)
	}
	x.finish(hits)
}

// because says why a row counts.
func (x *tracer) because(through []string) string {
	why := x.inside()
	if s := strings.Join(slices.DeleteFunc(slices.Clone(through), func(s string) bool { return s == "" }), " and "); s != "" {
		why = "by " + s + ", " + why
	}
	if len(x.d.Within) > 0 {
		why += ", within a stay"
	}
	return why + ", known on " + x.on.String()
}

// value writes a measured value in the analyte's unit.
func (x *tracer) value(e *schema.CuratedEvent) string {
	if !e.Value.Known {
		return ""
	}
	if a := x.shelf.Analytes.Of(e.Code); a != nil {
		return strings.TrimSpace(decimal(e.Value.N, a.Decimals) + " " + a.Unit)
	}
	unit := ""
	if w := x.r.Word(e.Unit); w.Code != 0 {
		unit = " " + w.Text
	}
	return decimal(e.Value.N, 3) + unit
}

func decimal(n int64, places int) string {
	s := fmt.Sprintf("%.*f", places, float64(n)/pow10(places))
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func pow10(n int) float64 {
	p := 1.0
	for range n {
		p *= 10
	}
	return p
}

// unfit says why an event does not count for what it is, or "".
func (x *tracer) unfit(e *schema.CuratedEvent) string {
	d := x.d
	position := catalogue.Secondary
	switch e.Position {
	case 0:
		position = catalogue.NoPosition
	case 1:
		position = catalogue.Primary
	}
	switch {
	case !slices.Contains(d.Statuses, e.Status):
		return "its status is " + inWords(name(engine.StatusNames(), uint8(e.Status))) + ", which is not a thing that is so or was done, or not one that the feature asks for"
	case len(d.Modes) > 0 && !slices.Contains(d.Modes, e.Mode):
		return "its mode is " + inWords(name(engine.ModeNames(), uint8(e.Mode))) + ", which the feature does not ask for"
	case len(d.Positions) > 0 && !slices.Contains(d.Positions, position):
		return "it stands in position " + string(position) + ", which the feature does not ask for"
	case d.Analyte != "" && !e.Value.Known:
		return "it has no value"
	case d.Analyte != "" && (e.Value.N > plan.LargestValue || e.Value.N < -plan.LargestValue):
		return "its value is one that nobody can have"
	case d.ValueFrom != nil && e.Value.N < *d.ValueFrom:
		return "its value is below " + decimal(*d.ValueFrom, d.Decimals)
	case d.ValueTo != nil && e.Value.N > *d.ValueTo:
		return "its value is above " + decimal(*d.ValueTo, d.Decimals)
	}
	return ""
}

// within gives the key of the stay that holds all possible days of an event:
// of several the one that started last, then with the greatest key; 0 for none.
func (x *tracer) within(e *schema.CuratedEvent) int64 {
	key, start := int64(0), engine.NoDay
	for i := range x.r.Spells {
		s := &x.r.Spells[i]
		if !slices.Contains(x.d.Within, s.Kind) || !known(s.Knowledge, x.on) || s.StartDay > e.Day || s.EndDay != engine.NoDay && s.EndDay < e.LastDay {
			continue
		}
		if s.StartDay > start || s.StartDay == start && s.CIS > key {
			key, start = s.CIS, s.StartDay
		}
	}
	return key
}

// documents traces a definition of documents.
func (x *tracer) documents() {
	d := x.d
	var hits []hit
	for i := range x.r.Documents {
		e := &x.r.Documents[i]
		if len(d.Categories) > 0 && !slices.Contains(d.Categories, catalogue.Category(e.Category)) {
			continue
		}
		of, through := x.members(e.Type)
		if len(of) == 0 {
			continue
		}
		row := Row{Table: "document", Day: e.Day, Last: e.EndDay, Kind: name(engine.DocumentNames(), e.Category), Source: e.Source, KnownFrom: e.KnownFrom, KnownTo: e.KnownTo, place: i}
		row.Code, row.Words = x.word(e.Type)
		why := x.whyNot(e.Knowledge, e.Day, e.Day)
		switch {
		case why != "":
		case !slices.Contains(d.Statuses, e.Status):
			why = "its status is " + inWords(name(engine.StatusNames(), uint8(e.Status))) + ", which the feature does not ask for"
		case d.Current && e.EndDay != engine.NoDay && e.EndDay <= x.on:
			why = fmt.Sprintf("it ended on %s, and the feature reads what has not ended", e.EndDay)
		}
		row.Counts, row.Why = why == "", why
		if row.Counts {
			row.Why = x.because(through)
			for _, m := range of {
				hits = append(hits, hit{first: e.Day, last: e.Day, code: e.Type, member: m})
			}
		}
		x.out.Rows = append(x.out.Rows, row)
	}
	x.finish(hits)
}
