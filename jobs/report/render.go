package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"leftshift/engine"
	"leftshift/engine/disclosure"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var styleCSS string

var layout = template.Must(template.New("page").Parse(pageHTML))

// builder makes the page; what a later part of it needs from an earlier one is
// kept here.
type builder struct {
	night                 Night
	divided               [][]disclosure.Cell // people of each breakdown
	attrition             []disclosure.Cell   // of the lists
	attention             []string
	accepted, quarantined int
	scored, listed        disclosure.Cell
	caught, per100        string
}

func (b *builder) attend(say string) { b.attention = append(b.attention, say) }

// Render writes the report. The error is a rule that cannot be applied, a
// negative count, a plot that cannot be drawn, or a page that holds what looks
// like an identifier (see Guard); then there is no page.
func Render(n Night) ([]byte, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	b := &builder{night: n}
	var divisions [][]int
	for _, d := range n.Population {
		var parts []int
		for _, g := range d.Groups {
			parts = append(parts, g.People)
		}
		divisions = append(divisions, parts)
	}
	if n.Lists != nil {
		divisions = append(divisions, attrition(n.Lists))
	}
	b.divided = n.Rule.Partitions(divisions...)
	if n.Lists != nil {
		b.attrition = b.divided[len(b.divided)-1]
	}

	records, quality := b.records(), b.quality()
	population, err := b.population()
	if err != nil {
		return nil, err
	}
	evaluation, err := b.evaluation()
	if err != nil {
		return nil, err
	}
	lists, live := b.lists(), b.live()
	rule := n.Rule
	if rule.RoundTo == 0 {
		rule = disclosure.Rule{Small: max(rule.Small, disclosure.Standard.Small), RoundTo: disclosure.Standard.RoundTo}
		if n.Rule.Small > 0 {
			rule.Small = n.Rule.Small
		}
	}
	p := page{Site: n.Site, Synthetic: n.Synthetic, AsOf: n.AsOf.Words(), Style: template.CSS(styleCSS), Run: n.Run,
		Tiles: b.tiles(), Attention: b.attention, Small: rule.Small, RoundTo: rule.RoundTo,
		Sections: []section{records, quality, population, evaluation, live, lists, b.moved(), b.card()}}
	var out bytes.Buffer
	if err := layout.Execute(&out, p); err != nil {
		return nil, &engine.Fault{Code: "report-render", Say: "the night report could not be written; this is a defect", Err: err}
	}
	if err := Guard(out.Bytes()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// tiles are the numbers on top.
func (b *builder) tiles() []tile {
	n := b.night
	out := []tile{{Label: "People scored", Value: people(b.scored)}}
	if n.Lists != nil {
		out = append(out, tile{"Risk lists", things(len(n.Lists.Lists)), people(b.listed) + " people listed"},
			tile{"Expected events per 100 listed", b.per100, b.caught + " of all expected events"})
	}
	out = append(out, tile{"Records accepted", things(b.accepted), ""}, tile{"Records quarantined", things(b.quarantined), ""})
	if len(n.Evaluations) > 0 {
		r := n.Evaluations[0].Report
		auroc, slope := tile{"AUROC", tooFew, ""}, tile{"Calibration slope", tooFew, ""}
		if b.control(r).enough() {
			auroc.Value, auroc.Note = decimal(float64(r.AUROC.Value), 3), interval95(r.Level, span(r.AUROC, 1, 3))
			slope.Value, slope.Note = decimal(float64(r.Slope.Value), 2), interval95(r.Level, span(r.Slope, 1, 2))
		}
		out = append(out, auroc, slope)
	}
	return out
}

func interval95(level float64, span string) string {
	if span == "" {
		return ""
	}
	return fmt.Sprintf("%g%% interval %s", 100*level, span)
}

// check reports the first thing about a night that cannot be shown.
func (n *Night) check() error {
	bad := func(what string) error {
		return &engine.Fault{Code: "report-night", Say: "the night report cannot be made: " + what}
	}
	if err := n.Rule.Validate(); err != nil {
		return err
	}
	if n.Site == "" || n.AsOf == engine.NoDay {
		return bad("it needs the name of the site and the as-of date")
	}
	for _, f := range n.Flows {
		if min(f.Files, f.In, f.Accepted, f.Reference, f.Pending, f.Quarantined, f.Withheld) < 0 {
			return bad("a flow has a count below 0; count its records again")
		}
	}
	for _, r := range n.Refused {
		if r.Records < 0 {
			return bad("a reason has a count below 0; count its records again")
		}
	}
	for _, q := range n.Quality {
		if min(q.Part, q.Whole) < 0 {
			return bad("a measure of quality has a count below 0; count again")
		}
	}
	for _, d := range n.Population {
		for _, g := range d.Groups {
			if g.People < 0 {
				return bad("a group has a count of people below 0; count again")
			}
		}
	}
	for _, e := range n.Evaluations {
		if e.Report == nil {
			return bad("an evaluation has no result; leave it out")
		}
	}
	return nil
}
