//go:build duckdb_arrow

package door

import (
	"context"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/snapshot/made"
)

// BenchmarkTell is each page for an analyst: the first time, as a metric, and
// again. LEFTSHIFT_CROWD says of how many people, 20,000 otherwise.
func BenchmarkTell(b *testing.B) {
	data := b.TempDir()
	made.Crowd(b, data, made.Size(20_000))
	at := made.Open(b, data, audit.Options{})
	d := New(Options{Snapshots: at.Snapshots, Audit: at.Audit, Today: func() engine.Day { return at.Today }})
	ctx, who := context.Background(), principal(access.Analyst)
	for _, of := range subjects {
		b.Run(string(of), func(b *testing.B) {
			start := time.Now()
			if _, err := d.Tell(ctx, who, Where{Route: "/x"}, of, nil); err != nil {
				b.Fatal(err)
			}
			first := time.Since(start)
			for b.Loop() {
				if _, err := d.Tell(ctx, who, Where{Route: "/x"}, of, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(first.Seconds()*1e3, "first-ms")
		})
	}
}
