//go:build duckdb_arrow

package night

import (
	"slices"

	"leftshift/engine/risklist"
	"leftshift/engine/schema"
)

// listColumns are the features that the lists step reads: two of its own first,
// then those of gaps.
func (n *Night) listColumns() []string {
	out := []string{"palliative_care", "conditions_ever"}
	for _, id := range n.Gaps.Features() {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// writeGaps writes the gaps of everyone scored, in their order.
func writeGaps(path string, scored []risklist.Candidate) error {
	return schema.Write(path, schema.PublishedTable("gap"), func(yield func(any) bool) {
		for _, c := range scored {
			for _, g := range c.Gaps {
				if !yield(&schema.GapRow{Person: c.Person, Gap: g.Code.String(), Since: g.Since, Evidence: g.Evidence, Class: max(g.Class, g.Code.Class()).String()}) {
					return
				}
			}
		}
	})
}

// writeLeavers writes who left a list, and why.
func writeLeavers(path string, got *risklist.Result) error {
	return schema.Write(path, schema.PublishedTable("leaver"), func(yield func(any) bool) {
		for _, l := range got.Leavers {
			if !yield(&schema.Leaver{List: l.Team, Person: l.Person, Code: l.Reason.String()}) {
				return
			}
		}
	})
}
