//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/jobs/config"
	"leftshift/jobs/pipeline"
)

// faulted fails the test unless the error has the code and says the words.
func faulted(t *testing.T, what string, err error, code string, words ...string) {
	t.Helper()
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(f.Say, w) {
			t.Errorf("%s: %q does not say %q", what, f.Say, w)
		}
	}
}

// finished makes a data folder with the outputs of steps: files with their
// names as content.
func finished(t *testing.T, outputs map[string][]string) (c *config.Config, data string) {
	t.Helper()
	data = t.TempDir()
	c = config.New()
	c.Site.Data = data
	p := &pipeline.Pipeline{Root: data}
	for step, files := range outputs {
		p.Steps = append(p.Steps, pipeline.Step{Name: step,
			Digest: func(context.Context, *pipeline.Run) (string, error) { return "", nil },
			Do: func(_ context.Context, _ *pipeline.Run, dir string) error {
				for _, f := range files {
					path := filepath.Join(dir, f)
					text := f
					switch filepath.Base(f) {
					case "curation.json":
						text = `{"as_of": "2026-06-15"}`
					case columnsFile:
						text = "[]"
					}
					if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
						return err
					}
				}
				return nil
			}})
	}
	if err := p.Execute(t.Context(), "r1"); err != nil {
		t.Fatal(err)
	}
	return c, data
}

// Damaged features are not handed on, and the error says which file it is.
func TestDamagedFeaturesAreNotHandedOn(t *testing.T) {
	c, data := finished(t, map[string][]string{"features": {"feature.parquet", "feature_last.parquet", columnsFile}})
	if _, err := ComputedFeatures(c); err != nil {
		t.Fatal(err)
	}
	found, _ := filepath.Glob(filepath.Join(data, "steps/features/*/feature.parquet"))
	name := "features/" + filepath.Base(filepath.Dir(found[0])) + "/feature.parquet"
	for what, damage := range map[string]func() error{
		"changed": func() error { return os.WriteFile(found[0], []byte("FEATURE.parquet"), 0o600) },
		"short":   func() error { return os.Truncate(found[0], 3) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		_, err := ComputedFeatures(c)
		faulted(t, what, err, "output-damaged", name, "run again")
	}
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	_, err := ComputedFeatures(c)
	faulted(t, "gone", err, "output-damaged", name, "run again")
}

// A bucket that is gone is no empty one.
func TestARemovedBucketIsNoticed(t *testing.T) {
	files := []string{"curation.json"}
	for i, table := range schema.Curated {
		if i < schema.Bucketed {
			files = append(files, table.Name+"/0.parquet", table.Name+"/1.parquet")
		} else {
			files = append(files, table.Name+".parquet")
		}
	}
	c, data := finished(t, map[string][]string{"curate": files})
	if _, _, err := Curated(c); err != nil {
		t.Fatal(err)
	}
	if _, done, err := Views(c); err != nil {
		t.Fatal(err)
	} else {
		done()
	}
	found, _ := filepath.Glob(filepath.Join(data, "steps/curate/*/event/1.parquet"))
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	_, _, err := Curated(c)
	faulted(t, "curated", err, "output-damaged", "/event/1.parquet", "run again")
	_, _, err = Views(c)
	faulted(t, "views", err, "output-damaged", "/event/1.parquet", "run again")
}

// Before the first run has published, a query of a table says so.
func TestNothingPublishedYet(t *testing.T) {
	c := config.New()
	c.Site.Data = t.TempDir()
	views, done, err := Views(c)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	want := map[string]string{"feature": "no-snapshot", "run": "", "quarantine": ""}
	for _, x := range schema.Curated {
		want[x.Name] = "not-curated"
	}
	for _, x := range schema.Published {
		want[x.Name] = "no-snapshot"
	}
	if len(views) != len(want) {
		t.Fatalf("%d views, want %d", len(views), len(want))
	}
	for _, v := range views {
		if want[v.Name] == "" {
			if v.Absent != nil {
				t.Errorf("%s: %v", v.Name, v.Absent)
			}
			continue
		}
		faulted(t, v.Name, v.Absent, want[v.Name], "leftshift run")
	}
}

// Lists are not compared with those of a snapshot that was changed.
func TestADamagedEarlierSnapshotIsRefused(t *testing.T) {
	n := bare(t)
	dir := filepath.Join(n.Data, "snapshots", "2020-01-01-abc")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, listFile)
	err := schema.Write(path, schema.PublishedTable("risk_list"), slices.Values([]any{&schema.ListRow{List: "t", Rank: 1, Person: 7}}))
	if err == nil {
		_, err = snapshot.Seal(dir, snapshot.Manifest{AsOf: "2020-01-01"})
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := n.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if name, places, err := n.before(t.Context(), db); err != nil || name != filepath.Base(dir) || len(places) != 1 {
		t.Fatal(name, places, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err = n.before(t.Context(), db)
	faulted(t, "changed", err, "snapshot-damaged", "snapshots/2020-01-01-abc/"+listFile)
}
