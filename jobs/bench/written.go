//go:build duckdb_arrow

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"leftshift/features/compute"
	"leftshift/features/kernel"
)

func init() { legs["written"] = written }

// written fills every feature and writes the files of a night's feature step.
func written(ctx context.Context, t *task, got *taken) error {
	dates, err := t.dates()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(t.Temp, "written-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	opt := t.options()
	opt.Kernel.Days = true
	return got.timed(func() error {
		p, err := t.plan(ctx)
		if err != nil {
			return err
		}
		got.Columns = len(p.Columns)
		files := &compute.Files{Dir: dir}
		err = compute.Buckets(ctx, t.Lake, p, dates, dates[len(dates)-1], opt, func(_ int, r *kernel.Result) error {
			got.Rows += int64(len(r.Persons))
			return files.Add(r)
		})
		if err := errors.Join(err, files.Close()); err != nil {
			return err
		}
		for _, name := range []string{compute.ValuesFile, compute.LastFile} {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			got.Sum += float64(info.Size())
		}
		return nil
	})
}
