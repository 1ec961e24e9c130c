//go:build duckdb_arrow

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
)

type coded struct {
	system engine.System
	text   string
	kind   engine.EventKind
}

// codes are some that features read: of analytes, and of every tenth list.
func codes(t *testing.T) (out []coded) {
	t.Helper()
	lib, err := codelist.Load()
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lib.Lists {
		if i%2 == 0 && len(l.Codes) > 0 {
			for _, kind := range []engine.EventKind{2, 9} {
				out = append(out, coded{engine.ParseSystem(l.System), l.Codes[i%len(l.Codes)], kind})
			}
		}
	}
	return out
}

// people writes a small curated folder: people with events of those codes on
// different days, some versions ended, some dates partial, and spells.
func people(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(path, table string, rows []any) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := schema.Write(path, schema.CuratedTable(table), slices.Values(rows)); err != nil {
			t.Fatal(err)
		}
	}
	on, _ := engine.ParseDay(asOf)
	words := codes(t)
	analytes, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	dictionary := map[engine.Code]*schema.CodeText{}
	for _, c := range words {
		dictionary[engine.CodeKey(c.system, c.text)] = &schema.CodeText{Key: engine.CodeKey(c.system, c.text), System: c.system, Text: c.text}
	}
	var measured []engine.Code
	for _, id := range []string{"systolic", "hba1c", "egfr", "weight", "bmi", "sodium"} {
		measured = append(measured, analytes.ByID(id).Codes()...)
	}
	for _, c := range measured {
		dictionary[c] = &schema.CodeText{Key: c, System: engine.SNOMED, Text: fmt.Sprint(uint64(c))}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	known := func(from engine.Day) schema.Knowledge {
		k := schema.Knowledge{Source: "s", KnownFrom: from, KnownTo: engine.NoDay, KnownBasis: 1}
		if rng.IntN(12) == 0 {
			k.KnownTo = from + 1 + engine.Day(rng.IntN(900))
		}
		return k
	}
	for b := range 2 {
		var persons, registrations, residences, events, spells []any
		for i := range 30 {
			p := engine.Person(1 + b*30 + i)
			persons = append(persons, &schema.CuratedPerson{Person: p, BirthMonth: on.Month() - 20000, Sex: 1, DeathDay: engine.NoDay, DeathKnown: engine.NoDay})
			registrations = append(registrations, &schema.CuratedRegistration{Person: p, Practice: 1, FromDay: on - 5000, ToDay: engine.NoDay})
			residences = append(residences, &schema.CuratedResidence{Person: p, Area: 1, FromDay: on - 5000, ToDay: engine.NoDay})
			for day := on - 2500 + engine.Day(rng.IntN(40)); day < on+30; day += 1 + engine.Day(rng.IntN(30)) {
				e := &schema.CuratedEvent{Person: p, Day: day, LastDay: day, Kind: engine.EventKind(1 + rng.IntN(10)), Status: engine.Status(rng.IntN(7)),
					Mode: engine.Mode(rng.IntN(5)), Position: uint8(rng.IntN(4)), EndDay: engine.NoDay, Knowledge: known(day + engine.Day(rng.IntN(20)))}
				switch rng.IntN(4) {
				case 0:
					e.Code, e.Kind, e.Status = measured[rng.IntN(len(measured))], 3, 3
					e.Value = schema.Number{N: int64(rng.IntN(3000)), Known: true}
				case 1, 2:
					c := words[rng.IntN(len(words))]
					e.Code, e.Kind = engine.CodeKey(c.system, c.text), c.kind
				}
				if rng.IntN(10) == 0 {
					e.LastDay = day + engine.Day(rng.IntN(60))
				}
				events = append(events, e)
			}
			for day := on - 2000 + engine.Day(rng.IntN(300)); day < on; day += 20 + engine.Day(rng.IntN(400)) {
				spells = append(spells, &schema.CuratedSpell{Person: p, StartDay: day, EndDay: day + engine.Day(rng.IntN(8)), Kind: engine.SpellKind(1 + rng.IntN(10)), Spell: 1, CIS: 1,
					CISFirst: uint8(rng.IntN(2)), Attended: uint8(5 + rng.IntN(3)), Specialty: engine.Code(1 + rng.IntN(5)), Knowledge: known(day + 10)})
			}
		}
		for table, rows := range map[string][]any{"person": persons, "registration": registrations, "residence": residences, "event": events, "spell": spells, "document": nil} {
			write(filepath.Join(dir, table, fmt.Sprintf("bucket-%03d.parquet", b)), table, rows)
		}
	}
	var rows []any
	for _, c := range dictionary {
		rows = append(rows, c)
	}
	write(filepath.Join(dir, "code.parquet"), "code", rows)
	return dir
}

func leg(t *testing.T, x task, name string) taken {
	t.Helper()
	x.Leg = name
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := runLeg(t.Context(), bytes.NewReader(text), &out); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var got taken
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// Every form of SQL gives the kernel's values of every feature that it makes.
func TestPeersAgree(t *testing.T) {
	root := t.TempDir()
	x := task{Lake: people(t), Peers: filepath.Join(root, "peers"), Temp: root, AsOf: asOf, Threads: 2}
	made := leg(t, x, "prepare").Columns
	if made < 200 {
		t.Errorf("%d features can be asked of the peers", made)
	}
	check := func(name string) task {
		y := x
		y.Check = filepath.Join(root, name)
		if err := os.Mkdir(y.Check, 0o700); err != nil {
			t.Fatal(err)
		}
		return y
	}
	if n := leg(t, check("kernel"), "keep").Rows; n < 45 {
		t.Fatalf("%d people", n)
	}
	for name, compare := range map[string]string{"sql_map": "compare_wide", "sql_in": "compare_wide", "sql_long": "compare_long"} {
		y := check(name)
		leg(t, y, name)
		if got := leg(t, y, compare); got.Sum != 0 || got.Columns < made/2 {
			t.Errorf("%s: %.0f values differ, %d of %d features have values", name, got.Sum, got.Columns, made)
		}
	}
	if got := leg(t, x, "sql_executor"); got.Columns <= made || got.Rows == 0 {
		t.Errorf("the second executor: %+v", got)
	}
	// Values of another day are seen to differ.
	y := check("late")
	y.AsOf = "2026-06-30"
	leg(t, y, "sql_map")
	if got := leg(t, y, "compare_wide"); got.Sum == 0 {
		t.Error("values of three months before were taken for the same")
	}
}

// The values kept to compare with leave no file open when a bucket fails.
func TestKeepClosesItsFilesOnFailure(t *testing.T) {
	const open = "/proc/self/fd"
	if _, err := os.ReadDir(open); err != nil {
		t.Skip("this system does not show which files are open")
	}
	x := task{Lake: people(t), Temp: t.TempDir(), AsOf: asOf, Threads: 1, Check: t.TempDir()}
	if err := os.Remove(filepath.Join(x.Lake, "event", "bucket-001.parquet")); err != nil {
		t.Fatal(err)
	}
	if err := keep(t.Context(), &x, new(taken)); err == nil {
		t.Fatal("a bucket that is gone was read")
	}
	if made, _ := os.ReadDir(x.Check); len(made) == 0 {
		t.Fatal("nothing was written before the failure: this proves nothing")
	}
	fds, err := os.ReadDir(open)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, _ := os.Readlink(filepath.Join(open, fd.Name())); strings.HasPrefix(to, x.Check) {
			t.Errorf("%s is open", to)
		}
	}
}

// The measured legs read the lake and say what they took.
func TestLegs(t *testing.T) {
	x := task{Lake: people(t), Temp: t.TempDir(), AsOf: asOf, Threads: 2}
	scan, kernel, written := leg(t, x, "scan"), leg(t, x, "kernel"), leg(t, x, "written")
	if s, err := sizeOf(t.Context(), x.Lake); err != nil || scan.Rows != s.Events+s.Spells+3*s.Persons || s.Buckets != 2 {
		t.Errorf("read %d rows of %+v, %v", scan.Rows, s, err)
	}
	if scan.Seconds <= 0 || scan.CPU <= 0 || kernel.Columns < 200 || kernel.Rows != written.Rows || written.Sum == 0 {
		t.Errorf("scan %+v, kernel %+v, written %+v", scan, kernel, written)
	}
	x.Dates, x.Features = 12, 20
	if got := leg(t, x, "kernel"); got.Columns != 20 || got.Rows <= 6*kernel.Rows {
		t.Errorf("twelve dates: %+v", got)
	}
	half, err := part(x.Lake, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := sizeOf(t.Context(), half); err != nil || s.Buckets != 1 || s.Persons != 30 {
		t.Errorf("half of the lake: %+v, %v", s, err)
	}
	if r, err := x.reach(t.Context()); err != nil || r.MatchedShare <= 0 || r.MatchedShare > 1 || r.Features != 20 {
		t.Errorf("%+v, %v", r, err)
	}
	if err := runLeg(t.Context(), strings.NewReader(`{"leg":"none"}`), io.Discard); err == nil {
		t.Error("a leg that there is not was run")
	}
}

func TestDates(t *testing.T) {
	days, err := (&task{AsOf: "2026-03-31", Dates: 3}).dates()
	if err != nil || fmt.Sprint(days) != "[2026-01-31 2026-02-28 2026-03-31]" {
		t.Errorf("%v, %v", days, err)
	}
	if _, err := (&task{AsOf: "today"}).dates(); err == nil {
		t.Error("no day was taken for one")
	}
}

// A choice is in proportion, and the same each time.
func TestChoose(t *testing.T) {
	analytes, err := analyte.Load()
	if err != nil {
		t.Fatal(err)
	}
	lib, err := codelist.Load()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalogue.Load(lib, analytes)
	if err != nil {
		t.Fatal(err)
	}
	all := len(cat.Definitions)
	for _, n := range []int{1, 60, 150, all, all + 5} {
		ids := choose(cat, n)
		got := cat.Subset(ids)
		if len(got.Definitions) != min(n, all) || !slices.Equal(ids, choose(cat, n)) {
			t.Errorf("%d of %d features chosen, not %d", len(got.Definitions), all, n)
		}
		share := func(c *catalogue.Catalogue, s catalogue.Source) (k float64) {
			for _, d := range c.Definitions {
				if d.Source == s {
					k++
				}
			}
			return k / float64(len(c.Definitions))
		}
		if d := share(got, catalogue.Spell) - share(cat, catalogue.Spell); n >= 60 && (d > 0.05 || d < -0.05) {
			t.Errorf("%d features: share of spells is off by %.3f", n, d)
		}
	}
}

func TestRounds(t *testing.T) {
	if least, median := least([]float64{3, 1, 2}); least != 1 || median != 2 {
		t.Error(least, median)
	}
	script := filepath.Join(t.TempDir(), "peer.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nif [ $1 = slow ]; then s=9; else s=2; fi\necho '{\"seconds\":'$s',\"cpu\":3,\"peak_mib\":7,\"rows\":4}'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	b := &bench{python: "/bin/sh", script: script, rounds: 2, log: io.Discard}
	best, got, err := b.faster(t.Context(), []entry{{"a", task{}, "slow"}, {"b", task{}, "quick"}})
	if err != nil || best.name != "b" || got["a"].MinSeconds != 9 || got["b"].PeakMiB != 7 || got["b"].MedianCPU != 3 {
		t.Errorf("%+v, %v", best, err)
	}
	b.script = filepath.Join(t.TempDir(), "none")
	if _, err := b.once(context.Background(), entry{"c", task{}, "x"}); err == nil {
		t.Error("a leg that failed was measured")
	}
}
