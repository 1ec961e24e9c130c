package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sort"
)

// hash covers every definition except where it is declared, why, since when, its
// story and its tests, and the code lists and analytes that it reads.
func hash(defs []Definition, lists map[string]string) string {
	h := sha256.New()
	used := map[string]bool{}
	for _, d := range defs {
		d.File, d.Line, d.Why, d.Tests, d.Since, d.Story = "", 0, "", nil, "", ""
		b, err := json.Marshal(d) // maps are written in order of key
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(h, "%s\n", b)
		for _, m := range d.Members {
			for _, l := range m.Lists {
				used[l] = true
			}
		}
		if d.Analyte != "" {
			used["analyte "+d.Analyte] = true
		}
	}
	names := make([]string, 0, len(used))
	for n := range used {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Fprintf(h, "list %s %s\n", n, lists[n])
	}
	return hex.EncodeToString(h.Sum(nil))
}
