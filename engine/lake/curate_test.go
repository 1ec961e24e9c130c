//go:build duckdb_arrow

package lake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/source"
)

var testKey = []byte("a key of thirty-two bytes or more, only for tests")

// sent is one version of one record as a source would send it.
type sent struct {
	record, subject string
	day, code       int
	known           int // days after 2024-01-01
	withdrawn       bool
}

const epoch = engine.Day(19723) // 2024-01-01

// landAll lands rows as one batch per group, with a Patient link each for
// subjects that begin with "p".
func landAll(t *testing.T, root string, groups [][]sent) []Batch {
	t.Helper()
	keys, err := identity.NewKeyer(testKey)
	if err != nil {
		t.Fatal(err)
	}
	var out []Batch
	for g, rows := range groups {
		b, err := Land(root, fmt.Sprintf("batch%02d", g), Manifest{Source: "s"}, func(dir string) (source.Counts, map[string]source.TableFile, error) {
			b := source.NewBatch(dir, source.Meta{Source: "s", Night: epoch + 1000, Lag: -1}, keys, nil)
			linked := map[string]bool{}
			for i, r := range rows {
				if r.subject[0] == 'p' && !linked[r.subject] {
					linked[r.subject] = true
					p, _ := b.Identify("test", r.subject, epoch, 0, identity.Identity{})
					rec := b.Open(1, b.Subject(r.subject), "Patient/"+r.subject, []byte(r.subject), 0, epoch, epoch)
					rec.Add(schema.TableLink, &schema.Link{Person: p})
					pf := schema.NewPersonFact()
					pf.BirthMonth, pf.Sex = epoch-20000, engine.Female
					rec.Add(schema.TablePerson, &pf)
					if err := rec.Close(1<<schema.TablePerson | 1<<schema.TableLink); err != nil {
						t.Fatal(err)
					}
				}
				rec := b.Open(int64(i), b.Subject(r.subject), r.record, fmt.Appendf(nil, "%+v", r), int64(r.known), epoch+engine.Day(r.known), epoch)
				if !r.withdrawn {
					e := schema.NewEvent(engine.Problem)
					e.Day, e.LastDay, e.Code = epoch+engine.Day(r.day), epoch+engine.Day(r.day), b.Code(engine.SNOMED, fmt.Sprint(r.code), "")
					rec.Add(schema.TableEvent, &e)
				}
				if err := rec.Close(1 << schema.TableEvent); err != nil {
					t.Fatal(err)
				}
			}
			return b.Finish()
		})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func curate(t *testing.T, batches []Batch, threads, buckets int, withheld []engine.Person) (string, *Curated) {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	db, err := Open(ctx, Options{Threads: threads, MemoryMiB: 512, Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	got, err := (&Curation{Batches: batches, Out: dir, Buckets: buckets, AsOf: epoch + 1000, Withhold: func([]engine.Person) []engine.Person { return withheld }}).Run(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	return dir, got
}

func treeHash(t *testing.T, dir string) string {
	t.Helper()
	sum := sha256.New()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(sum, "%s %x\n", rel, sha256.Sum256(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// visible asks the curated events what was known on a day.
func visible(t *testing.T, dir string, on engine.Day) []string {
	t.Helper()
	view, err := FilesView("event", filepath.Join(dir, "event"), "*.parquet")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Ask(context.Background(), []View{view},
		fmt.Sprintf("select person, day, code from event where known_from <= %s and (known_to is null or known_to > %s) order by all", sqlDay(on), sqlDay(on)), Limits{Rows: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range got.Rows {
		out = append(out, fmt.Sprint(r...))
	}
	return out
}

func TestG34VersionsRetractionsAndDuplicates(t *testing.T) {
	batches := landAll(t, t.TempDir(), [][]sent{
		{
			{record: "a", subject: "p1", day: 10, code: 1, known: 11},
			{record: "b", subject: "p1", day: 20, code: 2, known: 21},
			{record: "b", subject: "p1", known: 40, withdrawn: true},
			{record: "c", subject: "p1", day: 10, code: 1, known: 30}, // a again, under another record
			{record: "d", subject: "x9", day: 10, code: 3, known: 11}, // nobody's yet
		},
		{
			{record: "a", subject: "p1", day: 12, code: 1, known: 50}, // a corrected: the day moves
			{record: "e", subject: "p2", day: 10, code: 4, known: 60},
			{record: "e", subject: "p2", day: 11, code: 4, known: 60}, // replaced the day it came? the later in order stands
		},
	})
	dir, got := curate(t, batches, 2, 4, nil)
	if d := got.Batches["batch00"]; d.Accepted != 5 || d.Pending != 1 || d.Withheld != 0 {
		t.Errorf("dispositions %+v", d)
	}
	for on, want := range map[int]int{5: 0, 11: 1, 21: 2, 35: 2, 45: 1, 55: 2, 65: 3} {
		// 35: a and its copy are one, b. 45: b withdrawn. 55: the copy on day 10 and a on day 12.
		if n := len(visible(t, dir, epoch+engine.Day(on))); n != want {
			t.Errorf("on day %d %d facts are known, want %d", on, n, want)
		}
	}
	s := got.Rows["event"]
	if s.Landed != 6 || s.Landed != s.Current+s.Ended+s.Merged {
		t.Errorf("sum over rows %+v", s)
	}
}

// Whoever is withheld is in no curated table.
func TestWithheldPersonIsAbsent(t *testing.T) {
	batches := landAll(t, t.TempDir(), [][]sent{{
		{record: "a", subject: "p1", day: 10, code: 1, known: 11},
		{record: "b", subject: "p2", day: 20, code: 2, known: 21},
	}})
	keys, _ := identity.NewKeyer(testKey)
	p1 := engine.Person(keys.Subject("test", "p1"))
	dir, got := curate(t, batches, 1, 2, []engine.Person{p1})
	if d := got.Batches["batch00"]; d.Withheld != 2 || d.Accepted != 2 || d.Pending != 0 {
		t.Errorf("dispositions %+v", d)
	}
	if n := len(visible(t, dir, epoch+900)); n != 1 {
		t.Errorf("%d facts, want 1", n)
	}
	if got.Persons != 1 {
		t.Errorf("%d persons, want 1", got.Persons)
	}
}

// The bytes depend on the rows alone: not on threads, nor on which batch a
// row came in, nor on its order there.
func TestCurationIsDeterministic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []sent
	for i := range 3000 {
		r := sent{record: fmt.Sprint("r", rng.IntN(1500)), subject: fmt.Sprint("p", i%40), day: rng.IntN(30), code: rng.IntN(5), known: rng.IntN(60), withdrawn: rng.IntN(20) == 0}
		r.subject = fmt.Sprint("p", len(r.record)*7%40) // a record keeps its subject
		rows = append(rows, r)
	}
	var hashes []string
	for _, c := range []struct{ threads, parts int }{{1, 1}, {2, 3}, {4, 7}} {
		rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		groups := make([][]sent, c.parts)
		for i, r := range rows {
			groups[i%c.parts] = append(groups[i%c.parts], r)
		}
		dir, _ := curate(t, landAll(t, t.TempDir(), groups), c.threads, 4, nil)
		hashes = append(hashes, treeHash(t, dir))
	}
	if len(slices.Compact(slices.Clone(hashes))) != 1 {
		t.Errorf("three ways to the same rows give different bytes: %v", hashes)
	}
}

// What the curated events say was known on a day agrees with a plain replay
// of what was sent.
func TestKnowledgeAgreesWithReplay(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3 {
		var rows []sent
		for range 400 {
			r := sent{record: fmt.Sprint("r", rng.IntN(150)), day: rng.IntN(8), code: rng.IntN(3), known: rng.IntN(40), withdrawn: rng.IntN(8) == 0}
			r.subject = fmt.Sprint("p", r.record[len(r.record)-1:])
			if !slices.ContainsFunc(rows, func(o sent) bool { return o.record == r.record && o.known == r.known }) {
				rows = append(rows, r)
			}
		}
		dir, _ := curate(t, landAll(t, t.TempDir(), [][]sent{rows}), 2, 2, nil)
		keys, _ := identity.NewKeyer(testKey)
		for on := 0; on < 45; on += 4 {
			newest := map[string]sent{}
			for _, r := range rows {
				if r.known <= on && (newest[r.record].record == "" || r.known > newest[r.record].known) {
					newest[r.record] = r
				}
			}
			facts := map[string]bool{}
			for _, r := range newest {
				if !r.withdrawn {
					facts[fmt.Sprint(keys.Subject("test", r.subject), r.day, r.code)] = true
				}
			}
			if got := visible(t, dir, epoch+engine.Day(on)); len(got) != len(facts) {
				t.Fatalf("on day %d %d facts, replay gives %d", on, len(got), len(facts))
			}
		}
	}
}
