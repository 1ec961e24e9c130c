//go:build duckdb_arrow

package door

import (
	"testing"

	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
)

// Of the N listed about M are expected, and these are X of 100 of all; of few
// people nothing is said.
func TestF3AListSaysWhatItIsExpectedToHold(t *testing.T) {
	d := open(t).Doors
	s := &snapshot.Snapshot{Model: snapshot.Model{Name: "boost_365", Horizon: 365}}
	cut := &snapshot.Cut{Candidates: 900, Everyone: 40}
	var risks []float64
	for k := range 20 {
		risks = append(risks, 0.6-float64(k)/100)
	}
	got := d.expected(s, cut, risks)
	if got == nil || *got != (Expected{Listed: 20, Events: 10, Percent: 25, Span: "the next 12 months"}) { // 10.1 of 40
		t.Errorf("%+v", got)
	}
	if got = d.expected(s, cut, risks[:7]); got != nil {
		t.Errorf("of seven people: %+v", got)
	}
	if got = d.expected(s, cut, risks[:8]); got == nil || got.Listed != 8 || got.Events != 5 {
		t.Errorf("%+v", got)
	}
	if got = d.expected(s, cut, nil); got != nil {
		t.Errorf("of nobody: %+v", got)
	}
	if got = d.expected(s, &snapshot.Cut{Everyone: 40}, risks); got == nil || got.Percent != -1 { // of how many is not said
		t.Errorf("%+v", got)
	}
}

// R7: who has a person says a name where one is known, and role and team always.
func TestR7WhoHasAPersonIsNamed(t *testing.T) {
	by := worklist.Actor{User: "amy", Organisation: "P0", Role: "coordinator", Team: "north"}
	names := staff{by.Member(): "Amy Adams"}
	who := principal("coordinator")
	for _, x := range []struct {
		names staff
		list  string
		want  string
	}{{names, "south", "Amy Adams, care coordinator, north"}, {nil, "south", "Care coordinator, north"}, {names, "east", "Amy Adams, care coordinator, north, for the list south"}} {
		if got := ownerOf(x.names, who, worklist.Item{List: "south", Owner: by}, x.list).Words(); got != x.want {
			t.Errorf("%q, not %q", got, x.want)
		}
	}
}
