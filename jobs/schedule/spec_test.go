package schedule

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leftshift/engine"
)

func parse(t testing.TB, text string) *Spec {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestClockChanges(t *testing.T) {
	const spring, autumn = "2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z"
	for _, c := range []struct{ spec, from, want string }{
		{"30 2 * * *", spring, "29 02:30 BST, 30 02:30 BST, 31 02:30 BST"},
		{"30 1 * * *", spring, "29 02:00 BST, 30 01:30 BST, 31 01:30 BST"}, // no 01:30 on the 29th
		{"0 1 * * *", spring, "29 02:00 BST, 30 01:00 BST, 31 01:00 BST"},
		{"59 0 * * *", spring, "29 00:59 GMT, 30 00:59 BST, 31 00:59 BST"},
		{"0,30 1,2 * * *", spring, "29 02:00 BST, 29 02:30 BST, 30 01:00 BST"}, // 01:00, 01:30 and 02:00 are one moment
		{"0 * * * *", "2026-03-28T23:30:00Z", "29 00:00 GMT, 29 02:00 BST, 29 03:00 BST"},
		{"30 2 * * *", autumn, "25 02:30 GMT, 26 02:30 GMT, 27 02:30 GMT"},
		{"30 1 * * *", autumn, "25 01:30 BST, 26 01:30 GMT, 27 01:30 GMT"}, // once, the first time
		{"0 1 * * *", autumn, "25 01:00 BST, 26 01:00 GMT, 27 01:00 GMT"},
		{"0 2 * * *", autumn, "25 02:00 GMT, 26 02:00 GMT, 27 02:00 GMT"},
		{"0 * * * *", "2026-10-24T23:30:00Z", "25 01:00 BST, 25 02:00 GMT, 25 03:00 GMT"},
		{"45 1 * * *", "2026-10-25T01:10:00Z", "26 01:45 GMT, 27 01:45 GMT, 28 01:45 GMT"}, // asked at 01:10 GMT, after 01:45 BST
		{"@daily", spring, "29 00:00 GMT, 30 00:00 BST, 31 00:00 BST"},
		{"0 4 * * sun", autumn, "25 04:00 GMT, 1 04:00 GMT, 8 04:00 GMT"},
		{"0 0 29 2 *", autumn, "29 00:00 GMT, 29 00:00 GMT, 29 00:00 GMT"},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, at := range parse(t, c.spec).Upcoming(from, 3) {
			got = append(got, at.In(engine.London).Format("2 15:04 MST"))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%q: got %s; want %s", c.spec, strings.Join(got, ", "), c.want)
		}
	}
}

// Whatever the minute of the day: over two years one slot on each local day,
// at the minute of the clock face unless the clocks skip it.
func TestOneSlotADay(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, engine.London)
	end := time.Date(2028, 1, 1, 0, 0, 0, 0, engine.London)
	for minute := range 24 * 60 {
		if testing.Short() && minute%30 != 0 {
			continue
		}
		s := parse(t, fmt.Sprintf("%d %d * * *", minute%60, minute/60))
		day := engine.DayOf(start)
		odd := 0
		for at := s.Next(start.Add(-1)); at.Before(end); at = s.Next(at) {
			l := at.In(engine.London)
			if engine.DayOf(at) != day {
				t.Fatalf("%s: a slot on %s; want the %s", s, l, day)
			}
			if l.Hour()*60+l.Minute() != minute {
				odd++
				if l.Format("01-02 15:04") != "03-29 02:00" && l.Format("01-02 15:04") != "03-28 02:00" {
					t.Fatalf("%s runs at %s", s, l)
				}
			}
			day++
		}
		if day != engine.DayOf(end) || (odd > 0) != (minute/60 == 1) {
			t.Fatalf("%s: the last day is %s, %d at another minute", s, day-1, odd)
		}
	}
}

// Slots only go forward, over ten years, and asking from any moment between
// two gives the second.
func TestNextGoesForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		field := func(name string, least, most int) string {
			switch rapid.IntRange(0, 3).Draw(t, name) {
			case 0:
				return "*"
			case 1:
				return fmt.Sprintf("*/%d", rapid.IntRange(1, most).Draw(t, name))
			}
			return fmt.Sprint(rapid.IntRange(least, most).Draw(t, name))
		}
		text := strings.Join([]string{field("minute", 0, 59), field("hour", 0, 23), field("day", 1, 28), field("month", 1, 12), field("weekday", 0, 6)}, " ")
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 10*365*86400).Draw(t, "from")) * time.Second)
		if rapid.Bool().Draw(t, "near a change") {
			at = time.Date(rapid.IntRange(2026, 2036).Draw(t, "year"), rapid.SampledFrom([]time.Month{time.March, time.October}).Draw(t, "month"), 31, 2, 0, 0, 0, time.UTC)
			for at.Weekday() != time.Sunday {
				at = at.AddDate(0, 0, -1)
			}
			at = at.Add(-time.Duration(rapid.IntRange(0, 7200).Draw(t, "before")) * time.Second)
		}
		for range 40 {
			next := s.Next(at)
			if next.IsZero() || !next.After(at) {
				t.Fatalf("%s: %s after %s", text, next, at)
			}
			between := at.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(at))-1).Draw(t, "between")))
			if again := s.Next(between); !again.Equal(next) {
				t.Fatalf("%s: after %s comes %s, but after %s comes %s", text, at, next, between, again)
			}
			at = next
		}
	})
}

func TestRefused(t *testing.T) {
	for _, text := range []string{
		"", " ", "30 2 * *", "30 2 * * * *", "60 2 * * *", "30 24 * * *", "x", "0 0 31 2 *", "0 0 31 4,6 *",
		"@every 1h", "@hourly 5", "TZ=0", "TZ=Europe/Paris 30 2 * * *", "CRON_TZ=UTC 30 2 * * *", "30 2 * * mon-", "*/0 * * * *",
		"30 2 0 * *", "30 2 * 13 *", "-1 2 * * *", strings.Repeat("1,", 200) + "1 2 * * *",
	} {
		s, err := Parse(text)
		if err == nil || s != nil || !strings.Contains(err.Error(), "[schedule-cron]") {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"30 2 * * *", "TZ=0", "@daily", "0 0 31 2 *", "*/5 1-3,7 * jan mon-fri", "@every 1h", "CRON_TZ="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(text)
		if (s == nil) == (err == nil) {
			t.Fatal("both or neither")
		}
		if s != nil {
			at := time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC)
			for range 5 {
				next := s.Next(at)
				if !next.After(at) {
					t.Fatalf("%q: %s after %s", text, next, at)
				}
				at = next
			}
		}
	})
}
