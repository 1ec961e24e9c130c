package outcome

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/population"
)

// trust is a simulated provider: a month of it has calm zero-night emergencies
// and same-day patients, of whom a share is recorded as same-day emergency care.
type trust struct {
	zero, sameDay float64 // a month
	share, after  float64 // recorded as SDEC, before and from the switch on
	at            int     // month of the switch; beyond the last for none
	growth        float64 // of same-day care, a month
	noise         float64 // coefficient of variation of a month's demand, beside Poisson
}

const simulatedMonths = 36

func monthOf(i int) engine.Day {
	d, _ := engine.MakeDay(2023+i/12, i%12+1, 1)
	return d
}

func (x trust) months(r *rand.Rand, provider string) []Month {
	var out []Month
	for i := range simulatedMonths {
		season := 1 + .12*math.Cos(2*math.Pi*float64(i)/12)
		demand := func(mean float64) float64 { return mean * season * math.Exp(x.noise*r.NormFloat64()) }
		share := x.share
		if i >= x.at {
			share = x.after
		}
		same := demand(x.sameDay * math.Pow(1+x.growth, float64(i)))
		out = append(out, Month{provider, monthOf(i), poisson(r, demand(x.zero)+same*(1-share)), poisson(r, same*share)})
	}
	return out
}

// poisson draws by its normal approximation where the mean is large, else by
// multiplying uniforms (Knuth).
func poisson(r *rand.Rand, mean float64) int64 {
	if mean > 50 {
		return int64(max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64())))
	}
	n, limit := int64(0), math.Exp(-mean)
	for p := r.Float64(); p > limit; n++ {
		p *= r.Float64()
	}
	return n
}

// A switch is found in its month or next to it; where there is none nothing is
// said, although services grow, seasons turn and demand wanders.
func TestDetectSimulated(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	between := func(a, b float64) float64 { return a + (b-a)*r.Float64() }
	const n = 2000
	alarms, found, near, extra := 0, 0, 0, 0
	for i := range n {
		x := trust{zero: between(20, 600), sameDay: between(40, 800), share: between(0, 1), at: simulatedMonths, growth: between(-.01, .03), noise: between(0, .15)}
		x.after = x.share
		if len(Detect(x.months(r, fmt.Sprint("N", i)), nil)) > 0 {
			alarms++
		}
		// A switch: of those who could be, a fifth at most before and seven
		// tenths or more after; or back.
		x.zero, x.share, x.after, x.at = x.sameDay*between(.1, .8), between(0, .2), between(.7, 1), 6+r.IntN(simulatedMonths-11)
		if r.IntN(4) == 0 {
			x.share, x.after = x.after, x.share
		}
		x.growth = between(-.005, .01)
		steps := Detect(x.months(r, "S"), nil)
		if len(steps) > 0 {
			found++
		}
		if slices.ContainsFunc(steps, func(s Step) bool { return abs(monthNumber(s.Month)-monthNumber(monthOf(x.at))) <= 1 }) {
			near++
		}
		extra += max(0, len(steps)-1)
	}
	t.Logf("of %d providers without a switch %d gave a warning (%.2f %%); of %d with one %.1f %% did, %.1f %% within a month of it; %d further warnings", n, alarms, 100*float64(alarms)/n, n, 100*float64(found)/n, 100*float64(near)/n, extra)
	if alarms > n/100 {
		t.Errorf("%d false alarms in %d providers of three years: more than 1 in 100", alarms, n)
	}
	if near < n*95/100 || extra > n/100 {
		t.Errorf("%d of %d switches found within a month, and %d that were not there", near, n, extra)
	}
}

// Order of rows, and what other providers do, change nothing; a declared switch
// is known; one declared for another provider or year is not.
func TestDetectDeclared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		x := trust{zero: 100, sameDay: 200, share: .05, after: .95, at: rapid.IntRange(6, 30).Draw(t, "at"), noise: .05}
		months := x.months(r, "RAA")
		alone := Detect(months, nil)
		if len(alone) != 1 || alone[0].After < .5 || alone[0].Before > .2 || alone[0].Z < stepZ {
			t.Fatalf("steps %+v", alone)
		}
		x.after = x.share
		all := rapid.Permutation(append(x.months(r, "RBB"), months...)).Draw(t, "order")
		// A row may be cut in two, and name any day of its month.
		last := all[len(all)-1]
		all[len(all)-1].ZeroNight, all[len(all)-1].SDEC = 0, 0
		last.Month += 20
		all = append(all, last)
		if got := Detect(all, nil); !slices.Equal(got, alone) {
			t.Fatalf("among others %+v, want %+v", got, alone)
		}
		day := alone[0].Month + engine.Day(rapid.IntRange(-30, 50).Draw(t, "days"))
		if got := Detect(all, []Switch{{"RAA", day.String()}}); len(got) != 0 {
			t.Fatalf("declared for %s and still told: %+v", day, got)
		}
		if got := Detect(all, []Switch{{"RBB", day.String()}, {"RAA", (alone[0].Month + 400).String()}, {"RAA", ""}}); len(got) != 1 {
			t.Fatalf("declared otherwise and not told")
		}
	})
}

func TestDetectNeedsWholeSides(t *testing.T) {
	x := trust{zero: 100, sameDay: 200, share: 0, after: 1, at: 12}
	months := x.months(rand.New(rand.NewPCG(1, 1)), "RAA")
	steps := Detect(months, nil)
	if len(steps) != 1 || steps[0].Month != monthOf(12) {
		t.Fatalf("%+v", steps)
	}
	want := "provider RAA seems to have changed how it records same-day emergency care in January 2024: it is "
	if w := steps[0].Warning(); !strings.HasPrefix(w.Say, want) || w.Code != "sdec-switch-undeclared" {
		t.Errorf("says %q", w.Say)
	}
	for name, some := range map[string][]Month{"before alone": months[:12], "after alone": months[12:], "eleven months": months[7:18]} {
		if got := Detect(some, nil); len(got) != 0 {
			t.Errorf("%s are enough: %+v", name, got)
		}
	}
	// A feed that begins, or has a hole, is no switch.
	hole := append(slices.Clone(months[:11]), months[12:18]...)
	if got := Detect(hole, nil); len(got) != 0 {
		t.Errorf("a month without rows: %+v", got)
	}
	few := slices.Clone(months)
	for i := range few {
		few[i].ZeroNight, few[i].SDEC = few[i].ZeroNight/60, few[i].SDEC/60
	}
	if got := Detect(few, nil); len(got) != 0 {
		t.Errorf("small numbers are enough: %+v", got)
	}
	if Detect(nil, nil) != nil {
		t.Error("steps of nothing")
	}
}

// A switch moves neither the outcome that counts same-day emergency care from
// both data sets nor the one of at least a night; the one of admissions as
// recorded it does move.
func TestSwitchMovesNoRate(t *testing.T) {
	s := load(t)
	ids := []string{"emergency_admission", "emergency_overnight", "emergency_bed"}
	pl, err := Compile(s.cat, ids, s.lib, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 5))
	const d, knowledge = 19000, 19000 + 365 + 92
	lab := pl.Labeller()
	var rates [3][3]Summary // by when the trust switched: never, half way, before it all
	switches := [3]engine.Day{population.Forever, d + 180, 0}
	for range 4000 {
		born := engine.Day(-10000 + r.IntN(20000))
		// What happened: same-day care, some of which ends in a bed, and stays.
		type contact struct {
			day    engine.Day
			nights int // -1 for same-day care alone
			first  bool
		}
		var what []contact
		for n := poisson(r, .6); n > 0; n-- {
			c := contact{day: d - 100 + engine.Day(r.IntN(500)), nights: r.IntN(6) - 1, first: r.IntN(3) == 0}
			what = append(what, c)
		}
		for k, on := range switches {
			rec := &Record{Person: &population.Person{BirthMonth: born, DeathDay: engine.NoDay}, Registrations: []population.Interval{{Code: 1, From: 0, To: population.Forever}}}
			for i, c := range what {
				bed := population.Spell{Kind: engine.Emergency, Start: c.day, End: c.day + engine.Day(max(c.nights, 0)), CIS: int64(i + 1), First: true, KnownFrom: c.day, KnownTo: population.Forever}
				sdec := population.Spell{Kind: engine.SDEC, Start: c.day, End: c.day, KnownFrom: c.day, KnownTo: population.Forever}
				switch {
				case c.nights < 0 && c.day >= on:
					rec.Spells = append(rec.Spells, sdec)
				case c.nights < 0:
					rec.Spells = append(rec.Spells, bed)
				case c.first && c.day >= on: // seen there first, then admitted
					rec.Spells = append(rec.Spells, sdec, bed)
				default:
					rec.Spells = append(rec.Spells, bed)
				}
			}
			for j, l := range lab.Labels(nil, rec, d, knowledge) {
				rates[k][j].AddPerson(l, 50, engine.Female)
			}
		}
	}
	for j, id := range ids {
		same := rates[0][j] == rates[1][j] && rates[0][j] == rates[2][j]
		t.Logf("%s: %.1f, %.1f and %.1f per 1,000 person-years without a switch, with one half way, and after it", id, eventRate(&rates[0][j]), eventRate(&rates[1][j]), eventRate(&rates[2][j]))
		if same != (id != "emergency_bed") {
			t.Errorf("%s: the same in every world: %v", id, same)
		}
	}
	if a, b, c := eventRate(&rates[0][2]), eventRate(&rates[1][2]), eventRate(&rates[2][2]); !(a > b && b > c) {
		t.Errorf("emergency_bed does not fall with the switch: %.1f %.1f %.1f", a, b, c)
	}
}

// A table by hand, and tables in which nothing changes.
func TestLikelihoodRoot(t *testing.T) {
	want := math.Sqrt(2 * (10*math.Log(10*65/(30.*40)) + 20*math.Log(20*65/(30.*25)) + 30*math.Log(30*65/(35.*40)) + 5*math.Log(5*65/(35.*25))))
	if got := likelihoodRoot(10, 20, 30, 5); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
	if got := likelihoodRoot(7, 0, 9, 0); got != 0 {
		t.Errorf("no change gives %v", got)
	}
	if got := likelihoodRoot(4, 8, 2, 4); got > 1e-6 {
		t.Errorf("the same odds give %v", got)
	}
}

// Each threshold by itself, on counts without noise.
func TestDetectThresholds(t *testing.T) {
	for _, c := range []struct {
		name           string
		z1, s1, z2, s2 int64 // a month, before and after
		step           bool
	}{
		{"a plain switch", 100, 10, 20, 90, true},
		{"back again", 20, 90, 100, 10, true},
		{"a new service beside admissions", 100, 10, 100, 90, false},
		{"a fall of just a fifth", 100, 10, 79, 90, true},
		{"a fall of less", 100, 10, 81, 90, false},
		{"a ward that closed", 200, 100, 40, 90, false},
		{"odds that double", 1000, 1000, 700, 1400, false},
		{"odds that triple", 1000, 1000, 650, 2000, true},
		{"too few to tell", 10, 1, 7, 3, false},
		{"few, and all of them", 10, 0, 0, 10, true},
		{"fewer than sixty a side", 9, 0, 0, 9, false},
		{"no change", 100, 100, 100, 100, false},
	} {
		var months []Month
		for i := range 12 {
			m := Month{"RAA", monthOf(i), c.z1, c.s1}
			if i >= 6 {
				m.ZeroNight, m.SDEC = c.z2, c.s2
			}
			months = append(months, m)
		}
		if got := Detect(months, nil); (len(got) == 1) != c.step {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestMoved(t *testing.T) {
	s := load(t)
	day := func(text string) engine.Day { d, _ := engine.ParseDay(text); return d }
	declared := []Switch{{"RAA", "2024-07-01"}, {"RBB", "2025-07-01"}, {"RCC", ""}}
	var got []string
	for _, f := range Moved(s.cat, nil, declared, day("2024-06-30"), day("2025-06-30")) {
		got = append(got, strings.Join(strings.Fields(f.Say)[1:2], ""))
		if f.Code != "sdec-switch-within" || !strings.Contains(f.Say, "provider RAA moved same-day emergency care out of them on 1 July 2024,") {
			t.Errorf("says %q", f.Say)
		}
	}
	if want := []string{"emergency_bed", "acsc_admission", "falls_admission", "readmission"}; !slices.Equal(got, want) {
		t.Errorf("moved %v, want %v", got, want)
	}
	if got := Moved(s.cat, []string{"emergency_admission", "emergency_overnight", "moves_right", "death"}, declared, 0, day("2026-01-01")); got != nil {
		t.Errorf("%v", got[0])
	}
	if len(Moved(s.cat, []string{"emergency_bed"}, declared, day("2024-07-01"), day("2025-06-30"))) != 0 || len(Moved(s.cat, []string{"emergency_bed"}, declared, 0, day("2025-07-01"))) != 2 {
		t.Error("a switch on the first day lies before it, one on the last within")
	}
}

// eventRate is events per 1,000 person-years at risk.
func eventRate(s *Summary) float64 { return 1000 * float64(s.Events()) / s.YearsAtRisk() }
