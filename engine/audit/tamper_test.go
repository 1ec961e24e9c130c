package audit

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/store"
)

// tamper opens the file as someone who holds it would.
func tamper(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", store.Address(path, "_journal_mode=WAL&_ignore_check_constraints=1"))
	must(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

var triggerPattern = regexp.MustCompile(`(?m)^CREATE TRIGGER (\w+) .*;$`)

// unguarded runs statements with the triggers dropped, and puts them back, so
// that nothing but the rows tells.
func unguarded(t testing.TB, path string, statements ...string) {
	t.Helper()
	db := tamper(t, path)
	defer db.Close()
	triggers := triggerPattern.FindAllStringSubmatch(schema, -1)
	if len(triggers) != 9 {
		t.Fatalf("%d triggers", len(triggers))
	}
	_, err := db.Exec("PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0")
	must(t, err)
	for _, m := range triggers {
		_, err := db.Exec("DROP TRIGGER " + m[1])
		must(t, err)
	}
	for _, s := range statements {
		_, err := db.Exec(s)
		must(t, err)
	}
	for _, m := range triggers {
		_, err := db.Exec(m[0])
		must(t, err)
	}
}

// filled makes an audit of ten entries, the fourth about three persons, the
// fifth about none, with checkpoints at the entries named.
func filled(t testing.TB, dir string, checkpoints ...int) {
	t.Helper()
	l := open(t, filepath.Join(dir, "audit.db"), Options{Checkpoints: filepath.Join(dir, "checkpoints"), Key: testKey(1), Every: 1 << 40, Age: 1 << 60})
	l.mark.time = night // the first checkpoint is not due either
	for i := 1; i <= 10; i++ {
		e := look(fmt.Sprintf("user-%d", i), engine.Person(100*i))
		switch i {
		case 4:
			e.Persons = []engine.Person{401, 402, 403}
		case 5:
			e.Persons = nil
		}
		add(t, l, e)
		for _, at := range checkpoints {
			if at == i {
				_, err := l.Checkpoint(context.Background())
				must(t, err)
			}
		}
	}
	must(t, l.Close())
}

func TestG22TheFileRefusesChange(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.db")
	filled(t, dir)
	db := tamper(t, path)
	for _, s := range []string{
		"UPDATE entry SET user = 'x' WHERE seq = 3", "DELETE FROM entry WHERE seq = 10", "DELETE FROM entry",
		"INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 3", "INSERT INTO entry SELECT 20, time, user, name, role_profile, role, organisation, authoriser, purpose, reason, session, device, event, route, object, snapshot, query, outcome, row_count, people, digest, hash FROM entry WHERE seq = 3",
		"UPDATE seen SET person = 1", "DELETE FROM seen WHERE seq = 4", "INSERT INTO seen VALUES (4, 9)",
		"UPDATE log SET id = zeroblob(16)", "DELETE FROM log", "INSERT OR REPLACE INTO log VALUES (1, zeroblob(16))",
		"UPDATE entry SET seq = 30 WHERE seq = 10",
	} {
		if _, err := db.Exec(s); err == nil || !strings.Contains(err.Error(), "audit") && !strings.Contains(err.Error(), "added at the end") && !strings.Contains(err.Error(), "newest entry") {
			t.Errorf("%s: %v", s, err)
		}
	}
	must(t, db.Close())
	if r, breaks := verify(t, dir); !r.Sound() || r.Entries != 10 {
		t.Errorf("%+v %v", r, breaks)
	}
}

// Each kind of tampering, and the very words that tell it.
func TestB22Tampering(t *testing.T) {
	const swap = "UPDATE entry SET seq = -1 WHERE seq = 6; UPDATE entry SET seq = 6 WHERE seq = 7; UPDATE entry SET seq = 7 WHERE seq = -1; UPDATE seen SET seq = -1 WHERE seq = 6; UPDATE seen SET seq = 6 WHERE seq = 7; UPDATE seen SET seq = 7 WHERE seq = -1"
	follows := func(n int) string {
		return fmt.Sprintf("entry %d does not follow from entry %d: it was changed, or its hash or the hash before it, or entries were moved or renumbered [changed]", n, n-1)
	}
	for _, c := range []struct {
		name string
		do   []string
		want []string
	}{
		{"nothing", nil, nil},
		{"one letter", []string{"UPDATE entry SET user = 'v3' WHERE seq = 3"}, []string{follows(3)}},
		{"the first", []string{"UPDATE entry SET time = time + 1 WHERE seq = 1"}, []string{"entry 1 does not follow from the id of the audit: it was changed, or its hash or the id, or entries were removed and renumbered [changed]"}},
		{"a refusal made good", []string{"UPDATE entry SET outcome = 'no-relationship' WHERE seq = 10"}, []string{follows(10)}},
		{"a hash", []string{"UPDATE entry SET hash = zeroblob(32) WHERE seq = 3"}, []string{follows(3), follows(4)}},
		{"deleted", []string{"DELETE FROM seen WHERE seq = 3; DELETE FROM entry WHERE seq = 3"}, []string{"entry 3 is missing; entry 4 cannot be held against it [gap]"}},
		{"several deleted", []string{"DELETE FROM seen WHERE seq < 4; DELETE FROM entry WHERE seq < 4"}, []string{"entries 1 to 3 are missing; entry 4 cannot be held against them [gap]"}},
		{"deleted, persons left", []string{"DELETE FROM entry WHERE seq = 4"}, []string{"entry 4 is missing; entry 5 cannot be held against it [gap]",
			"3 persons are recorded for entry 4, which is not there: the entry was removed or renumbered, or the persons were added [persons]"}},
		{"deleted and closed up", []string{"DELETE FROM seen WHERE seq = 9; DELETE FROM entry WHERE seq = 9; UPDATE entry SET seq = 9 WHERE seq = 10; UPDATE seen SET seq = 9 WHERE seq = 10"}, []string{follows(9),
			"the hash of entry 9 is not the one that line 2 of the checkpoints states: the chain was rewritten somewhere from entry 6 to entry 9 [rewritten]"}},
		{"reordered", []string{swap}, []string{follows(6), follows(7), follows(8)}},
		{"added", []string{"INSERT INTO entry SELECT 11, time, user, name, role_profile, role, organisation, authoriser, purpose, reason, session, device, event, route, object, snapshot, query, outcome, row_count, people, digest, hash FROM entry WHERE seq = 5"}, []string{follows(11)}},
		{"a person exchanged", []string{"UPDATE seen SET person = 409 WHERE seq = 4 AND person = 402"}, []string{"the persons of entry 4 are not those it was written about: one was exchanged for another, or the entry's digest was changed [persons]"}},
		{"a person removed", []string{"DELETE FROM seen WHERE seq = 4 AND person = 402"}, []string{"entry 4 was written about 3 persons and now has 2: persons were added or removed [persons]"}},
		{"a person added", []string{"INSERT INTO seen VALUES (5, 9)"}, []string{"entry 5 was written about 0 persons and now has 1: persons were added or removed [persons]"}},
		{"persons of no entry", []string{"INSERT INTO seen VALUES (12, 9)"}, []string{"1 persons are recorded for entry 12, which is not there: the entry was removed or renumbered, or the persons were added [persons]"}},
		{"cut", []string{"DELETE FROM seen WHERE seq > 7; DELETE FROM entry WHERE seq > 7"}, []string{"the audit ends at entry 7, and line 2 of the checkpoints knows entry 9: at least 2 entries were cut from the end [cut]"}},
		{"emptied", []string{"DELETE FROM seen; DELETE FROM entry"}, []string{"the audit ends at entry 0, and line 2 of the checkpoints knows entry 9: at least 9 entries were cut from the end [cut]"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			filled(t, dir, 5, 9)
			unguarded(t, filepath.Join(dir, "audit.db"), c.do...)
			r, breaks := verify(t, dir)
			var got []string
			for _, b := range breaks {
				if b.Kind != File { // foreign keys and checks, which SQLite tells too
					got = append(got, b.String())
				}
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if c.want == nil && (r.Proved != 9 || r.Checkpoints != 2 || len(breaks) != 0) {
				t.Errorf("%+v %v", r, breaks)
			}
		})
	}
}

// rewrite recomputes the whole chain from a changed entry, as who holds the
// file and knows the program can.
func rewrite(t *testing.T, path string, statements ...string) {
	t.Helper()
	db := tamper(t, path)
	rows, err := db.Query("SELECT id FROM log")
	must(t, err)
	var id []byte
	for rows.Next() {
		must(t, rows.Scan(&id))
	}
	must(t, rows.Close())
	must(t, db.Close())
	unguarded(t, path, statements...)
	db = tamper(t, path)
	rows, err = db.Query("SELECT " + entryColumns + " FROM entry ORDER BY seq")
	must(t, err)
	before := start(id)
	var updates []string
	for rows.Next() {
		var s stored
		must(t, s.scan(rows))
		before = s.chain(before, s.digest)
		updates = append(updates, fmt.Sprintf("UPDATE entry SET hash = x'%x' WHERE seq = %d", before, s.Sequence))
	}
	must(t, rows.Close())
	must(t, db.Close())
	unguarded(t, path, updates...)
}

// A chain that was recomputed holds together: only the checkpoints tell.
func TestB22ARewrittenChainContradictsItsCheckpoints(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.db")
	filled(t, dir, 2, 5, 9)
	rewrite(t, path, "UPDATE entry SET user = 'someone else' WHERE seq = 4")
	var alone int
	_, err := Verify(context.Background(), path, Proof{}, func(Break) { alone++ })
	must(t, err)
	if alone != 0 {
		t.Fatalf("the chain alone shows %d breaks: the test did not rewrite it well", alone)
	}
	r, breaks := verify(t, dir)
	if len(breaks) != 2 || breaks[0].String() != "the hash of entry 5 is not the one that line 2 of the checkpoints states: the chain was rewritten somewhere from entry 3 to entry 5 [rewritten]" ||
		breaks[1].Kind != Rewritten || r.Proved != 2 {
		t.Errorf("%+v %v", r, breaks)
	}
	if _, err := Open(path, signing(dir)); codeOf(err) != "audit-rewritten" {
		t.Errorf("opened: %v", err)
	}
}

// A tail that was cut cannot be written on, nor a new file be put in its place.
func TestB22OpenRefusesWhatContradictsTheNewestCheckpoint(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.db")
	filled(t, dir, 9)
	unguarded(t, path, "DELETE FROM seen WHERE seq > 7; DELETE FROM entry WHERE seq > 7")
	if _, err := Open(path, signing(dir)); codeOf(err) != "audit-cut" {
		t.Errorf("cut: %v", err)
	}
	must(t, os.Remove(path))
	if _, err := Open(path, signing(dir)); codeOf(err) != "audit-other" {
		t.Errorf("another: %v", err)
	}
	if _, breaks := verify(t, dir); len(breaks) == 0 {
		t.Error("a new file in the place of the old is sound")
	}
}

// Entries that are removed under a running process stop it.
func TestB22RolledBackUnderUse(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.db")
	l := open(t, path, Options{})
	add(t, l, look("a", 1))
	add(t, l, look("b", 2))
	unguarded(t, path, "DELETE FROM seen WHERE seq = 2; DELETE FROM entry WHERE seq = 2")
	if _, err := l.Append(context.Background(), look("c", 3)); codeOf(err) != "audit-rolled-back" {
		t.Errorf("%v", err)
	}
}

// Any change of any one column of any one row is noticed by the chain alone.
func TestB22AnyMutationIsNoticed(t *testing.T) {
	origin := t.TempDir()
	filled(t, origin)
	whole, err := os.ReadFile(filepath.Join(origin, "audit.db"))
	must(t, err)
	var columns []string
	db := tamper(t, filepath.Join(origin, "audit.db"))
	rows, err := db.Query("SELECT name || ' ' || type FROM pragma_table_info('entry')")
	must(t, err)
	for rows.Next() {
		var c string
		must(t, rows.Scan(&c))
		columns = append(columns, c)
	}
	must(t, rows.Close())
	must(t, db.Close())
	if len(columns) != 22 {
		t.Fatalf("columns %v", columns)
	}
	work := t.TempDir()
	path := filepath.Join(work, "audit.db")
	noticed := map[Kind]int{}
	rapid.Check(t, func(rt *rapid.T) {
		for _, end := range []string{"", "-wal", "-shm"} {
			os.Remove(path + end)
		}
		must(t, os.WriteFile(path, whole, 0o600))
		table, where, column := "entry", fmt.Sprintf("seq = %d", rapid.IntRange(1, 10).Draw(rt, "row")), rapid.SampledFrom(columns).Draw(rt, "column")
		switch rapid.IntRange(0, 9).Draw(rt, "table") {
		case 0:
			table, where, column = "log", "one = 1", "id BLOB"
		case 1, 2:
			table, column = "seen", rapid.SampledFrom([]string{"seq INTEGER", "person INTEGER"}).Draw(rt, "seen column")
			where = fmt.Sprintf("person = %d", rapid.SampledFrom([]int{100, 300, 401, 402, 403, 1000}).Draw(rt, "person"))
		}
		name, kind, _ := strings.Cut(column, " ")
		value := ""
		switch kind {
		case "INTEGER":
			value = fmt.Sprintf("%s + (%d)", name, rapid.OneOf(rapid.SampledFrom([]int{1, -1, 10, 1000}), rapid.IntRange(-5000, 5000)).Filter(func(n int) bool { return n != 0 }).Draw(rt, "by"))
		case "TEXT":
			value = rapid.SampledFrom([]string{name + " || ' '", "substr(" + name + ", 2)", "upper(" + name + ") || 'x'", "''", "char(0) || " + name}).Draw(rt, "text")
		case "BLOB":
			value = fmt.Sprintf("CAST(substr(%[1]s, 1, %[2]d) || x'%02[3]x' || substr(%[1]s, %[2]d + 2) AS BLOB)", name, rapid.IntRange(0, 15).Draw(rt, "byte"), rapid.IntRange(0, 255).Draw(rt, "to"))
		}
		set := fmt.Sprintf("UPDATE OR IGNORE %s SET %s = %s WHERE %s AND %s IS NOT %s", table, name, value, where, name, value)
		change := tamper(t, path)
		defer change.Close()
		conn, err := change.Conn(context.Background())
		must(t, err)
		defer conn.Close()
		run := func(s string) int64 {
			res, err := conn.ExecContext(context.Background(), s)
			must(t, err)
			n, _ := res.RowsAffected()
			return n
		}
		run("PRAGMA ignore_check_constraints = 1")
		run("PRAGMA foreign_keys = 0")
		triggers := triggerPattern.FindAllStringSubmatch(schema, -1)
		for _, m := range triggers {
			run("DROP TRIGGER " + m[1])
		}
		changed := run(set)
		for _, m := range triggers {
			run(m[0])
		}
		must(t, conn.Close())
		must(t, change.Close())
		var kinds []Kind
		_, err = Verify(context.Background(), path, Proof{}, func(b Break) {
			kinds = append(kinds, b.Kind)
			if b.Kind != File { // the chain must tell by itself
				noticed[b.Kind]++
			}
		})
		must(t, err)
		told := false
		for _, k := range kinds {
			told = told || k != File
		}
		if told != (changed > 0) {
			rt.Fatalf("%s: %d rows changed, breaks %v", set, changed, kinds)
		}
	})
	for _, k := range []Kind{Changed, Gap, Persons} {
		if noticed[k] == 0 {
			t.Errorf("no mutation gave a break of kind %s: %v", k, noticed)
		}
	}
}

// Guards and tables that were changed and left so are told.
func TestG22ChangedGuardsAreTold(t *testing.T) {
	for do, want := range map[string]string{
		"DROP TRIGGER entry_kept":   "trigger entry_kept of the audit is missing: the file was opened to change by other means than this program [schema]",
		"DROP INDEX seen_by_person": "index seen_by_person of the audit is missing: the file was opened to change by other means than this program [schema]",
		"CREATE TRIGGER quiet AFTER INSERT ON entry BEGIN DELETE FROM seen; END": "the audit has an object that is not this program's, of type trigger [schema]",
		"ALTER TABLE entry ADD COLUMN note TEXT":                                 "table entry of the audit was changed: the file was opened to change by other means than this program [schema]",
	} {
		dir := t.TempDir()
		filled(t, dir)
		db := tamper(t, filepath.Join(dir, "audit.db"))
		_, err := db.Exec(do)
		must(t, err)
		must(t, db.Close())
		if _, breaks := verify(t, dir); len(breaks) != 1 || breaks[0].String() != want {
			t.Errorf("%s: %v", do, breaks)
		}
	}
}

// Bytes changed in the file itself: in a row, in an index, in the header.
func TestB22BytesOfTheFile(t *testing.T) {
	origin := t.TempDir()
	filled(t, origin)
	whole, err := os.ReadFile(filepath.Join(origin, "audit.db"))
	must(t, err)
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.db")
	check := func(name string, at int) {
		t.Helper()
		b := append([]byte(nil), whole...)
		b[at] ^= 1
		must(t, os.WriteFile(path, b, 0o600))
		if _, breaks := verify(t, dir); len(breaks) == 0 {
			t.Errorf("%s: a flipped bit at byte %d is not told", name, at)
		}
	}
	places := 0
	for at := 0; ; {
		i := strings.Index(string(whole[at:]), "user-7")
		if i < 0 {
			break
		}
		at += i
		check("user, row or index", at)
		places++
		at++
	}
	if places != 2 {
		t.Errorf("the user stands in %d places, want row and index", places)
	}
	check("header", 3)
	check("hash of the last entry", strings.Index(string(whole), string(lastHash(t, origin))))
	must(t, os.WriteFile(path, whole[:len(whole)/2], 0o600))
	if _, breaks := verify(t, dir); len(breaks) == 0 {
		t.Error("half of the file is sound")
	}
}

func lastHash(t *testing.T, dir string) []byte {
	db := tamper(t, filepath.Join(dir, "audit.db"))
	defer db.Close()
	var hash []byte
	must(t, db.QueryRow("SELECT hash FROM entry ORDER BY seq DESC LIMIT 1").Scan(&hash))
	return hash
}

func TestVerifyEnds(t *testing.T) {
	dir := t.TempDir()
	if _, err := Verify(context.Background(), filepath.Join(dir, "audit.db"), Proof{}, nil); codeOf(err) != "audit-missing" {
		t.Errorf("no file: %v", err)
	}
	filled(t, dir)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Verify(ended, filepath.Join(dir, "audit.db"), Proof{Keys: []ed25519.PublicKey{}}, nil); codeOf(err) != "audit-verify-stopped" {
		t.Errorf("ended: %v", err)
	}
}
