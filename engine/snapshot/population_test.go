//go:build duckdb_arrow

package snapshot_test

import (
	"context"
	"testing"
	"time"

	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
)

// Every way to group people adds up to the same people and the same expected
// events.
func TestA3EveryGroupingHoldsEveryone(t *testing.T) {
	ctx := context.Background()
	people := made.Size(3000)
	s, err := snapshot.Open(ctx, made.Crowd(t, t.TempDir(), people))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	start := time.Now()
	p, err := s.Population(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d people counted in %s", p.People, time.Since(start))
	var whole int64
	for _, by := range []snapshot.Attributes{snapshot.ByAge | snapshot.BySex, snapshot.ByEthnic, snapshot.ByIMD, snapshot.ByPractice | snapshot.ByPCN | snapshot.ByTeam, snapshot.ByLTCs,
		snapshot.ByBand | snapshot.ByAge, snapshot.ByPractice | snapshot.ByBand, snapshot.ByPractice | snapshot.ByHistory} {
		var n, expected int64
		for _, g := range p.By(by) {
			n += g.People
			expected += g.ExpectedNano
		}
		if int(n) != people || expected == 0 || whole != 0 && whole != expected {
			t.Errorf("by %b: %d people, %d expected, before %d", by, n, expected, whole)
		}
		whole = expected
	}
	at := map[string]int64{}
	for _, g := range p.By(snapshot.ByPractice | snapshot.ByPCN | snapshot.ByTeam) {
		at[g.Practice] += g.People
	}
	for _, l := range p.Practices {
		if l.People != min(l.First, at[l.Of]) || l.ExpectedNano <= 0 {
			t.Errorf("the first %d of %s, who has %d, are %d", l.First, l.Of, at[l.Of], l.People)
		}
	}
	if len(p.Practices) != len(at)*len(snapshot.Firsts) || len(p.Teams) == 0 || len(p.Above) == 0 || !p.History {
		t.Errorf("%d of practices, %d of teams, %d above", len(p.Practices), len(p.Teams), len(p.Above))
	}
	if again, err := s.Population(ctx); again != p || err != nil {
		t.Errorf("counted twice: %v", err)
	}
}
