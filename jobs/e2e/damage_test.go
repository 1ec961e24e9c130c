//go:build duckdb_arrow

package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// What was landed or published and then changed is noticed before anybody
// rests on it; so is a models folder that went missing.
func TestDamageIsNoticed_F11(t *testing.T) {
	timed(t)
	s := newSite(t)
	s.night(firstNight)
	want, name := s.snapshot(), s.current()

	// A published list is overwritten: the next run puts the snapshot aside and
	// publishes it again.
	lists, err := filepath.Glob(s.path("data", "snapshots", name, "lists", "*.csv"))
	if err != nil || len(lists) == 0 {
		t.Fatal(lists, err)
	}
	if err := os.WriteFile(lists[0], []byte("tampered\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.do("run", "--as-of", firstNight).done(t)
	same(t, "published again", s.snapshot(), want)
	if aside, _ := filepath.Glob(s.path("data", "snapshots", name+".damaged-*")); len(aside) != 1 {
		t.Errorf("what was damaged was not put aside: %v", aside)
	}

	// A published table is gone: a query says so instead of answering 0.
	table := s.path("data", "snapshots", name, "risk_list.parquet")
	if err := os.Remove(table); err != nil {
		t.Fatal(err)
	}
	s.do("sql", "select count(*) from risk_list").fails(t, 1, "[table-missing]")
	s.do("run", "--as-of", firstNight).done(t)
	same(t, "published once more", s.snapshot(), want)

	// The models are gone: a night without them does not take the lists' place.
	if err := os.Rename(s.path("data", "models"), s.path("data", "models.away")); err != nil {
		t.Fatal(err)
	}
	s.do("run", "--as-of", firstNight).fails(t, 1, "[model-lost]")
	same(t, "with the models gone", s.snapshot(), want)
	if err := os.Rename(s.path("data", "models.away"), s.path("data", "models")); err != nil {
		t.Fatal(err)
	}

	// A landed table is changed: the next curation refuses it.
	landed, err := filepath.Glob(s.path("data", "landed", "place_a", "*", "event.parquet"))
	if err != nil || len(landed) == 0 {
		t.Fatal(landed, err)
	}
	text, err := os.ReadFile(landed[0])
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(landed[0], text, 0o600); err != nil {
		t.Fatal(err)
	}
	s.write(s.read("sources", "optouts", "national.csv")+"9434765919,\n", "sources", "optouts", "national.csv")
	s.do("run", "--as-of", firstNight).fails(t, 1, "[batch-changed]")
	same(t, "with a changed batch", s.snapshot(), want)
}
