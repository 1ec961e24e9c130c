package codebook

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"leftshift/engine"
	"leftshift/features/codelist"
)

// Entry is one line of the list of lists.
type Entry struct {
	Name     string             `json:"name"`
	Title    string             `json:"title"`
	System   string             `json:"system"`
	Release  string             `json:"release"`
	Match    codelist.Match     `json:"match"`
	Codes    int                `json:"codes"`
	Hash     string             `json:"hash"`
	Features int                `json:"features"`           // how many read it
	Outcomes int                `json:"outcomes"`           // how many read it
	Approval *codelist.Approval `json:"approval,omitempty"` // that covers it on the day
	Lapsed   string             `json:"lapsed,omitempty"`   // why none does
}

// Wanted narrows the list of lists; the zero value is everything.
type Wanted struct {
	System     string
	Find       string // in name or title, in small letters
	Unapproved bool   // only lists in use that no approval covers on the day
}

// Entries gives the lists wanted, in order of name. day is written 2006-01-02.
func (b *Book) Entries(w Wanted, day string) []Entry {
	out := []Entry{}
	for _, l := range b.Codelists.Lists {
		if w.System != "" && l.System != w.System || !strings.Contains(strings.ToLower(l.Name+" "+l.Title), strings.ToLower(w.Find)) {
			continue
		}
		e := b.entry(l, b.ReadersOf(l), day)
		if w.Unapproved && (e.Approval != nil || e.Features+e.Outcomes == 0) {
			continue
		}
		out = append(out, e)
	}
	return out
}

func (b *Book) entry(l *codelist.List, r Readers, day string) Entry {
	e := Entry{Name: l.Name, Title: l.Title, System: l.System, Release: l.Release, Match: l.Match, Codes: len(l.Codes), Hash: l.Hash,
		Features: len(r.Features), Outcomes: len(r.Outcomes), Lapsed: b.Codelists.Lapsed(l.Name, day)}
	if a, ok := b.Codelists.ApprovalOf(l.Name, day); ok {
		e.Approval = &a
	}
	return e
}

// WriteEntries writes a table for people.
func WriteEntries(w io.Writer, entries []Entry) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "list\tsystem\trelease\tcodes\tfeatures\toutcomes\tapproved\thash")
	for _, e := range entries {
		approved := e.Lapsed
		if e.Approval != nil {
			approved = "until " + e.Approval.Until
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%.12s\n", e.Name, e.System, e.Release, e.Codes, e.Features, e.Outcomes, approved, e.Hash)
	}
	return t.Flush()
}

// Shown is everything about one list.
type Shown struct {
	Entry
	Source       codelist.Source  `json:"source"`
	Confirmation string           `json:"confirmation"`
	Rule         string           `json:"rule,omitempty"`
	Means        codelist.Means   `json:"means"`
	Expression   string           `json:"expression,omitempty"`
	Hierarchy    string           `json:"hierarchy,omitempty"`
	Readers      Readers          `json:"readers"`
	Content      []codelist.Coded `json:"content"`
}

// Show gathers everything about a list of the library.
func (b *Book) Show(l *codelist.List, day string) *Shown {
	r := b.ReadersOf(l)
	s := &Shown{Entry: b.entry(l, r, day), Source: l.Source, Confirmation: l.Confirmation, Rule: l.Rule, Means: l.Means, Expression: l.Expression, Hierarchy: l.Hierarchy, Readers: r}
	for _, c := range l.Codes {
		s.Content = append(s.Content, codelist.Coded{Code: c, Term: l.Terms[c]})
	}
	return s
}

// Write writes it for people: what it is, who reads it, and every code.
func (s *Shown) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(key, text string) {
		if text != "" {
			fmt.Fprintf(t, "%s\t%s\n", key, text)
		}
	}
	line("list", s.Name)
	line("title", s.Title)
	line("system", s.System+", release: "+s.Release)
	line("match", map[codelist.Match]string{codelist.Exact: "exact: a record's code equals one of these", codelist.Prefix: "prefix: a record's code starts with one of these"}[s.Match])
	line("rule", s.Rule)
	line("resolved by", strings.Join(s.Means.ResolvedBy, ", "))
	line("declined by", strings.Join(s.Means.DeclinedBy, ", "))
	line("excepted by", strings.Join(s.Means.ExceptedBy, ", "))
	if len(s.Means.LatestWins) > 0 {
		line("latest wins", "the newest code of this list and "+strings.Join(s.Means.LatestWins, ", ")+" holds")
	}
	line("expression", s.Expression)
	if s.Hierarchy != "" {
		line("relationships", s.Hierarchy)
	}
	source := s.Source.Title
	if s.Source.Repository != "" {
		source += "; " + s.Source.Repository + "; licence: " + s.Source.Licence
	}
	line("source", source)
	line("confirmation", s.Confirmation)
	if a := s.Approval; a != nil {
		line("approved", fmt.Sprintf("by %s, %s, on %s, until %s", a.By, a.Role, a.On, a.Until))
	} else {
		line("approved", "no: "+s.Lapsed)
	}
	line("hash", s.Hash)
	s.Readers.write(line)
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s:\n", engine.Plural(s.Codes, "code"))
	for _, c := range s.Content {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %-18s %s", c.Code, c.Term), " "))
	}
	return nil
}

func (r Readers) write(line func(key, text string)) {
	line("features", orNone(r.Features))
	line("outcomes", orNone(r.Outcomes))
	if len(r.Scores) > 0 {
		line("scores", strings.Join(r.Scores, ", ")+" (own table with the same codes: change it too)")
	}
	line("named by", strings.Join(r.Means, ", "))
	line("hidden by", strings.Join(r.Topics, ", "))
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d: %s", len(names), strings.Join(names, ", "))
}
