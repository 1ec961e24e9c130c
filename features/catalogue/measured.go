package catalogue

import (
	"slices"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/matrix"
)

// Unmeasured says whether someone of whom nothing was ever measured has the value
// 0: a count of values in a range says nothing of who has none. It is for a
// reader to know, and no fault where the words of zero say so.
func (d *Definition) Unmeasured() bool {
	return (d.ValueFrom != nil || d.ValueTo != nil) && d.Absence == matrix.AbsenceZero
}

// unitOf is the unit of an analyte as a reader knows it; "" for a score.
func unitOf(a *analyte.Analyte) string {
	if strings.HasPrefix(a.Unit, "{") {
		return ""
	}
	return plainUnit(a.Unit)
}

// checkMeasured tells what does not go with a measurement: its kinds of event,
// bounds of its values, its unit. making says whether the aggregate is known. What
// is only told of a site's files a test holds the built-in ones to: to a kernel
// any bounds are as good.
func (l *loader) checkMeasured(e *entry, d *Definition, making bool, bad say) {
	n := aggregates[d.Aggregate]
	site := d.Origin != ""
	if site && d.Analyte != "" && len(d.Kinds) > 0 && !slices.Contains(d.Kinds, engine.Observation) {
		bad("kinds", "kinds", "reads a measurement, which is an observation: write kinds = [\"observation\"]")
	}
	a := l.analytes.ByID(d.Analyte)
	if making && a != nil {
		switch plain := unitOf(a); {
		case !n.value && strings.Contains(e.Unit, "{unit}"):
			bad("unit", "unit", "has aggregate %s, which is in no unit of %s: remove unit", d.Aggregate, a.ID)
		case n.value && e.Unit != "" && e.Unit != "{unit}" && e.Unit != plain && e.Unit != a.Unit && plain == "":
			bad("unit", "unit", "has unit %q, and %s is a number without one: remove it", e.Unit, a.ID)
		case n.value && e.Unit != "" && e.Unit != "{unit}" && e.Unit != plain && e.Unit != a.Unit:
			bad("unit", "unit", "has unit %q, and values of %s are kept in %s, to which those of sources are converted: write unit = \"{unit}\"", e.Unit, a.ID, plain)
		}
	}
	if making && !n.value && a == nil && d.Analyte == "" && strings.Contains(e.Unit, "{unit}") && !e.Broken("analyte") && !e.Broken("analytes") {
		bad("unit", "unit", "has unit {unit} and no measurement: name the unit")
	}
	if e.ValueFrom == nil && e.ValueTo == nil {
		return
	}
	if making && (d.Analyte == "" && !e.Broken("analyte") && !e.Broken("analytes") || !freeOfValue(d.Aggregate)) {
		bad("value_from", "value-bound", "has bounds of a value: they go with an analyte and %s, %s, %s, %s or %s", Count, Days, Any, DaysSince, DaysSinceFirst)
		return
	}
	if e.ValueFrom != nil && e.ValueTo != nil && *e.ValueFrom > *e.ValueTo {
		bad("value_from", "value-bound", "has bounds between which no value lies")
	}
	if site && a != nil {
		for _, k := range []struct {
			key   string
			bound *float64
		}{{"value_from", e.ValueFrom}, {"value_to", e.ValueTo}} {
			if k.bound != nil && !Plausible(a, *k.bound) {
				bad(k.key, "value-bound", "has %s = %g, and %s is kept from %s: give it in that unit", k.key, *k.bound, a.ID, Range(a))
			}
		}
	}
	if site && making && d.Unmeasured() && !strings.Contains(strings.ToLower(d.None), "record") && !e.Broken("absence") && !e.Broken("none") && !aggregates[d.Aggregate].unknown {
		bad("absence", "value-bound", "is 0 of someone who was never measured: write absence = \"unknown\", or a none that says no more than is known, as \"No %s recorded {in}\"", subjectOf(d.Title))
	}
}

// subjectOf is what a title is of, as an example of what stands in a sentence.
func subjectOf(title string) string {
	title, _, _ = strings.Cut(title, ",")
	return strings.TrimSpace(title)
}

// Plausible says whether a value in the canonical unit of an analyte is one that
// is kept.
func Plausible(a *analyte.Analyte, value float64) bool {
	low, high := kept(a)
	return value >= low && value <= high
}

// Range says which values of an analyte are kept, with the unit: "8 to 220
// mmol/mol".
func Range(a *analyte.Analyte) string {
	return strings.TrimSpace(a.Low + " to " + a.High + " " + unitOf(a))
}

// kept are the least and the greatest value that is kept; the table was read,
// so both are numbers.
func kept(a *analyte.Analyte) (low, high float64) {
	low, _ = strconv.ParseFloat(a.Low, 64)
	high, _ = strconv.ParseFloat(a.High, 64)
	return low, high
}
