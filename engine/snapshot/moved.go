//go:build duckdb_arrow

package snapshot

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
)

// The files of what moved since the snapshot before.
const (
	moveFile          = "move.parquet"
	moveToldFile      = "move_reason.parquet"
	moveClinicianFile = "move_reason_clinician.parquet"
	movedFile         = "moved.json"
)

// HasMoves says whether the snapshot was compared with one before it.
func (s *Snapshot) HasMoves() bool { return s.Has(moveFile) }

// Moved is what moved since the snapshot before; not Known where the snapshot was
// not compared with one, as a first one is not. The counts are exact.
func (s *Snapshot) Moved() (*risklist.Moved, error) {
	var m risklist.Moved
	if !s.Has(movedFile) {
		return &m, nil
	}
	return &m, s.JSON(movedFile, &m)
}

// tellMoves adds how the risks of people moved.
func (s *Snapshot) tellMoves(ctx context.Context, where string, told map[engine.Person]*Told) error {
	if err := put(ctx, s, moveFile, where, func(x *schema.Move) {
		if t := told[x.Person]; t != nil {
			t.Move = *x
		}
	}, "person"); err != nil {
		return err
	}
	for clinician, file := range []string{moveToldFile, moveClinicianFile} {
		if err := put(ctx, s, file, where, func(x *schema.MoveReason) {
			switch t := told[x.Person]; {
			case t == nil:
			case clinician == 1:
				t.ClinicianMoves = append(t.ClinicianMoves, *x)
			default:
				t.Moves = append(t.Moves, *x)
			}
		}, "person", "rank"); err != nil {
			return err
		}
	}
	return nil
}
