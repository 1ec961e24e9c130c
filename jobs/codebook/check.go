package codebook

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/codelist"
)

// Remark is something of the lists that is not in order but stops nothing.
type Remark struct {
	Code  string   `json:"code"` // stable, for programs
	Say   string   `json:"say"`
	Lists []string `json:"lists"` // in order of name
}

// Check gives what a governor should look at, in a fixed order; nil for
// nothing. Faults stop the program long before this. day is written
// 2006-01-02; site holds the site's approvals as they stand in its file.
func (b *Book) Check(site []codelist.Approval, day string) []Remark {
	var out []Remark
	say := func(code, text string, lists []string) {
		if len(lists) > 0 {
			slices.Sort(lists)
			out = append(out, Remark{code, text, slices.Compact(lists)})
		}
	}
	var unstated, unread, unapproved, mixed, unmet []string
	for _, l := range b.Codelists.Lists {
		r := b.ReadersOf(l)
		used := len(r.Features)+len(r.Outcomes) > 0
		if l.Release == codelist.NotStated || strings.HasSuffix(l.Release, "not stated") {
			unstated = append(unstated, l.Name)
		}
		if !used && len(r.Scores)+len(r.Topics)+len(r.Means) == 0 {
			unread = append(unread, l.Name)
		}
		if used && !b.Codelists.Approved(l.Name, day) {
			unapproved = append(unapproved, l.Name)
		}
		if len(l.Terms) > 0 && len(l.Terms) < len(l.Codes) {
			mixed = append(mixed, l.Name)
		}
		if len(l.Means.ResolvedBy) > 0 && used && !b.together(l) {
			unmet = append(unmet, l.Name)
		}
	}
	say("unapproved", "lists in use that no approval covers on "+day+": where people are real they give no reason, and a run that would exclude by one stops", unapproved)
	say("release-not-stated", "lists whose release is not stated: say in lists.toml which one their codes were read from", unstated)
	say("resolution-unread", "lists that resolved_by ends, where no feature reads both: once coded, it holds for ever", unmet)
	say("terms-missing", "lists where some codes have no term", mixed)
	say("unread", "lists that nothing reads", unread)
	var gone, stale, ended []string
	for _, a := range site {
		l := b.Codelists.List(a.List)
		switch {
		case l == nil:
			gone = append(gone, a.List)
		case b.Codelists.Approved(a.List, day):
		case a.Hash != l.Hash:
			stale = append(stale, a.List)
		case a.Until < day:
			ended = append(ended, a.List)
		}
	}
	say("approval-of-nothing", "approvals of lists that there are no longer: remove them", gone)
	say("approval-stale", "approvals of an older version: read the list again, then `leftshift codelist approve`", stale)
	say("approval-ended", "approvals that have ended: read the list again, then `leftshift codelist approve`", ended)
	return out
}

// together says whether some feature reads a list and one that resolves it.
func (b *Book) together(l *codelist.List) bool {
	for _, id := range b.features[l.Name] {
		lists := b.Catalogue.Reads(id)
		for _, by := range l.Means.ResolvedBy {
			if slices.Contains(lists, by) {
				return true
			}
		}
	}
	return false
}

// WriteRemarks writes them for people.
func WriteRemarks(w io.Writer, remarks []Remark) error {
	for _, r := range remarks {
		if _, err := fmt.Fprintf(w, "%d %s [%s]\n    %s\n", len(r.Lists), r.Say, r.Code, strings.Join(r.Lists, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// ReadHierarchy reads a file of relationships.
func ReadHierarchy(path string) (*codelist.Hierarchy, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, missing(path)
	}
	defer f.Close()
	return codelist.ReadHierarchy(path, f)
}

// Expand makes a list of an expression. descriptions, an RF2 file, gives its
// terms; "" for none. release "" is that of the relationships.
func Expand(name, expression, relationships, descriptions, release string) (*codelist.List, error) {
	e, err := codelist.ParseExpression(expression)
	if err != nil {
		return nil, err
	}
	h, err := ReadHierarchy(relationships)
	if err != nil {
		return nil, err
	}
	var terms map[string]string
	if descriptions != "" {
		f, err := os.Open(descriptions)
		if err != nil {
			return nil, missing(descriptions)
		}
		defer f.Close()
		if terms, err = codelist.ReadTerms(descriptions, f); err != nil {
			return nil, err
		}
	}
	return h.ListOf(name, release, e, terms)
}

// Again expands every list of the library that was made from an expression
// over a file of relationships, and gives those that come out otherwise.
func (b *Book) Again(relationships, day string) ([]*Move, error) {
	h, err := ReadHierarchy(relationships)
	if err != nil {
		return nil, err
	}
	var out []*Move
	for _, l := range b.Codelists.Lists {
		if l.Expression == "" {
			continue
		}
		e, err := codelist.ParseExpression(l.Expression)
		if err != nil {
			return nil, err
		}
		now, err := h.ListOf(l.Name, "", e, l.Terms)
		if err != nil {
			return nil, &engine.Fault{Code: "expression", Say: "list " + l.Name + " cannot be expanded again: the release does not have its concepts", Err: err}
		}
		now.Rule, now.Means = l.Rule, l.Means
		if m := b.Move(l, now, day); len(m.Added)+len(m.Removed) > 0 {
			out = append(out, m)
		}
	}
	return out, nil
}
