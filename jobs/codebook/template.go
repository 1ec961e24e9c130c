package codebook

import (
	"encoding/csv"
	"fmt"
	"io"

	"leftshift/engine"
	"leftshift/features/codelist"
)

// WriteTemplate writes a site's file of approvals with one table a list, its
// hash filled in and the rest for a person to fill in: as it is, it is refused.
func WriteTemplate(w io.Writer, entries []Entry) error {
	for _, e := range entries {
		if _, err := fmt.Fprintf(w, "# %s: %s of %s, read by %s and %s; %s\n[[approval]]\nlist = %q\nhash = %q\nby = \"\"\nrole = \"\"\non = \"\"\nuntil = \"\"\n\n",
			e.Title, engine.Plural(e.Codes, "code"), e.System, engine.Plural(e.Features, "feature"), engine.Plural(e.Outcomes, "outcome"), e.Lapsed, e.Name, e.Hash); err != nil {
			return err
		}
	}
	return nil
}

// WriteCSV writes a list as its file has it.
func WriteCSV(w io.Writer, l *codelist.List) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"code", "term"}); err != nil {
		return err
	}
	for _, code := range l.Codes {
		if err := c.Write([]string{code, l.Terms[code]}); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// WriteKeys writes the keys of lists.toml that an expanded list has.
func WriteKeys(w io.Writer, l *codelist.List) error {
	_, err := fmt.Fprintf(w, "system = %q\nmatch = %q\nrelease = %q\nexpression = %q\nhierarchy = %q\n# %s, hash %s\n", l.System, l.Match, l.Release, l.Expression, l.Hierarchy, engine.Plural(len(l.Codes), "code"), l.Hash)
	return err
}
