//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"leftshift/engine"
	"leftshift/engine/worklist"
	"leftshift/features/kernel"
	"leftshift/jobs/config"
	"leftshift/jobs/pipeline"
	"leftshift/models/registry"
	"leftshift/models/train"
)

// actStates are the states in which something was done that can change what
// happens to a person. To look at a record, or to be told no, changes nothing.
var actStates = []worklist.State{worklist.Contacted, worklist.Accepted, worklist.Referred, worklist.Done}

// acted gives the days on which people were acted on, as far as the worklist
// still holds them; nil where the site has none.
func (n *Night) acted(ctx context.Context) (map[engine.Person][]engine.Day, error) {
	folder := n.Config.At(n.Config.Serve.State)
	if _, err := os.Stat(filepath.Join(folder, worklist.File)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	store, err := openWork(n.Config)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	out := map[engine.Person][]engine.Day{}
	for e, err := range store.Evaluation(ctx, "") {
		if err != nil {
			return nil, err
		}
		for _, s := range actStates {
			if day, ok := e.Reached[s]; ok && day <= n.AsOf {
				out[e.Person] = append(out[e.Person], day)
			}
		}
	}
	for p := range out {
		slices.Sort(out[p])
		out[p] = slices.Compact(out[p])
	}
	return out, nil
}

// actedLines say all of it, for the identity of a training.
func actedLines(acted map[engine.Person][]engine.Day) (out []string) {
	for _, p := range slices.Sorted(maps.Keys(acted)) {
		out = append(out, fmt.Sprintf("%d %v", p, acted[p]))
	}
	return out
}

// guard keeps the sample's follow-up from teaching what the lists themselves did,
// as the configuration has it, and gives what the card says of it. got is what
// the sample was made of.
func (n *Night) guard(ctx context.Context, r *pipeline.Run, got *kernel.Result, s *train.Sample) (*registry.Guard, error) {
	g := &registry.Guard{Kind: n.Config.Train.Guard, Lasting: n.Config.Train.Lasting}
	acted, err := n.acted(ctx)
	if err != nil {
		return nil, err
	}
	if g.Kind != config.GuardExclude || len(acted) == 0 {
		longest := engine.Day(slices.Max(n.Config.Model.Horizons))
		for i, p := range s.Person { // nothing is done about these
			if slices.ContainsFunc(acted[p], func(d engine.Day) bool { return d > s.Index[i]-engine.Day(g.Lasting) && d <= s.Index[i]+longest }) {
				g.Rows++
			}
		}
		if g.Rows > 0 {
			r.Warn("train-without-guard", "people were acted on within the outcome windows of the training, and train.guard is \"none\": the model can take those who were helped for people at low risk")
		}
		return g, nil
	}
	score, err := n.listScore(got)
	if err != nil {
		return nil, err
	}
	done, err := s.Guard(train.Guard{Acted: acted, Score: score, Lasting: g.Lasting})
	if err != nil {
		return nil, err
	}
	g.Rows, g.Greatest = done.Rows, done.Greatest
	r.Count("person-dates guarded", int64(done.Rows))
	return g, nil
}

// listsBy is the bundle by which lists are made now; "" none.
func (n *Night) listsBy() (string, error) {
	if id := n.Config.Model.Bundle; id != "" {
		return id, nil
	}
	a, _, err := n.Registry().Approved()
	return a.Bundle, err
}

// listScore is the score, by row of the sample, of the model that serves now, by
// which the newest lists were made.
func (n *Night) listScore(got *kernel.Result) ([]float64, error) {
	id, err := n.listsBy()
	if err != nil {
		return nil, err
	}
	lost := func(err error) error {
		return &engine.Fault{Code: "train-guard-score", Say: "people on lists were acted on, and the model that made the lists cannot score the people of the index dates, so train.guard has nothing to compare them by: restore that model and its features, or set train.guard to \"none\"", Err: err}
	}
	if id == "" {
		return nil, lost(nil)
	}
	b, err := n.Registry().Get(id)
	if err != nil {
		return nil, lost(err)
	}
	all, err := b.Primary().Margin(got.Matrix)
	if err != nil {
		return nil, lost(err)
	}
	var out []float64
	for i, l := range got.Labels[0] { // as sample keeps rows
		if l.AtRisk() {
			out = append(out, all[i])
		}
	}
	return out, nil
}
