//go:build duckdb_arrow

package night

import (
	"path/filepath"
	"sort"

	"leftshift/engine"
	"leftshift/jobs/config"
)

// SourceSum is the first sum of one source: what became of its records.
type SourceSum struct {
	Source      string           `json:"source"`
	In          int64            `json:"in"`
	Accepted    int64            `json:"accepted"`
	Reference   int64            `json:"reference"`
	Pending     int64            `json:"pending"`
	Quarantined int64            `json:"quarantined"`
	Withheld    int64            `json:"withheld"`
	Reasons     map[string]int64 `json:"reasons"`
	Tables      map[string]int64 `json:"tables"`
}

// Reconciliation reads the sums of the newest curation, by source. It fails
// when the dispositions of any file do not add up to what came in.
func Reconciliation(c *config.Config) ([]SourceSum, error) {
	dir, err := newestCuration(c.At(c.Site.Data))
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return nil, &engine.Fault{Code: "no-curation", Say: "nothing has been extracted yet: run `leftshift extract`"}
	}
	cur, err := loadCuration(dir)
	if err != nil {
		return nil, err
	}
	bySource := map[string]*SourceSum{}
	for _, f := range cur.Feeds {
		if f.In != f.Accepted+f.Reference+f.Pending+f.Quarantined+f.Withheld {
			return nil, &engine.Fault{Code: "dispositions", Say: "the dispositions of " + filepath.Base(f.File) + " do not add up to what came in; report this to the developers"}
		}
		s := bySource[f.Source]
		if s == nil {
			s = &SourceSum{Source: f.Source, Reasons: map[string]int64{}, Tables: map[string]int64{}}
			bySource[f.Source] = s
		}
		s.In += f.In
		s.Accepted += f.Accepted
		s.Reference += f.Reference
		s.Pending += f.Pending
		s.Quarantined += f.Quarantined
		s.Withheld += f.Withheld
		for k, v := range f.Reasons {
			s.Reasons[k] += v
		}
		for k, v := range f.Tables {
			s.Tables[k] += v
		}
	}
	out := make([]SourceSum, 0, len(bySource))
	for _, s := range bySource {
		out = append(out, *s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Source < out[j].Source })
	return out, nil
}
