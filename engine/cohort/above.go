package cohort

import (
	"context"
	"math"
	"strconv"
	"strings"
)

// CutOff reads a cut-off of a score: 0.2, or 20% of a chance.
func CutOff(text string) (float64, error) {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 1e9 {
		return 0, fault("cohort-value", "a cut-off is a number, such as 0.2, or 20%%: enter one")
	}
	if percent {
		v /= 100
	}
	return v, nil
}

// Above says what the people of a cohort from a cut-off of a score on would give
// each label of a dimension to do, practice or team; def nil is everyone.
// Expected events are by the model that ranks lists, and Everyone's are those of
// all people of the label, in the cohort or not.
func (k *Desk) Above(ctx context.Context, def *Definition, score string, atLeast float64, by string) (*Workload, error) {
	n, err := k.cut(score, atLeast)
	if err != nil {
		return nil, err
	}
	if def != nil {
		if err := k.fits(def); err != nil {
			return nil, err
		}
		n = Node{All: []Node{def.Where, n}}
	}
	dim := k.dimension(by)
	if dim < 0 {
		return nil, noDimension()
	}
	var out *Workload
	if err := k.ask(ctx, request{A: raw(n), Alone: true}, func(r reply) { out = r.workload(dim) }); err != nil {
		return nil, err
	}
	out.Snapshot, out.AsOf = k.snapshot, k.asOf
	return out, nil
}

func noDimension() error {
	return fault("cohort-dimension", "there is no such way to divide people: choose one of the make-up tables")
}
