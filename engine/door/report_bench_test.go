//go:build duckdb_arrow

package door

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
)

// BenchmarkTell is each page for an analyst: the first time, as a metric, and
// again. LEFTSHIFT_CROWD says of how many people, 20,000 otherwise.
func BenchmarkTell(b *testing.B) {
	people := 20000
	if n, err := strconv.Atoi(os.Getenv("LEFTSHIFT_CROWD")); err == nil {
		people = n
	}
	data := b.TempDir()
	made.Crowd(b, data, people)
	log, err := audit.Open(filepath.Join(b.TempDir(), "audit", "audit.db"), audit.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	holder := snapshot.Hold(data)
	defer holder.Close()
	today, _ := engine.ParseDay(made.AsOf)
	d := New(Options{Snapshots: holder, Audit: log, Today: func() engine.Day { return today }})
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
