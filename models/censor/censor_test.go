package censor

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestByHand(t *testing.T) {
	// Ten people, horizon 5. Day 2: one event, then two of the nine who are
	// still there leave, G(2) = 7/9. Day 4: one death, then one of the six
	// leaves, G(4) = 7/9·5/6. Someone who leaves on day 5 has completed.
	rows := []Row{
		{Status: Event, Day: 2}, {Status: Left, Day: 2}, {Status: Left, Day: 2},
		{Status: Died, Day: 4}, {Status: Left, Day: 4}, {Status: Event, Day: 5}, {Status: Left, Day: 5},
		{Status: Completed, Day: 5}, {Status: Completed, Day: 5}, {Status: Died, Day: 5},
	}
	got, err := Weigh(rows, 5)
	if err != nil {
		t.Fatal(err)
	}
	late := 1 / (7. / 9 * 5. / 6)
	label := []float64{1, 0, 0, 0, 0, 1, 0, 0, 0, 0}
	weight := []float64{1, 0, 0, 9. / 7, 0, late, late, late, late, late}
	for i := range rows {
		if got.Label[i] != label[i] || math.Abs(got.Weight[i]-weight[i]) > 1e-15 {
			t.Errorf("row %d: label %v weight %v, want %v %v", i, got.Label[i], got.Weight[i], label[i], weight[i])
		}
	}
	if got.Censored != 3 || math.Abs(got.Greatest-late) > 1e-15 {
		t.Errorf("censored %d, greatest %v", got.Censored, got.Greatest)
	}
}

func draw(t *rapid.T, leave bool) ([]Row, int) {
	h := rapid.IntRange(1, 12).Draw(t, "horizon")
	var rows []Row
	for range rapid.IntRange(1, 60).Draw(t, "rows") {
		r := Row{Status: Status(rapid.IntRange(int(Event), int(Completed)).Draw(t, "status")),
			Day: rapid.IntRange(1, h).Draw(t, "day"), Stratum: rapid.IntRange(0, 2).Draw(t, "stratum")}
		if r.Status == Left && !leave {
			r.Status = Died
		}
		if r.Status == Completed {
			r.Day = h
		}
		rows = append(rows, r)
	}
	return rows, h
}

func TestWithoutLeaversWeightsAreOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, h := draw(t, false)
		got, err := Weigh(rows, h)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if got.Weight[i] != 1 || (got.Label[i] == 1) != (r.Status == Event) {
				t.Fatalf("row %d: label %v weight %v", i, got.Label[i], got.Weight[i])
			}
		}
	})
}

func TestWeightsSumToRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, h := draw(t, true)
		got, err := Weigh(rows, h)
		if err != nil {
			t.Fatal(err)
		}
		// The order of rows does not matter.
		perm := rapid.Permutation(rows).Draw(t, "permutation")
		other, err := Weigh(perm, h)
		if err != nil {
			t.Fatal(err)
		}
		at := map[Row]float64{}
		for i, r := range perm {
			at[r] = other.Weight[i]
		}
		sum, n, last := map[int]float64{}, map[int]int{}, map[int]bool{}
		for i, r := range rows {
			if got.Weight[i] != at[r] {
				t.Fatalf("row %v: weight %v, in another order %v", r, got.Weight[i], at[r])
			}
			censored := r.Status == Left && r.Day < h
			if (got.Weight[i] == 0) != censored || !censored && got.Weight[i] < 1 {
				t.Fatalf("row %v: weight %v", r, got.Weight[i])
			}
			sum[r.Stratum] += got.Weight[i]
			n[r.Stratum]++
			last[r.Stratum] = last[r.Stratum] || r.Day == h
		}
		for s := range n {
			if last[s] && math.Abs(sum[s]-float64(n[s])) > 1e-9 {
				t.Fatalf("stratum %d: weights of %d rows sum to %v", s, n[s], sum[s])
			}
		}
	})
}

// TestUnbiased simulates people whose admissions, deaths and departures have
// constant daily hazards, and compares with the whole truth.
func TestUnbiased(t *testing.T) {
	const n, h = 100000, 365
	rng := rand.New(rand.NewPCG(1, 1))
	geometric := func(hazard float64) int { return 1 + int(math.Log(1-rng.Float64())/math.Log(1-hazard)) }
	for _, byStratum := range []bool{false, true} {
		var rows []Row
		truth := 0.0
		for range n {
			event, leave, stratum := 0.0006, 0.0015, 0
			if byStratum && rng.IntN(2) == 0 { // the young move more and are admitted less
				event, leave, stratum = 0.0001, 0.005, 1
			}
			e, d, l := geometric(event), geometric(0.0003), geometric(leave)
			if e <= h && e <= d {
				truth++
			}
			switch {
			case e <= h && e <= d && e <= l:
				rows = append(rows, Row{Event, e, stratum})
			case d <= h && d <= l:
				rows = append(rows, Row{Died, d, stratum})
			case l < h:
				rows = append(rows, Row{Left, l, stratum})
			default:
				rows = append(rows, Row{Completed, h, stratum})
			}
		}
		truth /= n
		rate := func(rows []Row) float64 {
			r, err := Weigh(rows, h)
			if err != nil {
				t.Fatal(err)
			}
			sum, total := 0.0, 0.0
			for i := range rows {
				sum += r.Weight[i] * r.Label[i]
				total += r.Weight[i]
			}
			return sum / total
		}
		events, known := 0.0, 0.0
		pooled := make([]Row, n)
		for i, r := range rows {
			if r.Status == Event {
				events++
			}
			if r.Status != Left {
				known++
			}
			pooled[i] = Row{r.Status, r.Day, 0}
		}
		// The standard error of the truth is 0.001.
		if got := rate(rows); math.Abs(got-truth) > 0.004 {
			t.Errorf("strata %v: weighted rate %v, truth %v", byStratum, got, truth)
		}
		if events/known < truth+0.015 || events/n > truth-0.015 {
			t.Errorf("strata %v: dropping leavers gives %v, calling them 0 gives %v, truth %v: not biased as expected", byStratum, events/known, events/n, truth)
		}
		if byStratum && math.Abs(rate(pooled)-truth) < 0.004 {
			t.Errorf("one curve for unlike strata gives %v, truth %v: expected bias", rate(pooled), truth)
		}
	}
}

func TestFaults(t *testing.T) {
	for want, f := range map[string]func() error{
		"censor.horizon":   func() error { _, err := Weigh(nil, 0); return err },
		"censor.status":    func() error { _, err := Weigh([]Row{{Day: 1}}, 2); return err },
		"censor.day":       func() error { _, err := Weigh([]Row{{Status: Event, Day: 3}}, 2); return err },
		"censor.completed": func() error { _, err := Weigh([]Row{{Status: Completed, Day: 1}}, 2); return err },
	} {
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if r, err := Weigh(nil, 5); err != nil || len(r.Weight) != 0 {
		t.Errorf("no rows: %v %v", r, err)
	}
}
