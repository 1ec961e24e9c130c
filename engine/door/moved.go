//go:build duckdb_arrow

package door

import (
	"math"
	"slices"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
)

// Moved is how a person's risk moved since the snapshot before.
type Moved struct {
	Since engine.Day
	Risk  string      // "from about 12 to about 18 in 100", or of bands; "" where the risk may not be read
	New   bool        // they were not scored then: nothing is to be compared
	Parts []MovedPart // the greatest first, other recorded factors last; none: nothing moved it
}

// MovedPart is one thing that moved the risk.
type MovedPart struct {
	Text   string
	Kind   string // what kind of change it is
	Raises bool
}

// kindWords head a part.
var kindWords = map[string]string{
	schema.ByModel.String(): "The model", schema.ByDefinitions.String(): "How the record is read", schema.BySources.String(): "What sources show",
	schema.ByNew.String(): "New in the record", schema.ByGone.String(): "No longer counts", schema.ByChanged.String(): "Changed in the record",
	schema.ByTime.String(): "Time has passed", schema.OtherFactors: "Other",
}

// movedOf tells a move as far as the reader may read it; nil where the snapshot
// was not compared with one before it, where the person is not scored now, and
// where nothing of it may be read.
func (d *Doors) movedOf(s *snapshot.Snapshot, told *snapshot.Told, columns access.Columns, display access.Display) (*Moved, error) {
	if !s.HasMoves() || !columns.Has(access.ColumnRisk) && !columns.Has(access.ColumnReasons) {
		return nil, nil
	}
	counts, err := s.Moved()
	if err != nil {
		return nil, err
	}
	out := &Moved{}
	out.Since, _ = engine.ParseDay(counts.Since)
	if told.Move.Person == 0 {
		if !slices.ContainsFunc(told.Scores, func(x schema.Score) bool { return x.Model == s.Model.Name && !math.IsNaN(x.Probability) }) {
			return nil, nil
		}
		out.New = true
		return out, nil
	}
	if columns.Has(access.ColumnRisk) {
		for _, x := range told.Scores {
			if x.Model == s.Model.Name {
				out.Risk = d.movedWords(&told.Move, x)
			}
		}
	}
	if columns.Has(access.ColumnReasons) {
		parts := told.Moves
		if display == access.DisplayClinician {
			parts = told.ClinicianMoves
		}
		for _, x := range parts {
			if x.Change != 0 {
				out.Parts = append(out.Parts, MovedPart{x.Text, kindWords[x.Cause], x.Change > 0})
			}
		}
	}
	return out, nil
}

// movedWords is a move in words: chances where the model's calibration here is
// approved, else the bands alone.
func (d *Doors) movedWords(m *schema.Move, now schema.Score) string {
	switch {
	case d.opt.Chances:
		return risklist.MoveWords(m.Before, now.Probability)
	case m.Band == now.Band:
		return now.Band + " risk, as before"
	}
	return "from the " + m.Band + " to the " + now.Band + " band"
}
