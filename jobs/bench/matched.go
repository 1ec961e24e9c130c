//go:build duckdb_arrow

package main

import (
	"context"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/plan"
)

// reach says how far the events of a lake lead into a catalogue.
type reach struct {
	// MatchedShare of the events have a kind or a code that a family reads;
	// CodedShare a code.
	MatchedShare float64 `json:"matched_share"`
	CodedShare   float64 `json:"coded_share"`
	// Families and features that a matched event reaches, on average, and
	// features that a code which reaches any does, on average over codes.
	FamiliesPerMatchedEvent float64 `json:"families_per_matched_event"`
	FeaturesPerMatchedEvent float64 `json:"features_per_matched_event"`
	FeaturesPerMatchedCode  float64 `json:"features_per_matched_code"`
	Families                int     `json:"families"`
	Features                int     `json:"features"`
}

type occurrence struct {
	Kind int64       `col:"kind" say:"kind of event"`
	Code engine.Code `col:"code" say:"key of the code"`
	N    int64       `col:"n" say:"events"`
}

func (t *task) reach(ctx context.Context) (*reach, error) {
	p, err := t.plan(ctx)
	if err != nil {
		return nil, err
	}
	db, err := lake.Open(ctx, lake.Options{Threads: t.Threads, MemoryMiB: 1024})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := lake.Collect[occurrence](ctx, db, "SELECT kind::BIGINT AS kind, code, count(*) AS n FROM read_parquet('"+filepath.Join(t.Lake, "event", "*.parquet")+"') GROUP BY ALL ORDER BY ALL")
	if err != nil {
		return nil, err
	}
	outputs := func(list []plan.Target, kind int64) (families, features int64) {
		for _, x := range list {
			f := &p.Families[x.Family]
			if f.Kinds>>(kind&31)&1 == 0 {
				continue
			}
			families++
			for _, o := range f.Outputs {
				features += int64(len(o))
			}
		}
		return families, features
	}
	r := &reach{Families: len(p.Families), Features: len(p.Columns)}
	var all, matched, coded, families, features, codes, ofCodes int64
	for _, x := range rows {
		a, b := outputs(p.Kind[x.Kind&31], x.Kind)
		c, d := outputs(p.Codes.Of(x.Code), x.Kind)
		all += x.N
		if a+c > 0 {
			matched += x.N
		}
		if c > 0 {
			coded += x.N
			codes++
			ofCodes += d
		}
		families += x.N * (a + c)
		features += x.N * (b + d)
	}
	share := func(a, b int64) float64 {
		if b == 0 {
			return 0
		}
		return float64(a) / float64(b)
	}
	r.MatchedShare, r.CodedShare = share(matched, all), share(coded, all)
	r.FamiliesPerMatchedEvent, r.FeaturesPerMatchedEvent, r.FeaturesPerMatchedCode = share(families, matched), share(features, matched), share(ofCodes, codes)
	return r, nil
}
