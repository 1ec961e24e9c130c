package identity

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"leftshift/engine"
)

// Whoever is forgotten is in no byte of the vault, and everybody else is there.
func TestG34TheVaultForgets(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vault")
	path, key := filepath.Join(dir, "vault.db"), bytes.Repeat([]byte{7}, KeyBytes)
	v, err := OpenVault(path, key)
	if err != nil {
		t.Fatal(err)
	}
	for p := range engine.Person(3) {
		if err := v.Put([]Entry{{Person: p + 1, Check: uint64(p), Identity: Identity{Family: "Made"}}}); err != nil {
			t.Fatal(err)
		}
	}
	var sealed []byte
	if err := v.db.QueryRow(`SELECT sealed FROM identity WHERE person = 2`).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int{1, 0} {
		if n, err := v.Forget([]engine.Person{2, 9}); n != want || err != nil {
			t.Errorf("%d, %v; want %d", n, err, want)
		}
	}
	people, err := v.People()
	if err != nil || len(people) != 2 || people[0] != 1 || people[1] != 3 {
		t.Errorf("%v, %v", people, err)
	}
	if _, err := v.Open(3); err != nil {
		t.Error(err)
	}
	if err := v.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if text, err := os.ReadFile(filepath.Join(dir, f.Name())); err != nil || bytes.Contains(text, sealed) {
			t.Errorf("%s still has what was sealed, %v", f.Name(), err)
		}
	}
}
