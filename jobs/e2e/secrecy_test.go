//go:build duckdb_arrow

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNoIdentityLeavesTheVault_G11_G36: of 2,000 people, no NHS number, name,
// postcode or telephone number stands in any file, log or answer of two
// nights; birth dates are months.
func TestNoIdentityLeavesTheVault_G11_G36(t *testing.T) {
	timed(t)
	s := newSite(t)
	first := s.do("run", "--log-json", "--as-of", firstNight).done(t)
	s.deliver()
	second := s.do("run", "--as-of", secondNight).done(t)
	status := s.do("status", "--json").done(t)
	list := s.do("sql", "--format", "csv", "--rows", "1000000", "select * from risk_list").done(t)

	shapes := regexp.MustCompile(`\b999\d{7}\b|SYNTH-\d+|\bZZ\d{1,2} \d[A-Z]{2}\b|\b01632 9\d{5}\b|\d+ Synthetic Street`)
	found := map[string]bool{}
	files, err := filepath.Glob(s.path("sources", "place_*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range shapes.FindAllString(string(text), -1) {
			found[word] = true
		}
	}
	words := slices.Sorted(maps.Keys(found))
	if len(words) < 4000 {
		t.Fatalf("%d identifiers in the sources: too few to prove anything", len(words))
	}
	said := first.out + first.err + second.out + second.err + status.out + list.out
	apart := []string{"sources", "later", "truth.parquet", "truth.json"}
	for _, where := range search(t, s, shapes, words, said, apart...) {
		t.Errorf("%s holds what identifies a person", where)
	}
	if n := s.count("select count(*) from person where day(birth_month) <> 1"); n != 0 {
		t.Errorf("%d people have a birth date that is no month", n)
	}

	// The search finds what is there to be found.
	number := words[slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "999") })]
	s.write("x "+number[:3]+" "+number[3:6]+"-"+number[6:]+" x", "data", "canary", "one.txt")
	s.write(asParquet(t, "text\n"+number+"\n"), "data", "canary", "two.parquet")
	s.write("", "data", "canary", number+".csv")
	want := []string{"a name in data/canary", "data/canary/one.txt", "data/canary/two.parquet"}
	if got := search(t, s, shapes, words, "", apart...); !slices.Equal(got, want) {
		t.Errorf("planted identifiers found in %q, want %q", got, want)
	}
}
