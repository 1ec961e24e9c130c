//go:build duckdb_arrow

package snapshot

import (
	"context"

	"leftshift/engine/schema"
)

const (
	flowFile         = "flow.parquet"
	stoppedFile      = "stopped.parquet"
	completenessFile = "completeness.parquet"
)

// HasFlows says whether the snapshot tells which kinds of record come of whose
// people at all: one of an earlier version of the program does not.
func (s *Snapshot) HasFlows() bool { return s.Has(flowFile) && s.Has(completenessFile) }

// Flows is how much of each kind of record became known, by practice, source,
// kind and window. Counts are exact: whoever shows them passes them through
// package disclosure first.
func (s *Snapshot) Flows(ctx context.Context) ([]schema.FlowRow, error) {
	return rows[schema.FlowRow](ctx, s, flowFile, "", "practice", "source", "kind", "window_back")
}

// Stopped are the flows that used to come and have stopped, by source and kind.
func (s *Snapshot) Stopped(ctx context.Context) ([]schema.StoppedRow, error) {
	return rows[schema.StoppedRow](ctx, s, stoppedFile, "", "source", "kind", "practice")
}

// Completeness is how many people have each kind of record, by practice, kind and
// source. Counts are exact, as of Flows.
func (s *Snapshot) Completeness(ctx context.Context) ([]schema.Completeness, error) {
	return rows[schema.Completeness](ctx, s, completenessFile, "", "practice", "kind", "source")
}
