package outcome

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/population"
)

// slow walks the days after d and says what it meets first.
func slow(p *population.Person, regs []population.Interval, spells []population.Spell, d, knowledge engine.Day, h int, events bool) (Status, int) {
	for k := 1; k <= h; k++ {
		day := d + engine.Day(k)
		left := true // registered neither on day nor on any of the 30 days after
		for n := range engine.Day(population.MaxGap + 1) {
			left = left && population.Holding(regs, day+n) < 0
		}
		// Registered to the day before; a death within 30 days is why it ended.
		left = left && population.Holding(regs, day-1) >= 0 && !(p.DeathDay != engine.NoDay && p.DeathDay >= day && p.DeathDay-day <= population.MaxGap)
		admitted := false
		for _, s := range spells {
			admitted = admitted || events && s.Kind == engine.Emergency && s.First && s.Start == day && s.KnownOn(knowledge)
		}
		switch {
		case left && p.DeathDay == day:
			return Died, k
		case left:
			return Left, k
		case admitted:
			return Event, k
		case p.DeathDay == day:
			return Died, k
		}
	}
	return Completed, h
}

// emergencyBed gives what labels the built-in outcome emergency_bed.
func emergencyBed(t testing.TB) *Labeller {
	s := load(t)
	p, err := Compile(s.cat, []string{"emergency_bed"}, s.lib, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p.Labeller()
}

func TestOutcomeAgreesWithWalking(t *testing.T) {
	bed := emergencyBed(t)
	seen := map[Status]int{}
	rapid.Check(t, func(t *rapid.T) {
		const d = 1000
		// Days crowd round the end of the first registration, and 30 days on.
		end := d + rapid.SampledFrom([]int{0, 1, 2, 20}).Draw(t, "to")
		near := func(name string) engine.Day {
			return engine.Day(end + rapid.SampledFrom([]int{-1, 0, 1, 1, 2, 29, 30, 31, 32}).Draw(t, name))
		}
		h := rapid.SampledFrom([]int{1, 2, 3, 21, 22, 31, 52, 60}).Draw(t, "horizon")
		p := &population.Person{BirthMonth: 0, DeathDay: engine.NoDay}
		if rapid.Bool().Draw(t, "dies") {
			p.DeathDay = max(near("death"), d+1)
		}
		regs := []population.Interval{{Code: 1, From: 0, To: engine.Day(end)}}
		for range rapid.IntRange(0, 2).Draw(t, "more") {
			from := near("from")
			x := population.Interval{Code: 2, From: from, To: from + engine.Day(rapid.IntRange(0, 50).Draw(t, "length"))}
			if rapid.Bool().Draw(t, "goes on") {
				x.To = population.Forever
			}
			regs = append(regs, x)
		}
		var spells []population.Spell
		for range rapid.IntRange(0, 3).Draw(t, "spells") {
			s := population.Spell{Kind: engine.SpellKind(rapid.IntRange(1, 2).Draw(t, "kind")), Start: near("start"),
				End: engine.NoDay, First: rapid.IntRange(0, 3).Draw(t, "first") > 0, KnownFrom: d, KnownTo: population.Forever}
			s.KnownFrom = rapid.SampledFrom([]engine.Day{d, d, 2000}).Draw(t, "known")
			spells = append(spells, s)
		}
		whole := bed.Labels(nil, &Record{Person: p, Registrations: regs, Spells: spells}, d, 1500)[0]
		l := whole.Within(h)
		st, day := slow(p, regs, spells, d, 1500, h, true)
		if l.Status != st || int(l.Day) != day {
			t.Fatalf("label %+v, want %d on day %d", l, st, day)
		}
		st, day = slow(p, regs, spells, d, 1500, h, false)
		if l.Exit != st || int(l.ExitDay) != day {
			t.Fatalf("exit of %+v, want %d on day %d", l, st, day)
		}
		seen[l.Status]++
		// A shorter horizon is the label of that horizon, however it is come by.
		short := rapid.IntRange(1, h).Draw(t, "short")
		if got, want := l.Within(short), whole.Within(short); got != want {
			t.Fatalf("within %d: %+v, want %+v", short, got, want)
		}
	})
	for _, s := range []Status{Completed, Event, Died, Left} {
		if seen[s] == 0 {
			t.Errorf("no random person had outcome %s", statusNames[s])
		}
	}
}

func TestA6Ready(t *testing.T) {
	d, _ := engine.ParseDay("2024-06-30")
	if err := Ready(d, d+365+92, 365, 92); err != nil {
		t.Error(err)
	}
	var f *engine.Fault
	if err := Ready(d, d+365+91, 365, 92); !errors.As(err, &f) || f.Code != "label-incomplete" {
		t.Fatalf("%v", err)
	}
	want := "outcomes 365 days after 30 June 2024 are complete from 30 September 2025 on, 92 days after the horizon ends; what is known reaches 29 September 2025: use an earlier index date or a shorter horizon"
	if f.Say != want {
		t.Errorf("says %q", f.Say)
	}
	for _, h := range []int{0, -1, MaxHorizon + 1} {
		if Ready(d, d+9000, h, 0) == nil {
			t.Errorf("horizon %d accepted", h)
		}
	}
}

func TestSummary(t *testing.T) {
	var s, half Summary
	for range 6000 {
		s.AddPerson(Label{Status: Completed, Day: 365, Horizon: 365, ExitDay: 365}, 80, engine.SexUnknown)
	}
	var f *engine.Fault
	if err := s.Check(); !errors.As(err, &f) || f.Code != "survivors-only" {
		t.Errorf("6,000 old people who all live on: %v", err)
	}
	half.AddPerson(Label{Status: Event, Day: 10, Horizon: 365, Exit: Died, ExitDay: 365}, 70, engine.SexUnknown)
	s.Merge(half)
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	if s.People != 6001 || s.By[Event] != 1 || s.Deaths != 1 || s.By[Died] != 0 {
		t.Errorf("%+v", s)
	}
	if r := s.DeathRate(); r < 0.16 || r > 0.17 {
		t.Errorf("death rate %v, want 1 in 6 thousand person-years", r)
	}
	var young Summary
	for range 6000 {
		young.AddPerson(Label{ExitDay: 365, Horizon: 365, Day: 365}, 64, engine.SexUnknown)
	}
	if err := young.Check(); err != nil {
		t.Errorf("people under 65 alone prove nothing: %v", err)
	}
	if (&Summary{}).DeathRate() != 0 {
		t.Error("a rate without time")
	}
}
