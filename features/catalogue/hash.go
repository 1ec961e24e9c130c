package catalogue

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
)

// hashes sets what names a catalogue's content.
func (c *Catalogue) hashes() {
	c.Hash = hash(c.Definitions, c.lists)
	h := sha256.New()
	for _, d := range c.Definitions {
		d.File, d.Line, d.Why, d.Tests, d.Since = "", 0, "", nil, ""
		put(h, d)
	}
	c.Words = hex.EncodeToString(h.Sum(nil))
}

// put writes a definition as JSON.
func put(h io.Writer, d Definition) {
	b, err := json.Marshal(d) // maps are written in order of key
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(h, "%s\n", b)
}

// meaning gives a definition without its words and what else changes none of
// its values: where it is told, to whom, and why.
func meaning(d Definition) Definition {
	d.Title, d.Sentence, d.None, d.Unknown, d.Unit = "", "", "", "", ""
	d.Area, d.Story, d.Why, d.Tests, d.Since, d.File, d.Line = "", "", "", nil, "", "", 0
	d.Display, d.Raised = 0, ""
	d.Members = slices.Clone(d.Members)
	for i := range d.Members {
		d.Members[i].Title = ""
	}
	return d
}

// hash covers the meaning of every definition, and the code lists and analytes
// that it reads.
func hash(defs []Definition, lists map[string]string) string {
	h := sha256.New()
	used := map[string]bool{}
	for _, d := range defs {
		put(h, meaning(d))
		if d.Source == Derived {
			fmt.Fprintf(h, "terms hold, do not hold or are undecided\n") // they once held or did not
		}
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
