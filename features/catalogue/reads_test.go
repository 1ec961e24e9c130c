package catalogue

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// A derived feature reads what the features it counts read.
func TestReads(t *testing.T) {
	lib, an := shelves(t)
	text := strings.Replace(good, `kinds = ["problem"]`, "kinds = [\"problem\"]\nlists = [\"falls\", \"depression\"]", 1) +
		strings.TrimPrefix(derived(`"problems_365d | problems_365d >= 2"`), strings.Replace(good, `"team"`, `"clinician"`, 1))
	c, err := LoadFS(fstest.MapFS{"a.toml": {Data: []byte(text)}}, lib, an)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"depression", "falls"}
	for _, id := range []string{"problems_365d", "sum"} {
		if got := c.Reads(id); !slices.Equal(got, want) {
			t.Errorf("%s reads %v", id, got)
		}
	}
	if got := c.ReadersOf("falls"); !slices.Equal(got, []string{"problems_365d", "sum"}) {
		t.Errorf("falls is read by %v", got)
	}
	if c.ReadersOf("asthma") != nil || len(c.Reads("none")) > 0 || !slices.Equal(c.ListsRead(), want) {
		t.Errorf("%v, %v", c.ReadersOf("asthma"), c.ListsRead())
	}
}
