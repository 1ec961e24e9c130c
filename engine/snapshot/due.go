//go:build duckdb_arrow

package snapshot

import (
	"context"

	"leftshift/engine/schema"
)

const dueFile = "due.parquet"

// HasDue says whether the snapshot tells how earlier scores came true at all.
func (s *Snapshot) HasDue() bool { return s.Has(dueFile) }

// Due is how the scores of earlier snapshots came true, by the day of the scores,
// then model. Counts are exact: whoever shows them passes them through package
// disclosure first.
func (s *Snapshot) Due(ctx context.Context) ([]schema.Due, error) {
	return rows[schema.Due](ctx, s, dueFile, "", "scored_on", "model", "part", "label")
}

// Gate is what the site holds its model to.
type Gate struct {
	Action   string   `json:"action"` // warn or hold
	Held     int      `json:"held"`   // measures held against a limit
	Breaches []Breach `json:"breaches"`
}

// Breach is a measure that is beyond its limit with the whole of its interval.
type Breach struct {
	Of      string  `json:"of"`
	Group   string  `json:"group"` // "" everyone
	Label   string  `json:"label"`
	Measure string  `json:"measure"`
	Below   bool    `json:"below"` // else above
	Limit   float64 `json:"limit"`
}

// Gate reads it; false where the snapshot does not say.
func (s *Snapshot) Gate() (Gate, bool, error) {
	var g Gate
	if !s.Has("gate.json") {
		return g, false, nil
	}
	err := s.JSON("gate.json", &g)
	return g, err == nil, err
}
