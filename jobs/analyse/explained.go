//go:build duckdb_arrow

package analyse

import "leftshift/features/matrix"

// Explained is an explanation as a program reads it.
type Explained struct {
	*Explanation
	Rows    []ExplainedRow `json:"rows"`         // those that count, or all
	Skipped int            `json:"rows_skipped"` // rows of the same kinds and codes that do not count
	Display string         `json:"display"`      // who may see it: team, or clinician alone
}

// Shown gives it for programs, as Write does for a person: the rows that do not
// count only with all.
func (x *Explanation) Shown(all bool) *Explained {
	out := &Explained{Explanation: x, Rows: []ExplainedRow{}, Skipped: x.skipped, Display: "team"}
	if x.display == matrix.DisplayClinician {
		out.Display = "clinician"
	}
	for _, r := range x.Rows {
		if all || r.Counts {
			out.Rows = append(out.Rows, r)
		}
	}
	return out
}
