//go:build duckdb_arrow

package cli

import (
	"strings"
	"testing"

	"leftshift/engine/cohort"
	"leftshift/engine/snapshot/made"
)

// A1, A2: a file is checked by line without a snapshot and with one, and counted
// through the doors: with a reason, kept in the audit, every number controlled.
func TestA1A2CohortsAreCheckedAndCounted(t *testing.T) {
	c := madeUp(t, true)
	for _, k := range cohort.Examples() {
		put(t, "cohorts/"+k.File, string(k.Text))
	}
	put(t, "cohorts/bad.toml", strings.Replace(string(cohort.Examples()[1].Text), "imd_quintile", "nothing", 1))
	typed(t, 0, []string{"copd_over_60.toml: sound"}, "cohorts", "check", "cohorts/copd_over_60.toml", "cohorts/deprived_not_listed.toml")
	typed(t, 1, []string{"bad.toml:", "a field that the snapshot does not have", "[cohort-field]"}, "cohorts", "check", "cohorts/bad.toml")
	count := []string{"cohorts", "count", "cohorts/deprived_not_listed.toml", "--by", "A. Analyst", "--reason", "request 2026/14"}
	typed(t, 1, []string{"[no-snapshot]"}, count...)
	made.Crowd(t, c.At(c.Site.Data), 1200)
	typed(t, 0, []string{"deprived_not_listed.toml: sound"}, "cohorts", "check", "cohorts/deprived_not_listed.toml")
	typed(t, 2, []string{"reason"}, count[:5]...)
	before := len(kept(t, c))
	out, _ := typed(t, 0, []string{"How many people", "In the cohort", "People left after each condition"}, count...)
	if strings.Contains(out, "7310000000") {
		t.Error("a pseudonym is told")
	}
	typed(t, 0, []string{"Who,people,of everyone", "Everyone,1200,100.0%"}, append(count, "--csv")...)
	typed(t, 0, []string{`"In the cohort"`}, append(count, "--json")...)
	put(t, "old.toml", "id=\"old\"\nname=\"Old\"\nversion=\"1\"\nauthor=\"a\"\nwhere={field=\"age\",op=\"at_least\",value=70}\n[[tests]]\nname=\"in\"\nin=true\nperson={age=70}\n[[tests]]\nname=\"out\"\nin=false\nperson={age=69}\n")
	typed(t, 0, []string{"Caught by both", "by A alone"}, "cohorts", "compare", "old.toml", "cohorts/deprived_not_listed.toml", "--group", "sex", "--by", "A. Analyst", "--reason", "request 2026/14")
	typed(t, 0, []string{"5% or more: people", "of all expected events", "team-0"}, "cohorts", "workload", "score_boost_365", "5%", "0.15", "--group", "team", "--cohort", "deprived_not_listed@1", "--by", "A. Analyst", "--reason", "request 2026/14")
	all := kept(t, c)
	if len(all) != before+5 {
		t.Fatalf("%d entries for 5 answers", len(all)-before)
	}
	for _, e := range all[before:] {
		if e.Event != "count" || e.Reason != "request 2026/14" || e.Authoriser != "A. Analyst" || e.User != account() || len(e.Query) != 64 || e.Rows < 3 || e.People != 0 {
			t.Errorf("%+v", e)
		}
	}
	workload := []string{"cohorts", "workload", "score_boost_365", "x", "--by", "A. Analyst", "--reason", "request 2026/14"}
	typed(t, 1, []string{"at most 1", "[cohort-value]"}, "cohorts", "workload", "score_boost_365", "20", "--by", "A. Analyst", "--reason", "request 2026/14")
	typed(t, 1, []string{"[cohort-value]"}, workload...)
	typed(t, 1, []string{"[cohort-no-segments]"}, "cohorts", "segments", "--by", "A. Analyst", "--reason", "request 2026/14")
}
