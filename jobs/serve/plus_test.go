//go:build duckdb_arrow

package serve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/jobs/config"
)

// G47: a group is held to the catalogue when the application starts, and what is
// wrong is told by line, of the configuration and of the group's file.
func TestG47PlusGroupsAreCheckedAtTheStart(t *testing.T) {
	dir := t.TempDir()
	parse := func(plus string) (*config.Config, error) {
		return config.Parse([]byte("[site]\nname = \"x\"\nsynthetic = true\nas_of = \"2026-09-30\"\n"+plus), filepath.Join(dir, "leftshift.toml"))
	}
	c, err := parse("[[cohorts.plus]]\nid = \"ld\"\nname = \"LD\"\nfeature = \"learning_disability_ever\"\n[[cohorts.plus]]\nid = \"f\"\nname = \"F\"\nfile = \"f.toml\"\n")
	if err != nil {
		t.Fatal(err)
	}
	write := func(field string) {
		text := "id = \"a\"\nname = \"n\"\nversion = \"1\"\nauthor = \"a\"\n[where]\nfield = \"" + field + "\"\nop = \"at_least\"\nvalue = 1\n[[tests]]\nname=\"in\"\nin=true\nperson={ is_carer = 1 }\n[[tests]]\nname=\"out\"\nin=false\nperson={ is_carer = 0 }\n"
		if err := os.WriteFile(filepath.Join(dir, "f.toml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("is_carer")
	groups, err := plusGroups(c)
	if err != nil || len(groups) != 2 || groups[0].Feature == "" || len(groups[1].Text) == 0 {
		t.Fatal(groups, err)
	}
	write("is_carrer")
	if _, err = plusGroups(c); err == nil || !strings.Contains(err.Error(), "leftshift.toml:12: cohorts.plus[1].file: line 6 of the file: ") {
		t.Error(err)
	}
	if c, err = parse("[[cohorts.plus]]\nid = \"ld\"\nname = \"LD\"\nfeature = \"learning_disabilities\"\n[[cohorts.plus]]\nid = \"g\"\nname = \"G\"\nfile = \"g.toml\"\n"); err != nil {
		t.Fatal(err)
	}
	if _, err = plusGroups(c); err == nil || !strings.Contains(err.Error(), "leftshift.toml:8: cohorts.plus[0].feature") || !strings.Contains(err.Error(), "leftshift.toml:12: cohorts.plus[1].file: the file cannot be read") {
		t.Error(err)
	}
}
