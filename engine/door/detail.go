//go:build duckdb_arrow

package door

import (
	"context"
	"slices"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/risklist"
	"leftshift/engine/snapshot"
)

// Gap is one thing that could be changed for a person. It says nothing of risk.
type Gap struct {
	Code  string     // as the vocabulary of lists has it
	Text  string     // in plain words, with value and date
	Since engine.Day // engine.NoDay: not known
}

// Happening is one dated thing of the record.
type Happening struct {
	Day    engine.Day
	Kind   string // as the snapshot has it
	Text   string
	Source string
}

// Need is what a person needs of whoever calls them.
type Need struct {
	Text string
	Day  engine.Day // of the newest record of it
}

// Details of a person, as far as the reader may read them. Known says that the
// snapshot tells of such things at all; without, their absence means nothing.
type Details struct {
	Gaps                                 []Gap
	Timeline                             []Happening // the newest first
	Needs                                []Need
	GapsKnown, TimelineKnown, NeedsKnown bool
}

// readable says whether something of a class may be read.
func readable(class string, display access.Display) bool {
	return class == risklist.CareTeam.String() && display != access.DisplayNone && display != access.DisplayCounts ||
		class == risklist.Clinicians.String() && display == access.DisplayClinician
}

// detailsOf fills what the columns and the reader's display let be read.
func detailsOf(s *snapshot.Snapshot, t *snapshot.Told, columns access.Columns, display access.Display) Details {
	out := Details{GapsKnown: columns.Has(access.ColumnGaps) && s.HasGaps(), TimelineKnown: columns.Has(access.ColumnTimeline) && s.HasTimeline(),
		NeedsKnown: columns.Has(access.ColumnAdjustments) && s.HasNeeds()}
	if out.GapsKnown {
		for _, g := range t.Gaps {
			codes, err := risklist.ParseGaps([]string{g.Gap})
			if err == nil && readable(g.Class, display) && readable(codes[0].Class().String(), display) {
				out.Gaps = append(out.Gaps, Gap{g.Gap, g.Evidence, g.Since})
			}
		}
	}
	if out.TimelineKnown {
		for _, x := range t.Timeline {
			if readable(x.Class, display) {
				out.Timeline = append(out.Timeline, Happening{Day: x.Day, Text: x.Title, Source: x.Source, Kind: x.Kind})
			}
		}
	}
	if out.NeedsKnown {
		for _, n := range t.Needs {
			if readable(n.Class, display) {
				out.Needs = append(out.Needs, Need{n.Text, n.Day})
			}
		}
	}
	return out
}

// Leavers are those who left a team's list since the night before.
type Leavers struct {
	Frame
	Team    string
	Known   bool // the snapshot says who left
	Columns access.Columns
	People  []Leaver      // whom the principal may see today
	Others  []LeaverCount // the rest, by reason
}

// Leaver is one of them.
type Leaver struct {
	Person engine.Person
	Who    Who
	Why    string // finishes "the person ..."
}

// LeaverCount is how many left for a reason, of those who are not named: they
// died, went away or object, or have no relationship with the principal today.
type LeaverCount struct {
	Why    string
	People int
}

// Left tells who left a team's list and why (R4).
func (d *Doors) Left(ctx context.Context, who access.Principal, where Where, team string) (*Leavers, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	out := &Leavers{Frame: d.frame(s), Team: team, Known: leaversKnown(s)}
	counts := map[risklist.Code]int{}
	a := ask{who: who, where: where, act: access.OpenList, subject: access.List(purpose, team), object: team + ": who left", shot: s.Name}
	if l := s.List(team); l != nil {
		for _, x := range l.Leavers {
			code := codeNamed(x.Code)
			place, here := s.Place(x.Person)
			related := access.Relationship{Known: here, Practice: place.Practice, PCN: place.PCN, Registered: here, Alive: here}
			if place.Team != "" {
				related.Teams = []string{place.Team}
			}
			if code.Flag()&risklist.Always == 0 && access.Decide(who, access.OpenPerson, access.Person(purpose, related).Because(where.Reason)).Allowed {
				out.People = append(out.People, Leaver{Person: x.Person, Why: leftWords(x.Code)})
				a.persons = append(a.persons, x.Person)
				continue
			}
			counts[code]++
		}
	}
	a.rows = len(a.persons)
	decision, err := d.passList(ctx, a, s)
	if err != nil {
		return nil, err
	}
	out.Columns = decision.Columns
	a.act = access.RevealIdentity
	if d.opt.Vault != nil && len(out.People) > 0 && access.Decide(who, a.act, a.subject.Because(where.Reason)).Allowed {
		shown, err := d.pass(ctx, a)
		if err != nil {
			return nil, err
		}
		out.Columns |= shown.Columns
		for k := range out.People {
			if out.People[k].Who, err = d.who(out.People[k].Person, shown.Columns); err != nil {
				return nil, err
			}
		}
	}
	for _, c := range append(risklist.Codes(), risklist.NoCode) {
		if counts[c] > 0 {
			say := c.Sentence()
			if c == risklist.NoCode {
				say = "is no longer on the list"
			}
			out.Others = append(out.Others, LeaverCount{say, counts[c]})
		}
	}
	return out, nil
}

// leaversKnown says whether a snapshot says who left: one of an earlier version
// of the program does not.
func leaversKnown(s *snapshot.Snapshot) bool { return s.Has("leaver.parquet") }

func codeNamed(name string) risklist.Code {
	all := risklist.Codes()
	if k := slices.IndexFunc(all, func(c risklist.Code) bool { return c.String() == name }); k >= 0 {
		return all[k]
	}
	return risklist.NoCode
}
