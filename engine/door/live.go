//go:build duckdb_arrow

package door

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/schema"
)

// month is one night's scores of one model, held against what happened. All of
// its parts divide the same people, and the same outcomes, and pass control
// together.
type month struct {
	everyone       schema.Due
	rows           []schema.Due // of parts, in order
	people, events disclosure.Cell
	partPeople     []disclosure.Cell // by row
	partEvents     []disclosure.Cell
}

// liveParts are the parts of a month, the most wanted first.
var liveParts = []string{schema.DueTenth, schema.DueNetwork, schema.DuePractice, "age", "sex", "deprivation quintile", "ethnic group"}

// monthOf controls the rows of one night and model. Weighted counts are made
// whole so that a division of everyone sums to everyone: rounded one by one, the
// difference would look like people who are in no part.
func monthOf(rule disclosure.Rule, all []schema.Due) *month {
	m := &month{}
	for _, x := range all {
		if x.By == schema.DueEveryone {
			m.everyone = x
		}
	}
	total, had := int(m.everyone.People), whole(m.everyone.Events)
	people, events := [][]int{{total}}, [][]int{{had}}
	var at [][]int // by part: places in rows
	for _, part := range liveParts {
		var n, e []float64
		var k []int
		sum, sumHad := 0.0, 0.0
		for _, x := range all {
			if x.By != part {
				continue
			}
			count := float64(x.People)
			if part == schema.DueTenth { // a tenth of the weight, not of the people
				count = x.Weight * float64(total) / m.everyone.Weight
			}
			k, n, e = append(k, len(m.rows)), append(n, count), append(e, x.Events)
			m.rows = append(m.rows, x)
			sum, sumHad = sum+count, sumHad+x.Events
		}
		ofAll, ofHad := int(math.Round(sum)), int(math.Round(sumHad))
		if math.Abs(sumHad-m.everyone.Events) < 1e-6*(1+sumHad) {
			ofHad = had
		}
		at, people, events = append(at, k), append(people, apportion(n, ofAll)), append(events, apportion(e, ofHad))
	}
	n, e := rule.Partitions(people...), rule.Partitions(events...)
	m.people, m.events = n[0][0], e[0][0]
	m.partPeople, m.partEvents = make([]disclosure.Cell, len(m.rows)), make([]disclosure.Cell, len(m.rows))
	for j, places := range at {
		for i, k := range places {
			m.partPeople[k], m.partEvents[k] = n[j+1][i], e[j+1][i]
		}
	}
	return m
}

// apportion makes weights whole numbers that sum to a total, by largest
// remainders, the first of equal ones first. None above 0 becomes 0, if need be
// at the cost of the largest.
func apportion(weights []float64, total int) []int {
	out := make([]int, len(weights))
	order := make([]int, len(weights))
	sum := 0
	for i, w := range weights {
		out[i], order[i] = int(w), i
		if w > 0 && out[i] == 0 {
			out[i] = 1
		}
		sum += out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return -cmp.Compare(weights[a]-float64(out[a]), weights[b]-float64(out[b]))
	})
	for k := 0; sum < total && k < len(order); k++ {
		if weights[order[k]] > 0 {
			out[order[k]]++
			sum++
		}
	}
	for sum > total {
		most := 0
		for i := range out {
			if out[i] > out[most] {
				most = i
			}
		}
		if len(out) == 0 || out[most] <= 1 {
			break
		}
		out[most]--
		sum--
	}
	return out
}

// liveFields are the people, those with the outcome, predicted, observed and their
// ratio. Predicted is of expected events that are rounded as people are: the ratio
// would else make of it the exact number with the outcome.
func liveFields(rule disclosure.Rule, x schema.Due, people, events disclosure.Cell) []Field {
	ok := shown(people, events)
	predicted := Field{Text: disclosure.Star, Value: math.NaN(), Kind: Measure}
	if ok && x.Expected >= 0 {
		predicted = rate(rule.Weight(x.Expected), people)
		predicted.Kind = Measure
	}
	return []Field{headcount(people), headcount(events), predicted, rate(events, people), measured(estimate{finite(x.Ratio), finite(x.RatioLow), finite(x.RatioHigh)}, 2, ok)}
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

var liveColumns = []string{"people", "with outcome", "predicted", "observed", "observed / expected"}

// live is how what was published came true: over the months, and for the newest
// by tenth of predicted risk and by place.
func (b *builder) live(title map[string]string) error {
	s := Section{Title: "Since it went live"}
	if !b.s.HasDue() {
		s.Words = []string{"What happened to the people scored on earlier nights is not published with this snapshot."}
		b.add(s)
		return nil
	}
	all, err := b.s.Due(b.ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		s.Words = []string{"No earlier night has published scores: what becomes of these is told here once their outcomes are complete."}
		b.add(s)
		return nil
	}
	var models []string
	for _, x := range all {
		if !slices.Contains(models, x.Model) {
			models = append(models, x.Model)
		}
	}
	due := func(model string) bool {
		return slices.ContainsFunc(all, func(x schema.Due) bool { return x.Model == model && x.People >= 0 })
	}
	slices.SortStableFunc(models, func(a, c string) int { // those that are due first, then the model of the lists
		return cmp.Or(-cmp.Compare(btoi(due(a)), btoi(due(c))), -cmp.Compare(btoi(a == b.s.Model.Name), btoi(c == b.s.Model.Name)))
	})
	var values []OptionValue
	for _, m := range models {
		values = append(values, OptionValue{Value: m, Text: cmp.Or(title[m], m)})
	}
	model := b.option("by", "Scores published by", values...)
	s.Words = []string{"The scores of " + cmp.Or(title[model], model) + " that the last night of each month published, held against what happened, once that is complete. Teams act on lists, so fewer outcomes than predicted may be what was wanted."}

	var months []*month
	var next *schema.Due
	for i := 0; i < len(all); {
		k := i + 1
		for k < len(all) && all[k].Snapshot == all[i].Snapshot && all[k].Model == all[i].Model {
			k++
		}
		switch {
		case all[i].Model != model:
		case all[i].People < 0:
			if next == nil || all[i].DueOn < next.DueOn {
				next = &all[i]
			}
		default:
			months = append(months, monthOf(b.rule, all[i:k]))
		}
		i = k
	}
	if next != nil {
		s.Words = append(s.Words, fmt.Sprintf("The outcomes of the scores of %s are due on %s: %d days ahead, and the time that the sources take to settle. They are not looked at before.", next.AsOf.Words(), next.DueOn.Words(), next.Horizon))
	}
	if len(months) == 0 {
		b.add(s)
		return nil
	}
	t := Table{ID: "live", Title: "Predicted and observed, by month of the scores", Columns: append([]string{"Scored on"}, liveColumns...),
		Note: "Above 1: more had the outcome than was predicted. In brackets, 95% intervals over resampled people. People who left before the end are replaced by others like them. Predicted: of expected events rounded as people are."}
	for _, m := range months {
		t.Rows = append(t.Rows, append([]Field{text(m.everyone.AsOf.Words())}, liveFields(b.rule, m.everyone, m.people, m.events)...))
	}
	s.Tables, s.Plot = []Table{t}, Plot{Kind: Points, Columns: []int{5}, Axis: "observed over expected (1: right)", Right: 1}
	b.add(s)
	b.liveParts(months[len(months)-1], title[model])
	return nil
}

func btoi(v bool) int {
	if v {
		return 1
	}
	return 0
}

// liveParts are the tenths and the places of one month.
func (b *builder) liveParts(m *month, title string) {
	on := m.everyone.AsOf.Words()
	tenths := Table{ID: "live-tenths", Title: "Predicted and observed by tenth of predicted risk, scored on " + on, Columns: append([]string{"Tenth"}, liveColumns...)}
	places := Table{ID: "live-places", Title: "Predicted and observed by place, scored on " + on, Columns: append([]string{"Place"}, liveColumns...), Note: "Nothing is estimated where people or outcomes are too few to be shown."}
	groups := Table{ID: "live-groups", Title: "Predicted and observed by group, scored on " + on, Columns: append([]string{"Group"}, liveColumns...), Note: places.Note}
	for k, x := range m.rows {
		fields := liveFields(b.rule, x, m.partPeople[k], m.partEvents[k])
		switch x.By {
		case schema.DueTenth:
			label := x.Label
			if n, err := strconv.Atoi(x.Label); err == nil {
				label = strconv.Itoa(n)
			}
			tenths.Rows = append(tenths.Rows, append([]Field{text(label)}, fields...))
		case schema.DueNetwork:
			places.Rows = append(places.Rows, append([]Field{text("network " + x.Label)}, fields...))
		case schema.DuePractice:
			places.Rows = append(places.Rows, append([]Field{text("practice " + x.Label)}, fields...))
		default:
			groups.Rows = append(groups.Rows, append([]Field{text(x.By + ": " + x.Label)}, fields...))
		}
	}
	points := Plot{Kind: Points, Columns: []int{5}, Axis: "observed over expected (1: right)", Right: 1}
	for _, x := range []Section{
		{Title: "Since it went live, by tenth of predicted risk", Tables: []Table{tenths}, Plot: Plot{Kind: Calibration, Columns: []int{3, 4}, Axis: "%", Names: []string{cmp.Or(title, m.everyone.Model)}}},
		{Title: "Since it went live, by place", Tables: []Table{places}, Plot: points},
		{Title: "Since it went live, by group", Tables: []Table{groups}, Plot: points},
	} {
		if len(x.Tables[0].Rows) > 0 { // of nobody at risk there are none
			b.add(x)
		}
	}
}

// limits says where the model does not keep to what the site holds it to.
func (b *builder) limits() error {
	g, ok, err := b.s.Gate()
	if err != nil || !ok {
		return err
	}
	s := Section{Title: "Limits that the model must keep to", Words: []string{
		fmt.Sprintf("%s of the model were held against the limits that the site has set, of everyone and of groups in which enough people had the outcome. One is beyond its limit when the whole of its interval is.", engine.Plural(g.Held, "measure"))}}
	if g.Action == "hold" {
		s.Words = append(s.Words, "A night in which any is beyond its limit publishes nothing.")
	} else {
		s.Words = append(s.Words, "A night in which any is beyond its limit warns, and publishes.")
	}
	if len(g.Breaches) == 0 {
		s.Words = append(s.Words, "None is beyond its limit.")
		b.add(s)
		return nil
	}
	t := Table{ID: "limits", Title: "Beyond the limit", Columns: []string{"Measure", "Of", "In", "Beyond the limit"}}
	for _, x := range g.Breaches {
		who, side := "everyone", "above "
		if x.Group != "" {
			who = x.Group + ": " + x.Label
		}
		if x.Below {
			side = "below "
		}
		t.Rows = append(t.Rows, []Field{text(x.Measure), text(who), text(x.Of), text(side + strconv.FormatFloat(x.Limit, 'g', -1, 64))})
	}
	s.Tables = []Table{t}
	b.add(s)
	return nil
}
