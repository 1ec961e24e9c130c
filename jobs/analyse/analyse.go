// Package analyse is what an analyst asks of features: what they mean, whether
// the worked cases of a new one hold, what it gives over everyone, and which
// rows of a record made one person's value. It computes on the path of the
// night; counts of people leave through package disclosure only.
package analyse

import (
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
)

// Matching gives the references of an area (all when "") that hold the text
// (any when "") in their id, title, area or reason; letter case does not
// matter.
func Matching(refs []catalogue.Reference, area, text string) []catalogue.Reference {
	out := []catalogue.Reference{}
	text = strings.ToLower(text)
	for _, r := range refs {
		if area != "" && !strings.EqualFold(area, r.Area) {
			continue
		}
		if !strings.Contains(strings.ToLower(strings.Join([]string{r.ID, r.Title, r.Area, r.Why}, "\n")), text) {
			continue
		}
		out = append(out, r)
	}
	return out
}

// Areas gives the areas of a catalogue, each once, in its order.
func Areas(refs []catalogue.Reference) []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range refs {
		if !seen[r.Area] {
			seen[r.Area] = true
			out = append(out, r.Area)
		}
	}
	return out
}

// find gives a definition by id, or Unknown.
func find(c *catalogue.Catalogue, id string) (*catalogue.Definition, error) {
	if d := c.Find(id); d != nil {
		return d, nil
	}
	return nil, Unknown(c, id)
}

// Unknown is the fault of an id that no feature has; it names those near.
func Unknown(c *catalogue.Catalogue, id string) error {
	var near []string
	for i := range c.Definitions {
		x := c.Definitions[i].ID
		if id != "" && (strings.Contains(x, id) || strings.HasPrefix(id, x) || engine.Distance(x, id) <= 2) && len(near) < 6 {
			near = append(near, x)
		}
	}
	say := "there is no feature of that id: `leftshift features list --find TEXT` finds one"
	if len(near) > 0 {
		say = "there is no feature of that id; did you mean " + strings.Join(near, ", ") + "?"
	}
	return &engine.Fault{Code: "feature-unknown", Say: say}
}
