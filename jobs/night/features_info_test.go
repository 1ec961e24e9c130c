//go:build duckdb_arrow

package night

import (
	"reflect"
	"testing"

	"leftshift/engine"
	"leftshift/features/population"
	"leftshift/jobs/report"
)

// What no source shows is named once; practices are counted for what they lack
// beyond it.
func TestFeaturesInfoSees(t *testing.T) {
	all := population.Kinds{Events: 1 << engine.Flag, Spells: 1 << engine.MentalHealth}
	one := population.Kinds{Events: 1 << engine.Flag, Spells: 1<<engine.MentalHealth | 1<<engine.NHS111, Documents: 1 << 2}
	two := population.Kinds{Events: 1 << engine.Flag, Spells: 1<<engine.MentalHealth | 1<<engine.NHS111}
	var x featuresInfo
	x.see(population.Coverage{Unseen: all, Practices: map[engine.Code]population.Kinds{1: one, 2: two}})
	if want := []string{"flag", "spell.mental_health"}; !reflect.DeepEqual(x.Unseen, want) {
		t.Errorf("unseen %v", x.Unseen)
	}
	kinds, silent := x.unseen()
	if want := []string{"flag", "care: mental health"}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("in words %v", kinds)
	}
	if want := []report.Silence{{Kind: "document: care plan", Practices: 1}, {Kind: "care: nhs111", Practices: 2}}; !reflect.DeepEqual(silent, want) {
		t.Errorf("silent %v", silent)
	}
	if x.see(population.Coverage{}); x.Unseen == nil || len(x.Unseen)+len(x.Silent) > 0 {
		t.Errorf("everything can be seen, and %v is said", x)
	}
}
