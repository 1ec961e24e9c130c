//go:build duckdb_arrow

package night

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/jobs/config"
	"leftshift/jobs/definitions"
	"leftshift/jobs/pipeline"
)

func bare(t *testing.T) *Night {
	t.Helper()
	set, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	return &Night{Config: &config.Config{Run: config.Run{Threads: 1}}, AsOf: 20000, Data: t.TempDir(), Analytes: set.Analytes, Codelists: set.Codelists, Catalogue: set.Catalogue, Outcomes: set.Outcomes}
}

// A change of recording that is declared anew makes the step look for warnings
// again.
func TestDeclaredSwitchesRepeatTheFeatures(t *testing.T) {
	n := bare(t)
	step := n.stepFeatures()
	of := func() string {
		d, err := step.Digest(t.Context(), &pipeline.Run{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	before := of()
	if of() != before {
		t.Error("the digest is not the same twice")
	}
	n.Config.Switch = []config.Switch{{Provider: "RAA", Date: "2025-10-01"}}
	declared := of()
	n.Config.Switch[0].Date = "2025-11-01"
	if declared == before || of() == declared {
		t.Error("a declared change of recording does not make the step run again")
	}
}

// A training that compares with others left out is another training.
func TestComparedWithoutRepeatsTheTraining(t *testing.T) {
	n := bare(t)
	of := func() string {
		d, err := n.stepTrain().Digest(t.Context(), &pipeline.Run{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	n.Config.Model.Without = []string{"imd_decile"}
	before := of()
	if of() != before {
		t.Error("the digest is not the same twice")
	}
	if n.Config.Model.Without = nil; of() == before {
		t.Error("the training is not repeated")
	}
}

// The step leaves no file open when a bucket fails after another was written.
func TestFeaturesCloseTheirFilesOnFailure(t *testing.T) {
	const open = "/proc/self/fd"
	if _, err := os.ReadDir(open); err != nil {
		t.Skip("this system does not show which files are open")
	}
	n := bare(t)
	began := false
	curate := pipeline.Step{Name: "curate", Digest: func(context.Context, *pipeline.Run) (string, error) { return "", nil },
		Do: func(_ context.Context, _ *pipeline.Run, dir string) error { return twoPeople(dir, n.AsOf) }}
	features := n.stepFeatures()
	do := features.Do
	features.Do = func(ctx context.Context, r *pipeline.Run, dir string) error {
		err := do(ctx, r, dir)
		_, lost := os.Stat(filepath.Join(dir, "feature.parquet"))
		began = lost == nil
		return err
	}
	p := &pipeline.Pipeline{Root: n.Data, Version: "v1", Steps: []pipeline.Step{curate, features}}
	if err := p.Execute(t.Context(), "run"); err == nil || !began {
		t.Fatalf("the step gave %v and began to write: %t", err, began)
	}
	fds, err := os.ReadDir(open)
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, _ := os.Readlink(filepath.Join(open, fd.Name())); strings.HasPrefix(to, n.Data) {
			t.Errorf("%s is open", to)
		}
	}
}

// twoPeople writes a curated folder of two buckets with one person each. The
// second lacks its residences.
func twoPeople(dir string, on engine.Day) error {
	write := func(name, table string, rows ...any) error {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return schema.Write(path, schema.CuratedTable(table), slices.Values(rows))
	}
	for _, table := range []string{"code", "organisation", "team"} {
		if err := write(table+".parquet", table); err != nil {
			return err
		}
	}
	for b := range 2 {
		p := engine.Person(b + 1)
		for table, rows := range map[string][]any{
			"person":       {&schema.CuratedPerson{Person: p, BirthMonth: on.Month() - 10000, Sex: 1, DeathDay: engine.NoDay, DeathKnown: engine.NoDay}},
			"registration": {&schema.CuratedRegistration{Person: p, Practice: 1, FromDay: on - 5000, ToDay: engine.NoDay}},
			"residence":    {&schema.CuratedResidence{Person: p, Area: 1, FromDay: on - 5000, ToDay: engine.NoDay}},
			"event":        nil, "spell": nil, "document": nil,
		} {
			if b == 1 && table == "residence" {
				continue
			}
			if err := write(filepath.Join(table, fmt.Sprintf("bucket-%03d.parquet", b)), table, rows...); err != nil {
				return err
			}
		}
	}
	return nil
}
