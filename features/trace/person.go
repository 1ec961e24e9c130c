package trace

import (
	"fmt"
	"math"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/population"
)

// demographic traces an item of the person on the day.
func (x *tracer) demographic() {
	t, p := x.out, &x.r.Person
	person := func(value, why string) {
		t.Rows = append(t.Rows, Row{Table: "person", Day: engine.NoDay, Last: engine.NoDay, KnownFrom: engine.NoDay, KnownTo: engine.NoDay, Value: value, Counts: true, Why: why})
	}
	flag := func(yes bool) float64 {
		if yes {
			return 1
		}
		return 0
	}
	t.Value = math.NaN()
	switch x.d.Item {
	case catalogue.Age:
		if p.BirthMonth == engine.NoDay {
			t.How = "no birth month is recorded"
			return
		}
		y, m, _ := x.on.Date()
		by, bm, _ := p.BirthMonth.Date()
		age := y - by
		if m < bm {
			age--
		}
		t.Value, t.How = float64(age), "whole years, the birthday taken as the first of the month"
		person(p.BirthMonth.String()[:7], "month of birth")
	case catalogue.Male, catalogue.Female:
		words, is := map[engine.Sex]string{engine.Male: "male", engine.Female: "female", engine.SexIndeterminate: "indeterminate"}[p.Sex]
		if !is {
			t.How = "no sex is recorded"
			return
		}
		t.Value, t.How = flag(words == string(x.d.Item)), "as stated"
		person(words, "person stated gender")
	case catalogue.EthnicityKnown:
		yes := p.EthnicCategory != "" && p.EthnicCategory[0] != 'Z'
		t.Value, t.How = flag(yes), "whether a category other than Z is recorded"
		if yes {
			person("recorded", "ethnic category")
		}
	case catalogue.Sources:
		if p.Sources == 0 {
			t.How = "no source is counted"
			return
		}
		t.Value, t.How = float64(p.Sources), "sources that describe the person"
		person(fmt.Sprint(p.Sources), "number of sources")
	case catalogue.IMDDecile, catalogue.CareHome, catalogue.RecentMove:
		x.residence(flag)
	case catalogue.MonthsRegistered, catalogue.MonthsObservable:
		x.registration()
	default:
		panic("trace: item " + string(x.d.Item) + " has no trace")
	}
}

func (x *tracer) residence(flag func(bool) float64) {
	t := x.out
	held := make([]population.Interval, len(x.r.Residences))
	for i, r := range x.r.Residences {
		held[i] = population.Interval{Code: r.Area, From: r.FromDay, To: until(r.ToDay), CareHome: r.CareHome, IMD: r.IMDDecile}
	}
	at := population.Holding(held, x.on)
	for i, r := range x.r.Residences {
		row := interval("residence", r.FromDay, r.ToDay)
		row.Value = fmt.Sprintf("decile %d", r.IMDDecile)
		if r.CareHome == 1 {
			row.Value += ", care home"
		}
		x.holds(&row, i == at, r.FromDay, r.ToDay, "residence")
		t.Rows = append(t.Rows, row)
	}
	switch {
	case x.d.Item == catalogue.CareHome:
		t.Value, t.How = flag(at >= 0 && x.r.Residences[at].CareHome == 1), "whether the residence of the day is a care home"
	case at < 0:
		t.How = "no residence holds the day"
	case x.d.Item == catalogue.IMDDecile:
		if n := x.r.Residences[at].IMDDecile; n > 0 {
			t.Value = float64(n)
		}
		t.How = "decile of the residence of the day"
	case x.r.Residences[at].FromDay == engine.NoDay:
		t.How = "the residence of the day has no first day"
	default:
		t.Value, t.How = flag(int(x.on-x.r.Residences[at].FromDay) < 365), "whether it began less than 365 days before"
	}
}

func (x *tracer) registration() {
	t := x.out
	held := make([]population.Interval, len(x.r.Registrations))
	for i, r := range x.r.Registrations {
		held[i] = population.Interval{Code: r.Practice, From: r.FromDay, To: until(r.ToDay)}
	}
	at := population.Holding(held, x.on)
	chain := x.d.Item == catalogue.MonthsObservable
	from, to, ok := population.Chain(held, x.on)
	for i, r := range x.r.Registrations {
		row := interval("registration", r.FromDay, r.ToDay)
		row.Code, _ = x.word(r.Practice)
		x.holds(&row, i == at, r.FromDay, r.ToDay, "registration")
		if chain && ok && !row.Counts && held[i].From >= from && held[i].To <= to {
			row.Counts, row.Why = true, "part of the unbroken chain of registrations that holds the day"
		}
		t.Rows = append(t.Rows, row)
	}
	start := engine.NoDay
	switch {
	case at < 0:
		t.How = "no registration holds the day"
		return
	case chain:
		start = from
		if x.dataFrom != 0 && (start == engine.NoDay || x.dataFrom > start) {
			start = x.dataFrom
		}
	default:
		start = x.r.Registrations[at].FromDay
	}
	if start == engine.NoDay {
		t.How = "it has no first day"
		return
	}
	days := max(int64(x.on-start), 0)
	t.Value, t.How = float64(days*16/487), fmt.Sprintf("whole months of 30.4375 days since %s", start)
}

func interval(table string, from, to engine.Day) Row {
	return Row{Table: table, Day: from, Last: to, KnownFrom: engine.NoDay, KnownTo: engine.NoDay}
}

// holds says of an interval whether it is the one of the day.
func (x *tracer) holds(row *Row, is bool, from, to engine.Day, what string) {
	switch {
	case is:
		row.Counts, row.Why = true, "the "+what+" that holds "+x.on.String()
	case from > x.on:
		row.Why = "it began later"
	case to != engine.NoDay && to < x.on:
		row.Why = "it ended before"
	default:
		row.Why = "another " + what + " that holds the day began later"
	}
}

func until(d engine.Day) engine.Day {
	if d == engine.NoDay {
		return population.Forever
	}
	return d
}
