//go:build duckdb_arrow

// Package night is the work of one night: from source files to published risk
// lists. Each step reads what the one before left in the data folder and
// leaves its own output in a folder named by a digest of its inputs, so that
// a run that was killed goes on where it was.
package night

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/lake"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/gap"
	"leftshift/features/outcome"
	"leftshift/jobs/config"
	"leftshift/jobs/definitions"
	"leftshift/models/registry"
)

// Night is one run's view of a site: its configuration and the declared data
// that every step reads.
type Night struct {
	Config    *config.Config
	AsOf      engine.Day
	Today     engine.Day // the day on which the run happens: consent counts from it
	Data      string     // the data folder, absolute
	Analytes  *analyte.Table
	Codelists *codelist.Library
	Catalogue *catalogue.Catalogue
	Outcomes  *outcome.Catalogue
	Gaps      *gap.Catalogue

	batches []lake.Batch
	work    *worked // what teams decided, as the digest of the lists saw it
}

// New loads what every step needs. today is the day on which the run happens.
func New(c *config.Config, asOf, today engine.Day) (*Night, error) {
	n := &Night{Config: c, AsOf: asOf, Today: today, Data: c.At(c.Site.Data)}
	set, err := definitions.Open(c)
	if err != nil {
		return nil, err
	}
	n.Analytes, n.Codelists, n.Catalogue, n.Outcomes = set.Analytes, set.Codelists, set.Catalogue, set.Outcomes
	if n.Gaps, err = gap.Load(n.Catalogue); err != nil {
		return nil, err
	}
	return n, os.MkdirAll(n.Data, 0o700)
}

// Registry is the site's store of model bundles.
func (n *Night) Registry() registry.Store {
	return registry.Store{Dir: filepath.Join(n.Data, "models")}
}

// open starts a DuckDB for a step.
func (n *Night) open(ctx context.Context) (*lake.DB, error) {
	return lake.Open(ctx, lake.Options{Threads: n.Config.Run.Workers(), MemoryMiB: n.Config.Run.Memory() / 2, Temp: filepath.Join(n.Data, "tmp")})
}

// digest names an output by everything that it depends on.
func digest(parts ...any) string {
	h := sha256.New()
	for _, p := range parts {
		text, err := json.Marshal(p)
		if err != nil {
			panic(fmt.Sprintf("night: digest of %T: %v", p, err)) // a programming error: parts are plain data
		}
		h.Write(text)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func sum(text []byte) []byte {
	s := sha256.Sum256(text)
	return s[:]
}
