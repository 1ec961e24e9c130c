package catalogue

import (
	"strings"
	"testing"
)

// A hash covers what is computed, and words have one of their own: a better
// title asks for no new model, and another window does.
func TestHashIsOfMeaning(t *testing.T) {
	of := func(from, to string) (meaning, words string) {
		t.Helper()
		text := localEntry("x", "lists = [\"falls\"]\nsentence = \"fell\"\nnone = \"no fall\"\nstory = \"s\"\n")
		if !strings.Contains(text, from) {
			t.Fatalf("no %q", from)
		}
		c, faults := faultsOf(t, map[string]string{"a.toml": strings.Replace(text, from, to, 1)})
		if faults != nil {
			t.Fatalf("%q", faults)
		}
		part := c.Subset([]string{"x"})
		return part.Hash, part.Words
	}
	meaning, words := of("", "")
	for _, c := range []struct {
		from, to             string
		sameValues, sameTold bool
	}{
		{`title = "T"`, `title = "Better"`, true, false},
		{`"fell"`, `"fell once"`, true, false},
		{`area = "local"`, `area = "falls"`, true, false},
		{`"team"`, `"clinician"`, true, false},
		{`story = "s"`, `story = "r"`, true, false},
		{`"We ask."`, `"They ask."`, true, true},
		{`[90]`, `[91]`, false, false},
		{`"any"`, `"days"`, false, false},
		{`"zero"`, `"unknown"`, false, false},
		{`"falls"`, `"asthma"`, false, false},
		{`["problem"]`, `["problem", "observation"]`, false, false},
	} {
		m, w := of(c.from, c.to)
		if (m == meaning) != c.sameValues || (w == words) != c.sameTold {
			t.Errorf("%s -> %s: same values %v, same told %v", c.from, c.to, m == meaning, w == words)
		}
	}
}
