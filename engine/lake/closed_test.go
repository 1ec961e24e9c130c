//go:build duckdb_arrow

package lake

import (
	"context"
	"fmt"
	"testing"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/source"
)

// landCare lands people p1 and p2, x9 who is nobody's yet, and their care: p1
// and p2 a treatment for the use of drugs each (p1's in two versions and with
// a diagnosis in the record, one that refers to it, and one withdrawn), p1 a
// contact with a community service.
func landCare(t *testing.T) []Batch {
	t.Helper()
	keys, err := identity.NewKeyer(testKey)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Land(t.TempDir(), "care", Manifest{Source: "s"}, func(dir string) (source.Counts, map[string]source.TableFile, error) {
		b := source.NewBatch(dir, source.Meta{Source: "s", Night: epoch + 1000, Lag: -1}, keys, nil)
		n := 0
		record := func(subject, id string, known int, may int64, fill func(*source.Record)) {
			n++
			r := b.Open(int64(n), b.Subject(subject), id, fmt.Appendf(nil, "%s %d", id, known), int64(known), epoch+engine.Day(known), engine.NoDay)
			fill(r)
			if err := r.Close(may); err != nil {
				t.Fatal(err)
			}
		}
		care := func(kind engine.EpisodeKind, from, to int) func(*source.Record) {
			return func(r *source.Record) {
				e := schema.NewEpisode(kind)
				e.Spell, e.StartDay = r.Key(), epoch+engine.Day(from)
				if to > 0 {
					e.EndDay = epoch + engine.Day(to)
				}
				r.Add(schema.TableEpisode, &e)
				d := schema.NewEvent(engine.Diagnosis)
				d.Day, d.LastDay, d.Code, d.Episode = e.StartDay, e.StartDay, b.Code(engine.ICD10, fmt.Sprintf("F%02d", kind), ""), r.Key()
				r.Add(schema.TableEvent, &d)
			}
		}
		for _, p := range []string{"p1", "p2"} {
			record(p, "Patient/"+p, 1, 1<<schema.TablePerson|1<<schema.TableLink, func(r *source.Record) {
				who, _ := b.Identify("test", p, epoch, 0, identity.Identity{})
				r.Add(schema.TableLink, &schema.Link{Person: who})
				f := schema.NewPersonFact()
				f.BirthMonth = epoch - 20000
				r.Add(schema.TablePerson, &f)
			})
		}
		const may = 1<<schema.TableEpisode | 1<<schema.TableEvent
		record("p1", "drug/1", 10, may, care(engine.DrugAlcoholTreatment, 5, 0))
		record("p1", "drug/1", 60, may, care(engine.DrugAlcoholTreatment, 5, 50))
		record("p1", "drug/2", 10, may, care(engine.DrugAlcoholTreatment, 6, 0))
		record("p1", "drug/2", 20, may, func(*source.Record) {})
		record("p2", "drug/3", 10, may, care(engine.DrugAlcoholTreatment, 7, 0))
		record("x9", "drug/4", 10, may, care(engine.DrugAlcoholTreatment, 7, 0))
		record("p1", "contact/1", 10, may, care(engine.CommunityCare, 8, 8))
		record("p1", "note/1", 10, may, func(r *source.Record) {
			d := schema.NewEvent(engine.Observation)
			d.Day, d.LastDay, d.Code, d.Episode = epoch+5, epoch+5, b.Code(engine.SNOMED, "1", ""), b.RecordKey("drug/1")
			r.Add(schema.TableEvent, &d)
		})
		return b.Finish()
	})
	if err != nil {
		t.Fatal(err)
	}
	return []Batch{b}
}

// Records of drug and alcohol care are withheld, whole, from a purpose that
// does not name them, and used by one that does; every record has one
// disposition in both.
func TestSensitiveCareIsWithheldUnlessNamed(t *testing.T) {
	batches := landCare(t)
	keys, _ := identity.NewKeyer(testKey)
	p2 := engine.Person(keys.Subject("test", "p2"))
	for _, c := range []struct {
		named         []string
		out           []engine.Person
		want          Dispositions
		spells, facts int64
	}{
		// Held are ten: two patients, four versions of p1's treatments, one each of p2's and x9's, the contact and the note.
		{nil, nil, Dispositions{Accepted: 3, Pending: 1, Withheld: 6}, 1, 1},
		{[]string{"drug-and-alcohol"}, nil, Dispositions{Accepted: 9, Pending: 1}, 5, 6},
		{nil, []engine.Person{p2}, Dispositions{Accepted: 2, Pending: 1, Withheld: 7}, 1, 1},
	} {
		db, err := Open(context.Background(), Options{Threads: 2, MemoryMiB: 512, Temp: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		got, err := (&Curation{Batches: batches, Out: dir, Buckets: 2, AsOf: epoch + 1000, Named: c.named,
			Withhold: func([]engine.Person) []engine.Person { return c.out }}).Run(context.Background(), db)
		db.Close()
		if err != nil {
			t.Fatal(err)
		}
		if d := got.Batches["care"]; d != c.want {
			t.Errorf("named %v, %d people out: dispositions %+v, want %+v", c.named, len(c.out), d, c.want)
		}
		if s := got.Rows["spell"]; s.Current+s.Ended != c.spells {
			t.Errorf("named %v: spells %+v, want %d", c.named, s, c.spells)
		}
		if s := got.Rows["event"]; s.Current+s.Ended != c.facts {
			t.Errorf("named %v: facts %+v, want %d", c.named, s, c.facts)
		}
	}
	db, err := Open(context.Background(), Options{Threads: 1, MemoryMiB: 512, Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := (&Curation{Batches: batches, Out: t.TempDir(), Buckets: 2, AsOf: epoch + 1000, Named: []string{"everything"}}).Run(context.Background(), db); err == nil {
		t.Error("a data set that is none was named")
	}
}
