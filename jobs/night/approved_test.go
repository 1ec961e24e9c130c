//go:build duckdb_arrow

package night

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/codelist"
	"leftshift/features/matrix"
	"leftshift/jobs/config"
	"leftshift/jobs/pipeline"
	"leftshift/models/explain"
)

// realSite is a site of real people on a day, with the built-in definitions.
func realSite(t *testing.T, today string) *Night {
	t.Helper()
	c := config.New()
	c.Site.Name, c.Site.Data = "Real", t.TempDir()
	c.Reference.Approvals, c.Site.Features = "", ""
	d, ok := engine.ParseDay(today)
	if !ok {
		t.Fatal(today)
	}
	n, err := New(c, d, d)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *Night) approve(t *testing.T, until string, lists ...string) {
	t.Helper()
	var all []codelist.Approval
	for _, name := range lists {
		all = append(all, codelist.Approval{List: name, Hash: n.Codelists.List(name).Hash, By: "Dr A", Role: "clinical safety officer", On: "2026-01-01", Until: until})
	}
	n.Codelists = n.Codelists.With(all)
}

// An exclusion by an unapproved list stops the run before its first step does
// anything, and names the command; approved, through the last day of the
// approval, it does not.
func TestExclusionsNeedApproval(t *testing.T) {
	n := realSite(t, "2026-06-15")
	n.Config.Lists.Exclude = []string{"care_home", "palliative"}
	code := func() string {
		var f *engine.Fault
		if errors.As(n.exclusions(), &f) {
			return f.Code
		}
		return ""
	}
	if got := code(); got != "exclusion-unapproved" {
		t.Fatalf("no approval: %q", got)
	}
	if say := n.exclusions().Error(); !strings.Contains(say, "leftshift codelist approve --list palliative_care --list palliative_care_not_indicated --by") || !strings.Contains(say, "no approval") {
		t.Error(say)
	}
	lists := n.Catalogue.Reads("palliative_care")
	if len(lists) < 2 {
		t.Fatalf("the feature reads %v", lists)
	}
	n.approve(t, "2026-06-15", lists...)
	if got := code(); got != "" {
		t.Errorf("approved until today: %q", got)
	}
	n.approve(t, "2026-06-14", lists...)
	if got := code(); got != "exclusion-unapproved" || !strings.Contains(n.exclusions().Error(), "approved until 2026-06-14") {
		t.Errorf("approved until yesterday: %v", n.exclusions())
	}
	n.approve(t, "2026-06-15", lists[1:]...)
	if got := code(); got != "exclusion-unapproved" {
		t.Errorf("one of %d lists is not approved: %q", len(lists), got)
	}
	n.Config.Lists.Exclude = []string{"care_home"}
	if got := code(); got != "" {
		t.Errorf("an exclusion that reads no codes: %q", got)
	}
	n.Config.Lists.Exclude, n.Config.Site.Synthetic = []string{"palliative"}, true
	if got := code(); got != "" {
		t.Errorf("a synthetic site: %q", got)
	}
}

// The first step of a night refuses what the lists will; training and steps
// before the lists go on.
func TestExclusionsAreRefusedEarly(t *testing.T) {
	n := realSite(t, "2026-06-15")
	n.Config.Lists.Exclude = []string{"palliative"}
	for last, want := range map[string]bool{"": true, "lists": true, "publish": true, "score": false, "features": false} {
		var f *engine.Fault
		err := n.Steps(last)[0].Do(context.Background(), nil, "")
		refused := errors.As(err, &f) && f.Code == "exclusion-unapproved"
		if refused != want {
			t.Errorf("up to %q: %v", last, err)
		}
	}
	for _, s := range n.Steps("") {
		if s.Name != "lists" {
			continue
		}
		// A list step that is done already is refused too.
		var f *engine.Fault
		if _, err := s.Digest(context.Background(), &pipeline.Run{}); !errors.As(err, &f) || f.Code != "exclusion-unapproved" {
			t.Errorf("the lists: %v", err)
		}
	}
}

// What reads an unapproved list is told to nobody, and is not lost: it is in
// the row of other factors.
func TestUnapprovedListsGiveNoReason(t *testing.T) {
	n := realSite(t, "2026-06-15")
	n.approve(t, "2026-12-31", "asthma")
	silent := n.silent()
	if silent["asthma_ever"] || !silent["dementia_ever"] || !silent["conditions_ever"] || silent["age"] {
		t.Errorf("asthma %v, dementia %v, conditions %v, age %v", silent["asthma_ever"], silent["dementia_ever"], silent["conditions_ever"], silent["age"])
	}
	ids := []string{"asthma_ever", "dementia_ever", "age"}
	m := matrix.New(n.columns(ids...), 1)
	c := explain.New(ids, 1)
	copy(c.Values[0], []float64{0.25, 2, -0.5})
	for _, hide := range []bool{true, false} {
		var told []string
		sum := 0.0
		for _, r := range newStories(c, m, hide, silent).reasons("m", 1, c, m, 0, 20000) {
			told = append(told, r.Feature)
			sum += r.Contribution
			if strings.Contains(strings.ToLower(r.Text), "dementia") {
				t.Errorf("told: %s", r.Text)
			}
		}
		if !slices.Equal(told, []string{"age", "asthma_ever", schema.OtherFactors}) || math.Abs(sum-1.75) > 1e-12 {
			t.Errorf("told %v, in all %v", told, sum)
		}
	}
	n.Config.Site.Synthetic = true
	if n.silent() != nil {
		t.Error("something is silent on a synthetic site")
	}
}

// The night report counts them and, where people are real, names them first.
func TestReportNamesUnapprovedLists(t *testing.T) {
	n := realSite(t, "2026-06-15")
	all := n.Catalogue.ListsRead()
	n.approve(t, "2026-12-31", slices.DeleteFunc(slices.Clone(all), func(l string) bool { return l == "asthma" || l == "falls" })...)
	q := n.approvals()[0]
	if !q.Attention || !strings.HasPrefix(q.Text, "2 of ") || !strings.HasSuffix(q.Text, ": asthma, falls") {
		t.Errorf("%+v", q)
	}
	n.approve(t, "2026-12-31", all...)
	if q := n.approvals()[0]; q.Attention || !strings.HasPrefix(q.Text, "0 of ") {
		t.Errorf("%+v", q)
	}
	n.approve(t, "2026-06-14", all...)
	if q := n.approvals()[0]; strings.Count(q.Text, ", ") != namedLists-1 || !strings.Contains(q.Text, all[namedLists-1]+" and ") || strings.Contains(q.Text, all[namedLists]+" ") {
		t.Errorf("%+v", q)
	}
	n.Config.Site.Synthetic = true
	if q := n.approvals()[0]; q.Attention || strings.Contains(q.Text, "asthma") {
		t.Errorf("%+v", q)
	}
}
