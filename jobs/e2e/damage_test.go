//go:build duckdb_arrow

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// flip changes one bit of a file.
func flip(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

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

	// A computed table is changed: it is not handed out, and the next run makes
	// it anew.
	computed, err := filepath.Glob(s.path("data", "steps", "features", "*", "feature.parquet"))
	if err != nil || len(computed) != 1 {
		t.Fatal(computed, err)
	}
	flip(t, computed[0])
	s.do("features", "export", "--out", s.path("out.parquet")).fails(t, 1, "[output-damaged]", "/feature.parquet", "run again")
	if got := s.do("run", "--as-of", firstNight).done(t); !strings.Contains(got.out+got.err, "/feature.parquet has not the checksum") {
		t.Errorf("the run does not say which file was damaged:\n%s%s", got.out, got.err)
	}
	same(t, "with features made anew", s.snapshot(), want)
	s.do("features", "export", "--out", s.path("out.parquet")).done(t)
	if s.read("out.parquet") != s.read("data", "snapshots", name, "feature.parquet") {
		t.Error("the features handed out are not those published")
	}

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
	flip(t, landed[0])
	s.write(s.read("sources", "optouts", "national.csv")+"9434765919,\n", "sources", "optouts", "national.csv")
	s.do("run", "--as-of", firstNight).fails(t, 1, "[batch-changed]")
	same(t, "with a changed batch", s.snapshot(), want)
}

// A training that is called off leaves no bundle; the next one does, and so
// does one after the models are lost, which fits nothing again.
func TestTrainingCalledOff(t *testing.T) {
	timed(t)
	s := newSite(t)
	if err := os.RemoveAll(s.path("data", "models")); err != nil {
		t.Fatal(err)
	}
	bundles := func() []string {
		found, err := filepath.Glob(s.path("data", "models", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	s.configure("[model]\n", "[model]\nseed = 99\n")
	c := start(t, s.dir, "train", "--config", s.config, "--as-of", firstNight)
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(time.Millisecond) {
		if building, _ := filepath.Glob(s.path("data", "steps", "train", "*.tmp-*")); len(building) > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing is trained")
		}
	}
	time.Sleep(200 * time.Millisecond)
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	finish(t, c).fails(t, 1, "stopped")
	if got := bundles(); len(got) > 0 {
		t.Errorf("a training that was called off left %v", got)
	}
	s.do("train", "--as-of", firstNight).done(t)
	want := bundles()
	if len(want) != 2 { // and the approval
		t.Fatalf("a training left %v", want)
	}
	if err := os.RemoveAll(s.path("data", "models")); err != nil {
		t.Fatal(err)
	}
	s.do("train", "--as-of", firstNight).done(t)
	if got := bundles(); !slices.Equal(got, want) {
		t.Errorf("after the models were lost a training left %v, not %v", got, want)
	}
}
