//go:build duckdb_arrow

package night

import (
	"math"
	"sort"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
	"leftshift/models/explain"
)

// topReasons is how many reasons are told of a person's score. One more row
// sums everything else as "other recorded factors".
const topReasons = 5

// stories gathers columns that tell one story, as the catalogue says: the same
// feature over several windows, a condition with the times it was recorded.
// Their contributions are added, and the column that gives most is the one told.
// Columns that the reader may not see, and silent ones, are never told: they are
// in the row of other factors, which everyone has and which holds what is seldom
// or little too, so that neither its presence nor its size tells a secret.
type stories struct {
	of    []int // story of each contribution column, -1 for one that is not told
	count int
	at    []int
}

func newStories(c *explain.Contributions, m *matrix.Matrix, hide bool, silent map[string]bool) *stories {
	s := &stories{of: make([]int, len(c.Columns)), at: make([]int, len(c.Columns))}
	byStem := map[string]int{}
	for j, id := range c.Columns {
		s.at[j] = m.Find(id)
		if silent[id] || hide && m.Columns[s.at[j]].Display == matrix.DisplayClinician {
			s.of[j] = -1
			continue
		}
		stem := m.Columns[s.at[j]].Story
		if stem == "" { // a column of no catalogue, which gives each its story
			stem = id
		}
		n, ok := byStem[stem]
		if !ok {
			n = s.count
			byStem[stem] = n
			s.count++
		}
		s.of[j] = n
	}
	return s
}

// reasons gives the top reasons of row i, greatest contribution first by
// absolute value, equal ones in column order, and the rest as one. They add up
// to the row's contributions.
func (s *stories) reasons(model string, person engine.Person, c *explain.Contributions, m *matrix.Matrix, i int, on engine.Day) []schema.Reason {
	type story struct {
		sum  float64
		best int // contribution column
	}
	sums := make([]story, s.count)
	for n := range sums {
		sums[n].best = -1
	}
	row := c.Values[i]
	for j, v := range row {
		if s.of[j] < 0 {
			continue
		}
		x := &sums[s.of[j]]
		x.sum += v
		if x.best < 0 || math.Abs(v) > math.Abs(row[x.best]) {
			x.best = j
		}
	}
	order := make([]int, 0, s.count)
	for n, x := range sums {
		if x.sum != 0 {
			order = append(order, n)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return math.Abs(sums[order[a]].sum) > math.Abs(sums[order[b]].sum) })
	if len(order) > topReasons {
		order = order[:topReasons]
	}
	told := make([]bool, s.count)
	out := make([]schema.Reason, 0, len(order)+1)
	for k, n := range order {
		told[n] = true
		at := s.at[sums[n].best]
		last := engine.NoDay
		if m.Last[at] != nil {
			last = engine.Day(m.Last[at][i])
		}
		out = append(out, schema.Reason{Person: person, Model: model, Rank: uint8(k + 1), Feature: m.Columns[at].ID,
			Contribution: sums[n].sum, Text: catalogue.Sentence(m.Columns[at], m.Values[at][i], last, on)})
	}
	rest := 0.0
	for j, v := range row {
		if s.of[j] < 0 || !told[s.of[j]] {
			rest += v
		}
	}
	return append(out, schema.Reason{Person: person, Model: model, Rank: uint8(len(out) + 1), Feature: schema.OtherFactors, Contribution: rest, Text: "Other recorded factors"})
}
