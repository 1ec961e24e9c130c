package outcome

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"leftshift/engine"
	"leftshift/features/codelist"
)

// hash covers every outcome but its words, and the code lists that it reads.
func hash(c *Catalogue, lib *codelist.Library) string {
	h := sha256.New()
	var lists []string
	for _, o := range c.Outcomes {
		for _, m := range o.Members {
			lists = append(lists, m.Codes.Lists...)
		}
		for _, x := range o.Causes {
			lists = append(lists, x.Codes.Lists...)
		}
		o.Title, o.Sentence, o.Why, o.Since, o.Tests, o.Line = "", "", "", engine.NoDay, nil, 0
		b, err := json.Marshal(o)
		if err != nil {
			panic(err) // no value of the type cannot be written
		}
		fmt.Fprintf(h, "%s\n", b)
	}
	slices.Sort(lists)
	for _, n := range slices.Compact(lists) {
		fmt.Fprintf(h, "list %s %s\n", n, lib.List(n).Hash)
	}
	return hex.EncodeToString(h.Sum(nil))
}
