// Package risklist turns risks into lists that teams can work: each as long as
// its team's capacity, each person on one list only, everyone who is left off
// counted under a code.
//
// It is pure logic: no clock, no files. The order of its input never changes
// its output, and a higher probability never takes a person off. What could be
// changed for a person (a Gap) stands beside their risk and never alters it.
package risklist

import (
	"fmt"
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
	Gaps        []Gap    // what could be changed; carried to the row as they are
	Quiet       Quiet    // the zero value: none
	Added       string   // team whose list somebody added them to by hand; "" or a team that is none: ranked like the others
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

	Configured int  // as Heed found it; 0: not asked
	Set        bool // Capacity is the team's own, not the configured one
}

// Rules say who is listed. The zero value lists nobody: give a capacity.
type Rules struct {
	Capacity       int     // of a team that states none
	Exclude        Flags   // left off besides those of Always
	MinProbability float64 // people below it are not listed

	Order Order     // who is ranked
	Gaps  []GapCode // the gaps of AmongGaps; nil: any

	AsOf engine.Day // for quiet periods
	Rise float64    // of probability, that ends a quiet period early; 0: StandardRise

	// Shared lists a person with every team that serves their practice and has
	// room; each row names the others. Without it a person is on one list.
	Shared bool

	// AddedTakePlaces takes the places of people added by hand from those who
	// are ranked. Without it they come on top of the capacity.
	AddedTakePlaces bool
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
	Rank        int // from 1, within the list; 0 for who was added by hand
	Person      engine.Person
	Probability float64
	Band        Band
	Status      Status
	Practice    engine.Code
	Flags       Flags // marks that this site's rules do not exclude
	Reasons     []Reason
	Gaps        []Gap
	With        []string // the other teams that have them, in byte order; only where Rules.Shared
}

// List is the list of one team.
type List struct {
	Team     Team  // Capacity filled
	Places   int   // for people by rank: the capacity, less those of Added where the rules say so
	Rows     []Row // by rank
	Added    []Row // by hand: any number, by falling probability; followed like the rest
	Joiners  int   // of Rows and Added
	Stayers  int
	Leavers  int
	Expected Yield // of Rows, among the people of its practices

	// Attrition is of the people of its practices, and those added to it by hand.
	// A practice of two teams counts for both.
	Attrition Attrition

	Again      int  // of Rows and Added: see Again
	AgainKnown bool // false: nothing says
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
// the greatest share of its places free, and among equals to the first in byte
// order. A practice of two teams is so divided in proportion to what they can do,
// and a person does not change hands from night to night without need.
//
// Who was added by hand is on the list that they were added to and is not ranked
// beside, so nobody is on a list twice. Only the flags of Always keep them off: a
// person chose them, knowing more than the rules do.
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
		out.Lists = append(out.Lists, List{Team: t, Places: t.Capacity})
	}
	slices.SortFunc(out.Lists, func(a, b List) int { return strings.Compare(a.Team.ID, b.Team.ID) })
	serves := map[engine.Code][]int{} // lists by practice, in order
	lists := map[string]int{}
	for l, list := range out.Lists {
		lists[list.Team.ID] = l
		for _, p := range list.Team.Practices {
			if s := serves[p]; len(s) == 0 || s[len(s)-1] != l {
				serves[p] = append(s, l)
			}
		}
	}
	before := make(map[engine.Person][]string, len(previous))
	for _, p := range previous {
		before[p.Person] = append(before[p.Person], p.Team)
	}

	order := make([]int32, len(candidates))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return compare(&candidates[a], &candidates[b]) })
	out.Cuts = cuts(candidates, order)

	now := make(map[engine.Person]outcome, len(previous)) // of those listed before
	out.Attrition.Candidates = len(candidates)
	byHand := out.add(candidates, order, lists, serves, before, now)
	if rules.AddedTakePlaces {
		for l := range out.Lists {
			out.Lists[l].Places = max(0, out.Lists[l].Places-len(out.Lists[l].Added))
		}
	}
	for _, i := range order {
		c := &candidates[i]
		if byHand[c.Person] {
			continue
		}
		for _, l := range serves[c.Practice] {
			out.Lists[l].Attrition.Candidates++
		}
		code := rules.exclusion(c, serves)
		if code == NoCode {
			on := choose(out.Lists, serves[c.Practice], before[c.Person], rules.Shared)
			for _, l := range on {
				list := &out.Lists[l]
				row := list.row(c, out.Cuts, before[c.Person])
				row.Rank = len(list.Rows) + 1
				if len(on) > 1 {
					row.With = slices.DeleteFunc(teamsOf(out.Lists, on), func(id string) bool { return id == row.Team })
				}
				list.Rows = append(list.Rows, row)
			}
			if len(on) > 0 {
				for _, l := range serves[c.Practice] {
					if slices.Contains(on, l) {
						out.Lists[l].Attrition.Listed++
					} else {
						out.Lists[l].Attrition.Left[MovedTeam]++
					}
				}
				out.Attrition.Listed++
				if len(before[c.Person]) > 0 {
					now[c.Person] = outcome{teams: teamsOf(out.Lists, on)}
				}
				continue
			}
			code = RankedLower
		}
		out.Attrition.Left[code]++
		for _, l := range serves[c.Practice] {
			out.Lists[l].Attrition.Left[code]++
		}
		if len(before[c.Person]) > 0 {
			now[c.Person] = outcome{code: code}
		}
	}
	out.Leavers = leavers(previous, now)
	for _, gone := range out.Leavers {
		if l, ok := lists[gone.Team]; ok {
			out.Lists[l].Leavers++
		}
	}
	out.yields(candidates, order, serves)
	return out, nil
}

// add puts those whom somebody added by hand on their lists.
func (r *Result) add(candidates []Candidate, order []int32, lists map[string]int, serves map[engine.Code][]int, before map[engine.Person][]string, now map[engine.Person]outcome) map[engine.Person]bool {
	out := map[engine.Person]bool{}
	for _, i := range order {
		c := &candidates[i]
		l, ok := lists[c.Added]
		if !ok || c.Flags&Always != 0 || c.Practice == 0 {
			continue
		}
		list := &r.Lists[l]
		list.Added = append(list.Added, list.row(c, r.Cuts, before[c.Person]))
		list.Attrition.Candidates++
		list.Attrition.Added++
		for _, o := range serves[c.Practice] {
			if o != l {
				r.Lists[o].Attrition.Candidates++
				r.Lists[o].Attrition.Left[MovedTeam]++
			}
		}
		now[c.Person] = outcome{teams: []string{c.Added}}
		out[c.Person] = true
		r.Attrition.Added++
	}
	return out
}

// row makes a person's row and counts them as joiner or stayer.
func (l *List) row(c *Candidate, cuts Cuts, before []string) Row {
	status := Joiner
	if slices.Contains(before, l.Team.ID) {
		status = Stayer
		l.Stayers++
	} else {
		l.Joiners++
	}
	return Row{Team: l.Team.ID, Person: c.Person, Probability: c.Probability, Band: cuts.Band(c.Probability), Status: status,
		Practice: c.Practice, Flags: c.Flags, Reasons: c.Reasons, Gaps: c.Gaps}
}

// choose gives the lists that take the next person: one, or with all every one
// that has room.
func choose(lists []List, of []int, before []string, all bool) []int {
	var out []int
	best := -1
	for _, l := range of {
		room := lists[l].Places - len(lists[l].Rows)
		if room <= 0 {
			continue
		}
		if all {
			out = append(out, l)
			continue
		}
		if slices.Contains(before, lists[l].Team.ID) {
			return []int{l}
		}
		// room/places, compared exactly
		if best < 0 || room*lists[best].Places > (lists[best].Places-len(lists[best].Rows))*lists[l].Places {
			best = l
		}
	}
	if best >= 0 {
		out = append(out, best)
	}
	return out
}

func teamsOf(lists []List, at []int) []string {
	var out []string
	for _, l := range at {
		out = append(out, lists[l].Team.ID)
	}
	return out
}

type outcome struct {
	teams []string // the lists now on
	code  Code
}

func leavers(previous []Place, now map[engine.Person]outcome) []Leaver {
	var out []Leaver
	for _, p := range previous {
		o, here := now[p.Person]
		switch {
		case !here:
			o.code = NoRecord
		case slices.Contains(o.teams, p.Team):
			continue
		case len(o.teams) > 0:
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
