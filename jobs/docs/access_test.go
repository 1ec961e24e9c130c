//go:build duckdb_arrow

package main

import (
	"strings"
	"testing"

	"leftshift/engine/access"
)

// Every row of the table of rights is on the page, below its role and no other.
func TestB17AccessPageHoldsEveryRight(t *testing.T) {
	text, err := accessPage()
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, role := range access.Roles() {
		_, rest, ok := strings.Cut(text, "\n### "+role.Title()+"\n")
		if !ok {
			t.Fatalf("there is no part for %s", role)
		}
		part, _, _ := strings.Cut(rest, "\n##")
		for _, act := range access.Acts() {
			granted := false
			for _, p := range access.Table() {
				if p.Role == role && p.Act == act {
					granted = true
					rows++
					if !strings.Contains(part, "| `"+string(act)+"` | "+needsOf(p)+" | "+p.Display.String()+" | "+p.Columns.String()+" |") {
						t.Errorf("%s, %s: not as in the table", role, act)
					}
				}
			}
			if granted != strings.Contains(part, "`"+string(act)+"`") {
				t.Errorf("%s, %s: granted %v", role, act, granted)
			}
		}
	}
	if rows != len(access.Table()) {
		t.Errorf("%d of %d rows", rows, len(access.Table()))
	}
}
