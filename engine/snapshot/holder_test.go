//go:build duckdb_arrow

package snapshot_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
)

// damages are ways in which what is current cannot be opened, and the code of
// each. older and newer are names of snapshots that are whole.
var damages = []struct {
	name, code string
	do         func(t *testing.T, dir, newer string)
}{
	{"no pointer", "no-snapshot", func(t *testing.T, dir, _ string) { check(t, os.Remove(filepath.Join(dir, "CURRENT"))) }},
	{"an empty pointer", "pointer-damaged", func(t *testing.T, dir, _ string) { point(t, dir, "") }},
	{"garbage", "pointer-damaged", func(t *testing.T, dir, _ string) { point(t, dir, "\x00\xff\xfe garbage") }},
	{"a pointer cut short", "pointer-damaged", func(t *testing.T, dir, newer string) { point(t, dir, newer[:5]) }},
	{"a way out", "pointer-damaged", func(t *testing.T, dir, newer string) { point(t, dir, "../snapshots/"+newer+"\n") }},
	{"the folder above", "pointer-damaged", func(t *testing.T, dir, _ string) { point(t, dir, "..\n") }},
	{"a folder that is not there", "pointer-damaged", func(t *testing.T, dir, _ string) { point(t, dir, "2026-03-31-0123456789ab\n") }},
	{"a pointer that is a folder", "snapshot-unreadable", func(t *testing.T, dir, _ string) {
		check(t, os.Remove(filepath.Join(dir, "CURRENT")))
		check(t, os.Mkdir(filepath.Join(dir, "CURRENT"), 0o700))
	}},
	{"no manifest", "snapshot-manifest", func(t *testing.T, dir, newer string) {
		check(t, os.Remove(filepath.Join(dir, newer, "manifest.json")))
	}},
	{"half a manifest", "snapshot-manifest", func(t *testing.T, dir, newer string) {
		path := filepath.Join(dir, newer, "manifest.json")
		info, err := os.Stat(path)
		check(t, err)
		check(t, os.Truncate(path, info.Size()/2))
	}},
	{"half a file", "snapshot-damaged", func(t *testing.T, dir, newer string) {
		path := filepath.Join(dir, newer, "risk_list.parquet")
		info, err := os.Stat(path)
		check(t, err)
		check(t, os.Truncate(path, info.Size()/2))
	}},
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func point(t *testing.T, dir, text string) {
	t.Helper()
	check(t, os.WriteFile(filepath.Join(dir, "CURRENT"), []byte(text), 0o600))
}

func codeOf(err error) string {
	var f *engine.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	if err != nil {
		return "snapshot-unreadable"
	}
	return ""
}

// Where what is current cannot be opened, what is open goes on being given and
// says so; the reason is told once; with nothing open it is an error. When it is
// mended, it is taken.
func TestWhatCannotBeOpenedDoesNotTakeWhatIsOpenAway(t *testing.T) {
	ctx := context.Background()
	for _, x := range damages {
		t.Run(x.name, func(t *testing.T) {
			data := t.TempDir()
			older := filepath.Base(made.Publish(t, data, 12, "One"))
			var told []error
			h := snapshot.Hold(data)
			h.Warn = func(err error) { told = append(told, err) }
			defer h.Close()
			s, done, err := h.Use(ctx)
			check(t, err)
			if s.Behind() {
				t.Error("the current one is said to be behind")
			}
			done()
			newer := filepath.Base(made.Publish(t, data, 20, "Two"))
			dir := filepath.Join(data, "snapshots")
			x.do(t, dir, newer)
			for range 3 {
				s, done, err := h.Use(ctx)
				if err != nil || s.Name != older || !s.Behind() {
					t.Fatalf("%v, %v", s, err)
				}
				done()
			}
			if len(told) != 1 || codeOf(told[0]) != x.code {
				t.Errorf("told %v", told)
			}
			fresh := snapshot.Hold(data)
			defer fresh.Close()
			for range 2 {
				if _, _, err := fresh.Use(ctx); codeOf(err) != x.code {
					t.Errorf("with nothing open: %v, want %s", err, x.code)
				}
			}
			check(t, os.RemoveAll(filepath.Join(dir, "CURRENT")))
			point(t, dir, older+"\n")
			s, done, err = h.Use(ctx)
			if err != nil || s.Name != older || s.Behind() {
				t.Fatalf("put right: %v, %v", s, err)
			}
			done()
			third := filepath.Base(made.Publish(t, data, 24, "Three"))
			s, done, err = h.Use(ctx)
			if err != nil || s.Name != third || s.Behind() {
				t.Fatalf("the next night: %v, %v", s, err)
			}
			done()
		})
	}
}

func TestARecalledSnapshotIsNotGivenInAnothersStead(t *testing.T) {
	ctx := context.Background()
	data := t.TempDir()
	made.Publish(t, data, 12, "One")
	two := filepath.Base(made.Publish(t, data, 20, "Two"))
	h := snapshot.Hold(data)
	defer h.Close()
	_, done, err := h.Use(ctx)
	check(t, err)
	done()
	if _, err := snapshot.Withdraw(data, two, "A. Lead", "wrong practice", time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	point(t, filepath.Join(data, "snapshots"), "garbage")
	if s, _, err := h.Use(ctx); codeOf(err) != "pointer-damaged" {
		t.Errorf("%v, %v", s, err)
	}
}
