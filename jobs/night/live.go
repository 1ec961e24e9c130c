//go:build duckdb_arrow

package night

import (
	"context"
	"path/filepath"

	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/jobs/report"
	"leftshift/models/evaluate"
)

// stoppedLines are the flows that stopped, for the night report.
func stoppedLines(ctx context.Context, db *lake.DB, out string) ([]report.Stopped, error) {
	rows, err := lake.Rows[schema.StoppedRow](ctx, db, filepath.Join(out, stoppedFile), "", "source", "kind", "practice")
	var lines []report.Stopped
	for _, x := range rows {
		lines = append(lines, report.Stopped{Practice: x.Practice, Kind: kindWords(x.Kind), Source: x.Source, Nothing: x.Code == "ceased", Last: x.Last})
	}
	return lines, err
}

// liveLines are how the scores of a model came true, for the night report.
func liveLines(due []schema.Due, model string) []report.Live {
	var out []report.Live
	for _, x := range due {
		if x.Model == model && x.By == schema.DueEveryone {
			n := func(v float64) evaluate.Number { return evaluate.Number(v) }
			out = append(out, report.Live{AsOf: x.AsOf, Due: x.DueOn, Measured: x.People >= 0, People: int(max(x.People, 0)), Events: x.Events, Weight: x.Weight, Expected: x.Expected,
				Ratio: evaluate.Estimate{Value: n(x.Ratio), Low: n(x.RatioLow), High: n(x.RatioHigh)}})
		}
	}
	return out
}
