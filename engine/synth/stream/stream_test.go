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

func TestSplitPutsRowsWhereTheyBelong(t *testing.T) {
	for _, none := range []bool{false, true} {
		dir := t.TempDir()
		s := Split{NoLater: none}
		for _, name := range []string{"a.csv", "b.csv"} {
			s.Base = append(s.Base, File(dir, name, "x\n"))
			s.Later = append(s.Later, File(filepath.Join(dir, "later"), name, "x\n"))
		}
		s.Write(1, false, []byte("1\n"))
		want := map[string]string{"a.csv": "x\n", "b.csv": "x\n1\n", "later/a.csv": "", "later/b.csv": ""}
		if !none {
			s.Write(0, true, []byte("23\n"))
			want["later/a.csv"], want["later/b.csv"] = "x\n23\n", "x\n"
		}
		if err := s.Close(); err != nil || s.Err() != nil {
			t.Fatal(err, s.Err())
		}
		for name, text := range want {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if string(got) != text || text == "" && !os.IsNotExist(err) {
				t.Errorf("%v %s: %q %v", none, name, got, err)
			}
		}
		if all := s.Bytes(); all != map[bool]int64{true: 2, false: 5}[none] {
			t.Error(all)
		}
	}
	s := Split{Base: []*Writer{File(t.TempDir(), "a", "")}, Later: []*Writer{File(filepath.Join(os.DevNull, "x"), "a", "")}}
	s.Write(0, true, []byte("1\n"))
	if s.Err() == nil || s.Close() == nil {
		t.Error("no error")
	}
}
