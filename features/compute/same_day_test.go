//go:build duckdb_arrow

package compute

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/features/outcome"
)

// Of each month and provider: emergency admissions of no night that begin a
// stay, and same-day emergency care, as known on the day.
func TestSameDay(t *testing.T) {
	dir := t.TempDir()
	put := func(table, name string, rows ...any) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := schema.Write(filepath.Join(dir, name), schema.CuratedTable(table), slices.Values(rows)); err != nil {
			t.Fatal(err)
		}
	}
	a, b := engine.CodeKey(engine.ODS, "RAA"), engine.CodeKey(engine.ODS, "RBB")
	put("code", "code.parquet", &schema.CodeText{Key: a, System: engine.ODS, Text: "RAA"}, &schema.CodeText{Key: b, System: engine.ODS, Text: "RBB"})
	january, _ := engine.ParseDay("2026-01-01")
	march, _ := engine.ParseDay("2026-03-01")
	n := int64(0)
	spell := func(kind engine.SpellKind, provider engine.Code, start engine.Day, nights engine.Day, change func(*schema.CuratedSpell)) any {
		n++
		s := &schema.CuratedSpell{Person: engine.Person(n), Kind: kind, Provider: provider, StartDay: start, EndDay: start + nights, Spell: n, CIS: n, CISFirst: 1,
			Knowledge: schema.Knowledge{Source: "s", KnownFrom: start, KnownTo: engine.NoDay, KnownBasis: 1}}
		if change != nil {
			change(s)
		}
		return s
	}
	put("spell", "spell/bucket-000.parquet",
		spell(engine.Emergency, a, january, 0, nil),
		spell(engine.Emergency, a, january+30, 0, nil),
		spell(engine.Emergency, a, january+5, 1, nil),                                                  // a night
		spell(engine.Elective, a, january+5, 0, nil),                                                   // planned
		spell(engine.Emergency, a, january+5, 0, func(s *schema.CuratedSpell) { s.CISFirst = 0 }),      // goes on from another
		spell(engine.SDEC, a, january+5, 0, func(s *schema.CuratedSpell) { s.KnownTo = march }),        // withdrawn
		spell(engine.SDEC, b, january+5, 0, func(s *schema.CuratedSpell) { s.KnownFrom = march + 31 }), // not yet known
		spell(engine.SDEC, b, march, 0, nil), spell(engine.SDEC, b, march+1, 2, nil),                   // however long
		spell(engine.SDEC, b, march+31, 0, nil), // later
	)
	db, err := lake.Open(t.Context(), lake.Options{Threads: 1, MemoryMiB: 256})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	got, err := SameDay(t.Context(), db, dir, march+30)
	if err != nil {
		t.Fatal(err)
	}
	want := []outcome.Month{{Provider: "RAA", Month: january, ZeroNight: 2}, {Provider: "RBB", Month: march, SDEC: 2}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
