//go:build duckdb_arrow

package snapshot

import (
	"context"
	"path/filepath"
	"slices"

	"leftshift/engine"
)

// Earlier opens a snapshot of the data folder by its name, beside the current
// one. Close it. A Fault with code snapshot-unknown says that there is none of
// that name, or that it was recalled.
func (h *Holder) Earlier(ctx context.Context, name string) (*Snapshot, error) {
	all, err := h.Published()
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, func(p Published) bool { return p.Name == name && p.AsOf != "" && !p.Recalled }) {
		return nil, &engine.Fault{Code: "snapshot-unknown", Say: "there is no such snapshot, or it was recalled: choose one of those that stand"}
	}
	return Open(ctx, filepath.Join(h.data, "snapshots", name))
}
