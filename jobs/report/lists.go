package report

import (
	"math"
	"strconv"

	"leftshift/engine/disclosure"
	"leftshift/engine/risklist"
)

// leftOff are the codes with people, in order, without those of leavers only.
func leftOff(a *risklist.Attrition) []risklist.Code {
	var out []risklist.Code
	for _, c := range risklist.Codes() {
		if c <= risklist.RankedLower && a.Left[c] > 0 {
			out = append(out, c)
		}
	}
	return out
}

// attrition is the candidates as parts: those left off by code, then the lists.
func attrition(r *risklist.Result) []int {
	var out []int
	for _, c := range leftOff(&r.Attrition) {
		out = append(out, r.Attrition.Left[c])
	}
	for _, l := range r.Lists {
		out = append(out, len(l.Rows)+len(l.Added))
	}
	return out
}

func (b *builder) lists() section {
	s := section{ID: "lists", Title: "Risk lists", Lead: []string{
		"A list is as long as its team can work. Each person is on one list only; everyone who is not on a list is counted under one reason. Expected events are the sum of the model's probabilities."}}
	r := b.night.Lists
	if r == nil || len(r.Lists) == 0 {
		s.Lead = []string{"No lists came with this run."}
		return s
	}
	codes := leftOff(&r.Attrition)
	off, size := b.attrition[:len(codes)], b.attrition[len(codes):]
	b.listed = disclosure.Sum(size...)

	// Who left, by list and by reason: the same people twice.
	byList, byReason := []int{}, map[risklist.Code]int{}
	closed := len(r.Leavers)
	for _, l := range r.Lists {
		byList = append(byList, l.Leavers)
		closed -= l.Leavers
	}
	byList = append(byList, closed)
	var reasons []risklist.Code
	var counts []int
	for _, l := range r.Leavers {
		byReason[l.Reason]++
	}
	for _, c := range risklist.Codes() {
		if byReason[c] > 0 {
			reasons, counts = append(reasons, c), append(counts, byReason[c])
		}
	}
	left := b.night.Rule.Partitions(byList, counts)

	g := &grid{Caption: "Lists by team", Head: heads("Team", "#Capacity", "#Listed", "#Added by hand", "#New", "#Left", "#Expected events per 100 listed", "#Share of its expected events", "#Repeated"),
		Note: "Listed: by rank, and those whom a team added by hand. New: was not on this team's list before. The share is of all expected events among the people of the team's practices, or of everyone scored in the last row. Repeated: of those listed, how many were on the list " + strconv.Itoa(risklist.RepeatDays) + " days ago and nobody has done anything for them since."}
	yield := func(y risklist.Yield, shown disclosure.Cell) (string, string) {
		if per, ok := b.night.Rule.Mean(y.Listed, y.Per100()); ok {
			if _, ok := shown.Value(); ok {
				return decimal(per, 1), percent(100 * y.Share())
			}
		}
		if y.Listed == 0 {
			return none, none
		}
		return disclosure.Star, disclosure.Star
	}
	capacity := 0
	var joined, added []disclosure.Cell
	for k, l := range r.Lists {
		per, caught := yield(l.Expected, size[k])
		name := l.Team.Name
		if name == "" {
			name = l.Team.ID
		}
		joined = append(joined, b.night.Rule.Count(l.Joiners))
		added = append(added, b.night.Rule.Count(len(l.Added)))
		places := things(l.Team.Capacity)
		if l.Team.Set {
			places += " (set by the team; configured " + things(l.Team.Configured) + ")"
		}
		again := none
		if l.AgainKnown {
			again = disclosure.Star
			if share, ok := disclosure.Percent(b.night.Rule.Count(l.Again), size[k]); ok {
				again = percent(share)
			}
		}
		g.Rows = append(g.Rows, row(name, places, people(size[k]), people(added[k]), people(joined[k]), people(left[0][k]), per, caught, again))
		capacity += l.Team.Capacity
	}
	if closed > 0 {
		g.Rows = append(g.Rows, row("Lists that are no more", none, none, none, none, people(left[0][len(byList)-1]), none, none, none))
	}
	per, caught := yield(r.Expected, b.listed)
	b.caught, b.per100 = caught, per
	g.Foot = row("All", things(capacity), people(b.listed), people(disclosure.Sum(added...)), people(disclosure.Sum(joined...)), people(disclosure.Sum(left[0]...)), per, caught, none)
	s.Blocks = append(s.Blocks, block{Grid: g})

	a := &grid{Caption: "What became of everyone scored or known", Head: heads("Reason", "Code", "#People")}
	eligible := b.listed
	for k, c := range codes {
		a.Rows = append(a.Rows, []cell{{Text: sentence(c.Sentence()), Class: "words"}, {Text: c.String(), Class: "code"}, {Text: people(off[k])}})
		if c == risklist.RankedLower {
			eligible = disclosure.Sum(eligible, off[k])
		}
	}
	a.Rows = append(a.Rows, row("Is on a list", "listed", people(b.listed)))
	a.Foot = row("All candidates", "", people(disclosure.Sum(b.attrition...)))
	a.Note = "Eligible (on a list, or ranked below the places on it): " + people(eligible) + "."
	s.Blocks = append(s.Blocks, block{Grid: a})

	if len(reasons) > 0 {
		l := &grid{Caption: "Why people left the lists", Head: heads("Reason", "Code", "#People")}
		for k, c := range reasons {
			l.Rows = append(l.Rows, []cell{{Text: sentence(c.Sentence()), Class: "words"}, {Text: c.String(), Class: "code"}, {Text: people(left[1][k])}})
		}
		l.Foot = row("All", "", people(disclosure.Sum(left[1]...)))
		s.Blocks = append(s.Blocks, block{Grid: l})
	}
	c := r.Cuts
	least := func(v float64) string {
		if math.IsInf(v, 0) {
			return "nobody"
		}
		return percent(100*v) + " and above"
	}
	s.Blocks = append(s.Blocks, block{Grid: &grid{Caption: "Risk bands", Head: heads("Band", "Who", "#Risk"),
		Note: "People with the same risk are in the same band, the lower one where they reach over a border.",
		Rows: [][]cell{
			{{Text: "Very high", Class: bandClass("very high")}, {Text: "the highest 0.5% of everyone scored"}, {Text: least(c.VeryHigh)}},
			{{Text: "High", Class: bandClass("high")}, {Text: "the next, to 5%"}, {Text: least(c.High)}},
			{{Text: "Moderate", Class: bandClass("moderate")}, {Text: "the next, to 20%"}, {Text: least(c.Moderate)}},
			{{Text: "Low", Class: bandClass("low")}, {Text: "the other 80%"}, {Text: "below"}},
		}}})
	return s
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
