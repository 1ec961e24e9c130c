package stream

import (
	"os"
	"path/filepath"
	"testing"
)

func TestPartsAreCutBetweenRows(t *testing.T) {
	dir := t.TempDir()
	w := Parts(dir, "Thing", ".ndjson", 10)
	for _, row := range []string{"1234\n", "1234567\n", "1\n"} {
		w.Write([]byte(row))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Thing.000.ndjson": "1234\n1234567\n", "Thing.001.ndjson": "1\n"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	if w.Bytes() != 15 {
		t.Error(w.Bytes())
	}
}

func TestFileWithoutRowsHasItsHeader(t *testing.T) {
	dir := t.TempDir()
	w := File(dir, "a.csv", "x,y\n")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "a.csv")); err != nil || string(got) != "x,y\n" {
		t.Errorf("%q %v", got, err)
	}
}

func TestAnExistingFileIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.csv"), []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := File(dir, "a.csv", "")
	w.Write([]byte("row\n"))
	if w.Close() == nil || w.Err() == nil {
		t.Error("no error")
	}
}
