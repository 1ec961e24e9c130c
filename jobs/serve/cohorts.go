//go:build duckdb_arrow

package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"leftshift/engine/cohort"
	"leftshift/engine/disclosure"
	"leftshift/engine/door"
	"leftshift/features/catalogue"
	"leftshift/jobs/config"
	"leftshift/jobs/definitions"
)

// openCohorts opens what counting cohorts needs: the ledger of what was told,
// the definitions, in the site's folder and in the state, and the PLUS groups.
func openCohorts(c *config.Config) (*door.Cohorts, error) {
	plus, err := plusGroups(c)
	if err != nil {
		return nil, err
	}
	state := c.At(c.Serve.State)
	ledger, err := cohort.OpenLedger(state, nil)
	if err != nil {
		return nil, err
	}
	return &door.Cohorts{Ledger: ledger, Shelf: &cohort.Shelf{Site: c.At(c.Site.Cohorts), State: filepath.Join(state, "cohorts")}, Most: c.Cohorts.Most, Each: c.Cohorts.Each, Plus: plus}, nil
}

// mostPlus is the most bytes of a PLUS group's file.
const mostPlus = 256 << 10

// plusGroups reads the PLUS groups that the configuration names and holds them
// to the catalogue, that of the site's own features included. What is wrong is
// told by line, of the configuration and of a group's file. A snapshot that was
// made before a feature was declared is counted without the group.
func plusGroups(c *config.Config) ([]cohort.Plus, error) {
	if len(c.Cohorts.Plus) == 0 {
		return nil, nil
	}
	set, err := definitions.OpenAt(definitions.Of(c))
	if err != nil {
		return nil, err
	}
	known, err := CatalogueFields(set.Catalogue.References(set.Codelists, c.AsOf(time.Now()).String()))
	if err != nil {
		return nil, err
	}
	var out []cohort.Plus
	var bad []config.Fault
	for i, g := range c.Cohorts.Plus {
		at := fmt.Sprintf("cohorts.plus[%d]", i)
		p := cohort.Plus{ID: g.ID, Name: g.Name, Feature: g.Feature}
		if g.Feature == "" {
			if p.Text, err = plusFile(c.At(g.File)); err != nil {
				bad = append(bad, config.Fault{Path: at + ".file", Code: "cohort-unread", Text: "the file cannot be read, or is longer than 256 KiB: correct its path"})
				continue
			}
		}
		for _, w := range known.Faults(p) {
			x := config.Fault{Path: at + ".feature", Code: w.Code, Text: "no feature of docs/FEATURES.md or of the site's own has this id: correct it"}
			if g.Feature == "" {
				x.Path, x.Text = at+".file", w.Say
				if w.Line > 0 {
					x.Text = fmt.Sprintf("line %d of the file: %s", w.Line, w.Say)
				}
			}
			bad = append(bad, x)
		}
		out = append(out, p)
	}
	return out, c.Refuse(bad)
}

func plusFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostPlus+1))
	if err == nil && len(text) > mostPlus {
		err = errors.New("too long")
	}
	return text, err
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
