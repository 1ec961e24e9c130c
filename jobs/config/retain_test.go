package config

import (
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

// What is of the cutoff has been kept for the whole period, and what is of the
// day after has not: reckoned here the other way, by adding the months to a day.
func TestG33APeriodIsThatOfTheCalendar(t *testing.T) {
	over := func(d engine.Day, months int) engine.Day {
		y, m, day := d.Date()
		m += months
		y, m = y+(m-1)/12, (m-1)%12+1
		out, _ := engine.MakeDay(y, m, min(day, engine.DaysIn(y, m)))
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		on := engine.Day(rapid.IntRange(10000, 40000).Draw(t, "on"))
		months := rapid.IntRange(1, 240).Draw(t, "months")
		last, ok := Keep{Period: itoa(months) + " months"}.Cutoff(on)
		if !ok || over(last, months) > on {
			t.Fatalf("%d months before %s: %s, whose period ends on %s", months, on, last, over(last, months))
		}
		if over(last+1, months) <= on {
			t.Fatalf("%d months before %s: %s, but the day after is due too", months, on, last)
		}
	})
	on, _ := engine.ParseDay("2026-03-01")
	for period, want := range map[string]string{"1 day": "2026-02-28", "30 days": "2026-01-30", "1 month": "2026-02-01", "8 years": "2018-03-01", "1 year": "2025-03-01"} {
		if got, ok := (Keep{Period: period}).Cutoff(on); !ok || got.String() != want {
			t.Errorf("%s: %s, want %s", period, got, want)
		}
	}
	if _, ok := (Keep{}).Cutoff(on); ok {
		t.Error("an empty period ends")
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// No class has a period that nobody set.
func TestG33NoPeriodIsInvented(t *testing.T) {
	c := New()
	for _, class := range Retained {
		if k := c.Retention.Class(class); k != (Keep{}) {
			t.Errorf("%s has %+v", class, k)
		}
	}
	if c.Retention.Apply || len(c.Retention.Erase.OptOuts) > 0 || c.Retention.Erase.Basis {
		t.Error("something is deleted by default")
	}
}

func TestG33AHoldEnds(t *testing.T) {
	day, _ := engine.ParseDay("2026-03-01")
	r := Retention{Hold: []Hold{{Class: "landed", Until: "2026-03-01"}, {Class: "snapshots"}}}
	if r.Held("landed", day) == nil || r.Held("landed", day+1) != nil || r.Held("snapshots", day+9999) == nil || r.Held("audit", day) != nil {
		t.Error("a hold is of its class, until its day")
	}
	if r.Hold = append(r.Hold, Hold{Class: everyClass}); r.Held("audit", day) == nil {
		t.Error("a hold of all is of every class")
	}
}
