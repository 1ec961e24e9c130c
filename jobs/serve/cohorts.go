//go:build duckdb_arrow

package serve

import (
	"path/filepath"

	"leftshift/engine/cohort"
	"leftshift/engine/door"
	"leftshift/jobs/config"
)

// openCohorts opens what counting cohorts needs: the ledger of what was told,
// and the definitions, in the site's folder and in the state.
func openCohorts(c *config.Config) (*door.Cohorts, error) {
	state := c.At(c.Serve.State)
	ledger, err := cohort.OpenLedger(state, nil)
	if err != nil {
		return nil, err
	}
	return &door.Cohorts{Ledger: ledger, Shelf: &cohort.Shelf{Site: c.At(c.Site.Cohorts), State: filepath.Join(state, "cohorts")}}, nil
}

func closeCohorts(c *door.Cohorts) {
	if c != nil {
		c.Close()
		_ = c.Ledger.Close()
	}
}
