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

// A file is replaced whole: where that fails the old text stands, and a part of
// the new one is never taken for it.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	for _, text := range []string{"first and longer", "second"} {
		if err := Replace(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(path+".tmp", 0o700); err != nil { // nothing can be written beside it
		t.Fatal(err)
	}
	if err := Replace(path, []byte("third")); err == nil {
		t.Error("what could not be written is in its place")
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "second" {
		t.Errorf("%q, %v", text, err)
	}
	if err := Replace(filepath.Join(dir, "none", "x"), nil); err == nil {
		t.Error("a folder that is not there was written")
	}
}

func TestChecksum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	for text, want := range map[string]string{ // FIPS 180-4, examples of NIST
		"":    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	} {
		if err := WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if sum, n, err := Checksum(path); err != nil || sum != want || n != int64(len(text)) {
			t.Errorf("%s of %d, %v", sum, n, err)
		}
	}
	if _, _, err := Checksum(path + "none"); !os.IsNotExist(err) {
		t.Error(err)
	}
}
