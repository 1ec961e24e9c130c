package synth

import (
	"context"
	"path/filepath"
	"testing"
)

func BenchmarkRun(b *testing.B) {
	for b.Loop() {
		out := filepath.Join(b.TempDir(), "ics")
		s, err := Run(context.Background(), Options{People: 20_000, Seed: 1, Out: out})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(s.Records)/s.PersonYears, "records/person-year")
		b.ReportMetric(float64(s.Bytes)/float64(s.People), "bytes/person")
		b.ReportMetric(float64(s.People)/(b.Elapsed().Seconds()/float64(b.N+1)), "people/s?")
	}
}
