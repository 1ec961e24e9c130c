//go:build duckdb_arrow

package night

import (
	"os"
	"path/filepath"
	"testing"

	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
)

// A6, G33: what came true of scores stays known when retention deletes the snapshot
// that held them; of one that is there and tells nothing (recalled, or not the last
// of its month any more) it does not.
func TestA6G33WhatCameTrueOutlivesItsSnapshot(t *testing.T) {
	n := bare(t)
	for _, name := range []string{"here", "recalled"} {
		if err := os.MkdirAll(filepath.Join(n.Data, "snapshots", name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	row := func(name, model string) schema.Due {
		return schema.Due{Snapshot: name, Model: model, AsOf: n.AsOf - dueMonths*30 + 100}
	}
	found := map[dueKey][]schema.Due{}
	for _, x := range []schema.Due{row("here", "m"), row("recalled", "m"), row("gone", "m"), row("gone", "l"), row("ancient", "m")} {
		found[dueKey{x.Snapshot, x.Model}] = []schema.Due{x, x}
	}
	found[dueKey{"ancient", "m"}][0].AsOf = n.AsOf - dueMonths*30 - 1
	all := []forecast{{snapshot: snapshot.Manifest{Name: "here"}, model: "m"}}
	got := n.outlived(all, found)
	if len(got) != 2 || got[0][0].Model != "l" || got[1][0].Model != "m" || got[1][0].Snapshot != "gone" || len(got[0]) != 2 {
		t.Errorf("%+v", got)
	}
}

// A file of an old snapshot that was changed is named, and stops nothing.
func TestA6ADamagedForecastIsNoticedBeforeItIsMeasured(t *testing.T) {
	n := bare(t)
	dir := filepath.Join(n.Data, "snapshots", "s")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f := forecast{snapshot: snapshot.Manifest{Name: "s", Files: map[string]snapshot.File{"score.parquet": {Bytes: 3, SHA256: "x"}, "resident.parquet": {Bytes: 3, SHA256: "x"}}}}
	if n.whole(&f) == nil {
		t.Error("files that are not there are whole")
	}
	for _, name := range []string{"score.parquet", "resident.parquet"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("abc"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n.whole(&f) == nil {
		t.Error("files of other bytes are whole")
	}
	for name := range f.snapshot.Files {
		f.snapshot.Files[name] = snapshot.File{Bytes: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"} // of "abc"
	}
	if err := n.whole(&f); err != nil {
		t.Error(err)
	}
}
