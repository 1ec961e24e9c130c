//go:build duckdb_arrow

package serve

import (
	"context"

	"leftshift/engine/door"
	"leftshift/jobs/config"
	"leftshift/jobs/ledger"
)

// runs reads what ran from the ledger of a site's nights.
func runs(c *config.Config) door.Runs {
	return func(_ context.Context, most int) ([]door.Run, error) {
		l, err := ledger.Open(c.At(c.Site.Data), ledger.Options{})
		if err != nil {
			return nil, err
		}
		defer l.Close()
		all, err := l.Runs(most)
		if err != nil {
			return nil, err
		}
		out := make([]door.Run, len(all))
		for i, r := range all {
			state := string(r.State)
			if r.Stale {
				state = "lost"
			}
			out[i] = door.Run{ID: r.ID, Job: r.Job, State: state, Attempt: r.Attempt, Code: r.Code, Started: r.Started, Ended: r.Ended}
		}
		return out, nil
	}
}
