//go:build duckdb_arrow

package snapshot_test

import (
	"context"
	"testing"

	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
)

// A5: two models are held against each other on the same people, each with a
// list of one twentieth of them; F10: by every attribute the same people.
func TestA5TwoModelsAreMeasuredOnTheSamePeople(t *testing.T) {
	ctx := context.Background()
	s, err := snapshot.Open(ctx, made.Crowd(t, t.TempDir(), 6000))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	rows, err := s.Measured(ctx, "boost_365", "logistic_365")
	if err != nil {
		t.Fatal(err)
	}
	total, listed := map[int64]int64{}, map[int64][2]int64{}
	for _, x := range rows {
		total[x.Set] += x.Micros
		l := listed[x.Set]
		for m := range 2 {
			if x.Both>>m&1 == 1 {
				l[m] += x.Micros
			}
		}
		listed[x.Set] = l
	}
	all := total[snapshot.MeasuredAll]
	for _, set := range []int64{snapshot.MeasuredAll, snapshot.MeasuredAge, snapshot.MeasuredSex, snapshot.MeasuredEthnic, snapshot.MeasuredIMD} {
		if total[set] != all || all == 0 || listed[set] != listed[snapshot.MeasuredAll] {
			t.Errorf("set %b weighs %d, all %d; listed %v", set, total[set], all, listed[set])
		}
		for m, w := range listed[set] {
			// One row over the twentieth at most.
			if w*snapshot.ListedShare < all || (w-1_030_000)*snapshot.ListedShare >= all {
				t.Errorf("model %d lists %d of %d", m, w, all)
			}
		}
	}
	itself, err := s.Measured(ctx, "boost_365", "boost_365")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range itself {
		if x.Both == 1 || x.Both == 2 {
			t.Errorf("a model differs from itself: %+v", x)
		}
	}
	if none, err := s.Measured(ctx, "boost_365", "no model"); err != nil || len(none) > 0 {
		t.Errorf("a model that is not there: %v, %v", none, err)
	}
}
