package worklist

import (
	"fmt"
	"testing"

	"leftshift/engine"
)

// many lists so many people on lists of 50.
func many(people int) []Row {
	var out []Row
	for p := range people {
		out = append(out, Row{List: fmt.Sprintf("team-%03d", p/50), Person: engine.Person(p + 1), Practice: "A81001", Rule: "risk", Rank: p%50 + 1, Probability: 0.5, Reasons: "0123456789abcdef"})
	}
	return out
}

func filled(b *testing.B, people int) *Store {
	s, _ := open(b)
	if _, err := s.Sync(ctx, run(1), many(people), nil, nil); err != nil {
		b.Fatal(err)
	}
	return s
}

// One user, one action after the other, each on disk before the next.
func BenchmarkActAlone(b *testing.B) {
	s := filled(b, 1000)
	for n := 0; b.Loop(); n++ {
		if _, err := s.Act(ctx, amy, Action{Key: key(), Item: int64(n%1000 + 1), Kind: Note, Note: "rang, no answer"}); err != nil {
			b.Fatal(err)
		}
	}
}

// Two hundred users at once; the syncs are shared.
func BenchmarkActTwoHundred(b *testing.B) {
	s := filled(b, 1000)
	b.SetParallelism(100) // by the two processors
	b.RunParallel(func(pb *testing.PB) {
		for n := 0; pb.Next(); n++ {
			if _, err := s.Act(ctx, amy, Action{Key: key(), Item: int64(n%1000 + 1), Kind: Note, Note: "rang, no answer"}); err != nil {
				b.Error(err)
			}
		}
	})
}

// A night on which every one of 10,000 people stays.
func BenchmarkSyncStayers(b *testing.B) {
	s := filled(b, 10_000)
	lists := many(10_000)
	for n := 2; b.Loop(); n++ {
		if got, err := s.Sync(ctx, run(n), lists, nil, nil); err != nil || got.Kept != len(lists) {
			b.Fatal(got, err)
		}
	}
}

func BenchmarkItemsOfAList(b *testing.B) {
	s := filled(b, 10_000)
	for b.Loop() {
		if have, err := s.Items(ctx, Query{Lists: []string{"team-007"}, Open: true}); err != nil || len(have) != 50 {
			b.Fatal(len(have), err)
		}
	}
}

func BenchmarkEvaluation(b *testing.B) {
	s := filled(b, 10_000)
	for b.Loop() {
		n := 0
		for _, err := range s.Evaluation(ctx, "") {
			if n++; err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(n), "rows/op")
	}
}
