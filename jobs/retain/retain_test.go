//go:build duckdb_arrow

package retain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/identity"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/engine/source"
	"leftshift/engine/worklist"
	"leftshift/jobs/config"
	"leftshift/models/registry"
)

// Made-up NHS numbers, in the range that is never issued.
var numbers = []string{"9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069"}

// place is a site with three nights behind it: batches of two flows, three
// snapshots, outputs of steps, two bundles, a vault and a worklist.
type place struct {
	t   *testing.T
	dir string
	c   *config.Config
}

var (
	old     = day("2024-01-31")
	middle  = day("2025-01-31")
	newest  = day("2026-01-31")
	today   = day("2026-02-10")
	outboxF = "to system.csv"
)

func day(s string) engine.Day {
	d, ok := engine.ParseDay(s)
	if !ok {
		panic(s)
	}
	return d
}

const conf = `[site]
name = "Made"
synthetic = true
[[source]]
name = "a"
format = "flat"
  [[source.flow]]
  name = "events"
  map = "builtin:place_b/problems"
  paths = ["sources/*.csv"]
[[optout]]
kind = "objection"
path = "objections.txt"
`

func newPlace(t *testing.T, more string) *place {
	t.Helper()
	p := &place{t: t, dir: t.TempDir()}
	p.file("leftshift.toml", conf+more, today)
	p.file("objections.txt", numbers[0]+",\n", today)
	var err error
	if p.c, err = config.Load(filepath.Join(p.dir, "leftshift.toml")); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{p.c.Identity.KeyFile, p.c.Identity.VaultKeyFile} {
		if err := os.MkdirAll(filepath.Dir(p.c.At(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p.c.At(path), []byte(strings.Repeat("5a", 32)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := audit.NewKeyFile(p.c.At(p.c.Serve.AuditKey)); err != nil {
		t.Fatal(err)
	}
	// Everyone is in the first delivery; the later ones leave out the last.
	p.land("a", "events", "b1", old, numbers)
	p.land("a", "events", "b2", middle, numbers[:5])
	p.land("a", "events", "b3", newest, numbers[:4])
	p.land("gone", "events", "c1", old, numbers[:2])
	for i, d := range []engine.Day{old, middle, newest} {
		p.publish(d, fmt.Sprint("bundle", min(i, 1)), i < 2)
	}
	p.bundle("bundle1", newest)
	p.bundle("never", old)
	for _, step := range []string{"curate", "features", "train"} {
		p.file("data/steps/"+step+"/0a/manifest.json", "{}", middle)
		p.file("data/steps/"+step+"/0b/manifest.json", "{}", newest)
		for name, d := range map[string]engine.Day{"0a": middle, "0b": newest} {
			p.touch("data/steps/"+step+"/"+name, d)
		}
	}
	p.file("out/"+outboxF, "old", old)
	p.file("out/new.csv", "new", newest)
	return p
}

func (p *place) file(name, text string, d engine.Day) {
	p.t.Helper()
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.touch(name, d)
}

func (p *place) touch(name string, d engine.Day) {
	p.t.Helper()
	at := midnight(d).Add(-12 * time.Hour)
	if err := os.Chtimes(filepath.Join(p.dir, filepath.FromSlash(name)), at, at); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) vault() *identity.Vault {
	p.t.Helper()
	key, err := identity.LoadKeyFile(p.c.At(p.c.Identity.VaultKeyFile))
	if err != nil {
		p.t.Fatal(err)
	}
	v, err := identity.OpenVault(p.c.At(p.c.Identity.Vault), key)
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

func (p *place) keyer() *identity.Keyer {
	p.t.Helper()
	key, err := identity.LoadKeyFile(p.c.At(p.c.Identity.KeyFile))
	if err != nil {
		p.t.Fatal(err)
	}
	k, err := identity.NewKeyer(key)
	if err != nil {
		p.t.Fatal(err)
	}
	return k
}

// person is the pseudonym of the k-th number.
func (p *place) person(k int) engine.Person {
	return engine.Person(p.keyer().Subject(identity.NHSNamespace, numbers[k]))
}

// land lands a batch: two records of each person, one of them under a local
// identifier that another record links.
func (p *place) land(src, flow, id string, night engine.Day, people []string) {
	p.t.Helper()
	v := p.vault()
	defer v.Close()
	_, err := lake.Land(p.c.At("data/landed"), id, lake.Manifest{Source: src, Flow: flow, File: id + ".csv", Night: night.String()}, func(dir string) (source.Counts, map[string]source.TableFile, error) {
		b := source.NewBatch(dir, source.Meta{Source: src, Flow: flow, Night: night, Lag: -1}, p.keyer(), v)
		for i, n := range people {
			who, err := b.Identify(identity.NHSNamespace, n, night, 1, identity.Identity{NHSNumber: n, Family: "Made", Given: "Up"})
			if err != nil {
				return source.Counts{}, nil, err
			}
			s, local := b.SubjectOfNHSNumber(n), b.Subject("local-"+n)
			r := b.Open(int64(2*i+1), s, id+"-n-"+n, []byte(id+n), 1, night, night)
			r.Alias(local, who)
			r.Add(schema.TablePerson, &schema.PersonFact{BirthMonth: day("1950-01-01"), Sex: engine.Male, DeathDay: engine.NoDay})
			if err := r.Close(0); err != nil {
				return source.Counts{}, nil, err
			}
			r = b.Open(int64(2*i+2), local, id+"-l-"+n, []byte(id+"l"+n), 1, night, night)
			r.Add(schema.TablePerson, &schema.PersonFact{BirthMonth: day("1950-01-01"), Sex: engine.Male, DeathDay: engine.NoDay})
			if err := r.Close(0); err != nil {
				return source.Counts{}, nil, err
			}
		}
		return b.Finish()
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// publish makes a snapshot of a day current. Who objects is in those with.
func (p *place) publish(d engine.Day, bundle string, with bool) {
	p.t.Helper()
	dir := filepath.Join(p.dir, "being-made")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		p.t.Fatal(err)
	}
	err := schema.Write(filepath.Join(dir, "risk_list.parquet"), schema.PublishedTable("risk_list"), func(yield func(any) bool) {
		for k := range 4 {
			if (k > 0 || with) && !yield(&schema.ListRow{List: "north", Rank: int64(k + 1), Person: p.person(k), Probability: .1, Band: "low", Status: "stayer"}) {
				return
			}
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	name, err := snapshot.Seal(dir, snapshot.Manifest{Format: 1, Site: "Made", Synthetic: true, Purpose: "case-finding", AsOf: d.String(), Bundle: bundle})
	if err != nil {
		p.t.Fatal(err)
	}
	to := p.c.At("data/snapshots/" + name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.Rename(dir, to)); err != nil {
		p.t.Fatal(err)
	}
	p.file("data/snapshots/CURRENT", name+"\n", d)
}

// bundle makes a model's folder with evaluation rows of everyone.
func (p *place) bundle(id string, d engine.Day) {
	p.t.Helper()
	p.file("data/models/"+id+"/bundle.json", "{}", d)
	err := schema.Write(p.c.At("data/models/"+id+"/"+evaluationFile), schema.PublishedTable("test_row"), func(yield func(any) bool) {
		for k := range numbers {
			if !yield(&schema.TestRow{Person: p.person(k), Model: "boost_365", Index: old, Probability: .1, Weight: 1}) {
				return
			}
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if id == "bundle1" {
		text, _ := json.Marshal(registry.Approval{Bundle: id, By: "A. Lead", On: d.String()})
		p.file("data/models/approved.json", string(text), d)
	}
}

// apply deletes as on today, and closes the audit.
func (p *place) apply(erase bool, hook func(op, path string) error) (*Certificate, string, error) {
	p.t.Helper()
	key, err := audit.LoadKey(p.c.At(p.c.Serve.AuditKey))
	if err != nil {
		p.t.Fatal(err)
	}
	at := filepath.Join(p.c.At(p.c.Serve.State), "audit", "audit.db")
	log, err := audit.Open(at, audit.Options{Key: key, Checkpoints: filepath.Join(filepath.Dir(at), "checkpoints.txt")})
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	return Apply(context.Background(), p.c, Options{On: today, Today: today, Now: midnight(today).Add(-time.Hour), By: "A. Officer", Reason: "review", Account: "root", Version: "test", Erase: erase, Audit: log,
		Entry: audit.Entry{User: "root", Role: "operator", Organisation: "Made", Device: "test"}, Hook: hook})
}

// files gives the bytes of every file, but for databases, whose bytes are
// SQLite's, and what SQLite keeps beside them.
func (p *place) files() map[string]string {
	p.t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(path, ".db") || strings.HasSuffix(path, "checkpoints.txt") {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(p.dir, path)
		out[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return out
}

const periods = `[retention]
outbox = "out"
[retention.landed]
period = "2 years"
by = "S. Iro"
reason = "policy 1"
[retention.curated]
period = "1 year"
by = "S. Iro"
reason = "policy 1"
[retention.features]
period = "1 year"
by = "S. Iro"
reason = "policy 1"
[retention.snapshots]
period = "12 months"
by = "S. Iro"
reason = "policy 1"
[retention.bundles]
period = "730 days"
by = "S. Iro"
reason = "policy 1"
[retention.delivered]
period = "2 years"
by = "S. Iro"
reason = "policy 1"
`

// What is due is gone, the rest is what it was byte for byte, and the certificate
// and the audit say so. Reports have no period and are kept.
func TestG33WhatIsDueGoesAndTheRestStays(t *testing.T) {
	p := newPlace(t, periods)
	before := p.files()
	snapshots := slices.DeleteFunc(slices.Sorted(maps.Keys(before)), func(n string) bool { return !strings.HasSuffix(n, "risk_list.parquet") })
	oldSnapshot := filepath.ToSlash(filepath.Dir(snapshots[0]))

	// The day before the first is due, nothing is; on it, that one alone.
	for on, want := range map[string]int{"2025-01-30": 0, "2025-01-31": 1} {
		if p, err := Make(context.Background(), p.c, day(on)); err != nil || len(p.due) != want {
			t.Fatalf("on %s: %v, %v", on, p.due, err)
		}
	}
	cert, sum, err := p.apply(false, nil)
	if err != nil {
		t.Fatal(err)
	}
	due := []string{"data/landed/a/b1", "data/steps/curate/0a", "data/steps/features/0a", oldSnapshot, "data/models/never", "out/" + outboxF}
	after := p.files()
	for name, text := range before {
		gone := slices.ContainsFunc(due, func(d string) bool { return name == d || strings.HasPrefix(name, d+"/") })
		switch now, there := after[name]; {
		case gone && there:
			t.Errorf("%s is there still", name)
		case !gone && !there:
			t.Errorf("%s is gone, and was not due", name)
		case !gone && now != text:
			t.Errorf("%s has other bytes", name)
		}
	}
	for name := range after {
		if _, was := before[name]; !was && name != "data/landed/a/b1.gone" && !strings.HasPrefix(name, "state/retention/"+cert.ID+".") {
			t.Errorf("%s is new", name)
		}
	}
	// The word that it leaves keeps a batch's file from landing again.
	if gone, err := lake.Gone(p.c.At("data/landed")); err != nil || !gone["b1"] || len(gone) != 1 {
		t.Errorf("%v, %v", gone, err)
	}
	// The certificate: what, on what ground, with checksums of what there was; no
	// name that a user gave; its own checksum in the audit.
	text := after["state/retention/"+cert.ID+".json"]
	var read Certificate
	if err := json.Unmarshal([]byte(text), &read); err != nil || len(read.Deleted) != 6 || read.By != "A. Officer" || read.Deleted[0].Ground != "policy 1" {
		t.Errorf("%v in\n%s", err, text)
	}
	for _, d := range read.Deleted {
		if d.Items != 1 || len(d.Gone) != 1 || len(d.Gone[0].SHA256) != 64 || d.SetBy != "S. Iro" {
			t.Errorf("%+v", d)
		}
	}
	if strings.Contains(text+after["state/retention/"+cert.ID+".txt"], outboxF) {
		t.Error("the certificate names a delivered file")
	}
	if !slices.ContainsFunc(read.Kept, func(k Kept) bool { return k.Class == "reports" && k.Why == "no period is set" }) {
		t.Errorf("%+v", read.Kept)
	}
	p.audited(cert.ID, sum)
	if again, _, err := p.apply(false, nil); again != nil || err != nil {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	// Of one person nothing is landed any more: their identity has gone too.
	v := p.vault()
	defer v.Close()
	if people, err := v.People(); err != nil || len(people) != 5 || slices.Contains(people, p.person(5)) {
		t.Errorf("%d identities, %v", len(people), err)
	}
	if cert.Vault != "*" {
		t.Errorf("one identity is said as %q", cert.Vault)
	}
}

// audited holds the audit to be whole and to have one begin and one end of a
// certificate, the latter with its checksum.
func (p *place) audited(id, sum string) {
	p.t.Helper()
	at := filepath.Join(p.c.At(p.c.Serve.State), "audit", "audit.db")
	report, err := audit.Verify(context.Background(), at, audit.Proof{}, func(b audit.Break) { p.t.Error(b.Say) })
	if err != nil || report.Breaks > 0 {
		p.t.Errorf("%+v, %v", report, err)
	}
	log, err := audit.Open(at, audit.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	for event, object := range map[string]string{EventBegun: "certificate " + id, EventDone: "certificate " + id + " sha256 " + sum} {
		found, err := log.Search(context.Background(), audit.Filter{Event: event})
		if err != nil || len(found) != 1 || found[0].Object != object || found[0].Name != "A. Officer" || len(found[0].Persons) != 0 {
			p.t.Errorf("%s: %+v, %v", event, found, err)
		}
	}
}

// What is under a hold is not deleted until the hold ends, and what the current
// lists rest on never is.
func TestG33AHoldAndWhatIsNeededStay(t *testing.T) {
	p := newPlace(t, periods+"[[retention.hold]]\nclass = \"all\"\nby = \"Legal\"\nreason = \"inquiry 9\"\nuntil = \""+today.String()+"\"\n")
	before := p.files()
	if cert, _, err := p.apply(true, nil); err == nil || cert != nil {
		t.Errorf("an erasure that nobody decided: %v", err)
	}
	if cert, _, err := p.apply(false, nil); err != nil || cert != nil {
		t.Errorf("%+v, %v", cert, err)
	}
	if after := p.files(); !maps.Equal(before, after) {
		t.Error("something changed under a hold")
	}
	far, err := Make(context.Background(), p.c, today+40000)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range far.due {
		for _, name := range []string{"landed/a/b3", "landed/gone/c1", "steps/curate/0b", "steps/features/0b", "models/bundle1"} {
			if it.Name == name {
				t.Errorf("%s is due in a century", name)
			}
		}
		if it.Class == "snapshots" && it.Day > old {
			t.Errorf("%s is due in a century", it.Name)
		}
	}
	if len(far.due) == 0 {
		t.Error("nothing is due in a century")
	}
	// A bundle that somebody approved once stays, whatever was approved since.
	due := func() (out []string) {
		plan, err := Make(context.Background(), p.c, today+40000)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range plan.due {
			if it.Class == "bundles" {
				out = append(out, it.Name)
			}
		}
		return out
	}
	gone := due()
	if len(gone) == 0 {
		t.Fatal("no bundle is due in a century")
	}
	text, _ := json.Marshal(registry.Approval{Bundle: "bundle1", By: "A. Lead", On: today.String(), Earlier: []registry.Approval{{Bundle: filepath.Base(gone[0]), By: "A. Lead", On: old.String()}}})
	p.file("data/models/approved.json", string(text), today)
	if got := due(); slices.Contains(got, gone[0]) || len(got) != len(gone)-1 {
		t.Errorf("due are %v, before it was approved %v", got, gone)
	}
}

const erasing = `[retention.erase]
optouts = ["objection"]
basis = true
by = "C. Guardian"
reason = "decision 7"
`

// rowsOf counts what a Parquet file has of subjects and people.
func (p *place) rowsOf(who map[int64]bool) (found []string) {
	p.t.Helper()
	db, err := lake.Open(context.Background(), lake.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer db.Close()
	err = filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".parquet" {
			return err
		}
		for _, column := range []string{"person", "subject"} {
			rows, err := db.Query(context.Background(), "SELECT DISTINCT "+column+" FROM read_parquet("+lake.Quote(path)+")")
			if err != nil {
				continue // no such column
			}
			for rows.Next() {
				var k int64
				if err := rows.Scan(&k); err != nil {
					return err
				}
				if who[k] {
					found = append(found, path+" "+column)
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
			rows.Close()
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return found
}

// working opens items of two people, one of whom objects.
func (p *place) working() {
	p.t.Helper()
	w, err := worklist.Open(p.c.At(p.c.Serve.State), worklist.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer w.Close()
	rows := []worklist.Row{{List: "north", Person: p.person(0), Practice: "P1", Rule: "risk", Rank: 1, Probability: .2}, {List: "north", Person: p.person(1), Practice: "P1", Rule: "risk", Rank: 2, Probability: .1}}
	if _, err := w.Sync(context.Background(), worklist.Run{Run: "r", Snapshot: "s", AsOf: middle}, rows, nil, nil); err != nil {
		p.t.Fatal(err)
	}
}

// An objector's rows, and those of a source whose basis has ended, are nowhere
// after: no landed batch, no older snapshot, no evaluation row, no identity, no
// open item. Everybody else's are. Nothing says who it was or why.
func TestG34G6AnErasureLeavesNothingOfAPerson(t *testing.T) {
	p := newPlace(t, erasing)
	p.working()
	me := map[int64]bool{int64(p.person(0)): true, int64(p.keyer().Subject("subject/a", "local-"+numbers[0])): true, int64(p.keyer().Subject("subject/gone", "local-"+numbers[0])): true}
	you := map[int64]bool{int64(p.person(1)): true}
	if len(p.rowsOf(me)) < 9 {
		t.Fatalf("they are in too little to prove anything: %v", p.rowsOf(me))
	}
	cert, sum, err := p.apply(true, nil)
	if err != nil {
		t.Fatal(err)
	}
	if found := p.rowsOf(me); len(found) > 0 {
		t.Errorf("there are rows of them: %v", found)
	}
	if found := p.rowsOf(you); len(found) < 6 {
		t.Errorf("another's rows went too: %v", found)
	}
	v := p.vault()
	people, err := v.People()
	v.Close()
	if err != nil || len(people) != 5 || slices.Contains(people, p.person(0)) {
		t.Errorf("%d identities, %v", len(people), err)
	}
	w, err := worklist.Open(p.c.At(p.c.Serve.State), worklist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	items, err := w.Items(context.Background(), worklist.Query{})
	if err != nil || len(items) != 2 || items[0].State != worklist.Closed || items[0].Reason != worklist.NoRecord || items[0].Listed || items[1].State != worklist.New {
		t.Errorf("%+v, %v", items, err)
	}
	if wrong, err := w.Rebuild(context.Background()); wrong != 0 || err != nil {
		t.Errorf("%d items are not as their history has them, %v", wrong, err)
	}
	w.Close()
	// The batches hold together: lengths, checksums, counts of records.
	batches, err := lake.Landed(p.c.At("data/landed"))
	if err != nil || len(batches) != 3 {
		t.Fatalf("%d batches, %v", len(batches), err)
	}
	for _, b := range batches {
		if err := b.Verify(); err != nil {
			t.Error(err)
		}
		if len(b.Erased) != 1 || b.Erased[0].Certificate != cert.ID {
			t.Errorf("%s: %+v", b.ID, b.Erased)
		}
		if want := map[string]int64{"b1": 10, "b2": 8, "b3": 6}[b.ID]; b.Counts.Held != want || b.Counts.In != want || b.Tables["person"].Rows != want {
			t.Errorf("%s: %+v, %+v; want %d", b.ID, b.Counts, b.Tables["person"], want)
		}
	}
	if cert.Erasure.People != "*" || cert.Erasure.Closed != "*" || len(cert.Erasure.Landed) != 3 || len(cert.Erasure.Bundles) != 2 {
		t.Errorf("%+v", cert.Erasure)
	}
	p.audited(cert.ID, sum)
	if again, _, err := p.apply(true, nil); again != nil || err != nil {
		t.Errorf("the same again: %+v, %v", again, err)
	}
}

// No store and no certificate says who opted out, or that a person did.
func TestG7TheCertificateNamesNobody(t *testing.T) {
	p := newPlace(t, erasing)
	p.working()
	var journal []byte
	_, _, err := p.apply(true, func(op, path string) error {
		if op == "place" && journal == nil {
			journal, _ = os.ReadFile(filepath.Join(Folder(p.c), journalFile))
		}
		return nil
	})
	if err != nil || len(journal) == 0 {
		t.Fatal(err)
	}
	words := []string{p.person(0).String(), numbers[0]}
	for name, text := range p.files() {
		if !strings.HasPrefix(name, "state/") && !strings.HasSuffix(name, "manifest.json") {
			continue
		}
		for _, word := range words {
			if strings.Contains(text, word) || bytes.Contains(journal, []byte(word)) {
				t.Errorf("%s, or the journal, names a person who objected", name)
			}
		}
	}
	w, err := worklist.Open(p.c.At(p.c.Serve.State), worklist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	items, err := w.Items(context.Background(), worklist.Query{})
	for _, it := range items {
		if strings.Contains(it.Reason+it.Gone, "opt") || strings.Contains(it.Reason+it.Gone, "object") {
			t.Errorf("an item says %q", it.Reason)
		}
	}
	if err != nil {
		t.Error(err)
	}
}

// Lists that were made before an objection came must be made again first: else
// the current ones would go on showing whom everything else has forgotten.
func TestG6AnErasureWaitsForListsWithoutThem(t *testing.T) {
	p := newPlace(t, erasing)
	p.publish(newest+1, "bundle1", true)
	before := p.files()
	_, _, err := p.apply(true, nil)
	if f := (*engine.Fault)(nil); !errors.As(err, &f) || f.Code != "erase-current" {
		t.Errorf("%v", err)
	}
	if !maps.Equal(before, p.files()) {
		t.Error("something was erased all the same")
	}
}

var errKilled = errors.New("killed")

// A kill before any operation on the disk, and a rerun, end as a run that nobody
// disturbed: the same files with the same bytes, the certificate among them.
func TestG33G34AKillAnywhereEndsTheSame(t *testing.T) {
	whole := newPlace(t, periods+erasing)
	whole.working()
	ops := 0
	want, sum, err := whole.apply(true, func(string, string) error { ops++; return nil })
	if err != nil || ops < 25 {
		t.Fatalf("%d operations, %v", ops, err)
	}
	after := whole.files()
	for kill := range ops {
		t.Run(fmt.Sprint(kill), func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, periods+erasing)
			p.working()
			n := 0
			if _, _, err := p.apply(true, func(string, string) error {
				if n++; n > kill {
					return errKilled
				}
				return nil
			}); !errors.Is(err, errKilled) {
				t.Fatalf("killed before operation %d: %v", kill, err)
			}
			got, again, err := p.apply(true, nil)
			if err != nil || got == nil || got.ID != want.ID {
				t.Fatalf("%+v, %v", got, err)
			}
			if again != sum {
				t.Error("the certificate is another")
			}
			files := p.files()
			for _, name := range slices.Sorted(maps.Keys(after)) {
				if files[name] != after[name] && !strings.HasPrefix(name, "secrets/audit.key") {
					t.Errorf("%s differs or is missing", name)
				}
				delete(files, name)
			}
			for name := range files {
				t.Errorf("%s is left", name)
			}
			p.audited(want.ID, sum)
		})
	}
}

// Nothing is deleted before its day, without a name, or without a reason.
func TestG33NothingGoesEarlyOrUnsigned(t *testing.T) {
	p := newPlace(t, periods)
	for code, opt := range map[string]Options{
		"retention-incomplete": {On: today, Today: today, By: " ", Reason: "x"},
		"retention-future":     {On: today + 1, Today: today, By: "a", Reason: "x"},
	} {
		_, _, err := Apply(context.Background(), p.c, opt)
		if f := (*engine.Fault)(nil); !errors.As(err, &f) || f.Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}
