package codebook

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"leftshift/engine"
	"leftshift/features/codelist"
)

// Move is a change of one list with what it moves.
type Move struct {
	*codelist.Change
	Readers Readers `json:"readers"`
	// Approval says what the change does to an approval that covers the old
	// list; "" when none does, or it still does.
	Approval string `json:"approval,omitempty"`
}

// Move compares two lists. day is written 2006-01-02.
func (b *Book) Move(before, after *codelist.List, day string) *Move {
	m := &Move{Change: codelist.Compare(before, after), Readers: b.ReadersOf(before, after)}
	if a, ok := b.Codelists.ApprovalOf(before.Name, day); ok && a.Hash == before.Hash && after.Hash != before.Hash {
		m.Approval = fmt.Sprintf("the approval by %s, until %s, is of the old hash: it does not cover the new one", a.By, a.Until)
	}
	return m
}

// Write writes it for people.
func (m *Move) Write(w io.Writer) error {
	if !m.Differ() {
		_, err := fmt.Fprintf(w, "%s and %s are equal: %s, hash %.12s\n", m.Old.Name, m.New.Name, engine.Plural(m.Old.Codes, "code"), m.Old.Hash)
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(key, text string) {
		if text != "" {
			fmt.Fprintf(t, "%s\t%s\n", key, text)
		}
	}
	for _, s := range []struct {
		key string
		codelist.Side
	}{{"old", m.Old}, {"new", m.New}} {
		line(s.key, fmt.Sprintf("%s: %s, %s, %s, hash %s", s.Name, engine.Plural(s.Codes, "code"), s.System, s.Match, s.Hash))
	}
	for _, x := range m.Turned {
		line(x.Key, fmt.Sprintf("%q becomes %q", x.Old, x.New))
	}
	line("codes", fmt.Sprintf("%d added, %d removed, %d in both", len(m.Added), len(m.Removed), m.Same))
	m.Readers.write(line)
	line("approval", m.Approval)
	if err := t.Flush(); err != nil {
		return err
	}
	if len(m.Added)+len(m.Removed) > 0 {
		fmt.Fprintln(w)
	}
	for _, c := range m.Removed {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("- %-18s %s", c.Code, c.Term), " "))
	}
	for _, c := range m.Added {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("+ %-18s %s", c.Code, c.Term), " "))
	}
	return nil
}

// LibraryMove is a change of a library with what it moves.
type LibraryMove struct {
	*codelist.LibraryChange
	Changed []*Move            `json:"changed"`
	New     map[string]Readers `json:"readers_of_added"`
	Gone    map[string]Readers `json:"readers_of_removed"`
}

// LibraryMove compares another library, the older, with the book's own.
func (b *Book) LibraryMove(before *codelist.Library, day string) *LibraryMove {
	c := codelist.CompareLibraries(before, b.Codelists)
	m := &LibraryMove{LibraryChange: c, Changed: []*Move{}, New: map[string]Readers{}, Gone: map[string]Readers{}}
	for _, x := range c.Changed {
		m.Changed = append(m.Changed, b.Move(before.List(x.Old.Name), b.Codelists.List(x.New.Name), day))
	}
	for _, s := range c.Added {
		m.New[s.Name] = b.ReadersOf(b.Codelists.List(s.Name))
	}
	for _, s := range c.Removed {
		m.Gone[s.Name] = b.ReadersOf(before.List(s.Name))
	}
	return m
}

// Write writes it for people.
func (m *LibraryMove) Write(w io.Writer) error {
	fmt.Fprintf(w, "library %.12s becomes %.12s: %s added, %d removed, %d changed, %d equal\n",
		m.LibraryChange.Old, m.LibraryChange.New, engine.Plural(len(m.Added), "list"), len(m.Removed), len(m.Changed), m.Same)
	for _, s := range m.Removed {
		fmt.Fprintf(w, "- %s: %s, %s; %s\n", s.Name, engine.Plural(s.Codes, "code"), s.System, m.Gone[s.Name].brief())
	}
	for _, s := range m.Added {
		fmt.Fprintf(w, "+ %s: %s, %s, release %s, hash %.12s; %s\n", s.Name, engine.Plural(s.Codes, "code"), s.System, s.Release, s.Hash, m.New[s.Name].brief())
	}
	for _, x := range m.Hidden {
		fmt.Fprintf(w, "! %s: sensitive topics %q become %q\n", x.Key, x.Old, x.New)
	}
	for _, x := range m.Changed {
		fmt.Fprintln(w)
		if err := x.Write(w); err != nil {
			return err
		}
	}
	return nil
}

func (r Readers) brief() string {
	return fmt.Sprintf("read by %s and %s", engine.Plural(len(r.Features), "feature"), engine.Plural(len(r.Outcomes), "outcome"))
}
