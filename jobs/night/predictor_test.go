//go:build duckdb_arrow

package night

import (
	"regexp"
	"strings"
	"testing"

	"leftshift/features/catalogue"
	"leftshift/jobs/definitions"
	"leftshift/models/registry"
)

// What the model card says of ethnicity and deprivation is so of the columns
// that models read: no column reads ethnicity, the decile of deprivation is one.
func TestG48EthnicityIsNoPredictorAndDeprivationIs(t *testing.T) {
	set, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	ethnic := regexp.MustCompile(`(?i)ethnic|\brace\b`)
	columns := (&Night{Catalogue: set.Catalogue}).modelColumns()
	recorded := 0
	for _, d := range set.Catalogue.Definitions {
		about := ethnic.MatchString(d.ID+" "+d.Title) || d.Source == catalogue.Demographic && d.Item == catalogue.EthnicityKnown
		if about {
			recorded++
		}
		if about && columns[d.ID] {
			t.Errorf("models read %s", d.ID)
		}
	}
	if recorded == 0 {
		t.Error("no feature is about ethnicity: this proves nothing")
	}
	for _, id := range []string{"imd_decile", "age", "male"} {
		if !columns[id] {
			t.Errorf("models do not read %s, and the card says so", id)
		}
	}
	card := (&registry.Bundle{}).Card()
	if !strings.Contains(card, "Age, sex and deprivation are among them; ethnicity is not.") {
		t.Error("the card does not say which of them are predictors")
	}
}
