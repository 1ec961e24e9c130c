//go:build duckdb_arrow

package door

import (
	"slices"

	"leftshift/engine"
)

func (b *builder) runs() error {
	m := b.s.Manifest
	model := m.Bundle
	if model == "" {
		model = "none served"
	}
	t := Table{ID: "lineage", Title: "What every number here comes from", Columns: []string{"What", "Which"}}
	for _, x := range [][2]string{{"snapshot", m.Name}, {"as of", m.AsOf}, {"purpose", m.Purpose}, {"model bundle", model}, {"feature catalogue", m.Catalogue}, {"code lists", m.Codelists}, {"configuration", m.Config}} {
		t.Rows = append(t.Rows, []Field{text(x[0]), text(x[1])})
	}
	b.add(Section{Title: "The current snapshot", Tables: []Table{t}, Words: []string{
		"A snapshot is what one night published. It is never changed after, and its name ends in the hash of its manifest: the same name always means the same numbers. `leftshift status` shows the run that made it, with its inputs."}})

	files := make([]string, 0, len(m.Files))
	for f := range m.Files {
		files = append(files, f)
	}
	slices.Sort(files)
	// No sizes: that of a small table tells how many people are in it.
	t = Table{ID: "files", Title: "Files of the snapshot", Columns: []string{"File", "SHA-256"}}
	for _, f := range files {
		t.Rows = append(t.Rows, []Field{text(f), text(m.Files[f].SHA256)})
	}
	b.add(Section{Title: "Files", Tables: []Table{t}})

	all, err := b.data.Published()
	if err != nil {
		return err
	}
	t = Table{ID: "published", Title: "Published snapshots, the newest first", Columns: []string{"Snapshot", "As of", "Model bundle", "Feature catalogue", "Code lists", "Configuration"}}
	for _, x := range all {
		asOf := x.AsOf
		if d, ok := engine.ParseDay(asOf); ok {
			asOf = d.Words()
		}
		name := x.Name
		if name == m.Name {
			name += " (current)"
		}
		if x.Recalled {
			name += " (recalled)"
		}
		t.Rows = append(t.Rows, []Field{text(name), text(asOf), text(x.Bundle), text(short(x.Catalogue)), text(short(x.Codelists)), text(short(x.Config))})
	}
	b.add(Section{Title: "Published snapshots", Tables: []Table{t}})
	return nil
}

// short is the beginning of a hash.
func short(s string) string { return s[:min(len(s), 12)] }
