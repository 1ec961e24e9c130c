//go:build duckdb_arrow

package door

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"leftshift/engine/disclosure"
	"leftshift/engine/snapshot"
)

// load is people and their expected events, before control; loaded after it.
type (
	load   struct{ people, nano int64 }
	loaded struct{ people, events disclosure.Cell }
)

// listed is what each practice or team would have on a list by a choice:
// "first-20" is the 20 highest risks of each, "above-100" everyone from 100 in
// a thousand on. Practices and teams divide the same people, so where these are
// counted both are sums of the same cells, one for each practice and team
// together: neither tells more than those.
func (b *builder) listed(all *snapshot.Population, team bool, choice string) map[string]loaded {
	out := map[string]loaded{}
	how, text, _ := strings.Cut(choice, "-")
	n, _ := strconv.ParseInt(text, 10, 64)
	if how == "first" {
		leading := all.Practices
		if team {
			leading = all.Teams
		}
		for _, l := range leading {
			if l.First == n {
				people := b.rule.Count(int(l.People))
				out[l.Of] = loaded{people, eventsOf(b.rule, l.ExpectedNano, people)}
			}
		}
		return out
	}
	for _, a := range all.Above {
		of := a.Practice
		if team {
			of = a.Team
		}
		if a.PerMille == n && of != "" {
			people := b.rule.Count(int(a.People))
			x := out[of]
			out[of] = loaded{disclosure.Sum(x.people, people), disclosure.Sum(x.events, eventsOf(b.rule, a.ExpectedNano, people))}
		}
	}
	return out
}

// everyonesLoad is that of all the people of each practice or team.
func everyonesLoad(all *snapshot.Population, team bool) map[string]load {
	out := map[string]load{}
	for _, g := range all.By(snapshot.ByPractice | snapshot.ByPCN | snapshot.ByTeam) {
		of := g.Practice
		if team {
			of = g.Team
		}
		if of != "" {
			x := out[of]
			out[of] = load{x.people + g.People, x.nano + g.ExpectedNano}
		}
	}
	return out
}

func (b *builder) workload() error {
	all, err := b.s.Population(b.ctx)
	if err != nil {
		return err
	}
	if all.Horizon == 0 {
		b.add(Section{Title: "No model", Words: []string{"No fitted model served in this snapshot, so nobody has a chance by which a list could be cut."}})
		return nil
	}
	by := b.option("by", "By", OptionValue{Value: "practice", Text: "practice"}, OptionValue{Value: "team", Text: "team"})
	var choices []OptionValue
	for _, n := range snapshot.Firsts {
		choices = append(choices, OptionValue{Value: fmt.Sprintf("first-%d", n), Text: fmt.Sprintf("the %d highest risks of each", n)})
	}
	for _, n := range snapshot.CutOffs {
		choices = append(choices, OptionValue{Value: fmt.Sprintf("above-%d", n), Text: fmt.Sprintf("everyone with a chance of %d%% or more", n/10)})
	}
	if b.choice["list"] == "" {
		b.choice = Choice{"by": by, "list": "first-20"}
	}
	chosen := b.option("list", "Who would be listed", choices...)
	team := by == "team"
	whole := everyonesLoad(all, team)
	places := make([]string, 0, len(whole))
	for x := range whole {
		places = append(places, x)
	}
	slices.Sort(places)

	head := strings.ToUpper(by[:1]) + by[1:]
	t := Table{ID: "by-" + by, Title: "What the list would hold, by " + by, Columns: []string{head, "people on it", "expected events", "per 100 on it", "all expected events", "of these on it"},
		Note: "Expected events are the sum of chances over the next " + strconv.Itoa(all.Horizon) + " days: what the model itself expects, before anyone acts."}
	var on, events, everyones []disclosure.Cell
	listed := b.listed(all, team, chosen)
	for _, x := range places {
		n, e := listed[x].people, listed[x].events
		a := eventsOf(b.rule, whole[x].nano, b.rule.Count(int(whole[x].people)))
		on, events, everyones = append(on, n), append(events, e), append(everyones, a)
		t.Rows = append(t.Rows, []Field{text(x), headcount(n), cell(e, Events), rate(e, n), cell(a, Events), rate(e, a)})
	}
	n, e, a := disclosure.Sum(on...), disclosure.Sum(events...), disclosure.Sum(everyones...)
	t.Rows = append(t.Rows, []Field{text("All"), headcount(n), cell(e, Events), rate(e, n), cell(a, Events), rate(e, a)})
	p := Plot{Kind: Bars, Columns: []int{1}, Axis: "people who would be listed"}
	if strings.HasPrefix(chosen, "first-") { // as many everywhere
		p = Plot{Kind: Bars, Columns: []int{5}, Axis: "% of the " + by + "'s expected events that would be on the list"}
	}
	b.add(Section{Title: "By " + by, Tables: []Table{t}, Plot: p})

	grid := Table{ID: "choices-" + by, Title: "What each choice would hold", Columns: []string{"Who would be listed", "people on it", "expected events", "per 100 on it", "of all expected events"}}
	for _, c := range choices {
		var people, events []disclosure.Cell
		l := b.listed(all, team, c.Value)
		for _, x := range places {
			people, events = append(people, l[x].people), append(events, l[x].events)
		}
		n, e := disclosure.Sum(people...).Told(), disclosure.Sum(events...).Told() // their parts are not in this table
		grid.Rows = append(grid.Rows, []Field{text(c.Text), headcount(n), cell(e, Events), rate(e, n), rate(e, a)})
	}
	b.add(Section{Title: "Choices side by side", Tables: []Table{grid}, Plot: Plot{Kind: Bars, Columns: []int{4}, Axis: "% of all expected events that would be on the list"},
		Words: []string{"A longer list catches more of the expected events, and holds fewer of them per 100 people."}})

	b.today(all)
	return nil
}

// today is what the lists of this snapshot hold.
func (b *builder) today(all *snapshot.Population) {
	whole := everyonesLoad(all, true)
	t := Table{ID: "today", Title: "Today's lists, by team", Columns: []string{"Team", "people on it", "expected events", "per 100 on it", "of the team's expected events"}}
	var on, events, everyones []disclosure.Cell
	for _, l := range b.s.Lists() {
		var nano int64
		for _, r := range l.Rows {
			if r.Probability > 0 { // not where it is not known
				nano += int64(r.Probability*1e9 + .5)
			}
		}
		n := b.rule.Count(len(l.Rows))
		e, a := eventsOf(b.rule, nano, n), eventsOf(b.rule, whole[l.Team].nano, b.rule.Count(int(whole[l.Team].people)))
		on, events, everyones = append(on, n), append(events, e), append(everyones, a)
		t.Rows = append(t.Rows, []Field{text(l.Team), headcount(n), cell(e, Events), rate(e, n), rate(e, a)})
	}
	s := Section{Title: "Beside today's lists", Words: []string{"The lists as they were cut last night, to what each team can take on, without those whom the rules leave off."}}
	if len(t.Rows) == 0 {
		s.Words = []string{"No lists were published with this snapshot."}
		b.add(s)
		return
	}
	n, e, a := disclosure.Sum(on...), disclosure.Sum(events...), disclosure.Sum(everyones...)
	t.Rows = append(t.Rows, []Field{text("All"), headcount(n), cell(e, Events), rate(e, n), rate(e, a)})
	s.Tables = []Table{t}
	b.add(s)
}
