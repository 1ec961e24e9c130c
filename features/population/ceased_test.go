package population

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

func steady(practice engine.Code, n int64) Flow {
	f := Flow{Practice: practice, Source: "gp", Kind: "observation", Year: n, Last: 19999}
	for w := range f.Arrivals {
		f.Arrivals[w] = n
	}
	return f
}

func registered(n int64) (r Registered) {
	for w := range r {
		r[w] = n
	}
	return r
}

func always(string) bool { return true }

// A practice that stopped is found by its code; one that is merely small, one
// that never sent and one that lost its people are not.
func TestA4APracticeThatStoppedSending(t *testing.T) {
	stopped, small, never, closed := steady(1, 60), steady(2, 4), steady(3, 0), steady(4, 60)
	stopped.Arrivals[0], stopped.Last = 0, 19960
	small.Arrivals[0] = 0
	closed.Arrivals[0] = 0
	people := map[engine.Code]Registered{1: registered(900), 2: registered(60), 3: registered(900), 4: registered(900), 5: registered(900)}
	gone := people[4]
	gone[0] = 0
	people[4] = gone
	got := Cease([]Flow{steady(5, 70), closed, small, never, stopped}, people, always)
	if len(got) != 1 || got[0].Practice != 1 || !got[0].Nothing || got[0].Last != 19960 || got[0].Usual != 60 {
		t.Fatalf("%+v", got)
	}
	stopped.Arrivals[0] = 3 // hardly anything is told too
	if got = Cease([]Flow{steady(5, 70), steady(6, 70), stopped}, people, always); len(got) != 1 || got[0].Nothing {
		t.Errorf("%+v", got)
	}
	stopped.Arrivals[0] = 8
	if got = Cease([]Flow{steady(5, 70), stopped}, people, always); got != nil {
		t.Errorf("an eighth of the usual is less, not stopped: %+v", got)
	}
	// One that came once is no flow that used to come.
	once := steady(7, 0)
	once.Arrivals[3], once.Arrivals[2], once.Arrivals[1] = 400, 400, 400
	if got = Cease([]Flow{once}, map[engine.Code]Registered{7: registered(900)}, always); got != nil {
		t.Errorf("%+v", got)
	}
}

// Where everyone's stops it is the source, and not every practice; where
// everyone's falls for a season, nobody is named.
func TestA4ASourceThatStoppedSending(t *testing.T) {
	people := map[engine.Code]Registered{}
	var flows []Flow
	for k := range engine.Code(8) {
		f := steady(k+1, 50)
		f.Arrivals[0] = 0
		flows, people[k+1] = append(flows, f), registered(900)
	}
	got := Cease(flows, people, always)
	if len(got) != 1 || got[0].Practice != 0 || got[0].Expected != 400 {
		t.Fatalf("%+v", got)
	}
	for k := range flows { // as every spring
		flows[k].Year = 0
	}
	if got = Cease(flows, people, always); got != nil {
		t.Errorf("out of season: %+v", got)
	}
	if got = Cease(flows, people, func(string) bool { return false }); len(got) != 1 {
		t.Errorf("a record too young to know seasons: %+v", got)
	}
	for k := range flows { // less everywhere, but for one nothing: expected 50 of 6 each
		flows[k].Arrivals[0] = 6
	}
	flows[0].Arrivals[0] = 0
	if got = Cease(flows, people, always); got != nil {
		t.Errorf("a season: %+v", got)
	}
}

// Whatever comes, a flow that is as it was is never told, and neither the order
// of the flows nor another source matters.
func TestA4CeaseProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := map[engine.Code]Registered{}
		var flows []Flow
		for k := range engine.Code(rapid.IntRange(1, 6).Draw(t, "practices")) {
			f := Flow{Practice: k + 1, Source: "gp", Kind: "contact", Last: 1}
			for w := range f.Arrivals {
				f.Arrivals[w] = int64(rapid.IntRange(0, 60).Draw(t, "n"))
			}
			f.Year = int64(rapid.IntRange(0, 60).Draw(t, "year"))
			flows, people[k+1] = append(flows, f), registered(int64(rapid.IntRange(0, 99).Draw(t, "people")))
		}
		got := Cease(flows, people, always)
		for _, c := range got {
			if c.Practice == 0 {
				continue
			}
			f := flows[c.Practice-1]
			if u, ok := f.usual(); !ok || float64(f.Arrivals[0]) >= u || c.Nothing != (f.Arrivals[0] == 0) || people[c.Practice][0] == 0 {
				t.Fatalf("%+v of %+v", c, f)
			}
		}
		turned := append([]Flow{steady(1, 99)}, flows...)
		turned[0].Source = "other"
		for i, j := 0, len(turned)-1; i < j; i, j = i+1, j-1 {
			turned[i], turned[j] = turned[j], turned[i]
		}
		again := Cease(turned, people, always)
		if len(again) != len(got) {
			t.Fatalf("%+v, turned round %+v", got, again)
		}
		for i := range got {
			if got[i] != again[i] {
				t.Fatalf("%+v, turned round %+v", got[i], again[i])
			}
		}
	})
}

// poisson draws by multiplication (Knuth).
func poisson(r *rand.Rand, mean float64) int64 {
	n, p, stop := int64(0), 1.0, math.Exp(-mean)
	for {
		if p *= r.Float64(); p <= stop {
			return n
		}
		n++
	}
}

// A4: how often a practice whose flow is as it always was is told to have
// stopped, with nothing to compare it with, which is the worst case. The six
// windows are drawn; the chance that the newest then gives an alarm is exact.
func TestA4FalseAlarms(t *testing.T) {
	const draws = 8_000
	people := map[engine.Code]Registered{1: registered(500)}
	worst, at := 0.0, 0
	for mean := 2; mean <= 60; mean++ {
		r := rand.New(rand.NewPCG(7, uint64(mean)))
		chance := 0.0
		for range draws {
			f := Flow{Practice: 1, Source: "gp", Kind: "contact", Year: math.MaxInt32}
			for w := 1; w < FlowWindows; w++ {
				f.Arrivals[w] = poisson(r, float64(mean))
			}
			p := math.Exp(-float64(mean)) // that f.Arrivals[0] come
			for len(Cease([]Flow{f}, people, always)) == 1 {
				chance += p / draws
				f.Arrivals[0]++
				p *= float64(mean) / float64(f.Arrivals[0])
			}
		}
		if chance > worst {
			worst, at = chance, mean
		}
	}
	t.Logf("a false alarm in at most %.2g of windows, at %d arrivals a window", worst, at)
	if worst > 1e-5 {
		t.Errorf("a false alarm in %.2g of windows at %d arrivals a window", worst, at)
	}
	// And how soon one is found that is large enough: at once.
	r := rand.New(rand.NewPCG(8, 1))
	missed := 0
	for range 2000 {
		f := Flow{Practice: 1, Source: "gp", Kind: "contact", Year: math.MaxInt32}
		for w := 1; w < FlowWindows; w++ {
			f.Arrivals[w] = poisson(r, 20)
		}
		if len(Cease([]Flow{f}, people, always)) == 0 {
			missed++
		}
	}
	if missed > 20 {
		t.Errorf("%d of 2000 practices with 20 arrivals a window stopped, and were not found", missed)
	}
}
