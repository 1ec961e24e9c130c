//go:build duckdb_arrow

package night

import (
	"fmt"
	"strings"

	"leftshift/jobs/config"
	"leftshift/jobs/report"
)

// periods says on the night report for which classes of what is kept no period of
// retention is set: where people are real, in what asks for attention.
func (n *Night) periods() []report.Quality {
	without := n.Config.Retention.Unset()
	q := report.Quality{Source: "retention", Measure: "Classes without a period, which are kept", Text: fmt.Sprintf("%d of %d", len(without), len(config.Retained))}
	if len(without) > 0 {
		q.Text += ": " + strings.Join(without, ", ")
		q.Attention = !n.Config.Site.Synthetic
	}
	return []report.Quality{q}
}
