package kernel

import (
	"context"
	"fmt"

	"leftshift/engine"
	"leftshift/features/finish"
	"leftshift/features/matrix"
	"leftshift/features/outcome"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// Options of a run. The zero value makes features of eligible people, without
// labels and without days.
type Options struct {
	// Outcomes to label, nil for none. The caller sees to it that they are ready
	// (outcome.Plan.Ready, Outcome.Ready); labels that are not are cut.
	Outcomes *outcome.Plan
	// Everyone keeps the rows of persons who are not eligible.
	Everyone bool
	// Days fills the matrix's days of newest rows.
	Days bool
	// Persons is how many there may be in the bucket, to make room once; 0 when
	// not known.
	Persons int
	// DataFrom is the first day from which the sources hold data; 0 not known.
	DataFrom engine.Day
	// Coverage says by index date what could be seen; nil when everything could.
	Coverage []population.Coverage
	// Into is a result of the same plan that is no longer needed: its memory is
	// used again. May be nil.
	Into *Result
}

// Run fills the features of every person in a bucket on every index date
// (ascending), and their outcomes as known on the knowledge day. Errors are
// *engine.Fault or the context's. A cancelled context ends the run between
// persons.
func Run(ctx context.Context, p *plan.Plan, in Input, dates []engine.Day, knowledge engine.Day, opt Options) (*Result, error) {
	if err := checkDates(dates, knowledge); err != nil {
		return nil, err
	}
	s := &streams{}
	if err := s.open(in); err != nil {
		return nil, err
	}
	out := &Result{}
	var old *matrix.Matrix
	if r := opt.Into; r != nil {
		out.Persons, out.Index, out.Status, out.Places, out.Labels, old = r.Persons[:0], r.Index[:0], r.Status[:0], r.Places[:0], r.Labels, r.Matrix
	}
	for _, d := range dates {
		out.Attrition = append(out.Attrition, population.Attrition{Index: d})
	}
	g := newGatherer(p, dates)
	g.labels = newLabels(opt.Outcomes, out, knowledge)
	sh := newSheet(p, opt.Days, opt.Persons*len(dates), old)
	h := &held{}
	g.see = newSight(opt.Coverage, out)
	live, rows := make([]int, 0, len(dates)), make([]int, 0, len(dates))
	for n, before := 0, int64(-1); !s.person.done; n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if id := s.person.person[s.person.i]; id == before {
			return nil, &engine.Fault{Code: "person-twice", Say: "table person has two rows of one person: curate the table again"}
		} else {
			before = id
		}
		if err := s.hold(h); err != nil {
			return nil, err
		}
		live, rows = live[:0], rows[:0]
		for d, on := range dates {
			status := population.On(&h.who, h.registrations, h.spells, on)
			out.Attrition[d].By[status]++
			if status == population.Eligible || opt.Everyone {
				live, rows = append(live, d), append(rows, sh.row())
				at := spotOf(h, on)
				sh.person(h, &at, rows[len(rows)-1], opt.DataFrom)
				out.place(h, &at, status)
			}
		}
		g.next()
		if len(live) > 0 {
			g.spells(h)
			g.documents(h)
		}
		if err := g.events(s, h, len(live) > 0); err != nil {
			return nil, err
		}
		g.families(sh, h, live, rows)
		if g.labels != nil {
			for k, d := range live {
				g.labels.row(h, dates[d], out.Status[rows[k]], int(out.Places[rows[k]].Age))
			}
		}
		if g.see != nil {
			for k, d := range live {
				g.see.row(d, dates[d], out.Places[rows[k]].Practice)
			}
		}
		if s.person.i++; s.person.i == s.person.n {
			if err := s.person.load(); err != nil {
				return nil, err
			}
		}
	}
	out.Matrix, out.Unseen = sh.close(out.Unseen)
	return out, s.close(out)
}

// person fills what needs no rows of the event table.
func (s *sheet) person(h *held, at *spot, row int, dataFrom engine.Day) {
	for i := range s.plan.Demographics {
		x := &s.plan.Demographics[i]
		v := x.Rule.Blank()
		if n, known := item(x.Item, h, at, dataFrom); known {
			v = x.Rule.Value(at.on, &finish.Statistics{Count: 1, V: n})
		}
		s.m.Values[x.Column][row] = v
	}
	if len(h.spells) == 0 {
		return
	}
	for i := range s.plan.Directs {
		x := &s.plan.Directs[i]
		st := direct(x, h.spells, at.on)
		s.m.Values[x.Column][row] = x.Rule.Value(at.on, &st)
	}
}

// place adds who and where a row is.
func (out *Result) place(h *held, at *spot, status population.Status) {
	on := at.on
	x := Place{Age: int16(max(at.age, -1)), Sex: h.who.Sex, Ethnic: h.who.Ethnic}
	if at.registration >= 0 {
		x.Practice = h.registrations[at.registration].Code
	}
	if at.residence >= 0 {
		r := &h.residences[at.residence]
		x.Area, x.IMD, x.CareHome = r.Code, r.IMD, r.CareHome == 1
	}
	out.Persons = append(out.Persons, h.who.ID)
	out.Index = append(out.Index, on)
	out.Status = append(out.Status, status)
	out.Places = append(out.Places, x)
}

// close reads what is left, which belongs to no person, and counts.
func (s *streams) close(out *Result) error {
	for _, c := range []*cursor{&s.registration, &s.residence, &s.event, &s.spell, &s.document} {
		for !c.done {
			c.orphans += int64(c.n - c.i)
			c.i = c.n
			if err := c.load(); err != nil {
				return err
			}
		}
		out.Read.Orphans += c.orphans
	}
	out.Read.Persons, out.Read.Registrations, out.Read.Residences = s.person.rows, s.registration.rows, s.residence.rows
	out.Read.Events, out.Read.Spells, out.Read.Documents = s.event.rows, s.spell.rows, s.document.rows
	return nil
}

func checkDates(dates []engine.Day, knowledge engine.Day) error {
	if len(dates) == 0 {
		return &engine.Fault{Code: "index-dates", Say: "give at least one index date"}
	}
	for i, d := range dates {
		if i > 0 && d <= dates[i-1] {
			return &engine.Fault{Code: "index-dates", Say: "index dates must ascend and differ: sort them"}
		}
		if d > knowledge {
			return &engine.Fault{Code: "index-date-unknown", Say: fmt.Sprintf("the index date %s is later than %s, up to which the record is known: use an earlier index date", d.Words(), knowledge.Words())}
		}
	}
	return nil
}
