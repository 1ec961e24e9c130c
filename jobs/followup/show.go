package followup

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/outcome"
	"leftshift/jobs/definitions"
)

// Reference is everything that a reader of one outcome needs to know about it.
type Reference struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Sentence  string   `json:"sentence"`
	Source    string   `json:"source"`
	What      string   `json:"what"`    // Markdown
	AtRisk    string   `json:"at_risk"` // who, besides being in the population; Markdown
	Horizons  []int    `json:"horizons_days"`
	Gap       int      `json:"gap_days"`
	Competing []string `json:"competing"` // what ends the time at risk when it comes first
	Freeze    int      `json:"settles_in_days"`
	// Moves: its rate changes where a trust moves the recording of same-day
	// emergency care.
	Moves   bool     `json:"moves_with_same_day_emergency_care"`
	Reads   []string `json:"reads"` // kinds of record
	Parts   []string `json:"first_of,omitempty"`
	Members []Codes  `json:"conditions,omitempty"`
	Causes  []Codes  `json:"causes,omitempty"`
	Why     string   `json:"why"`
	Since   string   `json:"since"`
	Tests   []string `json:"tests"`
	Line    int      `json:"line"`             // of features/outcome/outcomes.toml
	Hash    string   `json:"definitions_hash"` // of all outcomes
}

// Codes are what one condition, or one cause, reads.
type Codes struct {
	ID        string                    `json:"id,omitempty"`
	Lists     []catalogue.ListReference `json:"lists"`
	Codes     []string                  `json:"codes,omitempty"` // "system:code", beside lists
	Positions []string                  `json:"positions,omitempty"`
	With      []string                  `json:"with,omitempty"`
	WithAt    []string                  `json:"with_positions,omitempty"`
	Without   []string                  `json:"without,omitempty"`
}

// References gives every outcome, in order. Approvals of code lists must hold
// on the day.
func References(s *definitions.Set, on engine.Day) []Reference {
	out := make([]Reference, len(s.Outcomes.Outcomes))
	for i := range out {
		out[i] = reference(s, &s.Outcomes.Outcomes[i], on)
	}
	return out
}

// ReferenceOf gives one by id; the error is that there is none.
func ReferenceOf(s *definitions.Set, id string, on engine.Day) (*Reference, error) {
	o, err := find(s.Outcomes, id)
	if err != nil {
		return nil, err
	}
	r := reference(s, o, on)
	return &r, nil
}

func reference(s *definitions.Set, o *outcome.Outcome, on engine.Day) Reference {
	r := Reference{ID: o.ID, Title: o.Title, Sentence: o.Sentence, Source: string(o.Source), What: o.What(), AtRisk: o.RiskSet(), Horizons: o.Horizons, Gap: o.Gap,
		Competing: o.Before(), Freeze: o.Freeze, Moves: s.Outcomes.Moves(o), Reads: reads(s.Outcomes, o), Parts: o.Of, Why: o.Why, Since: o.Since.String(), Tests: o.Tests, Line: o.Line, Hash: s.Outcomes.Hash}
	if r.Reads == nil {
		r.Reads = []string{}
	}
	day := on.String()
	for _, m := range o.Members {
		r.Members = append(r.Members, Codes{ID: m.ID, Lists: lists(s.Codelists, m.Codes.Lists, day), Codes: m.Codes.Codes})
	}
	for _, c := range o.Causes {
		x := Codes{Lists: lists(s.Codelists, c.Codes.Lists, day), Codes: c.Codes.Codes, With: c.With, Without: c.Without}
		for _, p := range c.Positions {
			x.Positions = append(x.Positions, p.String())
		}
		for _, p := range c.WithPositions {
			x.WithAt = append(x.WithAt, p.String())
		}
		r.Causes = append(r.Causes, x)
	}
	return r
}

func lists(lib *codelist.Library, names []string, day string) []catalogue.ListReference {
	out := []catalogue.ListReference{}
	for _, n := range names {
		out = append(out, catalogue.ReferenceOf(lib, n, day))
	}
	return out
}

// Write says it to a person.
func (r *Reference) Write(w io.Writer) error {
	p := &page{w: w}
	p.line("%s", r.ID)
	p.line("  %s", r.Title)
	p.line("")
	field := func(name, text string) {
		if text != "" {
			p.line("  %-13s %s", name, strings.ReplaceAll(text, "`", ""))
		}
	}
	field("sentence", r.Sentence)
	field("source", r.Source)
	field("what", r.What)
	field("at risk", r.AtRisk)
	field("horizons", days(r.Horizons))
	if r.Gap > 0 {
		field("gap", engine.Plural(r.Gap, "day")+" after the index date do not count")
	}
	field("comes before", strings.Join(r.Competing, ", "))
	field("settles in", engine.Plural(r.Freeze, "day"))
	field("reads", strings.Join(r.Reads, ", "))
	if r.Moves {
		field("but", "its rate changes where a trust moves same-day emergency care between data sets")
	}
	field("why", r.Why)
	field("since", r.Since)
	field("shown by", strings.Join(r.Tests, ", "))
	field("declared at", fmt.Sprintf("features/outcome/outcomes.toml:%d", r.Line))
	field("definitions", r.Hash)
	if len(r.Causes) > 0 {
		p.line("")
		p.line("Diagnoses of the stay, any one of:")
		for i := range r.Causes {
			p.codes(fmt.Sprint(i+1), &r.Causes[i])
		}
	}
	if len(r.Members) > 0 {
		p.line("")
		p.line("Conditions:")
		for i := range r.Members {
			p.codes(r.Members[i].ID, &r.Members[i])
		}
	}
	return p.err
}

// codes says what one condition or cause reads.
func (p *page) codes(name string, c *Codes) {
	name += at(c.Positions)
	if len(c.Codes) > 0 {
		name += ": " + strings.Join(c.Codes, ", ")
	}
	p.line("  %s", name)
	for _, l := range c.Lists {
		approval := "not approved"
		if l.Approved {
			approval = "approved"
		}
		p.line("    %-42s %-7s %-7s %5d codes  release %s  %s  hash %.12s", l.Name, l.System, l.Match, l.Codes, l.Release, approval, l.Hash)
	}
	if len(c.With) > 0 {
		p.line("    beside%s: %s", at(c.WithAt), strings.Join(c.With, ", "))
	}
	if len(c.Without) > 0 {
		p.line("    without: %s", strings.Join(c.Without, ", "))
	}
}

func at(positions []string) string {
	if len(positions) == 0 {
		return ""
	}
	return " (" + strings.Join(positions, ", ") + ")"
}

func days(h []int) string {
	var out []string
	for _, x := range slices.Sorted(slices.Values(h)) {
		out = append(out, fmt.Sprint(x))
	}
	return strings.Join(out, ", ") + " days"
}
