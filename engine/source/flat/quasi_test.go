package flat

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"leftshift/engine/schema"
	"leftshift/engine/source"
)

// A birth date lands as the first of its month and a postcode as a small area;
// no table of the record has a place for more.
func TestG12BirthDateIsAMonthAndAddressAnArea(t *testing.T) {
	text, err := os.ReadFile("testdata/scenario/patients.txt")
	if err != nil {
		t.Fatal(err)
	}
	m, err := LoadMap("builtin:place_b/patients")
	if err != nil {
		t.Fatal(err)
	}
	var vault entries
	b, dir := newBatch(t, source.Meta{Source: "b", Flow: "patients", Lag: -1, Night: 20000}, &vault)
	if err := Extract(context.Background(), strings.NewReader(strings.SplitN(string(text), "---\n", 3)[1]), "csv", m, testOptions(t), b); err != nil {
		t.Fatal(err)
	}
	_, files, err := b.Finish()
	if err != nil {
		t.Fatal(err)
	}
	months, areas := 0, 0
	for name := range files {
		for _, r := range readParquet(t, filepath.Join(dir, name+".parquet")) {
			if born := r["birth_month"]; born != "" {
				months++
				if !strings.HasSuffix(born, "-01") {
					t.Error("a day of birth landed")
				}
			}
			for column, v := range r {
				if strings.Contains(v, "E01000001") {
					areas++
				}
				if strings.Contains(v, "1950-06-17") || strings.Contains(strings.ToUpper(v), "ZZ1") {
					t.Errorf("%s.%s holds a day of birth or a postcode", name, column)
				}
			}
		}
	}
	if months < 4 || areas == 0 {
		t.Errorf("%d months of birth and %d small areas landed", months, areas)
	}
	exact := regexp.MustCompile(`birth_(date|day)|date_of_birth|^dob$|postcode|address|street|uprn|house`)
	columns := 0
	for _, tables := range [][]*schema.Table{schema.Landed[:], schema.Curated, schema.Published} {
		for _, table := range tables {
			for _, c := range table.Columns {
				columns++
				if exact.MatchString(c.Name) {
					t.Errorf("%s has a column %s", table.Name, c.Name)
				}
			}
		}
	}
	if columns < 100 {
		t.Errorf("%d columns", columns)
	}
}
