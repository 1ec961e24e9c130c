//go:build duckdb_arrow

package night

import (
	"math"
	"sort"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/matrix"
)

// topMoves is how many stories are told of a move, beside the model and the
// definitions; leastMove the log-odds below which a story is not told, about a
// hundredth of the odds. The rest is one row of other factors.
const (
	topMoves  = 3
	leastMove = 0.01
)

// change is one row's move, as it may be told.
type change struct {
	person   engine.Person
	on       engine.Day
	model    float64        // log-odds
	slope    float64        // of the calibrated log-odds, by margin
	shift    []float64      // by column of the model
	cause    []schema.Cause // by column of the model
	from, to *matrix.Matrix
	row      int // of from and to
}

// tell gives the parts of a move as a reader may see them, who sees the stories
// of s. They add up to the move. None where nothing moved: no row of other
// factors either, for the score then says so by itself.
func (x *change) tell(s *stories) []schema.MoveReason {
	type story struct {
		sum  float64
		best int
	}
	sums := make([]story, s.count)
	for n := range sums {
		sums[n].best = -1
	}
	definitions, rest, moved := 0.0, 0.0, x.model != 0
	for j, v := range x.shift {
		if v == 0 {
			continue
		}
		moved = true
		v *= x.slope
		switch n := s.of[j]; {
		case n < 0:
			rest += v
		case x.cause[j] == schema.ByDefinitions:
			definitions += v
		default:
			sums[n].sum += v
			if b := sums[n].best; b < 0 || math.Abs(x.shift[j]) > math.Abs(x.shift[b]) {
				sums[n].best = j
			}
		}
	}
	if !moved {
		return nil
	}
	var out []schema.MoveReason
	add := func(cause schema.Cause, feature, text string, v float64) {
		out = append(out, schema.MoveReason{Person: x.person, Cause: cause.String(), Feature: feature, Change: v, Text: text})
	}
	order := make([]int, 0, len(sums))
	for n := range sums {
		if math.Abs(sums[n].sum) >= leastMove {
			order = append(order, n)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return math.Abs(sums[order[a]].sum) > math.Abs(sums[order[b]].sum) })
	told := map[int]bool{}
	for _, n := range order[:min(len(order), topMoves)] {
		told[n] = true
		j := sums[n].best
		at := s.at[j]
		last := engine.NoDay
		if x.to.Last[at] != nil {
			last = engine.Day(x.to.Last[at][x.row])
		}
		col := x.to.Columns[at]
		add(x.cause[j], col.ID, moveText(x.cause[j], col, x.from.Values[at][x.row], x.to.Values[at][x.row], last, x.on), sums[n].sum)
	}
	for n := range sums {
		if !told[n] {
			rest += sums[n].sum
		}
	}
	if x.model != 0 {
		add(schema.ByModel, "", "The model that makes the estimate was replaced", x.model)
	}
	if definitions != 0 {
		add(schema.ByDefinitions, "", "How the record is read was changed: features or code lists, with what was recorded under them", definitions)
	}
	sort.SliceStable(out, func(a, b int) bool { return math.Abs(out[a].Change) > math.Abs(out[b].Change) })
	out = append(out, schema.MoveReason{Person: x.person, Cause: schema.OtherFactors, Change: rest, Text: "Other recorded factors"})
	for k := range out {
		out[k].Rank = uint8(k + 1)
	}
	return out
}
