// Package risklist turns risks into lists that teams can work: each as long as
// its team's capacity, each person on one list only, everyone who is left off
// counted under a code.
//
// It is pure logic: no clock, no files. The order of its input never changes
// its output, and a higher probability never takes a person off.
package risklist

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"leftshift/engine"
)

// Candidate is one scored person.
type Candidate struct {
	Person      engine.Person
	Probability float64     // 0 to 1; NaN means not scored
	Practice    engine.Code // where registered today; 0 means nowhere known
	Flags       Flags
	Reasons     []Reason // as they should be read; carried to the row as they are
}

// Reason is one thing that moved a person's risk.
type Reason struct {
	Column   string     // of the model
	LogOdds  float64    // what it added
	Sentence string     // in plain words
	Newest   engine.Day // newest record behind it, or engine.NoDay
}

// Team works a list.
type Team struct {
	ID        string
	Name      string
	Practices []engine.Code
	Capacity  int // people it can see; 0 means Rules.Capacity
}

// Rules say who is listed. The zero value lists nobody: give a capacity.
type Rules struct {
	Capacity       int     // of a team that states none
	Exclude        Flags   // left off besides those of Always
	MinProbability float64 // people below it are not listed
}

// Place is where a person was on the lists before.
type Place struct {
	Person engine.Person
	Team   string
}

// Status is what a list does with a person compared with the one before.
type Status uint8

const (
	Joiner Status = 1 // was not on this team's list
	Stayer Status = 2
)

func (s Status) String() string { return [...]string{"", "joiner", "stayer"}[s] }

// Row is one person on a list.
type Row struct {
	Team        string
	Rank        int // from 1, within the list
	Person      engine.Person
	Probability float64
	Band        Band
	Status      Status
	Practice    engine.Code
	Flags       Flags // marks that this site's rules do not exclude
	Reasons     []Reason
}

// List is the list of one team.
type List struct {
	Team     Team // Capacity filled
	Rows     []Row
	Joiners  int
	Stayers  int
	Leavers  int
	Expected Yield // among the people of its practices
}

// Leaver was on a list before and is no more.
type Leaver struct {
	Person engine.Person
	Team   string // the list left
	Reason Code
}

// Result is the lists of one run.
type Result struct {
	Lists     []List   // in byte order of team; one for each team, empty ones too
	Leavers   []Leaver // by team, then person
	Attrition Attrition
	Cuts      Cuts
	Expected  Yield // of all lists, among all scored people
}

// Build makes the lists.
//
// People are taken in order of falling probability, equal ones by rising person
// key. Each goes to a team that serves their practice and has room: to the team
// whose list they were on before, if it is one of these; else to the one with
// the greatest share of its capacity free, and among equals to the first in byte
// order. A practice of two teams is so divided in proportion to what they can do,
// and a person does not change hands from night to night without need.
//
// previous may be nil: then everyone joins. The error names every fault of the
// input.
func Build(candidates []Candidate, teams []Team, rules Rules, previous []Place) (*Result, error) {
	if err := check(candidates, teams, rules, previous); err != nil {
		return nil, err
	}
	out := &Result{}
	for _, t := range teams {
		if t.Capacity == 0 {
			t.Capacity = rules.Capacity
		}
		out.Lists = append(out.Lists, List{Team: t})
	}
	slices.SortFunc(out.Lists, func(a, b List) int { return strings.Compare(a.Team.ID, b.Team.ID) })
	serves := map[engine.Code][]int{} // lists by practice, in order
	for l, list := range out.Lists {
		for _, p := range list.Team.Practices {
			if s := serves[p]; len(s) == 0 || s[len(s)-1] != l {
				serves[p] = append(s, l)
			}
		}
	}
	before := make(map[engine.Person]string, len(previous))
	for _, p := range previous {
		before[p.Person] = p.Team
	}

	order := make([]int32, len(candidates))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return compare(&candidates[a], &candidates[b]) })
	out.Cuts = cuts(candidates, order)

	now := make(map[engine.Person]outcome, len(previous)) // of those listed before
	out.Attrition.Candidates = len(candidates)
	for _, i := range order {
		c := &candidates[i]
		team, was := before[c.Person]
		code := rules.exclusion(c, serves)
		if code == NoCode {
			if l := choose(out.Lists, serves[c.Practice], team); l >= 0 {
				list := &out.Lists[l]
				status := Joiner
				if was && team == list.Team.ID {
					status = Stayer
					list.Stayers++
				} else {
					list.Joiners++
				}
				list.Rows = append(list.Rows, Row{Team: list.Team.ID, Rank: len(list.Rows) + 1, Person: c.Person,
					Probability: c.Probability, Band: out.Cuts.Band(c.Probability), Status: status,
					Practice: c.Practice, Flags: c.Flags, Reasons: c.Reasons})
				if was {
					now[c.Person] = outcome{team: list.Team.ID}
				}
				out.Attrition.Listed++
				continue
			}
			code = RankedLower
		}
		out.Attrition.Left[code]++
		if was {
			now[c.Person] = outcome{code: code}
		}
	}
	out.Leavers = leavers(previous, now)
	for l := range out.Lists {
		id := out.Lists[l].Team.ID
		for _, gone := range out.Leavers {
			if gone.Team == id {
				out.Lists[l].Leavers++
			}
		}
	}
	out.yields(candidates, order, serves)
	return out, nil
}

// compare puts the highest probability first, then the lowest person key; those
// not scored last.
func compare(a, b *Candidate) int {
	switch na, nb := math.IsNaN(a.Probability), math.IsNaN(b.Probability); {
	case na != nb && na:
		return 1
	case na != nb:
		return -1
	case a.Probability > b.Probability:
		return -1
	case a.Probability < b.Probability:
		return 1
	case a.Person < b.Person:
		return -1
	}
	return 1
}

// choose gives the list that takes the next person, or -1 when all are full.
func choose(lists []List, of []int, before string) int {
	best := -1
	for _, l := range of {
		room := lists[l].Team.Capacity - len(lists[l].Rows)
		if room <= 0 {
			continue
		}
		if lists[l].Team.ID == before {
			return l
		}
		// room/capacity, compared exactly
		if best < 0 || room*lists[best].Team.Capacity > (lists[best].Team.Capacity-len(lists[best].Rows))*lists[l].Team.Capacity {
			best = l
		}
	}
	return best
}

type outcome struct {
	team string // the list now on, or ""
	code Code
}

func leavers(previous []Place, now map[engine.Person]outcome) []Leaver {
	var out []Leaver
	for _, p := range previous {
		o, here := now[p.Person]
		switch {
		case !here:
			o.code = NoRecord
		case o.team == p.Team:
			continue
		case o.team != "":
			o.code = MovedTeam
		}
		out = append(out, Leaver{Person: p.Person, Team: p.Team, Reason: o.code})
	}
	slices.SortFunc(out, func(a, b Leaver) int {
		if c := strings.Compare(a.Team, b.Team); c != 0 {
			return c
		}
		if a.Person < b.Person {
			return -1
		}
		return 1
	})
	return out
}

func fault(code, format string, args ...any) error {
	return &engine.Fault{Code: code, Say: fmt.Sprintf(format, args...)}
}
