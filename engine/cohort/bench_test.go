//go:build duckdb_arrow

package cohort

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// BenchmarkCount counts cohorts of LEFTSHIFT_COHORT_PEOPLE people (100,000) with
// make-up, each new to the ledger, and gives the median in milliseconds.
func BenchmarkCount(b *testing.B) {
	people := 100_000
	if n, err := strconv.Atoi(os.Getenv("LEFTSHIFT_COHORT_PEOPLE")); err == nil {
		people = n
	}
	s := publishMade(b, people, 200)
	start := time.Now()
	desk := openMade(b, s, b.TempDir(), Options{Most: 1 << 20})
	opened := time.Since(start)
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		n, err := desk.Dictionary.ParseNode(map[string]any{"all": []any{
			map[string]any{"field": "age", "op": "at_least", "value": float64(18 + i%60)},
			map[string]any{"field": "hba1c_latest", "op": "more_than", "value": 30 + float64(i)/7},
			map[string]any{"none": []any{map[string]any{"field": "days_since_ed", "op": "at_most", "value": 30.0}, map[string]any{"field": "care_home", "op": "is", "value": true}}},
		}}, false)
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if err := desk.ask(context.Background(), request{A: raw(n)}, func(reply) {}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(opened.Milliseconds()), "open-ms")
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms")
	b.ReportMetric(float64(took[len(took)-1].Milliseconds()), "max-ms")
	b.ReportMetric(float64(len(desk.memory.sets)), "sets")
}
