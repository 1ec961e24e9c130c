package world

import (
	"math"
	"testing"
)

var testEnd = DayOf(2026, 9, 30)

// The population is English enough: rates a year and prevalence at both ends of
// the period, inside wide bands.
func TestPopulation(t *testing.T) {
	n := 30_000
	w := New(n, 5, 3, testEnd)
	p := w.NewPerson()
	var years, deaths, left, came float64
	var events [eventKinds]float64
	var have [2][conditions]float64
	var here [2]float64
	var old float64
	var u, uu float64
	for i := 0; i < n; i++ {
		w.Live(i, p)
		stop := min(float64(p.Exit), p.DeathT)
		years += (stop - float64(p.Entry)) / 12
		if p.Death != Never {
			deaths++
		}
		if p.Left {
			left++
		}
		if p.Came == MovedIn {
			came++
		}
		for i := range p.Events {
			events[p.Events[i].Kind]++
		}
		for k, d := range []Day{w.Calendar.Begin(), w.Calendar.End()} {
			if !p.RegisteredOn(d) {
				continue
			}
			here[k]++
			if k == 1 && p.ageOn(d) >= 65 {
				old++
			}
			for c, o := range p.Onset {
				if o <= d {
					have[k][c]++
				}
			}
		}
		u += p.U
		uu += p.U * p.U
	}
	for _, x := range []struct {
		name       string
		got        float64
		low, highs float64
	}{
		{"deaths a year", deaths / years, .006, .012},
		{"leaving a year", left / years, .02, .04},
		{"arriving a year", came / years, .02, .04},
		{"emergency admissions a year", events[Admission] / years, .08, .13},
		{"attendances a year", events[Attendance] / years, .2, .4},
		{"same-day care a year", events[SameDay] / years, .02, .06},
		{"falls a year", events[Fall] / years, .01, .05},
		{"aged 65 and over", old / here[1], .17, .23},
		{"mean of U", u / float64(n), .97, 1.03},
		{"variance of U", uu/float64(n) - 1, .95 / Shape, 1.05 / Shape},
		{"people at the end over people at the start", here[1] / here[0], .93, 1.1},
	} {
		t.Logf("%-45s %.4f", x.name, x.got)
		if x.got < x.low || x.got > x.highs {
			t.Errorf("%s: %.4f is outside %.3f to %.3f", x.name, x.got, x.low, x.highs)
		}
	}
	for c := range Conditions {
		a, b := have[0][c]/here[0], have[1][c]/here[1]
		t.Logf("%-30s start %.4f end %.4f", Conditions[c].Name, a, b)
		if b/a < .7 || b/a > 1.45 {
			t.Errorf("%s: prevalence went from %.4f to %.4f", Conditions[c].Name, a, b)
		}
	}
}

// A life does not change when the system grows, except where it is registered.
func TestLifeDoesNotDependOnOthers(t *testing.T) {
	small, large := New(5_000, 5, 9, testEnd), New(400_000, 5, 9, testEnd)
	a, b := small.NewPerson(), large.NewPerson()
	for i := 0; i < 500; i++ {
		small.Live(i, a)
		large.Live(i, b)
		if a.Birth != b.Birth || a.U != b.U || a.Onset != b.Onset || a.Number != b.Number || a.Death != b.Death || len(a.Events) != len(b.Events) {
			t.Fatalf("person %d differs", i)
		}
		for k := range a.Events {
			if a.Events[k] != b.Events[k] {
				t.Fatalf("person %d event %d: %+v and %+v", i, k, a.Events[k], b.Events[k])
			}
		}
	}
}

func TestNumbersAreValidAndDistinct(t *testing.T) {
	var n Numbers
	seen := map[[10]byte]bool{}
	for _, i := range []int{0, 1, 2, 909_089, 909_090, 909_091, 909_092, 1_818_180, 1_818_181, 2_000_000} {
		d := n.Of(i)
		if checkDigit(d[:9]) != int(d[9]-'0') || d[0] != '9' || seen[d] {
			t.Errorf("number of person %d: %s", i, d)
		}
		seen[d] = true
		for at := 3; at < 10; at++ {
			bad := spoil(d, at)
			if checkDigit(bad[:9]) == int(bad[9]-'0') {
				t.Errorf("%s spoilt at %d still passes", d, at)
			}
		}
	}
	all := map[[10]byte]bool{}
	for i := 0; i < 909_091; i += 7 {
		all[n.Of(i)] = true
	}
	if len(all) != (909_091+6)/7 {
		t.Error("numbers repeat")
	}
}

func TestCalendar(t *testing.T) {
	for d := DayOf(1900, 1, 1); d < DayOf(2100, 1, 1); d += 13 {
		y, m, dd := d.Civil()
		if DayOf(y, m, dd) != d {
			t.Fatalf("day %d", d)
		}
	}
	if s := DayOf(2024, 2, 29).String(); s != "2024-02-29" {
		t.Error(s)
	}
	c := NewCalendar(testEnd, 5)
	if c.Begin().String() != "2021-10-01" || c.End() != testEnd {
		t.Error(c.Begin(), c.End())
	}
	for _, x := range []struct {
		y, m, d, h int
		want       bool
	}{{2026, 3, 29, 0, false}, {2026, 3, 29, 2, true}, {2026, 10, 25, 1, true}, {2026, 10, 25, 2, false}, {2026, 3, 30, 0, true}, {2026, 10, 24, 23, true}, {2026, 10, 26, 0, false}, {2026, 7, 1, 0, true}, {2026, 1, 1, 12, false}} {
		if got := DayOf(x.y, x.m, x.d).Summer(x.h); got != x.want {
			t.Errorf("%+v: %v", x, got)
		}
	}
	for m := 0; m < 60; m++ {
		if d := c.At(math.Nextafter(float64(m+1), 0)); d != c.Starts[m+1]-1 {
			t.Errorf("month %d ends on %s", m, d)
		}
	}
}

// Stays drawn agree with the table used for the chance of being in hospital.
func TestStayTable(t *testing.T) {
	c := newChance()
	c.reset(1, 1, 1)
	n := 200_000
	for band := range stayScale {
		var longer [MaxStay]int
		for i := 0; i < n; i++ {
			s := c.stay(band)
			for d := 0; d < s; d++ {
				longer[d]++
			}
		}
		for d := range longer {
			p := stayLonger[band][d]
			if z := (float64(longer[d]) - p*float64(n)) / math.Sqrt(p*(1-p)*float64(n)+1); math.Abs(z) > 4.5 {
				t.Errorf("band %d: stays over %d days: %d, expected %.0f", band, d, longer[d], p*float64(n))
			}
		}
	}
}

// The share of events that reach the record in the ordinary way is the one by
// which the observer thins.
func TestThinning(t *testing.T) {
	w := New(40_000, 5, 4, testEnd)
	p := w.NewPerson()
	var all, ordinary [eventKinds][Places]float64
	for i := 0; i < 40_000; i++ {
		w.Live(i, p)
		for k := range p.Events {
			e := &p.Events[k]
			all[e.Kind][e.Place]++
			if e.Ordinary() {
				ordinary[e.Kind][e.Place]++
			}
			if g := p.At(e.Day); g == nil || g.Place != e.Place || e.Day > p.Death || e.Day < p.Registrations[0].From {
				t.Fatalf("person %d: event of %s outside the registration", i, e.Day)
			}
		}
	}
	for kind := range all {
		for place := range all[kind] {
			n, s := all[kind][place], Thinning(kind, Place(place))
			if z := (ordinary[kind][place] - n*s) / math.Sqrt(n*s*(1-s)); math.Abs(z) > 4 {
				t.Errorf("%s in place %d: %.4f are ordinary, want %.4f", EventNames[kind], place, ordinary[kind][place]/n, s)
			}
		}
	}
}

// Half-way the practice that closes hands everybody to its successor.
func TestMerger(t *testing.T) {
	w := New(12_000, 5, 4, testEnd)
	p := w.NewPerson()
	moved := 0
	for i := 0; i < 12_000; i++ {
		w.Live(i, p)
		for k, r := range p.Registrations {
			to := w.Geography.Practices[r.Practice].MergesInto
			if to >= 0 && (r.From >= w.Merger() || r.To > w.Merger() && p.Death > w.Merger()) {
				t.Fatalf("person %d is with a closed practice from %s to %s", i, r.From, r.To)
			}
			if to >= 0 && r.To == w.Merger() && k+1 < len(p.Registrations) {
				moved++
				if p.Registrations[k+1].Practice != to {
					t.Fatalf("person %d went elsewhere", i)
				}
			}
		}
	}
	if moved == 0 {
		t.Error("nobody moved")
	}
}
