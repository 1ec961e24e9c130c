//go:build duckdb_arrow

package night

import (
	"context"
	"path/filepath"

	"leftshift/engine/snapshot"
	"leftshift/jobs/pipeline"
)

// The files of a move: everyone scored in both snapshots, what may be told of
// each to anyone on the care team, and to clinicians, and counts of them.
const (
	movedFile          = "move.parquet"
	movedToldFile      = "move_reason.parquet"
	movedClinicianFile = "move_reason_clinician.parquet"
	movedCountFile     = "moved.json"
)

// stepMoved says why everyone's risk is another than in the snapshot before.
// That one holds what is needed: the risks and the values that gave them.
func (n *Night) stepMoved() pipeline.Step {
	return pipeline.Step{
		Name: "moved", Keep: 1,
		Digest: func(_ context.Context, r *pipeline.Run) (string, error) {
			was, err := n.earlier()
			if err != nil {
				return "", err
			}
			return digest(r.Identity("score"), r.Identity("lists"), r.Identity("features"), was.Name, n.silent()), nil
		},
		Do: n.moved,
	}
}

// earlier is the newest published snapshot of an earlier as-of date; its zero
// value where there is none.
func (n *Night) earlier() (out snapshot.Manifest, err error) {
	name, _, err := n.previous()
	if err != nil || name == "" {
		return out, err
	}
	all, err := snapshot.All(n.Data)
	for _, m := range all {
		if m.Name == name {
			out = m
		}
	}
	return out, err
}

// moved writes who moved and why, or no more than empty counts where there is
// nothing to compare with.
func (n *Night) moved(ctx context.Context, r *pipeline.Run, dir string) error {
	var counts movedCounts
	was, why, err := n.readEarlier(ctx)
	if err != nil {
		return err
	}
	_, bundle, err := n.serving()
	if err != nil {
		return err
	}
	switch {
	case was == nil:
	case bundle == nil:
		why = "no fitted model serves tonight"
	default:
		why = was.unlike(bundle)
	}
	if was != nil && why == "" {
		moves, err := n.compare(ctx, r, was, bundle.Primary(), dir)
		if err != nil {
			return err
		}
		if counts, err = n.countMoves(ctx, r, was, moves); err != nil {
			return err
		}
		r.Count("people compared", int64(len(moves)))
	} else if why != "" {
		r.Warn("moved-not-compared", "why risks moved since the snapshot before is not said, for "+why+": the next night compares itself with this one")
	}
	return writeJSON(filepath.Join(dir, movedCountFile), counts)
}
