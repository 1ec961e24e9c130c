//go:build duckdb_arrow

package cohort

import (
	"cmp"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"

	"leftshift/engine/disclosure"
	"leftshift/engine/lake"
	"leftshift/engine/snapshot"
)

// Options of a desk.
type Options struct {
	Rule   disclosure.Rule // zero: the standard rule
	Most   int             // sets a snapshot is counted by; 0 means Most
	Each   int             // sets that one person may ask for; 0 means MostEach
	Plus   []Plus          // local groups of Core20PLUS5
	Memory int             // MiB for the query engine; 0 means 2048
}

// Files of a snapshot that cohorts read.
const (
	residentFile = "resident.parquet"
	scoreFile    = "score.parquet"
	listFile     = "risk_list.parquet"
	featureFile  = "feature.parquet"
	columnsFile  = "feature_columns.json"
)

// Open makes the desk of a snapshot. The snapshot may be closed after; its folder
// must stay. The files are held to the checksums of its manifest. close frees
// what it took.
func Open(ctx context.Context, s *snapshot.Snapshot, ledger *Ledger, opt Options) (desk *Desk, close func(), err error) {
	for _, file := range []string{residentFile, scoreFile, listFile, featureFile} {
		if s.Has(file) {
			if err := s.Held(s.Dir(), file, true); err != nil {
				return nil, nil, err
			}
		}
	}
	db, err := lake.Open(ctx, lake.Options{Threads: 2, MemoryMiB: cmp.Or(opt.Memory, 2048)})
	if err != nil {
		return nil, nil, err
	}
	run := &sqlExecutor{db: db}
	desk, err = open(ctx, s, run, ledger, opt)
	if err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	return desk, run.close, nil
}

func open(ctx context.Context, s *snapshot.Snapshot, run *sqlExecutor, ledger *Ledger, opt Options) (*Desk, error) {
	fields, err := featureFields(s)
	if err != nil {
		return nil, err
	}
	scores, err := run.load(ctx, s)
	if err != nil {
		return nil, err
	}
	if run.dictionary, err = NewDictionary(append(fields, scores...)); err != nil {
		return nil, err
	}
	if s.Has(featureFile) {
		run.features = filepath.Join(s.Dir(), featureFile)
	}
	pop, err := run.population(ctx, "score_"+s.Model.Name)
	if err != nil {
		return nil, err
	}
	run.n = pop.n
	var leftOut []string
	cuts := Core20PLUS5()
	for _, p := range opt.Plus {
		cut, err := run.dictionary.Cut(p)
		if missing(err) {
			leftOut = append(leftOut, cut.Title)
			continue
		}
		if err != nil {
			return nil, err
		}
		cuts = append(cuts, cut)
	}
	for _, cut := range cuts {
		n, err := run.dictionary.ParseNode(cut.Where, true)
		if missing(err) { // a snapshot of a catalogue without that feature
			leftOut = append(leftOut, cut.Title)
			continue
		}
		if err != nil {
			return nil, err
		}
		found, err := run.decide(ctx, []Node{n})
		if err != nil {
			return nil, err
		}
		pop.dims = append(pop.dims, cut.dimension(pop.n, found[0]))
	}
	segments, err := run.segments(ctx, pop.n)
	if err != nil {
		return nil, err
	}
	pop.dims = append(pop.dims, segments...)
	whole := newPopulation(pop.n, pop.dims, pop.chance)
	whole.leftOut = leftOut
	desk, err := newDesk(run.dictionary, s.Name, s.Manifest.AsOf, whole, run, ledger, opt.Rule, opt.Most)
	if err == nil && opt.Each > 0 {
		desk.memory.each = opt.Each
	}
	return desk, err
}

// segments is the division by segments; none where the snapshot lacks a field of
// theirs.
func (e *sqlExecutor) segments(ctx context.Context, n int) ([]Dimension, error) {
	all, leftOut, err := e.dictionary.Segments()
	if err != nil || leftOut != nil {
		return nil, err
	}
	d := Dimension{ID: "segment", Title: "Segment", of: make([]uint16, n)}
	var trees []Node
	for _, s := range all {
		trees, d.Labels = append(trees, s.Whole), append(d.Labels, s.Name)
	}
	d.Labels = append(d.Labels, notKnown)
	found, err := e.decide(ctx, trees)
	if err != nil {
		return nil, err
	}
	for i := range d.of {
		d.of[i] = uint16(len(all))
		for k := range found {
			if found[k].yes.has(i) {
				d.of[i] = uint16(k)
			}
		}
	}
	return []Dimension{d}, nil
}

// featureFields reads what stands beside the features.
func featureFields(s *snapshot.Snapshot) ([]Field, error) {
	if !s.Has(featureFile) || !s.Has(columnsFile) {
		return nil, nil
	}
	var columns json.RawMessage
	if err := s.JSON(columnsFile, &columns); err != nil {
		return nil, err
	}
	return FeatureFields(columns)
}

// scoreField names the column of a model; false where its name cannot be one.
func scoreField(model string) (Field, bool) {
	id := "score_" + strings.ToLower(model)
	return Field{ID: id, Title: model, Kind: Number, Source: Score}, identifier.MatchString(id) && id == "score_"+model
}
