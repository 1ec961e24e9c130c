//go:build duckdb_arrow

package night

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/jobs/config"
	"leftshift/jobs/ledger"
	"leftshift/jobs/pipeline"
)

// Views are what `leftshift sql` may read: the curated tables of the curation
// last used, the published tables of the current snapshot, quarantine and
// runs. What no run has made yet is there as lake.View says, Absent. cleanup removes what was made for it.
func Views(c *config.Config) (views []lake.View, cleanup func(), err error) {
	tmp, err := os.MkdirTemp("", "leftshift-views-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() { _ = os.RemoveAll(tmp) }
	if views, err = viewsOf(c.At(c.Site.Data), tmp); err != nil {
		remove()
		return nil, nil, err
	}
	return views, remove, nil
}

func viewsOf(data, tmp string) ([]lake.View, error) {
	curated, err := curatedViews(data)
	if err != nil {
		return nil, err
	}
	published, err := publishedViews(data)
	if err != nil {
		return nil, err
	}
	q, err := quarantineView(data)
	if err != nil {
		return nil, err
	}
	runs, err := runView(data, tmp)
	if err != nil {
		return nil, err
	}
	return append(append(curated, published...), q, runs), nil
}

func curatedViews(data string) (views []lake.View, err error) {
	curated, err := newestCuration(data)
	if err != nil {
		return nil, err
	}
	if curated != "" {
		// A bucket that is gone would be people who are not there.
		if err := pipeline.Whole(curated, false); err != nil {
			return nil, err
		}
	}
	for i, t := range schema.Curated {
		v := lake.View{Name: t.Name, Absent: notCurated()}
		switch {
		case curated == "":
		case i < schema.Bucketed:
			v, err = lake.FilesView(t.Name, filepath.Join(curated, t.Name), "*.parquet")
		default:
			v, err = lake.FilesView(t.Name, curated, t.Name+".parquet")
		}
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

func publishedViews(data string) (views []lake.View, err error) {
	names := []string{"feature"}
	for _, t := range schema.Published {
		names = append(names, t.Name)
	}
	dir, err := snapshot.Current(data)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		for _, name := range names {
			views = append(views, lake.View{Name: name, Absent: noSnapshot()})
		}
		return views, nil
	}
	m, err := snapshot.ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		file := name + ".parquet"
		if _, has := m.Files[file]; !has && i > 0 { // a night without a model has no reasons
			views = append(views, lake.EmptyView(schema.Published[i-1]))
			continue
		}
		// What the manifest names and is gone is an error, not an empty table.
		v, err := lake.FilesView(name, dir, file)
		if err == nil {
			err = m.Held(dir, file, false)
		}
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

// newestCuration is the curated folder that the last run that came so far
// used, made then or before: the runner notes the use in the folder's time.
func newestCuration(data string) (string, error) { return newestOutput(data, "curate") }

// newestOutput is the same of any step.
func newestOutput(data, step string) (string, error) {
	entries, err := os.ReadDir(filepath.Join(data, "steps", step))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	best, bestTime := "", int64(0)
	for _, e := range entries {
		path := filepath.Join(data, "steps", step, e.Name())
		if strings.Contains(e.Name(), ".") || !exists(filepath.Join(path, "manifest.json")) {
			continue // being made, or put aside
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		if t := info.ModTime().UnixNano(); t > bestTime {
			best, bestTime = path, t
		}
	}
	return best, nil
}

func quarantineView(data string) (lake.View, error) {
	landed := filepath.Join(data, "landed")
	batches, err := lake.Landed(landed)
	if err != nil {
		return lake.View{}, err
	}
	var files []lake.LabelledFile
	for _, b := range batches {
		if b.Tables["quarantine"].Rows > 0 {
			files = append(files, lake.LabelledFile{Path: filepath.Join(b.Dir, "quarantine.parquet"), Labels: []string{b.Source, b.Flow, b.File}})
		}
	}
	return lake.LabelledView("quarantine", []string{"source", "flow", "file"}, schema.Landed[schema.TableQuarantine], files), nil
}

// runRow is a step of a run, as `leftshift sql` shows it.
type runRow struct {
	Run     string  `col:"run" say:"identifier of the run"`
	Job     string  `col:"job" say:"night or train"`
	State   string  `col:"state" say:"state of the run"`
	Step    string  `col:"step" say:"step"`
	Result  string  `col:"step_state" say:"state of the step"`
	Started string  `col:"started" say:"when the step started, UTC"`
	Seconds float64 `col:"seconds" say:"how long it took"`
	Code    string  `col:"code" say:"coded reason of a failure"`
	Counts  string  `col:"counts" say:"what it counted, JSON"`
}

var runTable = schema.Declare("run", "Steps of runs, newest run first.", runRow{})

// Tables that are made for queries only, for SCHEMA.md.
var QueryTables = []*schema.Table{runTable}

func runView(data, tmp string) (lake.View, error) {
	if _, err := os.Stat(filepath.Join(data, "ledger.db")); err != nil {
		return lake.EmptyView(runTable), nil
	}
	l, err := ledger.Open(data, ledger.Options{})
	if err != nil {
		return lake.View{}, err
	}
	defer l.Close()
	runs, err := l.Runs(1000)
	if err != nil {
		return lake.View{}, err
	}
	var rows []any
	for _, r := range runs {
		for _, s := range r.Steps {
			counts, err := json.Marshal(s.Counts)
			if err != nil {
				return lake.View{}, err
			}
			row := &runRow{Run: r.ID, Job: r.Job, State: string(r.State), Step: s.Name, Result: string(s.State), Started: s.Started.UTC().Format("2006-01-02 15:04:05"), Code: s.Code, Counts: string(counts)}
			if !s.Ended.IsZero() {
				row.Seconds = s.Ended.Sub(s.Started).Seconds()
			}
			rows = append(rows, row)
		}
	}
	if err := schema.Write(filepath.Join(tmp, "run.parquet"), runTable, slices.Values(rows)); err != nil {
		return lake.View{}, err
	}
	return lake.FilesView("run", tmp, "run.parquet")
}
