package outcome

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

// The table gives the life expectancy at birth that its publication states:
// 79.0 years for males and 82.9 for females (Office for National Statistics,
// National life tables: UK, 2018 to 2020). From 100 on the last rate stays.
func TestLifeExpectancy(t *testing.T) {
	for k, want := range []float64{79.0, 82.9} {
		alive, years := 1.0, 0.0
		for age := range 130 {
			m := deathRates[k][min(age, ages-1)]
			q := m / (1 + m/2)
			years += alive * (1 - q/2)
			alive *= 1 - q
		}
		if math.Abs(years-want) > .1 {
			t.Errorf("life expectancy %.2f, published %.1f", years, want)
		}
	}
	if got := deathRate(engine.SexUnknown, 80); got != (0.057764+0.040412)/2 {
		t.Errorf("of who is neither: %v", got)
	}
	if deathRate(engine.Male, 110) != 0.485254 || deathRate(engine.Female, 0) != 0.003509 {
		t.Error("ends of the table")
	}
}

func TestReadLifeTable(t *testing.T) {
	for _, text := range []string{"", "age,male,female\n0,0.1,0.1\n", strings.Replace(lifeTable, "\n5,", "\n6,", 1), strings.Replace(lifeTable, "0.004233", "1.004233", 1), strings.Replace(lifeTable, "0.004233", "x", 1)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a faulty table is read")
				}
			}()
			readLifeTable(text)
		}()
	}
}

// add counts n people observed for days, of whom some died and some left at the
// end of it.
func add(s *Summary, n, died, left, age int, sex engine.Sex) {
	for i := range n {
		l := Label{Status: Completed, Day: 365, Horizon: 365, Exit: Completed, ExitDay: 365}
		switch {
		case i < died:
			l.Status, l.Exit = Died, Died
		case i < died+left:
			l.Status, l.Exit = Left, Left
		}
		s.AddPerson(l, age, sex)
	}
}

func TestDoubts(t *testing.T) {
	// Women of 80: 40.4 deaths per 1,000 person-years are expected.
	codes := func(died, left int, leaving float64) string {
		var s Summary
		add(&s, 1000, died, left, 80, engine.Female)
		if r := s.ExpectedDeathRate(); math.Abs(r-40.412) > 1e-9 {
			t.Errorf("expected %v per 1,000, want 40.412", r)
		}
		var out []string
		for _, f := range s.Doubts(leaving) {
			out = append(out, f.Code)
			if !strings.Contains(f.Say, "per 1,000 person-years, where ") {
				t.Errorf("says %q", f.Say)
			}
		}
		var hinted []string
		for _, f := range s.Hints(leaving) {
			hinted = append(hinted, f.Code)
			if strings.ContainsAny(f.Say, "0123456789") {
				t.Errorf("a hint tells a number: %q", f.Say)
			}
		}
		if !slices.Equal(hinted, out) {
			t.Errorf("hints %v, doubts %v", hinted, out)
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		died, left int
		leaving    float64
		want       string
	}{{40, 50, 0, ""}, {21, 25, 0, ""}, {80, 99, 0, ""}, {20, 50, 0, "deaths-implausible"}, {81, 50, 0, "deaths-implausible"}, {40, 24, 0, "leavers-implausible"},
		{40, 101, 0, "leavers-implausible"}, {40, 101, 100, ""}, {0, 0, 0, "deaths-implausible leavers-implausible"}, {40, 0, 20, ""}} {
		if got := codes(c.died, c.left, c.leaving); got != c.want {
			t.Errorf("%d deaths and %d leavers, %v expected: %q, want %q", c.died, c.left, c.leaving, got, c.want)
		}
	}
	var young Summary
	add(&young, 2000, 0, 100, 20, engine.Female) // 0.4 deaths are expected
	if f := young.Doubts(0); len(f) != 0 {
		t.Errorf("too few expected to judge: %v", f[0])
	}
	var few Summary
	add(&few, 1000, 3, 50, 80, engine.Female)
	f := few.Doubts(0)
	want := "deaths are 3.0 per 1,000 person-years, where the life table, by age and sex, gives 40.4, and less than half or more than double is not believed: people who died seem to be missing: ask the source for everyone ever registered, with dates of death"
	if len(f) != 1 || f[0].Say != want {
		t.Errorf("%v", f)
	}
	want = "deaths are less than half of what the life table, by age and sex, gives: people who died seem to be missing: ask the source for everyone ever registered, with dates of death"
	if h := few.Hints(0); len(h) != 1 || h[0].Say != want {
		t.Errorf("%v", h)
	}
	var none Summary
	if none.Doubts(0) != nil || none.ExpectedDeathRate() != 0 || none.YearsAtRisk() != 0 {
		t.Error("doubts about nothing")
	}
	// Who has no known age is in neither number.
	var s Summary
	add(&s, 1000, 500, 50, -1, engine.Male)
	if f := s.Doubts(0); len(f) != 0 || s.Deaths != 500 {
		t.Errorf("%v", f)
	}
}

// Counts add up, and merging in any grouping gives the same.
func TestSummaryAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all Summary
		parts := make([]Summary, 3)
		for range rapid.IntRange(0, 40).Draw(t, "people") {
			l := Label{}
			if rapid.IntRange(0, 4).Draw(t, "at risk") > 0 {
				l.Horizon = 365
				l.ExitDay = int16(rapid.IntRange(1, 365).Draw(t, "exit"))
				l.Exit = rapid.SampledFrom([]Status{Completed, Died, Left, Cut}).Draw(t, "how")
				l.Status, l.Day = l.Exit, l.ExitDay
				latest := int(l.ExitDay)
				if l.Exit.Censored() {
					latest-- // on the first day that is not seen nothing is
				}
				if latest > 0 && rapid.Bool().Draw(t, "before") {
					l.Status, l.Day = rapid.SampledFrom([]Status{Event, Ended}).Draw(t, "what"), int16(rapid.IntRange(1, latest).Draw(t, "day"))
				}
			}
			age := rapid.IntRange(-1, 105).Draw(t, "age")
			sex := rapid.SampledFrom([]engine.Sex{engine.Male, engine.Female, engine.SexUnknown, engine.SexIndeterminate}).Draw(t, "sex")
			all.AddPerson(l, age, sex)
			parts[rapid.IntRange(0, 2).Draw(t, "part")].AddPerson(l, age, sex)
		}
		var merged Summary
		for _, i := range rapid.Permutation([]int{0, 1, 2}).Draw(t, "order") {
			merged.Merge(parts[i])
		}
		if merged != all {
			t.Fatalf("merged %+v, want %+v", merged, all)
		}
		if n := all.Events() + all.Competing() + all.LeftBefore() + all.CutBefore() + all.By[Completed]; n != all.People {
			t.Fatalf("%d of %d people", n, all.People)
		}
		if all.AtRisk > all.Days || all.YearsAtRisk() > all.Years() {
			t.Fatal("more time at risk than under observation")
		}
		if all.ExpectedDeathRate() != merged.ExpectedDeathRate() {
			t.Fatal("the order of merging matters")
		}
		if err := all.Check(); err != nil {
			t.Fatal(err)
		}
	})
	var s Summary
	s.AddPerson(Label{Status: Event, Day: 100, Horizon: 365, Exit: Completed, ExitDay: 365}, 70, engine.Male)
	if got, want := s.YearsAtRisk(), 100/365.25; math.Abs(got-want) > 1e-9 {
		t.Errorf("%v years at risk, want %v", got, want)
	}
	add(&s, 6000, 0, 300, 70, engine.Male)
	var f *engine.Fault
	if err := s.Check(); !errors.As(err, &f) || f.Code != "survivors-only" {
		t.Errorf("%v", err)
	}
}
