package record

import (
	"os"
	"path/filepath"
	"slices"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// Write makes a curated folder of the record: one bucket of each table, and the
// dictionary. The folder must exist; files in it must not.
func (r *Record) Write(dir string) error {
	r.Sort()
	for _, t := range []struct {
		name string
		rows func(*schema.File) error
	}{
		{"person", func(f *schema.File) error { return f.Append(&r.Person) }},
		{"registration", rowsOf(r.Registrations)},
		{"residence", rowsOf(r.Residences)},
		{"event", rowsOf(r.Events)},
		{"spell", rowsOf(r.Spells)},
		{"document", rowsOf(r.Documents)},
	} {
		if err := os.MkdirAll(filepath.Join(dir, t.name), 0o700); err != nil {
			return err
		}
		if err := table(filepath.Join(dir, t.name, "bucket-000.parquet"), t.name, t.rows); err != nil {
			return err
		}
	}
	return table(filepath.Join(dir, "code.parquet"), "code", func(f *schema.File) error {
		codes := make([]engine.Code, 0, len(r.Words))
		for c := range r.Words {
			codes = append(codes, c)
		}
		slices.Sort(codes)
		for _, c := range codes {
			if err := f.Append(&schema.CodeText{Key: c, System: r.Words[c].System, Text: r.Words[c].Text}); err != nil {
				return err
			}
		}
		return nil
	})
}

func rowsOf[T any](rows []T) func(*schema.File) error {
	return func(f *schema.File) error {
		for i := range rows {
			if err := f.Append(&rows[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

func table(path, name string, rows func(*schema.File) error) error {
	f := &schema.File{Path: path, Table: schema.CuratedTable(name)}
	if err := f.Make(); err != nil {
		return err
	}
	if err := rows(f); err != nil {
		return err
	}
	_, _, err := f.Close()
	return err
}
