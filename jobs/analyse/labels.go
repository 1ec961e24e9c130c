//go:build duckdb_arrow

package analyse

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
)

// Labels are the finished outcomes of the model in service.
type Labels struct {
	Model string
	Index engine.Day
	of    map[engine.Person]schema.TestRow
}

// ReadLabels reads the evaluation of a snapshot, whose rows are of the model
// that lists are ranked by first. Nil when it holds none.
func ReadLabels(ctx context.Context, db *lake.DB, path, model string) (*Labels, error) {
	rows, err := lake.Rows[schema.TestRow](ctx, db, path, "")
	if err != nil {
		return nil, err
	}
	out := &Labels{Model: model, Index: engine.NoDay, of: map[engine.Person]schema.TestRow{}}
	for _, x := range rows {
		if x.Model == model && (out.Index == engine.NoDay || x.Index == out.Index) {
			out.Index = x.Index
			out.of[x.Person] = x
		}
	}
	if len(out.of) == 0 {
		return nil, nil
	}
	return out, nil
}
