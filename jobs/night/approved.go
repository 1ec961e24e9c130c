//go:build duckdb_arrow

package night

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/jobs/pipeline"
	"leftshift/jobs/report"
)

// Where people are real, a code list that no clinician's approval covers on
// the day of the run, as the list is now, drives no exclusion and no reason:
// its features may be in the model, and their part of a score is in the row of
// other factors. On a synthetic site nobody is harmed, and nothing is withheld.

// excludedBy are the features whose value leaves a person off the lists, by
// the flag that lists.exclude names. Others (care_home) read no codes.
var excludedBy = map[string]string{"palliative": "palliative_care"}

// unapproved gives the code lists in use that no approval covers today, in
// order of name.
func (n *Night) unapproved() []string {
	day := n.Today.String()
	return slices.DeleteFunc(n.Catalogue.ListsRead(), func(list string) bool { return n.Codelists.Approved(list, day) })
}

// silent gives the features of which nothing may be told; nil on a synthetic
// site. A feature that reads one unapproved list among others is one of them.
func (n *Night) silent() map[string]bool {
	if n.Config.Site.Synthetic {
		return nil
	}
	out := map[string]bool{}
	for _, list := range n.unapproved() {
		for _, id := range n.Catalogue.ReadersOf(list) {
			out[id] = true
		}
	}
	for i := range n.Catalogue.Definitions { // codes that a site wrote itself are no approved list
		d := &n.Catalogue.Definitions[i]
		coded := func(m catalogue.Member) bool { return len(m.Codes) > 0 }
		if d.Origin != "" && slices.ContainsFunc(d.Members, coded) {
			out[d.ID] = true
		}
	}
	return out
}

// exclusions refuses to make lists that leave people off by the codes of an
// unapproved list.
func (n *Night) exclusions() error {
	if n.Config.Site.Synthetic {
		return nil
	}
	for _, flag := range n.Config.Lists.Exclude {
		var why, approve []string
		for _, list := range n.Catalogue.Reads(excludedBy[flag]) {
			if text := n.Codelists.Lapsed(list, n.Today.String()); text != "" {
				why = append(why, list+" ("+text+")")
				approve = append(approve, "--list "+list)
			}
		}
		if why != nil {
			return &engine.Fault{Code: "exclusion-unapproved", Say: fmt.Sprintf("lists.exclude has %s, which leaves people off by code lists that no approval covers today: %s. Read each with `leftshift codelist show`, then `leftshift codelist approve %s --by NAME --role ROLE --until DATE`, or take %s out of lists.exclude", flag, strings.Join(why, ", "), strings.Join(approve, " "), flag)}
		}
	}
	return nil
}

// early lets a step that comes hours before the lists refuse what they will.
func (n *Night) early(s pipeline.Step) pipeline.Step {
	do := s.Do
	s.Do = func(ctx context.Context, r *pipeline.Run, dir string) error {
		if err := n.exclusions(); err != nil {
			return err
		}
		return do(ctx, r, dir)
	}
	return s
}

// namedLists is how many unapproved lists the night report names.
const namedLists = 20

// approvals says on the night report how many code lists in use are not
// approved: where people are real, first of all and by name.
func (n *Night) approvals() []report.Quality {
	in := n.Catalogue.ListsRead()
	without := n.unapproved()
	q := report.Quality{Source: "code lists", Measure: "In use without a clinician's approval", Text: fmt.Sprintf("%d of %d", len(without), len(in))}
	switch {
	case len(without) == 0:
	case n.Config.Site.Synthetic:
		q.Text += "; on a synthetic site nothing is withheld for it"
	default:
		q.Attention = true
		more := ""
		if k := len(without) - namedLists; k > 0 {
			without, more = without[:namedLists], fmt.Sprintf(" and %d more (`leftshift codelist list --unapproved`)", k)
		}
		q.Text += "; no reason is given from them: " + strings.Join(without, ", ") + more
	}
	return []report.Quality{q}
}
