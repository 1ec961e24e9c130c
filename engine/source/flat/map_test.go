package flat

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine"
)

func TestBuiltinMapsLoad(t *testing.T) {
	if len(Builtins()) < 11 {
		t.Errorf("%d builtin maps", len(Builtins()))
	}
	for _, name := range Builtins() {
		m, err := LoadMap(name)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if builtinPrefix+m.Name != name {
			t.Errorf("%s calls itself %s", name, m.Name)
		}
	}
	_, err := LoadMap("builtin:place_b/none")
	wantFault(t, err, "map-missing")
	if !strings.Contains(err.Error(), "builtin:place_b/apc") {
		t.Errorf("it does not say which maps there are: %v", err)
	}
	_, err = LoadMap(filepath.Join(t.TempDir(), "none.toml"))
	wantFault(t, err, "map-missing")
}

// Every fault of a map is reported at once, by line and column.
func TestMapFaultsAllAtOnce(t *testing.T) {
	_, err := LoadMap("testdata/map/faulty.toml")
	wantFault(t, err, "map-faults")
	got := err.(*engine.Fault).Say + "\n"
	const golden = "testdata/map/faulty.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, text := range []string{"name = 3", "name =", "[columns]\na = 1", "[[row]]\nfill = 3"} {
		_, err := ParseMap("x.toml", []byte(text))
		wantFault(t, err, "map-faults")
		if !strings.Contains(err.Error(), "x.toml:") {
			t.Errorf("%q: no position in %v", text, err)
		}
	}
}

func wantFault(t testing.TB, err error, code string) {
	t.Helper()
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != code {
		t.Fatalf("got %v, want the fault %q", err, code)
	}
}

// Maps name what the engine names, with hyphens.
func TestWordsAreTheEngines(t *testing.T) {
	for column, want := range map[string]map[string]int64{
		"event.mode":        {"face-to-face": int64(engine.FaceToFace), "telephone": int64(engine.Telephone), "home-visit": int64(engine.HomeVisit), "online": int64(engine.Online)},
		"document.category": {"document": 1, "care-plan": 2, "summary": 3},
		"document.status": {"active": int64(engine.Active), "ended": int64(engine.Ended), "completed": int64(engine.Completed),
			"did-not-attend": int64(engine.DidNotAttend), "cancelled": int64(engine.Cancelled), "planned": int64(engine.Planned)},
	} {
		if got := words[column]; !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", column, got, want)
		}
	}
}
