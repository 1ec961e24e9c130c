//go:build duckdb_arrow

package lake

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/source"
	"leftshift/engine/spell"
)

// stated is a version of a record of care, a plan or a problem: an interval
// that may be open, sent again, corrected, ended, opened again or withdrawn.
type stated struct {
	kind            int // an EpisodeKind; 0 a document, -1 a problem
	record, subject int
	from, to        int // days after epoch; to 0 while open
	specialty       int
	known           int
	withdrawn       bool
}

var everyKind = []int{-1, 0, int(engine.AdmittedEpisode), int(engine.EDAttendance), int(engine.SDECAttendance), int(engine.OutpatientAttendance),
	int(engine.NHS111Call), int(engine.AmbulanceIncident), int(engine.CommunityCare), int(engine.MentalHealthCare),
	int(engine.SocialCareEvent), int(engine.DrugAlcoholTreatment)}

// delivery lands versions as one batch of a source. Two versions with the same
// content are one.
func delivery(t *testing.T, root, name, from string, rows []stated) Batch {
	t.Helper()
	keys, err := identity.NewKeyer(testKey)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Land(root, name, Manifest{Source: from}, func(dir string) (source.Counts, map[string]source.TableFile, error) {
		b := source.NewBatch(dir, source.Meta{Source: from, Night: epoch + 1000, Lag: -1}, keys, nil)
		for i, r := range rows {
			subject := b.SubjectOf("test", fmt.Sprint("p", r.subject))
			content := r
			content.known = 0
			rec := b.Open(int64(i), subject, fmt.Sprint(r.kind, "/", r.record), fmt.Appendf(nil, "%+v", content), 0, epoch+engine.Day(r.known), engine.NoDay)
			start, end := epoch+engine.Day(r.from), engine.NoDay
			if r.to > 0 {
				end = epoch + engine.Day(r.to)
			}
			code := b.Code(engine.SNOMED, fmt.Sprint(100+r.specialty), "")
			table := schema.TableEpisode
			var row any
			switch r.kind {
			case -1:
				e := schema.NewEvent(engine.Problem)
				e.Day, e.LastDay, e.EndDay, e.Code = start, start, end, code
				table, row = schema.TableEvent, &e
			case 0:
				d := schema.NewDocument()
				d.Day, d.EndDay, d.Type, d.Category, d.Status = start, end, code, 2, engine.Active
				table, row = schema.TableDocument, &d
			default:
				e := schema.NewEpisode(engine.EpisodeKind(r.kind))
				e.Spell, e.StartDay, e.EndDay, e.Specialty = rec.Key(), start, end, code
				if r.kind == int(engine.AdmittedEpisode) {
					// Two episodes of a spell, now and then.
					e.Spell, e.Number, e.AdmissionMethod = b.RecordKey(fmt.Sprint("spell/", r.record/2)), int64(1+r.record%2), "21"
				}
				row = &e
			}
			if !r.withdrawn {
				rec.Add(table, row)
			}
			if err := rec.Close(1 << table); err != nil {
				t.Fatal(err)
			}
		}
		return b.Finish()
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// curateAll curates with every sensitive data set named.
func curateAll(t *testing.T, batches []Batch) string {
	t.Helper()
	ctx := context.Background()
	db, err := Open(ctx, Options{Threads: 2, MemoryMiB: 512, Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	dir := t.TempDir()
	if _, err := (&Curation{Batches: batches, Out: dir, Buckets: 2, AsOf: epoch + 1000, Named: []string{"drug-and-alcohol"}}).Run(ctx, db); err != nil {
		t.Fatal(err)
	}
	return dir
}

// known asks for the columns of the rows of a kind that were known on a day.
func known(t *testing.T, dir string, kind int, columns string, on engine.Day) []string {
	t.Helper()
	table, where := "spell", ""
	switch kind {
	case -1:
		table = "event"
	case 0:
		table = "document"
	default:
		where = fmt.Sprint("kind = ", uint8(spell.Classify(&schema.Episode{Kind: engine.EpisodeKind(kind), AdmissionMethod: "21"})), " and ")
	}
	view, err := FilesView(table, filepath.Join(dir, table), "*.parquet")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Ask(context.Background(), []View{view},
		fmt.Sprintf("select %s from %s where %s known_from <= %s and (known_to is null or known_to > %s) order by all", columns, table, where, sqlDay(on), sqlDay(on)), Limits{Rows: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, r := range got.Rows {
		rows = append(rows, fmt.Sprint(r...))
	}
	return rows
}

func kindName(kind int) string {
	switch kind {
	case -1:
		return "problem"
	case 0:
		return "document"
	}
	return fmt.Sprint("episode kind ", kind)
}

// Whatever is delivered later, and known later, what was known on a day stays
// what it was: of every kind of care, documents and problems, whether the
// later version ends an open one, opens it again, corrects or withdraws it, or
// another source says the same.
func TestWhatWasKnownStays(t *testing.T) {
	const until = 40
	rng := rand.New(rand.NewPCG(7, 8))
	var before, after, other []stated
	for i := range 160 * len(everyKind) {
		r := stated{kind: everyKind[i%len(everyKind)], record: rng.IntN(60), from: 1 + rng.IntN(6), specialty: rng.IntN(2), withdrawn: rng.IntN(12) == 0}
		r.subject = r.record / 2 % 4
		if rng.IntN(2) == 0 {
			r.to = r.from + rng.IntN(4)
		}
		r.known = r.from + rng.IntN(80)
		switch {
		case r.known <= until:
			before = append(before, r)
		case rng.IntN(3) == 0:
			other = append(other, r)
		default:
			after = append(after, r)
		}
	}
	root := t.TempDir()
	first := delivery(t, root, "first", "m", before)
	alone := curateAll(t, []Batch{first})
	all := curateAll(t, []Batch{first, delivery(t, root, "later", "m", after), delivery(t, root, "other", "a", other)})
	for _, kind := range everyKind {
		t.Run(kindName(kind), func(t *testing.T) {
			columns := "* exclude (known_to)"
			if kind == -1 { // these are of all facts alike, whenever known, and no feature reads them
				columns = "* exclude (known_to, end_day, episode, organisation, source, known_from, known_basis)"
			}
			for on := 4; on <= until; on += 9 {
				want, got := known(t, alone, kind, columns, epoch+engine.Day(on)), known(t, all, kind, columns, epoch+engine.Day(on))
				if on > 20 && len(want) == 0 {
					t.Fatalf("nothing is known on day %d: this proves nothing", on)
				}
				if !slices.Equal(got, want) {
					t.Errorf("on day %d\n%s\nwithout later deliveries\n%s", on, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
			if slices.Equal(known(t, alone, kind, columns, epoch+200), known(t, all, kind, columns, epoch+200)) {
				t.Error("the later deliveries change nothing: this proves nothing")
			}
		})
	}
}

// An interval that landed open, and closed on a later night, was open on the
// days between; of two versions that became known on one day the one with an
// end stands, in whichever order they land.
func TestAnOpenIntervalIsOpenUntilItsEndIsKnown(t *testing.T) {
	var open, closed []stated
	for _, kind := range everyKind[1:] {
		for i := range 12 {
			// Of even records the end is known later, of odd ones on the same day.
			r := stated{kind: kind, record: 2 * i, subject: i, from: 5, specialty: i, known: 10}
			open = append(open, r)
			r.to, r.known = 20, 10+15*(1-i%2)
			closed = append(closed, r)
		}
	}
	for name, order := range map[string][][]stated{"open first": {open, closed}, "closed first": {closed, open}} {
		root := t.TempDir()
		dir := curateAll(t, []Batch{delivery(t, root, "1", "m", order[0]), delivery(t, root, "2", "m", order[1])})
		for _, kind := range everyKind[1:] {
			for on, want := range map[int]string{9: "0 0", 10: "12 6", 24: "12 6", 25: "12 12", 900: "12 12"} {
				if got := known(t, dir, kind, "count(*), count(end_day)", epoch+engine.Day(on))[0]; got != want {
					t.Errorf("%s, %s, on day %d: rows and ends %s, want %s", kindName(kind), name, on, got, want)
				}
			}
		}
	}
}

// A version that each night's file holds again is one, known since the first,
// and ends when the next version is known.
func TestSentAgainIsOne(t *testing.T) {
	root := t.TempDir()
	var batches []Batch
	for n, r := range []stated{{known: 10}, {known: 30}, {known: 50}, {known: 60, to: 6}} {
		var rows []stated
		for _, r.kind = range everyKind {
			r.subject, r.from = 1, 5
			rows = append(rows, r)
		}
		batches = append(batches, delivery(t, root, fmt.Sprint("night", n), "m", rows))
	}
	dir := curateAll(t, batches)
	for _, kind := range everyKind {
		for on, want := range map[int]int{9: 0, 10: 1, 40: 1, 59: 1, 60: 1, 900: 1} {
			if got := known(t, dir, kind, "*", epoch+engine.Day(on)); len(got) != want {
				t.Errorf("%s, on day %d: %d rows, want %d", kindName(kind), on, len(got), want)
			}
		}
	}
}
