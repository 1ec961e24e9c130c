//go:build duckdb_arrow

package door

import (
	"context"
	"math"
	"strings"
	"testing"

	"leftshift/engine/access"
)

// F10: the errors of a list are told by group, from what is shown.
func TestF10ErrorsByGroupAreOfShownCounts(t *testing.T) {
	s := crowd(t, 30000)
	r, err := s.Tell(context.Background(), principal(access.Analyst), Where{Route: "/model"}, OfModel, nil)
	if err != nil {
		t.Fatal(err)
	}
	checked, groups := 0, map[string]bool{}
	for _, x := range r.Sections {
		for _, table := range x.Tables {
			if table.ID != "errors" {
				continue
			}
			for _, row := range table.Rows {
				group, _, _ := strings.Cut(row[0].Text, ":")
				groups[group] = true
				for at := 1; at < len(row); at += 5 {
					caught, missed, rate := row[at], row[at+1], row[at+2]
					if rate.Hidden() != (caught.Hidden() || missed.Hidden()) {
						t.Errorf("%s: %v", row[0].Text, Line(row))
					}
					if want := 100 * missed.Value / (missed.Value + caught.Value); !rate.Hidden() && rate.Text != "–" {
						if math.Abs(rate.Value-want) > .051 {
							t.Errorf("%s: %v, want %v", row[0].Text, rate.Value, want)
						}
						checked++
					}
				}
			}
		}
	}
	if checked < 10 || len(groups) != 4 {
		t.Errorf("%d rates in the groups %v", checked, groups)
	}
}
