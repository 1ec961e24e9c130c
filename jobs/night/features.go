//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/features/compute"
	"leftshift/features/kernel"
	"leftshift/features/outcome"
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

// buckets fills features, and labels if the options ask, on index dates for
// every bucket of a curated folder, and calls each in order of bucket. Coverage
// is worked out unless the options have it. A result is valid until the call
// returns, unless it is to be kept.
func (n *Night) buckets(ctx context.Context, r *pipeline.Run, curated string, dates []engine.Day, opt kernel.Options, keep bool, each func(*kernel.Result) error) error {
	db, err := n.open(ctx)
	if err != nil {
		return err
	}
	p, err := compute.Plan(ctx, db, curated, n.Catalogue, n.Codelists, n.Analytes)
	if err == nil && opt.Coverage == nil {
		opt.Coverage, _, err = n.coverage(ctx, db, curated, dates, nil)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	opt.DataFrom = n.Config.DataFrom()
	return compute.Buckets(ctx, curated, p, dates, n.AsOf, compute.Options{
		Kernel: opt, Keep: keep, Workers: n.Config.Run.Workers(), MemoryMiB: n.Config.Run.Memory() / 2, Temp: filepath.Join(n.Data, "tmp"),
		Progress: func(done, buckets int) { r.Advance(int64(done), int64(buckets), "buckets") },
	}, func(_ int, part *kernel.Result) error { return each(part) })
}

// coverage is what the sources of a curated folder could not show on some
// dates, and where each kind of record begins in them. also, which may be nil,
// hears more of the same pass.
func (n *Night) coverage(ctx context.Context, db *lake.DB, curated string, dates []engine.Day, also *lake.Hearing) ([]population.Coverage, population.Starts, error) {
	starts, err := compute.Starts(ctx, db, curated)
	if err != nil {
		return nil, nil, err
	}
	coverage, err := compute.Hear(ctx, db, curated, dates, starts, also)
	return coverage, starts, err
}

// kernel gives the results of every bucket as one.
func (n *Night) kernel(ctx context.Context, r *pipeline.Run, curated string, dates []engine.Day, opt kernel.Options) (*kernel.Result, error) {
	var parts []*kernel.Result
	if err := n.buckets(ctx, r, curated, dates, opt, true, func(part *kernel.Result) error {
		parts = append(parts, part)
		return nil
	}); err != nil {
		return nil, err
	}
	return kernel.Concat(parts), nil
}

// stepFeatures fills the catalogue for everyone in the population on the
// as-of date.
func (n *Night) stepFeatures() pipeline.Step {
	return pipeline.Step{
		Name: "features", Keep: 1,
		Digest: func(_ context.Context, r *pipeline.Run) (string, error) {
			const form = 2 // of the output: 1 had no flows of records
			return digest(form, r.Identity("curate"), n.Catalogue.Hash, n.Catalogue.Words, n.Codelists.Hash, n.AsOf.String(), n.Config.DataFrom(), n.references(), n.switches()), nil
		},
		Do: func(ctx context.Context, r *pipeline.Run, dir string) error {
			db, err := n.open(ctx)
			if err != nil {
				return err
			}
			heard, err := n.newHearing(dir)
			if err != nil {
				return errors.Join(err, db.Close())
			}
			coverage, starts, err := n.coverage(ctx, db, r.Output("curate"), []engine.Day{n.AsOf}, &heard.Hearing)
			_, _, unheard := heard.recent.Close()
			if err = errors.Join(err, unheard); err == nil {
				err = heard.write(ctx, n, r, db, r.Output("curate"), dir, starts)
			}
			if err := errors.Join(err, db.Close()); err != nil {
				return err
			}
			if err := starts.Check("as-of date", n.AsOf, n.Config.DataFrom()); err != nil {
				return err
			}
			w := &schema.File{Path: filepath.Join(dir, "place.parquet"), Table: placeTable}
			if err := w.Make(); err != nil {
				return err
			}
			files := &compute.Files{Dir: dir}
			info := featuresInfo{Attrition: map[string]int64{}}
			info.see(coverage[0])
			people := 0
			err = n.buckets(ctx, r, r.Output("curate"), []engine.Day{n.AsOf}, kernel.Options{Days: true, Coverage: coverage}, false, func(part *kernel.Result) error {
				people += len(part.Persons)
				info.Read.Add(part.Read)
				for s := range population.NumStatus {
					info.Attrition[s.String()] += part.Attrition[0].By[s]
				}
				if err := files.Add(part); err != nil {
					return err
				}
				return placesOf(w, part)
			})
			_, _, unwritten := w.Close()
			if err := errors.Join(err, files.Close(), unwritten); err != nil {
				return err
			}
			if err := writeJSON(filepath.Join(dir, columnsFile), n.references()); err != nil {
				return err
			}
			if err := n.sameDay(ctx, r, r.Output("curate")); err != nil {
				return err
			}
			r.Count("people in the population", int64(people))
			r.Count("features", int64(len(n.Catalogue.Definitions)))
			r.Count("rows read", info.Read.Rows())
			return writeJSON(filepath.Join(dir, featuresFile), info)
		},
	}
}

// placesOf writes where and who the people of a result are.
func placesOf(w *schema.File, part *kernel.Result) error {
	for i, p := range part.Persons {
		x := part.Places[i]
		row := place{Person: p, AsOf: part.Index[i], Age: int64(x.Age), Sex: x.Sex, IMD: x.IMD, Practice: x.Practice}
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
	return nil
}

// sameDay warns of trusts that changed where they record same-day emergency
// care, where the configuration declares no change.
func (n *Night) sameDay(ctx context.Context, r *pipeline.Run, curated string) error {
	db, err := n.open(ctx)
	if err != nil {
		return err
	}
	months, err := compute.SameDay(ctx, db, curated, n.AsOf)
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	for _, step := range outcome.Detect(months, n.switches()) {
		w := step.Warning()
		r.Warn(w.Code, w.Say)
	}
	return nil
}
