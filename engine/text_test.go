package engine

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/fstest"
)

func TestReadText(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.toml"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.toml"), []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "large.toml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(filepath.Join(dir, "large.toml"), LargestText+1); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pipe.toml", "large.toml", "none.toml", "."} {
		if _, err := ReadText(os.DirFS(dir), name); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if text, err := ReadText(os.DirFS(dir), "a.toml"); err != nil || string(text) != "a" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := ReadText(fstest.MapFS{"x": {Data: []byte("x")}}, "x"); err != nil {
		t.Error(err)
	}
}
