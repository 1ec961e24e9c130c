//go:build duckdb_arrow

package night

import (
	"math"
	"regexp"
	"sort"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
	"leftshift/models/explain"
)

// topReasons is how many reasons a person's score is published with.
const topReasons = 5

// stories gathers columns that tell one story: the same feature over several
// windows. Their contributions are added, and the column that gives most is
// the one told. Columns that the reader may not see are one story together.
type stories struct {
	of    []int // story of each contribution column
	count int
	other int // story of hidden columns, or -1
	at    []int
	cols  []matrix.Column
}

var window = regexp.MustCompile(`_(\d+d|ever)$`)

func newStories(c *explain.Contributions, m *matrix.Matrix, hide bool) *stories {
	s := &stories{of: make([]int, len(c.Columns)), at: make([]int, len(c.Columns)), cols: m.Columns, other: -1}
	byStem := map[string]int{}
	for j, id := range c.Columns {
		at := m.Find(id)
		s.at[j] = at
		if hide && m.Columns[at].Display == matrix.DisplayClinician {
			if s.other < 0 {
				s.other = s.count
				s.count++
			}
			s.of[j] = s.other
			continue
		}
		stem := window.ReplaceAllString(id, "")
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

// of gives the top reasons of row i, greatest contribution first by absolute
// value, equal ones in column order.
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
	out := make([]schema.Reason, len(order))
	for k, n := range order {
		r := schema.Reason{Person: person, Model: model, Rank: uint8(k + 1), Contribution: sums[n].sum}
		if n == s.other {
			r.Feature, r.Text = explain.OtherFactors, "Other recorded factors"
		} else {
			at := s.at[sums[n].best]
			last := engine.NoDay
			if m.Last[at] != nil {
				last = engine.Day(m.Last[at][i])
			}
			r.Feature = m.Columns[at].ID
			r.Text = catalogue.Sentence(m.Columns[at], m.Values[at][i], last, on)
		}
		out[k] = r
	}
	return out
}
