//go:build duckdb_arrow

package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/synth"
	"leftshift/engine/synth/world"
)

// siteFile writes the configuration of a synthetic site, which runs as it is,
// and makes its keys. later says that a second night's files are beside it.
func siteFile(out, end string, people, years int, seed uint64) error {
	if err := siteKeys(out, seed); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# A synthetic integrated care system: nobody in it is real.
# Place A exports FHIR R4 UK Core as NDJSON; place B sends flat files and
# hospital activity in the shape of SUS. CONFIG.md says what each key means.

[site]
name = "Synthetic ICS"
synthetic = true
purpose = "case-finding"
as_of = "%s"
# The first day of which the sources hold data: no earlier date can be asked of.
data_from = "%s"
data = "data"

[run]
buckets = %d

[model]
expected_leavers_per_1000 = 30

[reference]
postcodes = "sources/reference/postcodes.csv"
`, end, dataFrom(end, years), bucketsFor(people))
	for _, o := range [][2]string{{"national", "national.csv"}, {"type1", "type1.csv"}, {"objection", "objections.csv"}} {
		fmt.Fprintf(&b, `
[[optout]]
kind = "%s"
path = "sources/optouts/%s"
`, o[0], o[1])
	}
	b.WriteString(`
# Place A restates a resource when it changes: its meta.lastUpdated says when
# that version became known.
[[source]]
name = "place_a"
format = "fhir"
paths = ["sources/place_a/*.ndjson", "later/place_a/*.ndjson"]
known = "updated"

[[source]]
name = "place_b"
format = "flat"
`)
	flows := []string{"patients", "problems", "medicines", "values", "contacts", "apc", "ecds", "outpatients", "documents"}
	for _, flow := range append(flows, world.CareNames[:]...) {
		if flow == world.CareNames[world.DrugAlcohol] {
			b.WriteString("\n  # Withheld unless site.sensitive names drug-and-alcohol.")
		}
		fmt.Fprintf(&b, `
  [[source.flow]]
  name = "%[1]s"
  map = "builtin:place_b/%[1]s"
  paths = ["sources/place_b/%[1]s.csv", "later/place_b/%[1]s.csv"]
`, flow)
		switch flow {
		case "apc", "ecds", "outpatients":
			b.WriteString("  # Hospital extracts hold no receipt date: a spell is known 45 days after it ends.\n  lag_days = 45\n")
		}
		if i := slices.Index(world.CareNames[:], flow); i >= 0 {
			fmt.Fprintf(&b, "  # Nor do these: known so many days after the call, the contact or the end.\n  lag_days = %d\n", world.CareLags[i])
		}
	}
	b.WriteString(`
[[source]]
name = "reference"
format = "flat"
`)
	for _, flow := range []string{"organisations", "teams", "areas"} {
		fmt.Fprintf(&b, `
  [[source.flow]]
  name = "%[1]s"
  map = "builtin:reference/%[1]s"
  paths = ["sources/reference/%[1]s.csv"]
`, flow)
	}
	b.WriteString(`
[lists]
capacity = 20
exclude = ["palliative", "care_home"]

# A PLUS group of Core20PLUS5: the make-up of every cohort is told by it too.
[[cohorts.plus]]
id = "learning_disability"
name = "People with a learning disability"
feature = "learning_disability_ever"
`)
	return os.WriteFile(filepath.Join(out, "leftshift.toml"), []byte(b.String()), 0o600)
}

// dataFrom is the first day of a history of some years that ends with a month,
// "" where the end is no day.
func dataFrom(end string, years int) string {
	d, ok := engine.ParseDay(end)
	if !ok {
		return ""
	}
	if years == 0 {
		years = synth.DefaultYears
	}
	y, m, _ := (d + 1).Date()
	first, _ := engine.MakeDay(y-years, m, 1)
	return first.String()
}

// siteKeys makes a synthetic site's keys, where missing, from its seed: the
// same site made twice has the same pseudonyms.
func siteKeys(out string, seed uint64) error {
	dir := filepath.Join(out, "secrets")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, name := range []string{"person.key", "vault.key"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := identity.SyntheticKeyFile(path, name, seed); err != nil {
			return err
		}
	}
	return nil
}

// bucketsFor keeps a bucket small enough to sort in memory: about 12,500
// people each, at least 4 buckets.
func bucketsFor(people int) int {
	n := 4
	for n < 256 && people/n > 12500 {
		n *= 2
	}
	return n
}
