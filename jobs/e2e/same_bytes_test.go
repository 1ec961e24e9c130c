//go:build duckdb_arrow

package e2e

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRebuildGivesTheSameBytes_A14: an empty data folder, other thread counts
// and memory, files of other names in another order: the same snapshot.
func TestRebuildGivesTheSameBytes_A14(t *testing.T) {
	timed(t)
	first := newSite(t)
	name := first.night(firstNight)
	want := first.snapshot()

	t.Run("threads and memory", func(t *testing.T) {
		for _, set := range []string{"threads = 1\nmemory_mib = 1024\n", "threads = 7\nmemory_mib = 3000\n"} {
			s := newSite(t)
			s.configure("[run]\n", "[run]\n"+set)
			if got := s.night(firstNight); got != name {
				t.Errorf("%q: snapshot %s, want %s", set, got, name)
			}
			same(t, set, s.snapshot(), want)
		}
	})

	t.Run("a vault and a place of its own", func(t *testing.T) {
		s := newSite(t)
		s.move("sources", "elsewhere")
		if err := os.Symlink(s.path("elsewhere"), s.path("sources")); err != nil {
			t.Fatal(err)
		}
		s.night(firstNight)
		same(t, "sources behind a link", s.snapshot(), want)
	})

	t.Run("names and order of files", func(t *testing.T) {
		s := newSite(t)
		// Names that sort the other way round, made in a shuffled order.
		var files []string
		for _, folder := range []string{"place_a", "place_b"} {
			found, err := filepath.Glob(s.path("sources", folder, "*"))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, found...)
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		for i, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			dir, base := filepath.Split(path)
			other := string(rune('z'-i%26)) + "-" + base // NDJSON: any name
			if strings.HasSuffix(base, ".csv") {
				other = strings.TrimSuffix(base, ".csv") + "-" + string(rune('z'-i%26)) + ".csv"
			}
			old := time.Date(2020, 1, 1+i, 0, 0, 0, 0, time.UTC)
			if err := os.WriteFile(filepath.Join(dir, other), text, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(filepath.Join(dir, other), old, old); err != nil {
				t.Fatal(err)
			}
		}
		s.night(firstNight)
		same(t, "renamed files", s.snapshot(), want)
	})

	t.Run("files cut in pieces", func(t *testing.T) {
		// The night report counts deliveries, and the manifest holds its
		// checksum. Everything else is of records, however delivered.
		s := newSite(t)
		found, err := filepath.Glob(s.path("sources", "place_a", "*.ndjson"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			lines := slices.Collect(strings.Lines(string(text)))
			base := strings.TrimSuffix(filepath.Base(path), ".ndjson")
			half := len(lines) / 3
			if half == 0 {
				continue
			}
			s.write(strings.Join(lines[half:], ""), "sources", "place_a", base+".a.ndjson")
			s.write(strings.Join(lines[:half], ""), "sources", "place_a", base+".b.ndjson")
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		s.night(firstNight)
		got := s.snapshot()
		for _, path := range []string{"report.html", "manifest.json"} {
			got[path] = want[path]
		}
		same(t, "files cut in pieces", got, want)
	})
}

// TestKilledAnywhereGoesOn: kill -9 at ten moments spread over a run, each
// time on what the one before left; then a run to the end.
func TestKilledAnywhereGoesOn(t *testing.T) {
	timed(t)
	calm := newSite(t)
	begin := time.Now()
	calm.night(firstNight)
	whole := time.Since(begin)
	want := calm.snapshot()

	t.Run("each from the start", func(t *testing.T) { kills(t, want, whole, true) })
	t.Run("one on the other", func(t *testing.T) { kills(t, want, whole, false) })
}

func kills(t *testing.T, want map[string]string, whole time.Duration, afresh bool) {
	dice := rand.New(rand.NewPCG(20260831, 9))
	const times = 5
	var s *site
	killed := 0
	for i := range times {
		if s == nil || afresh {
			s = newSite(t)
		}
		// One moment in each fifth of the run.
		moment := time.Duration((float64(i) + dice.Float64()) / times * float64(whole))
		c := start(t, s.dir, "run", "-q", "--config", s.config, "--as-of", firstNight)
		time.Sleep(moment)
		if err := c.Process.Kill(); err != nil && err != os.ErrProcessDone {
			t.Fatal(err)
		}
		if a := finish(t, c); a.code == -1 {
			killed++
		}
		s.current() // nothing, or a whole snapshot
		if afresh {
			s.night(firstNight)
			same(t, "after a kill", s.snapshot(), want)
		}
	}
	if killed == 0 {
		t.Error("no run was killed before its end")
	}
	if !afresh {
		s.night(firstNight)
		same(t, "after five kills", s.snapshot(), want)
	}
	for _, left := range leftovers(t, s.path("data")) {
		t.Errorf("%s is left half done", left)
	}
}

// leftovers are paths of things half made.
func leftovers(t *testing.T, dir string) (out []string) {
	t.Helper()
	for path := range maps.Keys(digests(t, dir)) {
		if strings.Contains(path, ".tmp") {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// TestTwoRunsAtOnce: the second names the process that works and goes.
func TestTwoRunsAtOnce(t *testing.T) {
	timed(t)
	s := newSite(t)
	// A pipe for an opt-out list holds the first run where it reads it.
	list := s.path("sources", "optouts", "national.csv")
	text := s.read("sources", "optouts", "national.csv")
	if err := os.Remove(list); err != nil {
		t.Fatal(err)
	}
	if err := pipe(list); err != nil {
		t.Fatal(err)
	}
	c := start(t, s.dir, "run", "-q", "--config", s.config, "--as-of", firstNight)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(s.path("data", "landed")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the first run lands nothing")
		}
	}
	s.do("run", "--as-of", firstNight).fails(t, 1, "[folder-in-use]", "process "+strconv.Itoa(c.Process.Pid), "wait until it ends")
	s.do("train", "--as-of", firstNight).fails(t, 1, "[folder-in-use]")
	s.do("status").done(t) // looking is free

	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	finish(t, c)
	s.write(text, "sources", "optouts", "national.csv")
	s.night(firstNight) // whose holder is dead, the lock is free
}

// TestInterruptedByHand: one interrupt ends a run with a word about it; the
// next goes on and makes the same snapshot.
func TestInterruptedByHand(t *testing.T) {
	timed(t)
	calm := newSite(t)
	calm.night(firstNight)
	s := newSite(t)
	c := start(t, s.dir, "run", "--config", s.config, "--as-of", firstNight)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(s.path("data", "landed")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the run lands nothing")
		}
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	finish(t, c).fails(t, 1, "stopped")
	if s.current() != "" {
		t.Error("a run that was stopped published")
	}
	s.night(firstNight)
	same(t, "after an interrupt", s.snapshot(), calm.snapshot())
}
