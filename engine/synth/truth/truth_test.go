package truth

import (
	"fmt"
	"math"
	"os"
	"sort"
	"testing"

	"leftshift/engine/synth/world"
)

func end(t testing.TB) world.Day { return world.DayOf(2026, 9, 30) }

// outcome is what happened: an admission in the year after the index date, and
// whether it is counted although the person had moved (never: movers have none).
func outcome(p *world.Person, index world.Day) bool {
	for i := range p.Events {
		e := &p.Events[i]
		if e.Kind == world.Admission && e.Day > index && e.Day <= index+Horizon {
			return true
		}
	}
	return false
}

type pair struct {
	p float64
	y bool
}

// calibrated checks mean risk against the outcome in tenths of the risk, each to
// within four standard errors.
func calibrated(t *testing.T, name string, rows []pair) {
	t.Helper()
	sort.Slice(rows, func(i, j int) bool { return rows[i].p < rows[j].p })
	for d := 0; d < 10; d++ {
		part := rows[len(rows)*d/10 : len(rows)*(d+1)/10]
		var sum, v, y float64
		for _, r := range part {
			sum += r.p
			v += r.p * (1 - r.p)
			if r.y {
				y++
			}
		}
		if z := (y - sum) / math.Sqrt(v); math.Abs(z) > 4 {
			t.Errorf("%s, tenth %d: expected %.1f outcomes, got %.0f (z = %.1f)", name, d+1, sum, y, z)
		}
	}
}

func area(rows []pair) float64 {
	sort.Slice(rows, func(i, j int) bool { return rows[i].p < rows[j].p })
	var below, pos, c float64
	for i := 0; i < len(rows); {
		j := i
		var a, b float64
		for ; j < len(rows) && rows[j].p == rows[i].p; j++ {
			if rows[j].y {
				a++
			} else {
				b++
			}
		}
		c += a * (below + b/2)
		below += b
		pos += a
		i = j
	}
	return c / pos / below
}

// The three risks are calibrated, their order is as it must be, and what they
// achieve is what they are expected to.
func TestF14PlantedTruth(t *testing.T) {
	n := 60_000
	if os.Getenv("SYNTH_TRUTH_PEOPLE") != "" {
		fmt.Sscan(os.Getenv("SYNTH_TRUTH_PEOPLE"), &n)
	}
	w := world.New(n, 5, 7, end(t))
	j := NewJudge(w)
	p := w.NewPerson()
	indexes := []world.Day{world.DayOf(2023, 5, 31), world.DayOf(2024, 2, 29), world.DayOf(2025, 6, 30)}
	for _, index := range indexes {
		var full, whole, known []pair
		var cf, cw, ck Concordance
		for i := 0; i < n; i++ {
			w.Live(i, p)
			r, ok := j.On(p, index)
			if !ok || !r.Eligible {
				continue
			}
			y := outcome(p, index)
			full = append(full, pair{r.Full.Record, y})
			whole = append(whole, pair{r.Whole.Record, y})
			known = append(known, pair{r.Known.Record, y})
			cf.Add(r.Full.Record, r.Full.Record)
			cw.Add(r.Whole.Record, r.Whole.Record)
			ck.Add(r.Known.Record, r.Known.Record)
		}
		calibrated(t, index.String()+" full", full)
		calibrated(t, index.String()+" whole", whole)
		calibrated(t, index.String()+" known", known)
		t.Logf("%s: %d eligible, expected rate %.4f, AUROC expected full %.4f whole %.4f known %.4f, realised %.4f %.4f %.4f", index,
			ck.People(), ck.Rate(), cf.Area(), cw.Area(), ck.Area(), area(full), area(whole), area(known))
		if !(ck.Area() <= cw.Area() && cw.Area() <= cf.Area()) {
			t.Errorf("more knowledge ranks worse")
		}
		for _, x := range []struct {
			c    *Concordance
			rows []pair
		}{{&cf, full}, {&cw, whole}, {&ck, known}} {
			if d := math.Abs(x.c.Area() - area(x.rows)); d > 4*.5/math.Sqrt(float64(n)*x.c.Rate()) {
				t.Errorf("expected AUROC %.4f, achieved %.4f", x.c.Area(), area(x.rows))
			}
		}
		if a := ck.Area(); a < .785 || a > .815 {
			t.Errorf("the target AUROC %.4f is outside 0.785 to 0.815", a)
		}
		if r := ck.Rate(); r < .07 || r > .09 {
			t.Errorf("rate %.4f", r)
		}
	}
}
