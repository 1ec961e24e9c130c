//go:build duckdb_arrow

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestIDsAreReadFromNamesOfTests(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "engine", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	text := "package x\n\nfunc TestG13G14NobodyIsNamed(t *testing.T) {}\n\nfunc TestDispositions_F11_G36(t *testing.T) {}\n\nfunc TestSQL_A10(t *testing.T) {\n" +
		"\n}\nfunc FuzzR10Reads(f *testing.F) {}\nfunc TestB18Columns(t *testing.T) {}\nfunc TestFHIRR4Bundle(t *testing.T) {}\nfunc testG1(t *testing.T) {}\n"
	if err := os.WriteFile(filepath.Join(root, "engine", "x", "x_test.go"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := testsByID(root)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"G13": {"`engine/x.TestG13G14NobodyIsNamed`"}, "G14": {"`engine/x.TestG13G14NobodyIsNamed`"}, "F11": {"`engine/x.TestDispositions_F11_G36`"}, "G36": {"`engine/x.TestDispositions_F11_G36`"},
		"A10": {"`engine/x.TestSQL_A10`"}, "R10": {"`engine/x.FuzzR10Reads`"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
