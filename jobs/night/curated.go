//go:build duckdb_arrow

package night

import (
	"path/filepath"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/compute"
	"leftshift/jobs/config"
	"leftshift/jobs/pipeline"
)

// Curated gives the folder of the curated tables that the last run used, and
// the day up to which they are curated. Every file of it is there, with its
// length; that its bytes are what they were is for a run to see.
func Curated(c *config.Config) (dir string, asOf engine.Day, err error) {
	if dir, err = newestCuration(c.At(c.Site.Data)); err != nil {
		return "", 0, err
	}
	if dir == "" {
		return "", 0, notCurated()
	}
	if err := pipeline.Whole(dir, false); err != nil {
		return "", 0, err
	}
	info, err := loadCuration(dir)
	if err != nil {
		return "", 0, err
	}
	asOf, ok := engine.ParseDay(info.AsOf)
	if !ok {
		return "", 0, &engine.Fault{Code: "output-damaged", Say: "the curated record does not say up to which day it is curated: run the night again"}
	}
	return dir, asOf, nil
}

// notCurated says what to do when no run has curated anything.
func notCurated() error {
	return &engine.Fault{Code: "not-curated", Say: "there is no curated record yet: run `leftshift run`, or `leftshift extract`"}
}

// Features are where the last features of everyone are.
type Features struct {
	Values, Last string // Parquet, as package matrix writes them
	Columns      []catalogue.Reference
}

// ComputedFeatures gives the features that the last run used, held to the
// checksums of their manifest: what is damaged must not be handed on. The Fault
// "features-missing" says that there are none yet.
func ComputedFeatures(c *config.Config) (*Features, error) {
	missing := &engine.Fault{Code: "features-missing", Say: "there are no features of everyone yet: run `leftshift features`"}
	dir, err := newestOutput(c.At(c.Site.Data), "features")
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return nil, missing
	}
	if err := pipeline.Whole(dir, true); err != nil {
		return nil, err
	}
	if !exists(filepath.Join(dir, columnsFile)) { // an earlier version of the program wrote none
		return nil, missing
	}
	out := &Features{Values: filepath.Join(dir, compute.ValuesFile), Last: filepath.Join(dir, compute.LastFile)}
	return out, readJSON(filepath.Join(dir, columnsFile), &out.Columns)
}

// columnsFile says beside the values what each column means.
const columnsFile = "feature_columns.json"
