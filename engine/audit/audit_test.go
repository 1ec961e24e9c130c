package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"leftshift/engine"
)

var night = time.Date(2026, 3, 4, 2, 30, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func codeOf(err error) string {
	var f *engine.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

func testKey(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{b}, ed25519.SeedSize))
}

// look is an entry as a page would write it.
func look(user string, persons ...engine.Person) Entry {
	return Entry{User: user, Name: "Sam Example", RoleProfile: "555254242102", Role: "coordinator", Organisation: "A81001",
		Authoriser: "https://am.example.nhs.uk", Purpose: "direct care", Reason: "call list", Session: "s1", Device: "10.0.0.7 browser",
		Event: "open_person", Route: "/person", Object: "item 12", Snapshot: "20260304T023000Z-0001", Query: strings.Repeat("0a", 32),
		Outcome: Allowed, Rows: int64(len(persons)), Persons: persons}
}

func open(t testing.TB, path string, opt Options) *Log {
	t.Helper()
	l, err := Open(path, opt)
	must(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

// signing are options under which no checkpoint is due after the first.
func signing(dir string) Options {
	return Options{Checkpoints: filepath.Join(dir, "checkpoints"), Key: testKey(1), Every: 1 << 40, Age: 1 << 60}
}

func add(t testing.TB, l *Log, e Entry) Entry {
	t.Helper()
	e, err := l.Append(context.Background(), e)
	must(t, err)
	return e
}

// verify holds the log against its checkpoint file, when there is one.
func verify(t testing.TB, dir string) (Report, []Break) {
	t.Helper()
	proof := Proof{Keys: []ed25519.PublicKey{testKey(1).Public().(ed25519.PublicKey)}}
	if text, err := os.ReadFile(filepath.Join(dir, "checkpoints")); err == nil {
		proof.Checkpoints = bytes.NewReader(text)
	}
	var all []Break
	r, err := Verify(context.Background(), filepath.Join(dir, "audit.db"), proof, func(b Break) { all = append(all, b) })
	must(t, err)
	if r.Breaks != int64(len(all)) || r.Sound() != (len(all) == 0) {
		t.Errorf("report %+v of %d breaks", r, len(all))
	}
	return r, all
}

// The published GP Connect audit list, field by field, is in what is stored.
func TestG21EntryHoldsThePublishedFields(t *testing.T) {
	dir := t.TempDir()
	l := open(t, filepath.Join(dir, "audit.db"), Options{Now: func() time.Time { return night }})
	want := look("555254240100", 7)
	add(t, l, want)
	published := []struct{ field, column, value string }{
		{"user id", "user", "555254240100"},
		{"name", "name", "Sam Example"},
		{"role profile", "role_profile", "555254242102"},
		{"organisation", "organisation", "A81001"},
		{"authorising identity", "authoriser", "https://am.example.nhs.uk"},
		{"date and time", "time", fmt.Sprint(night.UnixMilli())},
		{"event", "event", "open_person"},
		{"identity of the data: message", "object", "item 12"},
		{"identity of the data: person", "(SELECT person FROM seen WHERE seen.seq = entry.seq)", "7"},
		{"sequence number", "seq", "1"},
		{"device or system", "device", "10.0.0.7 browser"},
		// and what the rules add
		{"role", "role", "coordinator"}, {"purpose", "purpose", "direct care"}, {"reason", "reason", "call list"}, {"session", "session", "s1"},
		{"route", "route", "/person"}, {"snapshot", "snapshot", "20260304T023000Z-0001"}, {"query hash", "query", strings.Repeat("0a", 32)},
		{"outcome", "outcome", "allowed"}, {"rows", "row_count", "1"},
	}
	for _, p := range published {
		var got string
		must(t, l.read.QueryRow("SELECT CAST("+p.column+" AS TEXT) FROM entry").Scan(&got))
		if got != p.value {
			t.Errorf("%s is stored as %q, want %q", p.field, got, p.value)
		}
	}
	got, err := l.Search(context.Background(), Filter{})
	must(t, err)
	want.Sequence, want.Time, want.People, want.Hash = 1, night, 1, got[0].Hash
	if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("read back %+v, want %+v", got, want)
	}
}

func TestAppendSaysWhatItWrote(t *testing.T) {
	dir := t.TempDir()
	l := open(t, filepath.Join(dir, "audit.db"), Options{})
	list := []engine.Person{9, 3, 9, 5}
	e := look("u", list...)
	e.Sequence, e.People, e.Hash[0] = 44, 44, 44 // are not the caller's
	got := add(t, l, e)
	if got.Sequence != 1 || got.People != 3 || !slices.Equal(got.Persons, []engine.Person{3, 5, 9}) || got.Time.IsZero() || !slices.Equal(list, []engine.Person{9, 3, 9, 5}) {
		t.Errorf("%+v, %v", got, list)
	}
	if want := got.chain(start(l.id), digestOf([]engine.Person{3, 5, 9})); got.Hash != want {
		t.Errorf("hash %x, want %x", got.Hash, want)
	}
	if r, breaks := verify(t, dir); !r.Sound() || r.Entries != 1 || r.Last != 1 || r.Persons != 3 || r.Proved != 0 {
		t.Errorf("%+v %v", r, breaks)
	}
}

func TestG15AViewWithoutRoleOrganisationOrPurposeIsNotWritten(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "audit.db"), Options{})
	for name, spoil := range map[string]func(*Entry){
		"user": func(e *Entry) { e.User = "" }, "device": func(e *Entry) { e.Device = "" },
		"event": func(e *Entry) { e.Event = "" }, "outcome": func(e *Entry) { e.Outcome = "" },
		"role": func(e *Entry) { e.Role = "" }, "organisation": func(e *Entry) { e.Organisation = "" }, "purpose": func(e *Entry) { e.Purpose = "" },
		"event words":   func(e *Entry) { e.Event = "Open person" },
		"outcome words": func(e *Entry) { e.Outcome = "refused: no relationship" },
		"query":         func(e *Entry) { e.Query = "SELECT" },
		"long":          func(e *Entry) { e.Reason = strings.Repeat("a", 2049) },
		"utf8":          func(e *Entry) { e.Name = "\xff" },
		"nul":           func(e *Entry) { e.Name = "a\x00b" },
		"line":          func(e *Entry) { e.Object = "a\nb" },
		"rows":          func(e *Entry) { e.Rows = -1 },
		"nobody":        func(e *Entry) { e.Persons = []engine.Person{0, 1} },
	} {
		e := look("u", 1)
		spoil(&e)
		if _, err := l.Append(context.Background(), e); codeOf(err) != "audit-entry" {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused := look("u", 1)
	refused.Role, refused.Organisation, refused.Purpose, refused.Outcome = "", "", "", "no-role"
	add(t, l, refused) // G17: a user may have no role; the refusal is written
	many := look("u", 1)
	many.Reason = "two\nlines"
	add(t, l, many)
}

func TestG36NoNHSNumberInText(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "audit.db"), Options{})
	// 999 000 0018 passes Modulus 11 and is of the range kept for tests.
	for _, reason := range []string{"9990000018", "about 999 000 0018.", "(999-000-0018)", "2 9990000018", "999 000 0018"} {
		for _, put := range []func(*Entry){func(e *Entry) { e.Reason = reason }, func(e *Entry) { e.Route = "/p/" + reason }, func(e *Entry) { e.Object = reason }} {
			e := look("u", 1)
			put(&e)
			_, err := l.Append(context.Background(), e)
			if codeOf(err) != "audit-patient-number" || strings.Contains(err.Error(), "999") {
				t.Errorf("%q: %v", reason, err)
			}
		}
	}
	for _, fine := range []string{"9990000019", "x9990000018", "99900000180", "999 0000018", "999 000 00187", "26-03-2026 10:00", ""} {
		e := look("9990000018", 1) // a user's own number is not a patient's
		e.Reason = fine
		add(t, l, e)
	}
}

// What cannot be written is refused, whatever the cause, and the chain goes on
// afterwards.
func TestB22FailsClosed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.db")
	l := open(t, path, Options{})
	add(t, l, look("u", 1))

	// no room
	var pages int
	must(t, l.write.QueryRow("PRAGMA page_count").Scan(&pages))
	_, err := l.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages))
	must(t, err)
	big := look("u")
	for p := range engine.Person(50_000) {
		big.Persons = append(big.Persons, p+1)
	}
	if _, err := l.Append(context.Background(), big); codeOf(err) != "audit-not-written" {
		t.Errorf("no room: %v", err)
	}
	_, err = l.write.Exec("PRAGMA max_page_count = 1000000")
	must(t, err)
	add(t, l, look("u", 2))

	// the caller has gone
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Append(ended, look("u", 3)); codeOf(err) != "audit-not-written" || !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}

	// the file is gone, or another is in its place
	must(t, os.Rename(path, path+".old"))
	if _, err := l.Append(context.Background(), look("u", 3)); codeOf(err) != "audit-replaced" {
		t.Errorf("gone: %v", err)
	}
	must(t, os.WriteFile(path, nil, 0o600))
	if _, err := l.Append(context.Background(), look("u", 3)); codeOf(err) != "audit-replaced" {
		t.Errorf("another: %v", err)
	}
	must(t, os.Rename(path+".old", path))
	if e := add(t, l, look("u", 3)); e.Sequence != 3 {
		t.Errorf("sequence %d", e.Sequence)
	}

	must(t, l.Close())
	must(t, l.Close())
	if _, err := l.Append(context.Background(), look("u", 4)); codeOf(err) != "audit-closed" {
		t.Errorf("closed: %v", err)
	}
	if r, breaks := verify(t, dir); !r.Sound() || r.Entries != 3 {
		t.Errorf("%+v %v", r, breaks)
	}
}

// An acknowledged entry is on disk: the connection that writes syncs its log
// at every commit.
func TestB22WritesAreSynced(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "audit.db"), Options{})
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		var got string
		must(t, l.write.QueryRow("PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
	if _, err := l.read.Exec("CREATE TABLE x (y)"); err == nil {
		t.Error("the reading connections can write")
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.db")
	if _, err := Open(path, Options{Checkpoints: "x"}); codeOf(err) != "audit-options" {
		t.Errorf("no key: %v", err)
	}
	l := open(t, path, Options{})
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if _, err := l.Checkpoint(context.Background()); codeOf(err) != "audit-options" {
		t.Errorf("checkpoint without key: %v", err)
	}
	must(t, l.Close())
	must(t, os.Chmod(path, 0o640))
	if _, err := Open(path, Options{}); codeOf(err) != "audit-open-to-others" {
		t.Errorf("open to others: %v", err)
	}
	must(t, os.Chmod(path, 0o600))
	must(t, os.Chmod(dir, 0o777))
	if _, err := Open(path, Options{}); codeOf(err) != "audit-open-to-others" {
		t.Errorf("folder open to others: %v", err)
	}
	must(t, os.Chmod(dir, 0o700))
	raw := tamper(t, path)
	_, err := raw.Exec("PRAGMA user_version = 2")
	must(t, err)
	must(t, raw.Close())
	if _, err := Open(path, Options{}); codeOf(err) != "audit-newer" {
		t.Errorf("newer: %v", err)
	}
	other := filepath.Join(dir, "other.db")
	must(t, os.WriteFile(other, bytes.Repeat([]byte("no database "), 1000), 0o600))
	if _, err := Open(other, Options{}); codeOf(err) != "audit-unusable" {
		t.Errorf("no database: %v", err)
	}
}

// The newest entries stand in the write-ahead log until they are carried over:
// while it is gone, nothing may be shown.
func TestB22TheWriteAheadLogRemovedUnderUse(t *testing.T) {
	for name, harm := range map[string]func(string) error{
		"removed": os.Remove,
		"moved":   func(wal string) error { return os.Rename(wal, wal+".away") },
		"another in its place": func(wal string) error {
			text, err := os.ReadFile(wal)
			if err != nil {
				return err
			}
			if err := os.Remove(wal); err != nil {
				return err
			}
			return os.WriteFile(wal, text, 0o600)
		},
	} {
		path := filepath.Join(t.TempDir(), "audit", "audit.db")
		l, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := l.Append(context.Background(), look("u", 3)); err != nil {
				t.Fatal(err)
			}
		}
		if err := harm(path + "-wal"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := l.Append(context.Background(), look("u", 3)); codeOf(err) != "audit-replaced" {
				t.Errorf("%s: %v", name, err)
			}
		}
		_ = l.Close()
	}
}
