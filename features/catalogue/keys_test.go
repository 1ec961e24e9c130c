package catalogue

import (
	"strings"
	"testing"
)

// Every key is explained once, in words of the format.
func TestKeys(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Keys() {
		at := k.Table + "." + k.Name
		if seen[at] || k.Table == "" || k.Type == "" || strings.Contains(k.Type, "catalogue") || strings.HasSuffix(k.Meaning, ".") || k.Required != (k.Default == "") {
			t.Errorf("%+v", k)
		}
		seen[at] = true
	}
	for _, at := range []string{"feature.windows", "group.member", "group.member.lists", "case.record"} {
		if !seen[at] {
			t.Errorf("%s is not explained", at)
		}
	}
}
