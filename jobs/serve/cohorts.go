//go:build duckdb_arrow

package serve

import (
	"context"
	"encoding/json"
	"path/filepath"

	"leftshift/engine/cohort"
	"leftshift/engine/disclosure"
	"leftshift/engine/door"
	"leftshift/features/catalogue"
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

// CohortFields is what may be asked of the current snapshot: a Fault with code
// no-snapshot where there is none.
func (s *Site) CohortFields(ctx context.Context) (*cohort.Dictionary, error) {
	now, done, err := s.snapshots.Use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return s.cohorts.Dictionary(ctx, now, disclosure.Rule{Small: s.c.Report.SmallNumber, RoundTo: s.c.Report.RoundTo})
}

// CatalogueFields is what may be asked of a snapshot of these features, the
// scores left out.
func CatalogueFields(features []catalogue.Reference) (*cohort.Dictionary, error) {
	text, err := json.Marshal(features)
	if err != nil {
		return nil, err
	}
	fields, err := cohort.FeatureFields(text)
	if err != nil {
		return nil, err
	}
	return cohort.NewDictionary(fields)
}
