package population

import (
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

func drawIntervals(t *rapid.T) []Interval {
	var out []Interval
	for range rapid.IntRange(0, 4).Draw(t, "intervals") {
		x := Interval{Code: engine.Code(rapid.Int64Range(1, 3).Draw(t, "code")), From: engine.Day(rapid.IntRange(0, 200).Draw(t, "from"))}
		x.To = x.From + engine.Day(rapid.IntRange(-1, 60).Draw(t, "length"))
		if rapid.IntRange(0, 5).Draw(t, "no from") == 0 {
			x.From = engine.NoDay
		}
		if rapid.IntRange(0, 5).Draw(t, "no to") == 0 {
			x.To = Forever
		}
		out = append(out, x)
	}
	return out
}

// The chain is what walking day by day finds.
func TestChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := drawIntervals(t)
		// An interval that ends before it begins holds no day.
		whole := rows[:0:0]
		for _, x := range rows {
			if x.To >= x.From {
				whole = append(whole, x)
			}
		}
		d := engine.Day(rapid.IntRange(0, 260).Draw(t, "d"))
		covered := func(day engine.Day) bool { return Holding(whole, day) >= 0 }
		from, to, ok := Chain(whole, d)
		if ok != covered(d) {
			t.Fatalf("ok %v on a day that is covered: %v", ok, covered(d))
		}
		if !ok {
			return
		}
		walk := func(step, limit engine.Day) (last engine.Day) {
			last = d
			for day, gap := d, 0; gap <= MaxGap && day != limit; day += step {
				if gap++; covered(day) {
					gap, last = 0, day
				}
			}
			return last
		}
		if want := walk(1, 2000); want == 1999 && to != Forever || want != 1999 && to != want {
			t.Fatalf("the chain ends on %d, want %d", to, want)
		}
		if want := walk(-1, -2000); want == -1999 && from != engine.NoDay || want != -1999 && from != want {
			t.Fatalf("the chain begins on %d, want %d", from, want)
		}
	})
}

func TestHoldingTies(t *testing.T) {
	rows := []Interval{{Code: 5, From: 10, To: Forever}, {Code: 7, From: 20, To: 30}, {Code: 9, From: 20, To: 40}, {Code: 1, From: engine.NoDay, To: 15}}
	for d, want := range map[engine.Day]int{5: 3, 10: 0, 15: 0, 20: 2, 30: 2, 40: 2, 41: 0} {
		if got := Holding(rows, d); got != want {
			t.Errorf("on %d interval %d, want %d", d, got, want)
		}
	}
	if Holding(nil, 5) != -1 {
		t.Error("nothing holds a day")
	}
}

func TestStatusOrder(t *testing.T) {
	p := &Person{BirthMonth: 100, DeathDay: 200}
	here := []Interval{{Code: 1, From: engine.NoDay, To: 190}}
	stay := []Spell{{Kind: engine.Emergency, Start: 150, End: 160, KnownFrom: 155, KnownTo: 170}}
	for d, want := range map[engine.Day]Status{99: NotBorn, 100: Eligible, 150: Eligible, 154: Eligible, 155: InHospital, 159: InHospital, 160: Eligible, 190: Eligible, 191: NotRegistered, 199: NotRegistered, 200: Died} {
		if got := On(p, here, stay, d); got != want {
			t.Errorf("on %d: %s, want %s", d, got, want)
		}
	}
	for k := engine.Emergency; k <= engine.OtherSpell; k++ {
		stay[0].Kind, stay[0].End, stay[0].KnownTo = k, engine.NoDay, Forever
		if got := On(p, here, stay, 156) == InHospital; got != Inpatient(k) {
			t.Errorf("an open %s: in hospital %v", k, got)
		}
	}
}
