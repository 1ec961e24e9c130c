package identity

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

var testKey = bytes.Repeat([]byte{7}, KeyBytes)

func wantFault(t testing.TB, err error, code string) {
	t.Helper()
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != code {
		t.Fatalf("got %v, want the fault %s", err, code)
	}
}

func newVault(t testing.TB) (*Vault, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "private", "vault.db")
	v, err := OpenVault(path, testKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v, path
}

// The outcome is the same in any order, in any batches, and when repeated:
// the newest version of each field group.
func TestVaultKeepsTheNewestInAnyOrder(t *testing.T) {
	field := rapid.SampledFrom([]string{"", "a", "b"})
	entry := rapid.Custom(func(t *rapid.T) Entry {
		p := rapid.Int64Range(1, 3).Draw(t, "person")
		return Entry{Person: engine.Person(p), Check: uint64(p) << 60,
			Known: engine.Day(rapid.IntRange(0, 2).Draw(t, "known")), Stamp: rapid.Int64Range(0, 1).Draw(t, "stamp"),
			Identity: Identity{Family: field.Draw(t, "family"), Given: field.Draw(t, "given"), Phone: field.Draw(t, "phone")}}
	})
	key := func(e Entry, content string) string { return fmt.Sprintf("%d.%d.%s", e.Known, e.Stamp, content) }
	v, _ := newVault(t)
	base := engine.Person(0) // other persons in every case
	rapid.Check(t, func(rt *rapid.T) {
		entries := rapid.SliceOfN(entry, 1, 8).Draw(rt, "entries")
		base += 10
		for i := range entries {
			entries[i].Person += base
		}
		for _, order := range [][]Entry{rapid.Permutation(entries).Draw(rt, "order"), entries} {
			cut := rapid.IntRange(0, len(order)).Draw(rt, "cut")
			for _, part := range [][]Entry{order[:cut], order[cut:], order[:cut]} {
				if err := v.Put(part); err != nil {
					rt.Fatal(err)
				}
			}
		}
		for p := base + 1; p <= base+3; p++ {
			var want Identity
			bestName, bestPhone, seen := "", "", false
			for _, e := range entries {
				if e.Person != p {
					continue
				}
				seen = true
				if e.Identity.Family+e.Identity.Given != "" {
					if k := key(e, e.Identity.Family+"\x01"+e.Identity.Given); k > bestName {
						bestName, want.Family, want.Given = k, e.Identity.Family, e.Identity.Given
					}
				}
				if e.Identity.Phone != "" {
					if k := key(e, e.Identity.Phone); k > bestPhone {
						bestPhone, want.Phone = k, e.Identity.Phone
					}
				}
			}
			got, err := v.Open(p)
			if !seen {
				var f *engine.Fault
				if !errors.As(err, &f) || f.Code != "vault-not-found" {
					rt.Fatalf("person %d: %v", p, err)
				}
				continue
			}
			if err != nil || got != want {
				rt.Fatalf("person %d: %+v (%v), want %+v", p, got, err, want)
			}
		}
	})
}

func TestVaultStopsOnCollision(t *testing.T) {
	v, _ := newVault(t)
	a := Entry{Person: 5, Check: 1, Identity: Identity{Family: "One"}}
	b := Entry{Person: 5, Check: 2, Identity: Identity{Family: "Two"}}
	wantFault(t, v.Put([]Entry{a, b}), "pseudonym-collision")
	if n, _ := v.Count(); n != 0 {
		t.Errorf("%d kept of a part that collided", n)
	}
	if err := v.Put([]Entry{a}); err != nil {
		t.Fatal(err)
	}
	wantFault(t, v.Put([]Entry{{Person: 6, Check: 9}, b}), "pseudonym-collision")
	if n, _ := v.Count(); n != 1 {
		t.Errorf("%d persons, want 1: all or none", n)
	}
	if got, _ := v.Open(5); got.Family != "One" {
		t.Error("a collision changed what was held")
	}
	wantFault(t, v.Put([]Entry{{Check: 1}}), "vault-no-person")
}

func TestVaultTellsTampering(t *testing.T) {
	v, path := newVault(t)
	if err := v.Put([]Entry{{Person: 1, Check: 1, Identity: Identity{Family: "One"}}, {Person: 2, Check: 1, Identity: Identity{Family: "Two"}}}); err != nil {
		t.Fatal(err)
	}
	outside := func(sqlText string) {
		t.Helper()
		db, err := sql.Open("sqlite3", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(sqlText); err != nil {
			t.Fatal(err)
		}
	}
	// One person's seal moved to another does not open.
	outside(`UPDATE identity SET sealed = (SELECT sealed FROM identity WHERE person = 1) WHERE person = 2`)
	_, err := v.Open(2)
	wantFault(t, err, "vault-tampered")
	wantFault(t, v.Put([]Entry{{Person: 2, Check: 1, Known: 9, Identity: Identity{Family: "Three"}}}), "vault-tampered")
	if got, err := v.Open(1); err != nil || got.Family != "One" {
		t.Errorf("the untouched row: %v", err)
	}
	// Nor do changed check bytes, or a shortened seal.
	outside(`UPDATE identity SET more = 77 WHERE person = 1`)
	_, err = v.Open(1)
	wantFault(t, err, "vault-tampered")
	outside(`UPDATE identity SET more = 1, sealed = x'00' WHERE person = 1`)
	_, err = v.Open(1)
	wantFault(t, err, "vault-tampered")
}

func TestVaultRefusesAnotherKeyAndOpenFiles(t *testing.T) {
	v, path := newVault(t)
	if err := v.Put([]Entry{{Person: 1, Check: 1, Identity: Identity{Family: "One"}}}); err != nil {
		t.Fatal(err)
	}
	v.Close()
	_, err := OpenVault(path, bytes.Repeat([]byte{8}, KeyBytes))
	wantFault(t, err, "vault-wrong-key")
	_, err = OpenVault(path, testKey[:31])
	wantFault(t, err, "vault-key-length")
	for p, open := range map[string]os.FileMode{path: 0o640, filepath.Dir(path): 0o755} {
		was, _ := os.Stat(p)
		os.Chmod(p, open)
		_, err = OpenVault(path, testKey)
		wantFault(t, err, "vault-open-to-others")
		os.Chmod(p, was.Mode().Perm())
	}
	again, err := OpenVault(path, testKey)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got, err := again.Open(1); err != nil || got.Family != "One" {
		t.Errorf("after reopening: %v", err)
	}
}

// G11: no file of the vault shows a number, a name or a postcode, in the
// open file, in its log, or after closing; and all are their owner's only.
func TestG11VaultFilesShowNothing(t *testing.T) {
	v, path := newVault(t)
	id := Identity{NHSNumber: "9434765919", Family: "Featherstonehaugh", Given: "Persephone", BirthDate: "1950-06-17",
		Phone: "07700900123", Address: "1 Quagmire Lane", Postcode: "ZZ99 3WZ"}
	if err := v.Put([]Entry{{Person: 1, Check: 1, Identity: id}}); err != nil {
		t.Fatal(err)
	}
	scan := func(when string) {
		files, _ := filepath.Glob(path + "*")
		if len(files) == 0 {
			t.Fatal("no vault files")
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{id.NHSNumber, id.Family, id.Given, id.BirthDate, id.Phone, "Quagmire", id.Postcode, "nhs_number"} {
				if bytes.Contains(b, []byte(secret)) {
					t.Errorf("%s, %s: a field is readable", when, filepath.Base(f))
				}
			}
			if info, _ := os.Stat(f); info.Mode().Perm() != 0o600 {
				t.Errorf("%s: mode %o", filepath.Base(f), info.Mode().Perm())
			}
		}
	}
	scan("open")
	if got, err := v.Open(1); err != nil || got != id {
		t.Errorf("back: %v", err)
	}
	v.Close()
	scan("closed")
}

// Many extractors write at once, through one vault and through two.
func TestVaultTakesConcurrentExtractors(t *testing.T) {
	v, path := newVault(t)
	w, err := OpenVault(path, testKey)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			door := []*Vault{v, w}[g%2]
			for i := range 20 {
				p := engine.Person(i + 1)
				if err := door.Put([]Entry{{Person: p, Check: 1, Known: engine.Day(g), Identity: Identity{Family: fmt.Sprint("G", g)}}}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := v.Count(); n != 20 || err != nil {
		t.Fatalf("%d persons (%v), want 20", n, err)
	}
	for p := engine.Person(1); p <= 20; p++ {
		if got, err := w.Open(p); err != nil || got.Family != "G7" {
			t.Fatalf("person %d: %q (%v)", p, got.Family, err)
		}
	}
}

func TestKeyFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "key")
	if err := NewKeyFile(path); err != nil {
		t.Fatal(err)
	}
	key, err := LoadKeyFile(path)
	if err != nil || len(key) != KeyBytes {
		t.Fatalf("%d bytes, %v", len(key), err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o400 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	wantFault(t, NewKeyFile(path), "key-file-exists")
	second := filepath.Join(dir, "second")
	if err := NewKeyFile(second); err != nil {
		t.Fatal(err)
	}
	if other, _ := LoadKeyFile(second); bytes.Equal(key, other) {
		t.Error("two keys are equal")
	}
	for mode, ok := range map[os.FileMode]bool{0o400: true, 0o600: true, 0o440: false, 0o404: false, 0o620: false} {
		os.Chmod(path, mode)
		_, err := LoadKeyFile(path)
		if (err == nil) != ok {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	for name, text := range map[string]string{"short": strings.Repeat("a", 63), "long": strings.Repeat("a", 65), "not-hex": strings.Repeat("g", 64), "two-lines": strings.Repeat("a", 64) + "\nb", "empty": ""} {
		bad := filepath.Join(dir, name)
		os.WriteFile(bad, []byte(text), 0o600)
		_, err := LoadKeyFile(bad)
		wantFault(t, err, "key-file-shape")
		if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error shows the file", name)
		}
	}
	_, err = LoadKeyFile(filepath.Join(dir, "none"))
	wantFault(t, err, "key-file-missing")
	_, err = LoadKeyFile(dir)
	if err == nil {
		t.Error("a folder is no key")
	}
}
