package report

import (
	"leftshift/engine"
	"leftshift/engine/disclosure"
)

// records reconciles what came in with what became of it. Withheld records are
// controlled like counts of people, for behind them are people's objections;
// so that they cannot be found by subtraction, the records in are shown as the
// sum of the parts as shown.
func (b *builder) records() section {
	n := b.night
	s := section{ID: "records", Title: "Records in and out", Lead: []string{
		"Every source record has exactly one disposition, and they add up to what came in. Records are not people: their counts are exact, but those withheld, which are controlled as people are. Records in are the sum of the parts as shown; whether the exact ones add up is in the last column."}}
	if len(n.Flows) == 0 {
		s.Lead = []string{"No records came in with this run."}
		return s
	}
	var byFlow, byReason []int
	for _, f := range n.Flows {
		byFlow = append(byFlow, f.Withheld)
	}
	for _, r := range n.Refused {
		if r.Disposition == engine.Withheld {
			byReason = append(byReason, r.Records)
		}
	}
	cells := n.Rule.Partitions(byFlow, byReason)

	flows := &grid{Caption: "Source records by flow", Head: heads("Source", "Flow", "#Files", "#In", "#Accepted", "#Reference", "#Pending", "#Quarantined", "#Withheld", "Adds up")}
	var total Flow
	for k, f := range n.Flows {
		exact := f.Accepted + f.Reference + f.Pending + f.Quarantined
		held, _ := cells[0][k].Value()
		ok := cell{Text: "yes"}
		if exact+f.Withheld != f.In {
			ok = cell{Text: "no", Class: "alarm"}
			b.attend("The records of " + f.Source + ", " + f.Flow + " do not add up to what came in.")
		}
		flows.Rows = append(flows.Rows, append(row(f.Source, f.Flow, things(f.Files), things(exact+held), things(f.Accepted), things(f.Reference), things(f.Pending), things(f.Quarantined), people(cells[0][k])), ok))
		total.Files += f.Files
		total.In += exact + held
		total.Accepted += f.Accepted
		total.Reference += f.Reference
		total.Pending += f.Pending
		total.Quarantined += f.Quarantined
	}
	b.accepted, b.quarantined = total.Accepted, total.Quarantined
	flows.Foot = row("All", "", things(total.Files), things(total.In), things(total.Accepted), things(total.Reference), things(total.Pending), things(total.Quarantined), people(disclosure.Sum(cells[0]...)), "")
	s.Blocks = append(s.Blocks, block{Grid: flows})

	if len(n.Refused) > 0 {
		g := &grid{Caption: "Why records were not used", Head: heads("Source", "Disposition", "Reason", "Code", "#Records")}
		k := 0
		for _, r := range n.Refused {
			count := things(r.Records)
			if r.Disposition == engine.Withheld {
				count = people(cells[1][k])
				k++
			}
			g.Rows = append(g.Rows, []cell{{Text: r.Source}, {Text: r.Disposition.String()}, {Text: r.Say, Class: "words"}, {Text: r.Code, Class: "code"}, {Text: count}})
		}
		s.Blocks = append(s.Blocks, block{Grid: g})
	}
	if len(n.Tables) > 0 {
		g := &grid{Caption: "Rows of the curated tables", Head: heads("Table", "#Landed", "#Current", "#Ended", "#Merged", "Adds up"),
			Note: "Ended: superseded, corrected or retracted by a later row. Merged: the same content landed more than once."}
		var sum Rows
		for _, t := range n.Tables {
			ok := cell{Text: "yes"}
			if t.Current+t.Ended+t.Merged != t.Landed {
				ok = cell{Text: "no", Class: "alarm"}
				b.attend("The rows of table " + t.Table + " do not add up to what landed.")
			}
			g.Rows = append(g.Rows, append(row(t.Table, things(t.Landed), things(t.Current), things(t.Ended), things(t.Merged)), ok))
			sum.Landed += t.Landed
			sum.Current += t.Current
			sum.Ended += t.Ended
			sum.Merged += t.Merged
		}
		g.Foot = row("All", things(sum.Landed), things(sum.Current), things(sum.Ended), things(sum.Merged), "")
		s.Blocks = append(s.Blocks, block{Grid: g})
	}
	return s
}

func (b *builder) quality() section {
	s := section{ID: "quality", Title: "Data quality by source"}
	for _, x := range []*block{b.stopped(), b.unseen()} {
		if x != nil {
			s.Blocks = append(s.Blocks, *x)
		}
	}
	if len(b.night.Quality) == 0 {
		s.Lead = []string{"No measures of data quality were given."}
		return s
	}
	g := &grid{Caption: "How fresh and how complete each source is", Head: heads("Source", "Measure", "#Value", "#Of", "#Share", "Needs attention")}
	for _, q := range b.night.Quality {
		value, of, part := q.Text, "", ""
		switch {
		case q.Text != "":
		case q.People:
			p, w := b.night.Rule.Count(q.Part), b.night.Rule.Count(q.Whole)
			value, of, part = people(p), people(w), share(p, w)
		default:
			value, of, part = things(q.Part), things(q.Whole), none
			if q.Whole > 0 {
				part = percent(100 * float64(q.Part) / float64(q.Whole))
			}
		}
		flag := cell{}
		if q.Attention {
			flag = cell{Text: "yes", Class: "alarm"}
			what := q.Source + ": " + q.Measure + ", " + value
			if part != "" {
				what += " (" + part + ")"
			}
			b.attend(what + ".")
		}
		g.Rows = append(g.Rows, append(row(q.Source, q.Measure, value, of, part), flag))
	}
	s.Blocks = append([]block{{Grid: g}}, s.Blocks...)
	return s
}
