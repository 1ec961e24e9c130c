package report

import (
	"fmt"
	"strings"

	"leftshift/engine/disclosure"
)

// figureGroups is the most groups that are drawn as well as listed.
const figureGroups = 24

func (b *builder) population() (section, error) {
	s := section{ID: "population", Title: "Who was scored", Lead: []string{
		"Counts of people under disclosure control. The mean risk is the mean predicted probability of the outcome, shown for groups large enough."}}
	if len(b.night.Population) == 0 {
		s.Lead = []string{"Nobody was scored in this run."}
		return s, nil
	}
	var figures []figure
	for k, d := range b.night.Population {
		cells := b.divided[k]
		all := disclosure.Sum(cells...)
		if k == 0 {
			b.scored = all
		}
		g := grid{Caption: "People by " + lower(d.By), Head: heads(d.By, "#People", "#Share", "#Mean risk"), Note: d.Note}
		var bars []bar
		for j, part := range d.Groups {
			risk := disclosure.Star
			if v, ok := b.night.Rule.Mean(part.People, part.MeanRisk); ok {
				if _, shown := cells[j].Value(); shown {
					risk = percent(100 * v)
					bars = append(bars, bar{part.Label, 100 * v})
				}
			} else if part.People == 0 {
				risk = none
			}
			g.Rows = append(g.Rows, []cell{{Text: part.Label, Class: bandClass(part.Label)}, {Text: people(cells[j])}, {Text: share(cells[j], all)}, {Text: risk}})
		}
		g.Foot = row("All", people(all), "", "")
		if k == 0 || len(bars) < 2 || len(d.Groups) > figureGroups {
			s.Blocks = append(s.Blocks, block{Grid: &g})
			continue
		}
		svg, err := drawBars("Mean risk, %", bars)
		if err != nil {
			return section{}, err
		}
		lo, hi := bars[0], bars[0]
		for _, v := range bars {
			if v.value < lo.value {
				lo = v
			}
			if v.value > hi.value {
				hi = v
			}
		}
		f := figure{ID: fmt.Sprintf("risk-by-%d", k), Title: "Mean risk by " + lower(d.By), SVG: svg, Grid: g,
			Words: fmt.Sprintf("Bars of the mean risk. Lowest: %s, %s. Highest: %s, %s.", lo.label, percent(lo.value), hi.label, percent(hi.value))}
		figures = append(figures, f)
	}
	if len(figures) > 0 {
		at := min(1, len(s.Blocks))
		s.Blocks = append(s.Blocks[:at], append([]block{{Figures: figures}}, s.Blocks[at:]...)...)
	}
	return s, nil
}

// bandClass is the colour of a risk band; no colour says anything that the
// label does not.
func bandClass(label string) string {
	switch strings.ToLower(label) {
	case "very high":
		return "band very-high"
	case "high":
		return "band high"
	case "moderate":
		return "band moderate"
	case "low":
		return "band low"
	}
	return ""
}

// lower makes the first letter small, unless the word is an abbreviation.
func lower(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' || len(s) == 1 {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
