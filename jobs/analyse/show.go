package analyse

import (
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
	"leftshift/jobs/definitions"
)

// Show writes everything about one feature that needs no record: meaning,
// sentences of example values, rows and codes read, and where it is declared.
// on is the day on which approvals must hold and of the example sentences.
func Show(w io.Writer, s *definitions.Set, id string, on engine.Day) error {
	d, err := find(s.Catalogue, id)
	if err != nil {
		return err
	}
	refs := s.Catalogue.References(s.Codelists, on.String())
	var r catalogue.Reference
	for _, x := range refs {
		if x.ID == id {
			r = x
		}
	}
	p := &page{w: w}
	p.line("%s", r.ID)
	p.line("  %s", r.Title)
	p.line("")
	p.field("area", r.Area)
	p.field("reads", r.Reads)
	p.field("window", window(&r, on))
	p.field("makes", r.Makes)
	if text, ok := catalogue.Items[d.Item]; ok {
		p.field("which is", text)
	}
	p.field("none means", r.Absence)
	p.field("unit", r.Unit)
	seen := map[string]string{"team": "the care team", "clinician": "clinicians only"}[r.Display]
	if d.Raised != "" {
		seen += ": " + d.Raised
	}
	p.field("seen by", seen)
	p.field("why", r.Why)
	if r.Since != "" {
		p.field("since", "catalogue "+r.Since)
	}
	p.field("shown by", shownBy(s.Catalogue, &r))
	p.field("declared at", fmt.Sprintf("%s:%d (%s)", r.File, r.Line, r.Origin))
	p.field("definition", r.Definition)
	p.line("")
	p.line("What a reader sees on %s:", on)
	col := d.Column()
	for _, v := range examples(d) {
		last := engine.NoDay
		if d.Dated() && v.of == v.of && v.of != 0 {
			last = on - 12
		}
		p.line("  %-8s %s", v.name, catalogue.Sentence(col, v.of, last, on))
	}
	if len(r.From) > 0 {
		p.line("")
		p.line("Derived from: %s", strings.Join(r.From, ", "))
	}
	if len(r.Lists)+len(r.Codes) > 0 {
		p.line("")
		p.line("Codes read:")
		for _, l := range r.Lists {
			approval := "not approved"
			if l.Approved {
				approval = "approved"
			}
			p.line("  %-36s %-7s %-7s %11s  release %s  %s  hash %.12s", l.Name, l.System, l.Match, engine.Plural(l.Codes, "code"), l.Release, approval, l.Hash)
		}
		for _, c := range r.Codes {
			p.line("  %s (one code)", c)
		}
	}
	if a := s.Analytes.ByID(d.Analyte); a != nil {
		p.line("")
		p.line("Values of %s (%s), %s: %s", a.Title, a.Unit, engine.Plural(len(a.SNOMED)+len(a.LOINC), "code"), strings.Join(append(append([]string{}, a.SNOMED...), a.LOINC...), ", "))
	}
	if len(d.Weights) > 0 {
		p.line("")
		p.line("Weights: %s", weights(d.Weights))
	}
	return p.err
}

// window says it with its first and last day on an example date.
func window(r *catalogue.Reference, on engine.Day) string {
	if r.Window == "on the day" || r.Days == 0 && r.Gap == 0 {
		return r.Window
	}
	from := "the first day on record"
	if r.Days > 0 {
		from = (on - engine.Day(r.Days) + 1).String()
	}
	return fmt.Sprintf("%s; on %s: from %s to %s, both included", r.Window, on, from, on-engine.Day(r.Gap))
}

// shownBy names the scenarios and cases that show a feature: those that expect
// something of it, not of another whose id has its own in it.
func shownBy(c *catalogue.Catalogue, r *catalogue.Reference) string {
	shown := append([]string{}, r.Tests...)
	for _, x := range c.Cases {
		if expects := regexp.MustCompile(`(?m)^[ \t]*` + regexp.QuoteMeta(r.ID) + `[ \t]+(=|says)[ \t]`); expects.MatchString(x.Record) {
			shown = append(shown, fmt.Sprintf("%s (%s:%d)", x.Shows, x.File, x.Line))
		}
	}
	if len(shown) == 0 {
		return "nothing: add a [[case]] to its file"
	}
	return strings.Join(shown, ", ")
}

type example struct {
	name string
	of   float32
}

// examples are values of which the sentence is shown: those that can be.
func examples(d *catalogue.Definition) []example {
	out := []example{{"0", 0}, {"1", 1}}
	switch d.Aggregate {
	case catalogue.Any, catalogue.LatestIs:
	case catalogue.DaysSince, catalogue.DaysSinceFirst, catalogue.DaysSinceEnd:
		out = append(out, example{"5", 5}, example{"400", 400})
	default:
		out = append(out, example{"5", 5})
	}
	return append(out, example{"unknown", matrix.NaN})
}

func weights(w map[string]int) string {
	codes := make([]string, 0, len(w))
	for c := range w {
		codes = append(codes, c)
	}
	sort.Strings(codes)
	for i, c := range codes {
		codes[i] = fmt.Sprintf("%s %d", c, w[c])
	}
	return strings.Join(codes, ", ")
}

// page writes lines and keeps the first error.
type page struct {
	w   io.Writer
	err error
}

func (p *page) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, strings.TrimRight(fmt.Sprintf(format, args...), " "))
	}
}

// field writes a named line, unless there is nothing to say.
func (p *page) field(name, text string) {
	if text != "" {
		p.line("  %-12s %s", name, text)
	}
}
