package world

import (
	"math"
	"testing"

	"leftshift/engine"
)

// lives records n people and gives each to look, with the years that each
// was registered in place B.
func lives(t *testing.T, n int, look func(p *Person, k *keeper, years float64)) *World {
	t.Helper()
	w := New(n, 5, 23, testEnd)
	p := w.NewPerson()
	var k keeper
	r := NewRecorder(w, [Places]Sink{&k, &k}, 0)
	for i := range n {
		w.Live(i, p)
		k = keeper{}
		r.Record(p)
		years := 0.0
		for g := range p.Registrations {
			if x := &p.Registrations[g]; x.Place == PlaceB {
				years += max(float64(min(x.To, p.Death, testEnd+1)-x.From)/365.25, 0)
			}
		}
		look(p, &k, years)
	}
	return w
}

// Each kind of care comes about as often as in England, among the people of
// place B.
func TestCareRates(t *testing.T) {
	count := map[string]float64{}
	years, packages := 0.0, 0.0
	lives(t, 12_000, func(p *Person, k *keeper, y float64) {
		years += y
		seen := map[uint64]bool{}
		for i := range k.care {
			x := &k.care[i]
			name := CareNames[x.Kind]
			if x.Interval() {
				if !seen[x.ID] {
					count[name+" referral"]++
					seen[x.ID] = true
				}
				if x.End != Never && x.Outcome == engine.OutcomeService {
					packages += float64(x.End-x.Day) / 365.25
				}
				continue
			}
			count[name]++
			switch x.Outcome {
			case engine.OutcomeConveyedToED:
				count["conveyed"]++
			case engine.OutcomeReview, engine.OutcomeRequest:
				count[map[uint8]string{engine.OutcomeReview: "review", engine.OutcomeRequest: "request"}[x.Outcome]]++
			}
		}
	})
	for _, c := range []struct {
		what     string
		from, to float64 // a person and year
	}{
		{"nhs111", .25, .45}, {"ambulance", .10, .20}, {"conveyed", .05, .11},
		{"community referral", .05, .25}, {"community", .3, 1.7},
		{"mental_health referral", .02, .09}, {"mental_health", .12, .45},
		{"request", .015, .05}, {"review", .003, .02}, {"social_care referral", .004, .03},
		{"drug_alcohol referral", .002, .01},
	} {
		if got := count[c.what] / years; got < c.from || got > c.to {
			t.Errorf("%s: %.4f a person and year, want %g to %g", c.what, got, c.from, c.to)
		} else {
			t.Logf("%s: %.4f a person and year", c.what, got)
		}
	}
	if packages/years < .001 {
		t.Errorf("packages of care ended after %.4f years a person and year", packages/years)
	}
}

// What other services record fits the life: it lies in place B while the
// person is there and alive, contacts lie within their referral, an interval
// is open before it is closed, and who was conveyed came to the emergency
// department by ambulance that day.
func TestCareFitsTheLife(t *testing.T) {
	conveyed, contacts, reopened, falls := 0, 0, 0, 0
	lives(t, 6_000, func(p *Person, k *keeper, _ float64) {
		arrived, fell := map[Day]bool{}, map[Day]bool{}
		for i := range k.visits {
			if k.visits[i].ByAmbulance {
				arrived[k.visits[i].Day] = true
			}
		}
		for i := range p.Events {
			if e := &p.Events[i]; e.Kind == Fall && e.Ordinary() {
				fell[e.Day] = true
			}
		}
		open, whole := map[uint64]*Care{}, map[uint64]*Care{}
		for i := range k.care {
			x := &k.care[i]
			if x.Place != PlaceB || x.Day >= p.Death || x.Known > testEnd || p.At(x.Day) == nil || p.At(x.Day).Place != PlaceB {
				t.Fatalf("person %d: %s of %s", p.Index, CareNames[x.Kind], x.Day)
			}
			if x.End != Never && (x.End > p.Death || x.Known != x.End+Day(CareLags[x.Kind])) || x.End == Never && x.Known != x.Day+Day(CareLags[x.Kind]) {
				t.Fatalf("person %d: %s of %s to %s, known %s", p.Index, CareNames[x.Kind], x.Day, x.End, x.Known)
			}
			switch {
			case !x.Interval():
				if x.End != x.Day {
					t.Fatalf("person %d: %s of %s ends on %s", p.Index, CareNames[x.Kind], x.Day, x.End)
				}
			case x.End == Never:
				open[x.ID] = x
			default:
				if o := open[x.ID]; o != nil {
					reopened++
					if o.Known >= x.Known || o.Day != x.Day || x.End < o.Known {
						t.Fatalf("person %d: open on %s, ended on %s", p.Index, o.Known, x.End)
					}
				}
				whole[x.ID] = x
			}
			if x.Kind == Ambulance && x.Outcome == engine.OutcomeConveyedToED {
				conveyed++
				if !arrived[x.Day] && x.Day+SUSLag <= testEnd {
					t.Fatalf("person %d: conveyed on %s and not arrived", p.Index, x.Day)
				}
			}
			if x.Kind == Ambulance && x.Outcome == engine.OutcomeNotConveyed && fell[x.Day] {
				falls++
			}
		}
		for i := range k.care {
			x := &k.care[i]
			if x.Interval() || x.Request == x.ID || x.Kind != Community && x.Kind != MentalHealth {
				continue
			}
			contacts++
			r := whole[x.Request]
			if r == nil {
				r = open[x.Request]
			}
			if r != nil && (x.Day < r.Day || x.Day > r.End) {
				t.Fatalf("person %d: a contact of %s under a referral of %s to %s", p.Index, x.Day, r.Day, r.End)
			}
		}
	})
	if conveyed < 300 || contacts < 1000 || reopened < 100 || falls < 20 {
		t.Error("too little to test", conveyed, contacts, reopened, falls)
	}
}

// Care that follows from no event tells nothing of the unseen factor: the
// number of it and U are not correlated.
func TestCareIsIndependentOfU(t *testing.T) {
	type sums struct{ n, xy, yy float64 }
	var by [4]sums
	lives(t, 20_000, func(p *Person, k *keeper, _ float64) {
		var n [4]float64
		for i := range k.care {
			switch x := &k.care[i]; {
			case x.Kind == NHS111 && x.Outcome >= engine.OutcomePrimaryCare:
				n[0]++
			case x.Kind == Ambulance && x.Outcome == engine.OutcomeHearAndTreat:
				n[1]++
			case x.Kind == MentalHealth && x.Service == primaryMental:
				n[2]++
			case x.Kind == DrugAlcohol:
				n[3]++
			}
		}
		for j, c := range n {
			by[j].n += c
			by[j].xy += (p.U - 1) * c
			by[j].yy += c * c / Shape // the variance of (U-1)*c given c
		}
	})
	for j, s := range by {
		if s.n < 100 {
			t.Errorf("%d: only %.0f", j, s.n)
		}
		if z := s.xy / math.Sqrt(s.yy); math.Abs(z) > 4 {
			t.Errorf("%d: goes with U, z = %.1f", j, z)
		}
	}
}

// Somebody on the palliative care register mostly has a ReSPECT form or an end
// of life coordination summary, and hardly anybody else.
func TestPalliativePapers(t *testing.T) {
	var on, onWith, all, with float64
	lives(t, 12_000, func(p *Person, k *keeper, _ float64) {
		register, paper := false, false
		for i := range k.problems {
			register = register || k.problems[i].Code == palliativeCode
		}
		for i := range k.documents {
			paper = paper || k.documents[i].Code == respectForm || k.documents[i].Code == endOfLife
		}
		all++
		if paper {
			with++
		}
		if register {
			on++
			if paper {
				onWith++
			}
		}
	})
	if on < 20 || onWith/on < .5 || with/all > .05 {
		t.Errorf("%.0f of %.0f on the register, %.0f of %.0f of all", onWith, on, with, all)
	}
}
