package durable

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	for _, text := range []string{"a longer text", "short"} {
		if err := WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("%q, %v", got, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := SyncDir(dir); err != nil {
		t.Error(err)
	}
	if WriteFile(filepath.Join(dir, "none", "x"), nil) == nil || SyncDir(filepath.Join(dir, "none")) == nil {
		t.Error("a folder that is not there was written")
	}
}

func TestPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "deep")
	for range 2 {
		path, err := Private(dir, "x.db")
		if err != nil || !filepath.IsAbs(path) {
			t.Fatalf("%q, %v", path, err)
		}
		for p, want := range map[string]os.FileMode{dir: 0o700, path: 0o600} {
			if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", p, info.Mode(), err)
			}
		}
		// What others may read is taken from them, and nothing is lost.
		if err := os.WriteFile(path, []byte("kept"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path, err := Private(dir, "x.db")
	if text, read := os.ReadFile(path); err != nil || read != nil || string(text) != "kept" {
		t.Errorf("%q, %v, %v", text, err, read)
	}
	if _, err := Private(path, "y"); err == nil {
		t.Error("a file was taken for a folder")
	}
}
