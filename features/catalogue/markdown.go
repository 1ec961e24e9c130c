package catalogue

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/matrix"
)

// Markdown writes the index of features for people to read. The same
// catalogue always gives the same text.
func Markdown(c *Catalogue) string {
	var b strings.Builder
	b.WriteString("# Features\n\nGenerated from the data; change `features/catalogue/*.toml`, not this page.\n\n")
	hidden := 0
	for i := range c.Definitions {
		if c.Definitions[i].Display == matrix.DisplayClinician {
			hidden++
		}
	}
	fmt.Fprintf(&b, "%d features, %d of them shown to clinicians only. Catalogue `%.12s`. The headings of the tables are the areas that `leftshift features list --area` takes. How a site adds its own: [FEATURE_FILES.md](FEATURE_FILES.md).\n\n", len(c.Definitions), hidden, c.Hash)
	b.WriteString(preface())
	area := ""
	for _, d := range c.byArea() {
		if d.Area != area {
			area = d.Area
			fmt.Fprintf(&b, "\n## %s\n\n| feature | title | reads | window | makes | none means | unit | who may see it | why |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n", capital(area))
		}
		absence, seen := "zero", "care team"
		if d.Absence == matrix.AbsenceUnknown {
			absence = "unknown"
		}
		if d.Display == matrix.DisplayClinician {
			seen = "clinicians only"
		}
		b.WriteString("|")
		for _, s := range []string{"`" + d.ID + "`", d.Title, reads(d), d.WindowWords(), makes(d), absence, d.Unit, seen, d.Why} {
			b.WriteString(" " + strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "|", `\|`) + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Items of a person\n\n")
	for _, it := range itemOrder {
		fmt.Fprintf(&b, "- `%s`: %s\n", it, Items[it])
	}
	return b.String()
}

// byArea gives the definitions area by area, in the order in which each is
// first named; within one, in the catalogue's order.
func (c *Catalogue) byArea() []*Definition {
	first := map[string]int{}
	out := make([]*Definition, len(c.Definitions))
	for i := range c.Definitions {
		out[i] = &c.Definitions[i]
		if _, ok := first[out[i].Area]; !ok {
			first[out[i].Area] = i
		}
	}
	slices.SortStableFunc(out, func(a, b *Definition) int { return first[a.Area] - first[b.Area] })
	return out
}

// reads says a filter in words.
func reads(d *Definition) string {
	var parts []string
	switch d.Source {
	case Demographic:
		return "person"
	case Derived:
		return engine.Plural(len(d.reads()), "feature")
	case Event:
		parts = append(parts, list(d.Kinds, "events: "))
		if len(d.Modes) > 0 {
			var s []string
			for _, m := range d.Modes {
				s = append(s, engine.ModeNames()[m])
			}
			parts = append(parts, "mode "+strings.Join(s, ", "))
		}
		if fmt.Sprint(d.Statuses) != fmt.Sprint(facts) {
			var s []string
			for _, m := range d.Statuses {
				s = append(s, engine.StatusNames()[m])
			}
			parts = append(parts, "status "+strings.Join(s, ", "))
		}
		if len(d.Positions) > 0 {
			parts = append(parts, fmt.Sprintf("position %v", d.Positions))
		}
		if d.Analyte != "" {
			parts = append(parts, "values of "+d.Analyte+bounds(d))
		}
		parts = append(parts, codesRead(d)...)
		if len(d.Within) > 0 {
			parts = append(parts, list(d.Within, "within spells: "))
		}
	case Spell:
		parts = append(parts, list(d.Spells, "spells: "))
		if d.FirstOfCIS {
			parts = append(parts, "first of its continuous spell")
		}
		if d.NoAdmission {
			parts = append(parts, "no emergency admission by the day after it ended")
		}
		if len(d.Attended) > 0 {
			parts = append(parts, fmt.Sprintf("attended %v", d.Attended))
		}
		if d.Readmission > 0 {
			parts = append(parts, fmt.Sprintf("begun less than %s after another stay ended", engine.Plural(d.Readmission, "day")))
		}
		for _, x := range []struct {
			lead  string
			codes []string
		}{{"destination ", d.Destinations}, {"specialty ", d.Specialties}, {"arrival ", d.Arrivals}} {
			if len(x.codes) > 0 {
				parts = append(parts, x.lead+strings.Join(x.codes, ", "))
			}
		}
	case Document:
		s := make([]string, len(d.Categories))
		for i, c := range d.Categories {
			s[i] = engine.DocumentNames()[c]
		}
		if len(s) == 0 {
			parts = append(parts, "documents")
		} else {
			parts = append(parts, "documents: "+strings.Join(s, ", "))
		}
		parts = append(parts, codesRead(d)...)
	}
	if d.Current {
		parts = append(parts, "not ended")
	}
	return strings.Join(parts, "; ")
}

// codesRead says the codes of a filter: lists by name when they are few.
func codesRead(d *Definition) (parts []string) {
	if len(d.Members) > 3 {
		return []string{fmt.Sprintf("%d groups of lists", len(d.Members))}
	}
	for _, m := range d.Members {
		parts = append(parts, strings.Join(append(append([]string(nil), m.Lists...), m.Codes...), ", "))
	}
	return parts
}

// bounds says the bounds of a value in the analyte's unit.
func bounds(d *Definition) string {
	s, unit := "", math.Pow10(d.Decimals)
	if d.ValueFrom != nil {
		s += fmt.Sprintf(" from %g", float64(*d.ValueFrom)/unit)
	}
	if d.ValueTo != nil {
		s += fmt.Sprintf(" to %g", float64(*d.ValueTo)/unit)
	}
	return s
}

// termsWords says what a derived feature counts.
func termsWords(d *Definition) string {
	s := make([]string, len(d.Terms))
	for i, t := range d.Terms {
		ways := make([]string, len(t.Ways))
		for k, way := range t.Ways {
			atoms := make([]string, len(way))
			for j, a := range way {
				switch {
				case a.Below:
					atoms[j] = fmt.Sprintf("%s < %g", a.Feature, a.N)
				case a.N == 1:
					atoms[j] = a.Feature
				default:
					atoms[j] = fmt.Sprintf("%s >= %g", a.Feature, a.N)
				}
			}
			ways[k] = strings.Join(atoms, " and ")
		}
		s[i] = strings.Join(ways, " or ")
	}
	return strings.Join(s, "; ")
}

func list[T fmt.Stringer](x []T, lead string) string {
	s := make([]string, len(x))
	for i, v := range x {
		s[i] = v.String()
	}
	return lead + strings.Join(s, ", ")
}

func makes(d *Definition) string {
	switch {
	case d.Pick != "":
		return fmt.Sprintf("%s %s", d.Aggregate, d.Pick)
	case d.Source == Demographic:
		return string(d.Item)
	case d.Source == Derived && len(d.Terms) == 1:
		return "whether " + termsWords(d)
	case d.Source == Derived:
		return "how many of: " + termsWords(d)
	}
	return string(d.Aggregate)
}
