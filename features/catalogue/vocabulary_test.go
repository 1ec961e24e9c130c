package catalogue

import (
	"slices"
	"testing"
)

// The page knows every aggregate that the check knows, and every group that a
// definition reads.
func TestVocabularyIsWhole(t *testing.T) {
	var named []string
	for _, m := range Makings() {
		named = append(named, string(m.Aggregate))
		if m.Words == "" || len(m.Of) == 0 {
			t.Errorf("%+v", m)
		}
	}
	slices.Sort(named)
	if want := aggregateNames(); !slices.Equal(named, want) {
		t.Errorf("the page has %v, the check %v", named, want)
	}
	if len(ItemNames()) != len(Items) {
		t.Errorf("%d items in order, %d in all", len(ItemNames()), len(Items))
	}
	groups, err := Groups()
	if err != nil || len(groups) < 10 {
		t.Fatal(len(groups), err)
	}
	for _, g := range groups {
		if g.ID == "" || g.Title == "" || len(g.Member) == 0 {
			t.Errorf("%+v", g)
		}
	}
}
