//go:build duckdb_arrow

package night

import (
	"context"
	"path/filepath"
	"sync"

	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/features/kernel"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/population"
	"leftshift/jobs/pipeline"
)

// place is where and who a person is on the as-of date.
type place struct {
	Person   engine.Person `col:"person" say:"keyed pseudonym"`
	AsOf     engine.Day    `col:"as_of" say:"the as-of date"`
	Age      int64         `col:"age" say:"whole years; -1 not known"`
	Sex      engine.Sex    `col:"sex" say:"as in table person"`
	Ethnic   string        `col:"ethnic_category" say:"as in table person"`
	IMD      uint8         `col:"imd_decile" say:"0 not known"`
	CareHome uint8         `col:"care_home" say:"1 lives in a care home"`
	Practice engine.Code   `col:"practice" say:"key of the ODS code"`
}

var placeTable = schema.Declare("place", "Where and who a person is on the as-of date.", place{})

// compile makes the plan of the catalogue over a lake's dictionary of codes.
func (n *Night) compile(ctx context.Context, curated string) (*plan.Plan, error) {
	db, err := n.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var words []plan.Word
	if err := db.Codes(ctx, curated, func(code engine.Code, system engine.System, text string) {
		words = append(words, plan.Word{Code: code, System: system, Text: text})
	}); err != nil {
		return nil, err
	}
	return plan.Compile(n.Catalogue, n.Codelists, n.Analytes, func(yield func(plan.Word) bool) {
		for _, w := range words {
			if !yield(w) {
				return
			}
		}
	})
}

// kernel fills features, and labels if the options ask, on index dates for
// every bucket of a curated folder.
func (n *Night) kernel(ctx context.Context, r *pipeline.Run, curated string, dates []engine.Day, opt kernel.Options) (*kernel.Result, error) {
	p, err := n.compile(ctx, curated)
	if err != nil {
		return nil, err
	}
	buckets, err := lake.Buckets(curated)
	if err != nil {
		return nil, err
	}
	parts := make([]*kernel.Result, buckets)
	var mu sync.Mutex
	done := 0
	group, ctx := errgroup.WithContext(ctx)
	workers := min(n.Config.Run.Workers(), buckets)
	group.SetLimit(workers)
	for b := range buckets {
		group.Go(func() error {
			part, err := n.bucket(ctx, p, curated, b, workers, dates, opt)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			parts[b] = part
			done++
			r.Advance(int64(done), int64(buckets), "buckets")
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return kernel.Concat(parts), nil
}

func names(columns []kernel.Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return out
}

func (n *Night) bucket(ctx context.Context, p *plan.Plan, curated string, b, workers int, dates []engine.Day, opt kernel.Options) (*kernel.Result, error) {
	db, err := lake.Open(ctx, lake.Options{Threads: 1, MemoryMiB: max(n.Config.Run.Memory()/2/workers, 256), Temp: filepath.Join(n.Data, "tmp")})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var in kernel.Input
	for _, t := range []struct {
		name    string
		columns []kernel.Column
		reader  *array.RecordReader
	}{
		{"person", kernel.PersonColumns, &in.Person},
		{"registration", kernel.RegistrationColumns, &in.Registration},
		{"residence", kernel.ResidenceColumns, &in.Residence},
		{"event", kernel.EventColumns, &in.Event},
		{"spell", kernel.SpellColumns, &in.Spell},
	} {
		reader, err := db.Bucket(ctx, curated, t.name, b, names(t.columns)...)
		if err != nil {
			return nil, err
		}
		defer reader.Release()
		*t.reader = reader
	}
	return kernel.Run(ctx, p, in, dates, n.AsOf, opt)
}

// featuresInfo is what the features step says of itself.
type featuresInfo struct {
	Attrition map[string]int64 `json:"attrition"`
	Read      kernel.Counts    `json:"read"`
}

// stepFeatures fills the catalogue for everyone in the population on the
// as-of date.
func (n *Night) stepFeatures() pipeline.Step {
	return pipeline.Step{
		Name: "features", Keep: 1,
		Digest: func(_ context.Context, r *pipeline.Run) (string, error) {
			return digest(r.Identity("curate"), n.Catalogue.Hash, n.Codelists.Hash, n.AsOf.String()), nil
		},
		Do: func(ctx context.Context, r *pipeline.Run, dir string) error {
			got, err := n.kernel(ctx, r, r.Output("curate"), []engine.Day{n.AsOf}, kernel.Options{Days: true})
			if err != nil {
				return err
			}
			rows := rowsOf(got)
			if err := got.Matrix.Save(filepath.Join(dir, "feature.parquet"), rows); err != nil {
				return err
			}
			if err := got.Matrix.SaveLast(filepath.Join(dir, "feature_last.parquet"), rows); err != nil {
				return err
			}
			w := &schema.File{Path: filepath.Join(dir, "place.parquet"), Table: placeTable}
			if err := w.Make(); err != nil {
				return err
			}
			for i, p := range got.Persons {
				x := got.Places[i]
				row := place{Person: p, AsOf: got.Index[i], Age: int64(x.Age), Sex: x.Sex, IMD: x.IMD, Practice: x.Practice}
				if x.Ethnic != 0 {
					row.Ethnic = string(rune(x.Ethnic))
				}
				if x.CareHome {
					row.CareHome = 1
				}
				if err := w.Append(&row); err != nil {
					return err
				}
			}
			if _, _, err := w.Close(); err != nil {
				return err
			}
			info := featuresInfo{Attrition: map[string]int64{}, Read: got.Read}
			for s := range population.NumStatus {
				info.Attrition[s.String()] = got.Attrition[0].By[s]
			}
			r.Count("people in the population", int64(len(got.Persons)))
			r.Count("features", int64(len(got.Matrix.Columns)))
			r.Count("rows read", got.Read.Events+got.Read.Spells)
			return writeJSON(filepath.Join(dir, "features.json"), info)
		},
	}
}

func rowsOf(r *kernel.Result) matrix.Rows {
	rows := matrix.Rows{Person: make([]int64, len(r.Persons)), AsOf: make([]int32, len(r.Index))}
	for i := range r.Persons {
		rows.Person[i], rows.AsOf[i] = int64(r.Persons[i]), int32(r.Index[i])
	}
	return rows
}
