package catalogue

import (
	"regexp"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/matrix"
)

// written are the places that are filled when a file is read, in titles and in
// sentences.
var written = []string{"window", "in", "w", "member", "name", "Name"}

var placeShape = regexp.MustCompile(`\{([^{}]*)\}?`)

// unnamed says whether a text names a member of an entry that has none.
func unnamed(e *entry, text string) bool {
	return e.Each == "" && e.Analyte == "" && len(e.Analytes) == 0 && !e.Broken("each") && !e.Broken("analyte") && !e.Broken("analytes") &&
		(strings.Contains(text, "{member}") || strings.Contains(text, "{name}") || strings.Contains(text, "{Name}"))
}

// checkWords tells what is wrong with the words of a definition.
func (l *loader) checkWords(e *entry, d *Definition, bad say) {
	sound := true
	for _, k := range []struct{ key, as, is string }{{"id", e.ID, ""}, {"title", e.Title, d.Title}, {"story", e.Story, d.Story},
		{"sentence", e.Sentence, d.Sentence}, {"none", e.None, d.None}, {"unknown", e.Unknown, d.Unknown}} {
		if unnamed(e, k.as) {
			bad(k.key, "place", "has {member}, {name} or {Name} in its %s, and there is none: they go with each, analyte or analytes", k.key)
		}
		switch m := placeShape.FindStringSubmatch(k.is); {
		case k.key == "id":
		case k.key == "title" || k.key == "story":
			if m != nil {
				bad(k.key, "place", "has a place {%s} in its %s that is none of {%s}", m[1], k.key, strings.Join(written, "}, {"))
				sound = false
			}
		default:
			if f := sentenceFault(k.is); f != "" {
				bad(k.key, "sentence", "%s", f)
				sound = false
			}
		}
	}
	if m := placeShape.FindStringSubmatch(e.Unit); m != nil && e.Unit != "{unit}" && !strings.Contains(e.Unit, "}/") && !slices.ContainsFunc(l.analytes.List, func(a *analyte.Analyte) bool { return a.Unit == e.Unit }) {
		bad("unit", "place", "has a place {%s} in its unit: only {unit}, alone, is one", m[1])
	}
	if sound && !e.Broken("sentence") && !e.Broken("none") && !e.Broken("title") && !e.Broken("absence") && !e.Broken("aggregate") && d.zeroable() && !d.Unmeasured() && d.tellsZeroAsOne() {
		bad("none", "zero", "says the same of 0 as of 1, which is false of one of them: add none, the words of 0 (as \"No ... recorded {in}\"), or {n} to its sentence")
	}
}

// zeroable says whether 0 can be a value.
func (d *Definition) zeroable() bool {
	if d.Absence == matrix.AbsenceZero {
		return true
	}
	switch d.Aggregate {
	case Count, Days, Any, Members, LatestMember: // of one row or more
		return false
	}
	return true
}

// tellsZeroAsOne says whether the sentence of 0 is that of 1: a reader would take
// what is not there for what is.
func (d *Definition) tellsZeroAsOne() bool {
	col := matrix.Column{Title: d.Title, Sentence: d.Sentence + "\n" + d.None + "\n" + d.Unknown, Unit: d.Unit}
	return Sentence(col, 0, engine.NoDay, engine.NoDay) == Sentence(col, 1, engine.NoDay, engine.NoDay)
}
