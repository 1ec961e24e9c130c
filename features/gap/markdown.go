package gap

import (
	"fmt"
	"strings"
)

// Markdown writes the gaps for people to read. The same catalogue always gives
// the same text.
func Markdown(c *Catalogue) string {
	var b strings.Builder
	b.WriteString("# Gaps\n\nGenerated from the data; change `features/gap/gaps.toml`, not this page.\n\n")
	fmt.Fprintf(&b, "%d gaps. Definitions `%.12s`.\n\n", len(c.Gaps), c.Hash)
	b.WriteString("A gap is one thing that could be changed for a person. It stands beside the risk and never alters it: no model reads a gap, and lists are ranked by risk alone. " +
		"One way is enough. A way stands only where every part of it is decided: a value that is unknown, or that no source could have shown, makes no gap. " +
		"A part \"never\" is a thing of which nothing is on record although its records can be seen. " +
		"Where people are real, a way that reads a code list which no approval covers is not used.\n")
	for i := range c.Gaps {
		g := &c.Gaps[i]
		fmt.Fprintf(&b, "\n## %s\n\n`%s`. %s\n\n| who may read it | holds | never recorded | since | told |\n| --- | --- | --- | --- | --- |\n", g.Title, g.Code, g.Why)
		for k := range g.Whens {
			w := &g.Whens[k]
			since := "not known"
			if w.Since != "" {
				since = "`" + w.Since + "`"
				if w.After > 0 {
					since += fmt.Sprintf(" and %d days", w.After)
				}
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", strings.ReplaceAll(w.Class.String(), "_", " "), w.words(), ticked(w.Never), since, ticked(w.Evidence))
		}
	}
	return b.String()
}

// words says the term of a way.
func (w *When) words() string {
	var ways []string
	for _, way := range w.Term.Ways {
		var atoms []string
		for _, a := range way {
			sign := ">="
			if a.Below {
				sign = "<"
			}
			atoms = append(atoms, fmt.Sprintf("`%s %s %g`", a.Feature, sign, a.N))
		}
		ways = append(ways, strings.Join(atoms, " and "))
	}
	return strings.Join(ways, "; or ")
}

func ticked(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return "`" + strings.Join(ids, "`, `") + "`"
}
