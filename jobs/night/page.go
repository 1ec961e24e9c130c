//go:build duckdb_arrow

package night

import (
	"context"
	"path/filepath"
	"slices"
	"sort"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/jobs/config"
	"leftshift/models/evaluate"
)

// PageData is what the closing page of a run shows.
type PageData struct {
	AsOf                  engine.Day
	Snapshot              string
	Bundle                string
	Scored, Listed, Lists int64
	Horizon               int
	TestIndex             string
	// Of the primary model; Logistic is the AUROC of logistic regression at the
	// same horizon, 0 when there is none.
	AUROC, Slope, Intercept evaluate.Estimate
	Logistic                float64
	TopList                 string
	Top                     []TopRow
	Quarantine              []ReasonCount
}

// TopRow is one row of the top of a list.
type TopRow struct {
	Rank         int64
	Risk         string
	Band, Status string
	Reasons      []schema.Reason
}

// ReasonCount counts records by coded reason.
type ReasonCount struct {
	Code    string
	Records int64
}

const topRows, topShown = 3, 3

// Page gathers the closing page from the current snapshot.
func Page(c *config.Config) (*PageData, error) {
	ctx := context.Background()
	dir, err := snapshot.Current(c.At(c.Site.Data))
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return nil, noSnapshot()
	}
	m, err := snapshot.ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	p := &PageData{Snapshot: dir, Bundle: m.Bundle}
	p.AsOf, _ = engine.ParseDay(m.AsOf)
	n := &Night{Config: c, Data: c.At(c.Site.Data)}
	if m.Bundle != "" {
		b, err := n.Registry().Get(m.Bundle)
		if err != nil {
			return nil, err
		}
		e := b.Primary().Evaluation
		p.Horizon, p.TestIndex = b.Primary().Horizon, b.TestIndex
		p.AUROC, p.Slope, p.Intercept = e.AUROC, e.Slope, e.Intercept
		for i := range b.Models {
			if b.Models[i].Kind == "logistic" && b.Models[i].Horizon == p.Horizon {
				p.Logistic = float64(b.Models[i].Evaluation.AUROC.Value)
			}
		}
	}
	db, err := n.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	residents, err := lake.Rows[struct {
		Person engine.Person `col:"person"`
	}](ctx, db, filepath.Join(dir, "resident.parquet"), "")
	if err != nil {
		return nil, err
	}
	p.Scored = int64(len(residents))
	rows, err := lake.Rows[schema.ListRow](ctx, db, filepath.Join(dir, "risk_list.parquet"), "", "list", "rank")
	if err != nil {
		return nil, err
	}
	p.Listed = int64(len(rows))
	seen := map[string]bool{}
	for _, x := range rows {
		seen[x.List] = true
	}
	p.Lists = int64(len(seen))
	rows = slices.DeleteFunc(rows, func(x schema.ListRow) bool { return x.Rank == 0 })
	for _, x := range rows[:min(len(rows), topRows)] {
		if x.List != rows[0].List {
			break
		}
		p.TopList = x.List
		p.Top = append(p.Top, TopRow{Rank: x.Rank, Risk: risklist.Words(x.Probability, p.Horizon), Band: x.Band, Status: x.Status})
		reasons, err := lake.Rows[schema.Reason](ctx, db, filepath.Join(dir, "reason.parquet"), "person = "+x.Person.String(), "rank")
		if err != nil {
			return nil, err
		}
		p.Top[len(p.Top)-1].Reasons = reasons[:min(len(reasons), topShown)]
	}
	sums, err := Reconciliation(c)
	if err != nil {
		return nil, err
	}
	count := map[string]int64{}
	for _, s := range sums {
		for code, k := range s.Reasons {
			if _, _, ok := reason(code); ok {
				count[code] += k
			}
		}
	}
	for code, k := range count {
		p.Quarantine = append(p.Quarantine, ReasonCount{code, k})
	}
	sort.Slice(p.Quarantine, func(i, j int) bool {
		a, b := p.Quarantine[i], p.Quarantine[j]
		return a.Records > b.Records || a.Records == b.Records && a.Code < b.Code
	})
	return p, nil
}
