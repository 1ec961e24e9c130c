//go:build duckdb_arrow

package analyse

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"leftshift/engine/disclosure"
	"leftshift/jobs/report"
)

// barWidth is the width of the longest bar in characters.
const barWidth = 40

// mostGroups is how many groups of a division are written; --json has all.
const mostGroups = 25

// Write says a trial to a person.
func (t *Trial) Write(w io.Writer) error {
	p := &page{w: w}
	p.line("%s on %s", t.Feature, t.AsOf)
	p.line("  %s%s", t.Title, unit(t.Unit))
	p.line("")
	p.line("People in the population: %s (registered, alive, not in hospital)", t.People)
	if len(t.States) == 0 {
		p.line("  How many have a value is not shown: it would tell of few people.")
	}
	for _, s := range t.States {
		p.line("  %-24s %9s  %s", s.Label, s.People, share(s.People, t.People))
	}
	if t.History != "" {
		p.line("The window reaches back before %s, the first day of data, for everyone: counts are lower bounds.", t.History)
	}
	if len(t.Unseen) > 0 {
		p.line("No source holds by then: %s.", strings.Join(t.Unseen, ", "))
	}
	p.absent(t.Absent)
	p.line("")
	if len(t.Quantiles) == 0 {
		p.line("Too few people have a value other than zero to say how it is distributed.")
	} else {
		p.line("Values other than zero:")
		var names, values []string
		for _, q := range t.Quantiles {
			v := fmt.Sprintf("%g", q.Value)
			n := fmt.Sprintf("%g %%", 100*q.Share)
			width := max(len(v), len(n))
			names, values = append(names, fmt.Sprintf("%*s", width, n)), append(values, fmt.Sprintf("%*s", width, v))
		}
		p.line("  of people below  %s", strings.Join(names, "   "))
		p.line("  value            %s", strings.Join(values, "   "))
	}
	if len(t.Histogram) > 0 {
		p.line("")
		p.histogram(t.Histogram)
	}
	for _, g := range t.Groups {
		p.line("")
		p.division(g)
	}
	p.line("")
	if a := t.Association; a != nil {
		p.line("Alone it tells the outcome of %s, from %s, with AUROC %.2f (%.2f to %.2f);", a.Model, a.Index, a.AUROC, a.Low, a.Top)
		p.line("%s people with a value, %s with the outcome. 0.5 tells nothing.", a.People, a.Outcome)
	} else {
		p.line("No association with an outcome: %s.", t.Unassociated)
	}
	return p.err
}

// absent says which lists find nothing: a feature of them alone is 0 or unknown
// of everyone, whatever is true of them.
func (p *page) absent(lists []string) {
	for _, name := range lists {
		p.line("No code of the list %s occurs in this record.", name)
	}
}

func unit(u string) string {
	if u == "" {
		return ""
	}
	return " (" + u + ")"
}

// share says a part of a whole, as both are shown.
func share(part, whole disclosure.Cell) string {
	if v, ok := disclosure.Percent(part, whole); ok {
		return fmt.Sprintf("%5.1f %%", v)
	}
	return ""
}

func (p *page) histogram(parts []Part) {
	most, width := 1, 0
	for _, h := range parts {
		if n, ok := h.People.Value(); ok {
			most = max(most, n)
		}
		width = max(width, utf8.RuneCountInString(h.Label))
	}
	for _, h := range parts {
		n, _ := h.People.Value()
		bar := strings.Repeat("#", int(math.Ceil(float64(n*barWidth)/float64(most))))
		p.line("  %*s %7s  %s", width, h.Label, h.People, bar)
	}
}

func (p *page) division(d Division) {
	width := len(d.By)
	for _, g := range d.Groups {
		width = max(width, utf8.RuneCountInString(g.Label))
	}
	p.line("  %-*s %8s %9s %11s %15s", width, d.By, "people", "known %", "not zero %", "not observable %")
	cell := func(v *float64) string {
		if v == nil {
			return disclosure.Star
		}
		return fmt.Sprintf("%.1f", *v)
	}
	for i, g := range d.Groups {
		if i == mostGroups {
			p.line("  %d more; --json has all", len(d.Groups)-i)
			break
		}
		p.line("  %-*s %8s %9s %11s %15s", width, g.Label, g.People, cell(g.Known), cell(g.Some), cell(g.NotObservable))
	}
}

// Plot draws the histogram as an SVG file: shares of the people whose value is
// known and not zero. Bars of hidden counts are drawn as hidden. The error
// (plot-empty) is that there is nothing to draw.
func (t *Trial) Plot() ([]byte, error) {
	var whole disclosure.Cell
	var cells []disclosure.Cell
	for _, h := range t.Histogram {
		cells = append(cells, h.People)
	}
	whole = disclosure.Sum(cells...)
	var bars []report.Bar
	for _, h := range t.Histogram {
		v, ok := disclosure.Percent(h.People, whole)
		if !ok {
			v = math.NaN()
		}
		bars = append(bars, report.Bar{Label: h.Label, Value: v})
	}
	return report.Bars(t.Title+unit(t.Unit)+", "+t.AsOf, "Share of people with a value other than zero, %", bars)
}
