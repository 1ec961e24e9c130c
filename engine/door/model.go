//go:build duckdb_arrow

package door

import (
	"fmt"
	"math"
	"strconv"

	"leftshift/engine/disclosure"
)

// estimate is a measure with its interval; nil has no meaning.
type estimate struct{ Value, Low, High *float64 }

type measures struct {
	People    int      `json:"people"`
	Weight    float64  `json:"weight"`
	Events    float64  `json:"events"`
	AUROC     estimate `json:"auroc"`
	Precision estimate `json:"average_precision"`
	Brier     estimate `json:"brier"`
	Slope     estimate `json:"calibration_slope"`
	Intercept estimate `json:"calibration_intercept"`
	Ratio     estimate `json:"observed_expected"`
	Top       []struct {
		Share       float64  `json:"share"`
		Sensitivity estimate `json:"sensitivity"`
		PPV         estimate `json:"ppv"`
	} `json:"top"`
}

// evaluated is one model's evaluation as published: the counts are exact.
type evaluated struct {
	Name       string `json:"name"`
	Kind       string `json:"kind"`
	Horizon    int    `json:"horizon_days"`
	Evaluation *struct {
		measures
		Bands []struct {
			Weight   float64  `json:"weight"`
			Expected float64  `json:"expected"`
			Observed float64  `json:"observed"`
			Rate     estimate `json:"observed_rate"`
		} `json:"bands"`
		Subgroups []struct {
			Group string `json:"group"`
			Label string `json:"label"`
			measures
		} `json:"subgroups"`
	} `json:"evaluation"`
}

// title is a model in words.
func (e *evaluated) title() string {
	kind := e.Kind
	switch e.Kind {
	case "boost":
		kind = "gradient boosted trees"
	case "logistic":
		kind = "logistic regression"
	}
	return fmt.Sprintf("%s, %d days", kind, e.Horizon)
}

// measured is an estimate with its interval; too few where its people are
// hidden.
func measured(e estimate, digits int, shown bool) Field {
	if !shown {
		return Field{Text: tooFew, Value: math.NaN(), Kind: Measure}
	}
	if e.Value == nil {
		return none(Measure)
	}
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', digits, 64) }
	v, _ := strconv.ParseFloat(f(*e.Value), 64)
	out := Field{Text: f(*e.Value), Value: v, Kind: Measure}
	if e.Low != nil && e.High != nil {
		out.Text += " (" + f(*e.Low) + " to " + f(*e.High) + ")"
		out.Interval = []float64{*e.Low, *e.High}
	}
	return out
}

// whole is a weighted count as a whole number, never 0 when it is above.
func whole(w float64) int {
	n := int(math.Round(w))
	if w > 0 && n == 0 {
		n = 1
	}
	return max(n, 0)
}

func shown(cells ...disclosure.Cell) bool {
	for _, c := range cells {
		if _, ok := c.Value(); !ok {
			return false
		}
	}
	return true
}

func (b *builder) model() error {
	var all []evaluated
	if err := b.s.JSON("evaluation.json", &all); err != nil {
		return err
	}
	if b.s.Has("card.md") {
		card, err := b.s.Text("card.md")
		if err != nil {
			return err
		}
		b.out.Card = string(card)
	}
	var some []*evaluated
	for i := range all {
		if all[i].Evaluation != nil {
			some = append(some, &all[i])
		}
	}
	with := b.evaluations(some)
	if len(with) == 0 {
		b.add(Section{Title: "No evaluation", Words: []string{"No evaluation of a fitted model was published with this snapshot."}})
		return nil
	}
	first, second := b.choose(with)
	b.add(measuresSection(with))
	b.add(calibrationSection(b.rule, first, second))
	b.add(topSection(first, second))
	b.add(subgroupSection(first, second))
	if err := b.compare(with, first, second); err != nil {
		return err
	}
	title := map[string]string{}
	for _, e := range with {
		title[e.Name] = e.title()
	}
	if err := b.live(title); err != nil {
		return err
	}
	return b.limits()
}

// choose lets the reader put two models side by side; second is nil where
// there is one alone.
func (b *builder) choose(with []*evaluation) (first, second *evaluation) {
	var a, other []OptionValue
	at := map[string]*evaluation{}
	for _, e := range with {
		at[e.Name] = e
		a, other = append(a, OptionValue{Value: e.Name, Text: e.title()}), append(other, OptionValue{Value: e.Name, Text: e.title()})
	}
	first = at[b.option("model", "Model", a...)]
	if len(with) < 2 {
		return first, nil
	}
	if b.choice["beside"] == "" {
		c := Choice{"beside": with[1].Name, "by": b.choice["by"]}
		if first == with[1] {
			c["beside"] = with[0].Name
		}
		b.choice = c
	}
	if second = at[b.option("beside", "Beside", other...)]; second == first {
		second = nil
	}
	return first, second
}

func measuresSection(with []*evaluation) Section {
	t := Table{ID: "measures", Title: "Models and horizons side by side", Columns: []string{"Model", "people", "with outcome", "AUROC", "average precision", "Brier", "calibration slope", "intercept", "observed / expected"},
		Note: "A slope below 1 says that predictions are too extreme; an intercept below 0, or observed over expected below 1, that they are too high. In brackets, 95% intervals over resampled people."}
	for _, e := range with {
		m, ok := e.Evaluation, shown(e.events)
		t.Rows = append(t.Rows, []Field{text(e.title()), headcount(e.people), headcount(e.events), measured(m.AUROC, 3, ok), measured(m.Precision, 3, ok), measured(m.Brier, 4, ok),
			measured(m.Slope, 2, ok), measured(m.Intercept, 2, ok), measured(m.Ratio, 2, ok)})
	}
	return Section{Title: "How well they predict", Tables: []Table{t}, Words: []string{"On people and a period that the fit had not seen."}}
}

// pairOf are the one or two models that are looked at.
func pairOf(first, second *evaluation) []*evaluation {
	if second == nil {
		return []*evaluation{first}
	}
	return []*evaluation{first, second}
}

// prefix tells the columns of two models apart, in order.
func prefix(k int, several bool) string {
	if several {
		return [...]string{"A: ", "B: "}[k]
	}
	return ""
}

// letters says which model is which.
func letters(pair []*evaluation) []string {
	if len(pair) < 2 {
		return nil
	}
	return []string{"A: " + pair[0].title() + ". B: " + pair[1].title() + "."}
}

func calibrationSection(rule disclosure.Rule, first, second *evaluation) Section {
	pair := pairOf(first, second)
	t := Table{ID: "calibration", Title: "Predicted and observed, by tenth of predicted risk", Columns: []string{"Tenth"}}
	p := Plot{Kind: Calibration, Axis: "%"}
	for k, e := range pair {
		at := len(t.Columns)
		for _, c := range []string{"people", "with outcome", "predicted", "observed"} {
			t.Columns = append(t.Columns, prefix(k, second != nil)+c)
		}
		p.Columns, p.Names = append(p.Columns, at+2, at+3), append(p.Names, e.title())
	}
	most := len(first.Evaluation.Bands)
	for k := range most {
		label := strconv.Itoa(k + 1)
		switch k {
		case 0:
			label += " (lowest)"
		case most - 1:
			label += " (highest)"
		}
		row := []Field{text(label)}
		for _, e := range pair {
			if k >= len(e.bandPeople) {
				row = append(row, none(People), none(People), none(Measure), none(Rate))
				continue
			}
			band := e.Evaluation.Bands[k]
			predicted := Field{Text: disclosure.Star, Value: math.NaN(), Kind: Measure}
			if v, ok := rule.Mean(whole(band.Weight), band.Expected/band.Weight); ok && shown(e.bandPeople[k]) {
				predicted = ratio(100*v, Measure)
			}
			row = append(row, headcount(e.bandPeople[k]), headcount(e.bandEvents[k]), predicted, rate(e.bandEvents[k], e.bandPeople[k]))
		}
		t.Rows = append(t.Rows, row)
	}
	return Section{Title: "Predicted against observed", Tables: []Table{t}, Plot: p, Words: []string{
		"On the dashed line predictions are right; above it they are too low. A tenth in which few people have the outcome is not drawn."}}.with(letters(pair))
}

// topSection has sensitivity and positive predictive value as percentages of
// controlled counts.
func topSection(first, second *evaluation) Section {
	pair := pairOf(first, second)
	t := Table{ID: "top", Title: "Lists of the highest risks", Columns: []string{"List"},
		Note: "Sensitivity: the share of all with the outcome who would have been listed. Positive predictive value: the share of the list with the outcome."}
	for k := range pair {
		for _, c := range []string{"people", "with outcome", "sensitivity", "positive predictive value"} {
			t.Columns = append(t.Columns, prefix(k, second != nil)+c)
		}
	}
	for k, top := range first.Evaluation.Top {
		row := []Field{text("highest " + strconv.FormatFloat(100*top.Share, 'g', -1, 64) + "%")}
		for _, e := range pair {
			m := e.Evaluation
			if k >= len(m.Top) || m.Top[k].Share != top.Share || m.Top[k].PPV.Value == nil {
				row = append(row, none(People), none(People), none(Rate), none(Rate))
				continue
			}
			listed, hit := e.topPeople[k], e.topEvents[k]
			row = append(row, headcount(listed), headcount(hit), rate(hit, e.events), rate(hit, listed))
		}
		t.Rows = append(t.Rows, row)
	}
	return Section{Title: "What lists would have held", Tables: []Table{t}, Words: letters(pair)}
}

func subgroupSection(first, second *evaluation) Section {
	pair := pairOf(first, second)
	t := Table{ID: "subgroups", Title: "Performance by subgroup", Columns: []string{"Group"}, Note: "Nothing is estimated where people or outcomes are too few to be shown."}
	for k := range pair {
		for _, c := range []string{"people", "with outcome", "AUROC", "calibration slope", "observed / expected"} {
			t.Columns = append(t.Columns, prefix(k, second != nil)+c)
		}
	}
	at := map[string]int{}
	if second != nil {
		for k, g := range second.Evaluation.Subgroups {
			at[g.Group+"\x00"+g.Label] = k
		}
	}
	for k, g := range first.Evaluation.Subgroups {
		row := []Field{text(g.Group + ": " + g.Label)}
		for i, e := range pair {
			j, ok := k, true
			if i == 1 {
				j, ok = at[g.Group+"\x00"+g.Label]
			}
			if !ok {
				row = append(row, none(People), none(People), none(Measure), none(Measure), none(Measure))
				continue
			}
			m, enough := e.Evaluation.Subgroups[j].measures, shown(e.groupPeople[j], e.groupEvents[j])
			row = append(row, headcount(e.groupPeople[j]), headcount(e.groupEvents[j]), measured(m.AUROC, 3, enough), measured(m.Slope, 2, enough), measured(m.Ratio, 2, enough))
		}
		t.Rows = append(t.Rows, row)
	}
	p := Plot{Kind: Points, Columns: []int{5}, Axis: "observed over expected, " + first.title() + " (1: right)", Right: 1}
	return Section{Title: "By subgroup", Tables: []Table{t}, Plot: p, Words: []string{"Where observed over expected is above 1 the model's chances are too low for that group, and the group would be under-served."}}.with(letters(pair))
}

// with is the section with more words.
func (s Section) with(words []string) Section {
	s.Words = append(s.Words, words...)
	return s
}
