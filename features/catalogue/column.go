package catalogue

import (
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/matrix"
)

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
