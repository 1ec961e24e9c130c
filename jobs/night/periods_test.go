//go:build duckdb_arrow

package night

import (
	"strings"
	"testing"

	"leftshift/jobs/config"
)

// The night report names what is kept because nobody set a period.
func TestG33TheReportSaysWhereNoPeriodIsSet(t *testing.T) {
	c := config.New()
	n := &Night{Config: c}
	if q := n.periods()[0]; !q.Attention || !strings.HasPrefix(q.Text, "11 of 11: landed, curated,") {
		t.Errorf("%+v", q)
	}
	c.Retention.Landed.Period = "8 years"
	if q := n.periods()[0]; !q.Attention || !strings.HasPrefix(q.Text, "10 of 11: curated,") {
		t.Errorf("%+v", q)
	}
	c.Site.Synthetic = true
	if q := n.periods()[0]; q.Attention {
		t.Errorf("%+v", q)
	}
}
