//go:build duckdb_arrow

package night

import (
	"leftshift/engine"
	"leftshift/jobs/config"
)

// Curated gives the folder of the curated tables that the last run used, and
// the day up to which they are curated.
func Curated(c *config.Config) (dir string, asOf engine.Day, err error) {
	if dir, err = newestCuration(c.At(c.Site.Data)); err != nil {
		return "", 0, err
	}
	if dir == "" {
		return "", 0, &engine.Fault{Code: "not-curated", Say: "there is no curated record yet: run `leftshift run`, or `leftshift extract`"}
	}
	info, err := loadCuration(dir)
	if err != nil {
		return "", 0, err
	}
	asOf, ok := engine.ParseDay(info.AsOf)
	if !ok {
		return "", 0, &engine.Fault{Code: "not-curated", Say: "the curated record does not say up to which day it is curated: run the night again"}
	}
	return dir, asOf, nil
}
