package report

import (
	"fmt"
	"math"

	"leftshift/engine/disclosure"
	"leftshift/models/evaluate"
)

func (b *builder) evaluation() (section, error) {
	s := section{ID: "evaluation", Title: "How well it predicts", Lead: []string{
		"On people the model was not fitted on. AUROC, average precision, Brier score and calibration are estimates with intervals over resampled people. Percentages are of counts as shown, rounded; their intervals are of the exact ones."}}
	if len(b.night.Evaluations) == 0 {
		s.Lead = []string{"No evaluation came with this run."}
		return s, nil
	}
	g := &grid{Caption: "Models and horizons side by side", Head: heads("Model", "#Days", "#People", "#With outcome", "#AUROC", "#Best possible", "#Average precision", "#Brier", "#Calibration slope", "#Intercept", "#Observed / expected"),
		Note: "A slope below 1 says that predictions are too extreme; an intercept below 0, or observed over expected below 1, that they are too high."}
	for _, e := range b.night.Evaluations {
		m, c := e.Report.Measures, b.control(e.Report)
		best := cell{Text: none}
		if e.Best > 0 {
			best.Text = decimal(e.Best, 3)
		}
		cells := []cell{estimate(m.AUROC, 3), best, estimate(m.AveragePrecision, 3), estimate(m.Brier, 4), estimate(m.Slope, 2), estimate(m.Intercept, 2), estimate(m.ObservedExpected, 2)}
		if !c.enough() {
			for k := range cells {
				cells[k] = cell{Text: tooFew}
			}
		}
		g.Rows = append(g.Rows, append(row(e.Model, fmt.Sprint(e.Horizon), people(disclosure.Sum(c.bandPeople...)), people(c.events)), cells...))
	}
	s.Blocks = append(s.Blocks, block{Grid: g})

	first := b.night.Evaluations[0]
	name := fmt.Sprintf("%s, %d days", first.Model, first.Horizon)
	c := b.control(first.Report)
	s.Blocks = append(s.Blocks, block{Heading: "Lists of the highest risks: " + name, Grid: b.tops(first.Report, c)})
	calibration, err := b.calibration(first.Report, c)
	if err != nil {
		return section{}, err
	}
	figures := []figure{calibration}
	if len(first.Report.Subgroups) > 0 {
		groups, err := b.subgroups(first.Report, c)
		if err != nil {
			return section{}, err
		}
		figures = append(figures, groups)
	}
	s.Blocks = append(s.Blocks, block{Heading: "Calibration and subgroups: " + name, Figures: figures})
	return s, nil
}

// tooFew stands for a measure of people whose number, or that of those with the
// outcome, is hidden: the number could be found from the measure. The AUROC of
// one person with the outcome, for one, is a whole number of the others over
// all of them.
const tooFew = "too few"

// ratio writes the percentage of two controlled counts, and the interval of the
// exact ones below it; tooFew where either is hidden.
func ratio(part, whole disclosure.Cell, e evaluate.Estimate) cell {
	if _, ok := disclosure.Percent(part, whole); ok {
		return cell{Text: share(part, whole), Sub: span(e, 100, 1)}
	}
	if text := share(part, whole); text != disclosure.Star {
		return cell{Text: text}
	}
	return cell{Text: tooFew}
}

// tops shows sensitivity and positive predictive value of lists of the highest
// risks, both as ratios of controlled counts.
func (b *builder) tops(r *evaluate.Report, c controlled) *grid {
	g := &grid{Caption: "What lists of the highest risks would have held", Head: heads("List", "#People", "#With outcome", "#Sensitivity", "#Positive predictive value"),
		Note: "Sensitivity: the share of all people with the outcome who are on the list. Positive predictive value: the share of the list with the outcome."}
	for _, t := range r.Top {
		size := t.Share * r.Weight
		listed, hit := b.night.Rule.Count(whole(size)), b.night.Rule.Count(whole(size*float64(t.PPV.Value)))
		sensitivity, ppv := ratio(hit, c.events, t.Sensitivity), ratio(hit, listed, t.PPV)
		if !c.enough() {
			// A part of a number that is hidden tells of it too.
			hit, sensitivity, ppv = disclosure.Hidden, cell{Text: tooFew}, cell{Text: tooFew}
		}
		g.Rows = append(g.Rows, append(row(fmt.Sprintf("Highest %g%%", 100*t.Share), people(listed), people(hit)), sensitivity, ppv))
	}
	return g
}

// controlled holds the cells of one evaluation: bands, then subgroups, each by
// people and by those with the outcome.
type controlled struct {
	events                   disclosure.Cell
	bandPeople, bandEvents   []disclosure.Cell
	groupPeople, groupEvents []disclosure.Cell
}

// enough says whether the number with the outcome is shown, so that measures of
// everyone may be.
func (c controlled) enough() bool {
	_, shown := c.events.Value()
	return shown
}

// control passes bands and subgroups through the door together, for they divide
// the same people.
func (b *builder) control(r *evaluate.Report) controlled {
	var names []string
	at := map[string][]int{}
	for k, g := range r.Subgroups {
		if at[g.Group] == nil {
			names = append(names, g.Group)
		}
		at[g.Group] = append(at[g.Group], k)
	}
	// The number of people is shown as the sum of its tenths, so only that of
	// outcomes binds its parts as well.
	count := [][]int{nil, nil}
	event := [][]int{{whole(r.Events)}, nil}
	for _, band := range r.Bands {
		count[1] = append(count[1], whole(band.Weight))
		event[1] = append(event[1], whole(band.Observed))
	}
	for _, n := range names {
		var c, e []int
		for _, k := range at[n] {
			c, e = append(c, r.Subgroups[k].People), append(e, whole(r.Subgroups[k].Events))
		}
		count, event = append(count, c), append(event, e)
	}
	counts, events := b.night.Rule.Partitions(count...), b.night.Rule.Partitions(event...)
	out := controlled{events: events[0][0], bandPeople: counts[1], bandEvents: events[1],
		groupPeople: make([]disclosure.Cell, len(r.Subgroups)), groupEvents: make([]disclosure.Cell, len(r.Subgroups))}
	for j, n := range names {
		for i, k := range at[n] {
			out.groupPeople[k], out.groupEvents[k] = counts[j+2][i], events[j+2][i]
		}
	}
	return out
}

func (b *builder) calibration(r *evaluate.Report, c controlled) (figure, error) {
	g := grid{Caption: "Tenths of people by predicted risk", Head: heads("Tenth", "#People", "#With outcome", "#Predicted", "#Observed"),
		Note: "Predicted: the mean probability. Observed: with outcome over people, both as shown."}
	var points []point
	for k, band := range r.Bands {
		label := fmt.Sprint(k + 1)
		switch k {
		case 0:
			label += " (lowest)"
		case len(r.Bands) - 1:
			label += " (highest)"
		}
		predicted, observed := disclosure.Star, cell{Text: share(c.bandEvents[k], c.bandPeople[k])}
		mean, ok := b.night.Rule.Mean(whole(band.Weight), band.Expected/band.Weight)
		if ok {
			predicted = percent(100 * mean)
		}
		if v, shown := disclosure.Percent(c.bandEvents[k], c.bandPeople[k]); shown && ok {
			observed.Sub = span(band.Rate, 100, 1)
			points = append(points, point{100 * mean, v, 100 * float64(band.Rate.Low), 100 * float64(band.Rate.High)})
		}
		g.Rows = append(g.Rows, append(row(label, people(c.bandPeople[k]), people(c.bandEvents[k]), predicted), observed))
	}
	svg, err := drawCalibration(points)
	if err != nil {
		return figure{}, err
	}
	return figure{ID: "calibration", Title: "Predicted against observed, by tenth of risk", SVG: svg, Grid: g,
		Words: fmt.Sprintf("Points on the dashed line mean that predictions are right. %d of %d tenths are shown; in the others too few people have the outcome. Bars are intervals.", len(points), len(r.Bands))}, nil
}

func (b *builder) subgroups(r *evaluate.Report, c controlled) (figure, error) {
	g := grid{Caption: "Performance by subgroup", Head: heads("Group", "Label", "#People", "#With outcome", "#Observed", "#AUROC", "#Calibration slope", "#Observed / expected"),
		Note: "Nothing is estimated where people or outcomes are too few to be shown."}
	var lines []interval
	for k, sub := range r.Subgroups {
		few := cell{Text: tooFew}
		auroc, slope, ratio := few, few, few
		if v, ok := c.groupEvents[k].Value(); ok {
			if _, shown := c.groupPeople[k].Value(); shown {
				auroc, slope, ratio = estimate(sub.AUROC, 3), estimate(sub.Slope, 2), estimate(sub.ObservedExpected, 2)
				if v > 0 && !math.IsNaN(float64(sub.AUROC.Value)) {
					lines = append(lines, interval{sub.Group + ": " + sub.Label, float64(sub.AUROC.Value), float64(sub.AUROC.Low), float64(sub.AUROC.High)})
				}
			}
		}
		g.Rows = append(g.Rows, append(row(sub.Group, sub.Label, people(c.groupPeople[k]), people(c.groupEvents[k]), share(c.groupEvents[k], c.groupPeople[k])), auroc, slope, ratio))
	}
	words, all := "Each point is the AUROC within one subgroup with its interval", math.NaN()
	if c.enough() {
		all = float64(r.AUROC.Value)
		words += "; the dashed line is that of everyone, " + decimal(all, 3)
	}
	svg, err := drawIntervals("AUROC", lines, all)
	if err != nil {
		return figure{}, err
	}
	return figure{ID: "subgroups", Title: "AUROC by subgroup", SVG: svg, Grid: g, Words: words + "."}, nil
}
