//go:build duckdb_arrow

package night

import (
	"context"
	"path/filepath"
	"slices"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/jobs/pipeline"
	"leftshift/models/explain"
)

// movedCounts are written by the step, exact: whoever shows them controls them.
type movedCounts = risklist.Moved

// tally counts why bands and lists changed. One rule holds for all: a change is
// put down to the cause that moved the person's log-odds most in the direction of
// the change, and to the places where their own risk did not go that way.
type tally struct {
	moves map[engine.Person]schema.Move
	// gone is why a person scored before is not now; "" where they are.
	gone func(engine.Person) string
}

// why is the cause of a change upwards, or downwards.
func (t *tally) why(p engine.Person, up bool) string {
	m, ok := t.moves[p]
	if !ok {
		return risklist.ByPerson
	}
	parts := m.Parts()
	cause, moved := explain.Main(parts)
	if !moved || (total(parts) > 0) != up {
		return risklist.ByPlaces
	}
	return cause.String()
}

func total(parts [schema.Causes]float64) (sum float64) {
	for _, v := range parts {
		sum += v
	}
	return sum
}

// people counts everyone scored now, with the band that they are in.
func (t *tally) people(out *movedCounts, now map[engine.Person]string) {
	out.Rose, out.Fell, out.Up, out.Down = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for p, band := range now {
		m, ok := t.moves[p]
		if !ok {
			out.New++
			continue
		}
		switch v := total(m.Parts()); {
		case v >= risklist.LeastMove:
			out.Rose[t.why(p, true)]++
		case v <= -risklist.LeastMove:
			out.Fell[t.why(p, false)]++
		default:
			out.Steady++
		}
		// In bandOrder the highest comes first.
		switch a, b := slices.Index(bandOrder, m.Band), slices.Index(bandOrder, band); {
		case a < 0 || b < 0 || a == b:
		case b < a:
			out.Up[t.why(p, true)]++
		default:
			out.Down[t.why(p, false)]++
		}
	}
}

// lists counts who joined the lists, and who left them.
func (t *tally) lists(out *movedCounts, got *risklist.Result) {
	out.Joiners, out.Leavers = map[string]int{}, map[string]int{}
	for _, l := range got.Lists {
		for _, x := range l.Rows {
			if x.Status == risklist.Joiner {
				out.Joiners[t.why(x.Person, true)]++
			}
		}
		for _, x := range l.Added {
			if x.Status == risklist.Joiner {
				out.Joiners[risklist.ByHand]++
			}
		}
	}
	for _, x := range got.Leavers {
		switch x.Reason {
		case risklist.RankedLower:
			out.Leavers[t.why(x.Person, false)]++
		case risklist.NoRecord:
			out.Leavers[t.gone(x.Person)]++
		default:
			out.Leavers[x.Reason.String()]++
		}
	}
}

// countMoves counts what moved since the snapshot before.
func (n *Night) countMoves(ctx context.Context, r *pipeline.Run, was *earlierNight, moves map[engine.Person]schema.Move) (out movedCounts, err error) {
	out.Previous, out.Since = was.Name, was.asOf.String()
	db, err := n.open(ctx)
	if err != nil {
		return out, err
	}
	defer db.Close()
	residents, err := lake.Rows[schema.Resident](ctx, db, filepath.Join(r.Output("lists"), "resident.parquet"), "")
	if err != nil {
		return out, err
	}
	now := make(map[engine.Person]string, len(residents))
	for _, x := range residents {
		now[x.Person] = x.Band
	}
	others, err := n.excluded(ctx, db, r.Output("curate"), placesIn(residents))
	if err != nil {
		return out, err
	}
	code := make(map[engine.Person]string, len(others))
	for _, c := range others {
		if codes := c.Flags.Codes(); len(codes) > 0 {
			code[c.Person] = codes[0].String()
		}
	}
	withheld, err := n.consent()
	if err != nil {
		return out, err
	}
	t := &tally{moves: moves, gone: func(p engine.Person) string {
		if withheld.set.Reason(p) != "" {
			return risklist.OptedOut.String()
		}
		if c := code[p]; c != "" {
			return c
		}
		return risklist.NoRecord.String()
	}}
	t.people(&out, now)
	out.Gone = map[string]int{}
	for p := range was.score {
		if _, here := now[p]; !here {
			out.Gone[t.gone(p)]++
		}
	}
	got, err := loadLists(r.Output("lists"))
	if err != nil {
		return out, err
	}
	t.lists(&out, got)
	return out, nil
}

func placesIn(residents []schema.Resident) []place {
	out := make([]place, len(residents))
	for i, x := range residents {
		out[i].Person = x.Person
	}
	return out
}
