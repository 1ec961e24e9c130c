//go:build duckdb_arrow

package compute

import (
	"errors"
	"path/filepath"

	"leftshift/features/kernel"
	"leftshift/features/matrix"
)

// Files of a folder that hold features.
const (
	ValuesFile = "feature.parquet"      // see matrix.Save
	LastFile   = "feature_last.parquet" // see matrix.SaveLast
)

// Files writes the matrices of results to a folder as they come, so that the
// whole is never held. The zero value with a folder is ready; the files are
// made with the first result.
type Files struct {
	Dir          string
	values, last *matrix.Writer
}

// Add writes the matrix of one result, which may be freed afterwards. All
// must be of one plan, and come in order of person.
func (f *Files) Add(part *kernel.Result) (err error) {
	if f.values == nil {
		if f.values, err = matrix.Create(filepath.Join(f.Dir, ValuesFile), part.Matrix, false); err != nil {
			return err
		}
		if f.last, err = matrix.Create(filepath.Join(f.Dir, LastFile), part.Matrix, true); err != nil {
			return err
		}
	}
	rows := matrix.Rows{Person: make([]int64, len(part.Persons)), AsOf: make([]int32, len(part.Index)), Unseen: part.Unseen}
	for i := range part.Persons {
		rows.Person[i], rows.AsOf[i] = int64(part.Persons[i]), int32(part.Index[i])
	}
	if err := f.values.Append(part.Matrix, rows); err != nil {
		return err
	}
	return f.last.Append(part.Matrix, rows)
}

// Close makes the files whole.
func (f *Files) Close() error {
	var errs []error
	for _, w := range []*matrix.Writer{f.values, f.last} {
		if w != nil {
			errs = append(errs, w.Close())
		}
	}
	return errors.Join(errs...)
}
