//go:build duckdb_arrow

package e2e

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// folderOf says which folder of testdata/samples a source of
// configs/samples.toml reads.
var folderOf = map[string]string{"synthea_bulk": "fhir-bulk-ndjson-r4", "synthea": "fhir-synthea-bundle-r4", "ips": "ips-r4", "pds": "pds-patient-r4"}

// TestSamplesRunAsTheyAre_A12: the committed configuration, from the root of a
// repository, without keys and without a model.
func TestSamplesRunAsTheyAre_A12(t *testing.T) {
	timed(t)
	top := filepath.Join(t.TempDir(), "repository")
	for _, part := range []string{"configs", "testdata/samples"} {
		if err := os.CopyFS(filepath.Join(top, part), os.DirFS(filepath.Join(root, part))); err != nil {
			t.Fatal(err)
		}
	}
	run := leftshift(t, top, "run", "--config", "configs/samples.toml").done(t)
	for _, says := range []string{"[key-made]", "no list is made", "[no-model]"} {
		if !strings.Contains(run.err, says) {
			t.Errorf("standard error does not say %q:\n%s", says, run.err)
		}
	}
	if !strings.Contains(run.out, "published scores only, no lists") {
		t.Errorf("the summary does not say that there is no list:\n%s", run.out)
	}
	if strings.Contains(run.out, "Model card") {
		t.Errorf("the summary names files that are not there:\n%s", run.out)
	}
	s := &site{t, top, "configs/samples.toml"}

	t.Run("sums are those of landed.csv, F11", func(t *testing.T) {
		s.t = t
		want := landedCSV(t)
		got := s.sums("2026-09-30")
		for name, folder := range folderOf {
			x, w := got[name], want[folder]
			held := x.Accepted + x.Pending + x.Withheld
			if x.In != w["in"] || held != w["held"] || x.Reference != w["reference"] || x.Quarantined != w["quarantined"] {
				t.Errorf("%s: %+v, want %v", name, x, w)
			}
			// Subjects and codes are sets of one file each and do not add up.
			for _, table := range []string{"link", "person", "registration", "residence", "event", "episode", "document", "organisation", "team", "area", "retraction", "quarantine"} {
				if x.Tables[table] != w[table] {
					t.Errorf("%s: %d rows of %s, want %d", name, x.Tables[table], table, w[table])
				}
			}
			delete(got, name)
		}
		if len(got) > 0 {
			t.Errorf("sources one too many: %v", got)
		}
	})

	t.Run("records are those of counts.csv", func(t *testing.T) {
		s.t = t
		want := map[string]int64{}
		for _, r := range table(t, filepath.Join(root, "testdata/samples/counts.csv")) {
			n, err := strconv.ParseInt(r["resources"], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			want[r["folder"]] += n
		}
		for name, x := range s.sums("2026-09-30") {
			folder := folderOf[name]
			if resources := x.In + contained(t, filepath.Join(root, "testdata/samples", folder)); resources != want[folder] {
				t.Errorf("%s: %d records and contained resources, counted without leftshift: %d", name, resources, want[folder])
			}
		}
	})

	t.Run("published scores, no list", func(t *testing.T) {
		s.t = t
		if got := strings.Join(s.rows("select distinct model from score order by 1"), " "); got != "charlson_quan2011 hfrs" {
			t.Errorf("scores of %s", got)
		}
		if n := s.count("select count(*) from score join feature using (person) where (points is null) <> coalesce(' ' || not_observable || ' ' like '% diagnosis %', false) or probability is not null and not isnan(probability)"); n != 0 {
			t.Errorf("%d published scores with points where no diagnosis could be seen, without where one could, or with a probability", n)
		}
		if n := s.count("select count(*) from risk_list"); n != 0 {
			t.Errorf("%d people on lists", n)
		}
	})
}

// landedCSV sums landed.csv by folder.
func landedCSV(t *testing.T) map[string]map[string]int64 {
	t.Helper()
	out := map[string]map[string]int64{}
	for _, r := range table(t, filepath.Join(root, "testdata/samples/landed.csv")) {
		if out[r["folder"]] == nil {
			out[r["folder"]] = map[string]int64{}
		}
		for name, text := range r {
			if name == "folder" || name == "file" {
				continue
			}
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			out[r["folder"]][name] += n
		}
	}
	return out
}

// table reads a CSV file with a header.
func table(t *testing.T, path string) (out []map[string]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = r[i]
		}
		out = append(out, m)
	}
	return out
}

// contained counts the contained resources of a folder's files, which are no
// records of their own.
func contained(t *testing.T, folder string) (n int64) {
	t.Helper()
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if list, ok := v["contained"].([]any); ok {
				n += int64(len(list))
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = bytes.NewReader(text)
		if strings.HasSuffix(path, ".gz") {
			if r, err = gzip.NewReader(r); err != nil {
				t.Fatal(err)
			}
		}
		d := json.NewDecoder(r)
		for {
			var v any
			if err := d.Decode(&v); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			walk(v)
		}
	}
	return n
}
