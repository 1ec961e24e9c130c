//go:build duckdb_arrow

package night

import (
	"strings"
	"testing"

	"leftshift/jobs/report"
)

// A hash that begins with decimal digits is no reason to refuse the report.
func TestShortHashPassesTheGuard(t *testing.T) {
	for _, hash := range []string{"8661665863b7", strings.Repeat("9", 64), "9434765919", "dda1d2210fec8743", "ab", ""} {
		got := short(hash)
		if !strings.HasPrefix(hash, got) || len(got) < min(8, len(hash)) {
			t.Errorf("%q is shown as %q", hash, got)
		}
		if err := report.Guard([]byte("<dd>" + got + "</dd>")); err != nil {
			t.Errorf("%q: %v", hash, err)
		}
	}
}
