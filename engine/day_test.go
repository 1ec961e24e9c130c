package engine

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Days agree with the standard library's calendar over nine centuries.
func TestDayAgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.IntRange(-200000, 200000).Draw(t, "day"))
		want := time.Unix(0, 0).UTC().AddDate(0, 0, int(d))
		y, m, dd := d.Date()
		if y != want.Year() || m != int(want.Month()) || dd != want.Day() {
			t.Fatalf("day %d is %d-%d-%d, want %s", d, y, m, dd, want)
		}
		if back, ok := MakeDay(y, m, dd); !ok || back != d {
			t.Fatalf("%d-%d-%d gives %d, want %d", y, m, dd, back, d)
		}
	})
}

func TestParsePartial(t *testing.T) {
	for _, c := range []struct{ in, first, last string }{
		{"2024", "2024-01-01", "2024-12-31"},
		{"2024-02", "2024-02-01", "2024-02-29"},
		{"2024-02-29", "2024-02-29", "2024-02-29"},
		{"2024-03-30T23:30:00Z", "2024-03-30", "2024-03-30"},
		{"2024-03-31T23:30:00Z", "2024-04-01", "2024-04-01"},          // British Summer Time has begun
		{"2024-03-31T00:30:00+01:00", "2024-03-30", "2024-03-30"},     // 23:30 the day before in London
		{"2024-10-27T01:30:00.123+01:00", "2024-10-27", "2024-10-27"}, // the night the clocks go back
		{"2024-06-01T00:10", "2024-06-01", "2024-06-01"},              // no offset: London's
		{"1989-10-04T22:25:16-04:00", "1989-10-05", "1989-10-05"},
	} {
		first, last, ok := ParsePartial(c.in)
		if !ok || first.String() != c.first || last.String() != c.last {
			t.Errorf("%s: %s..%s %v, want %s..%s", c.in, first, last, ok, c.first, c.last)
		}
	}
	for _, bad := range []string{"", "20", "2024-13", "2024-02-30", "2023-02-29", "2024-1-1", "24-01-01", "2024-01-01T", "2024-01-01T25:00:00Z", "2024/01/01", "0000-01-01"} {
		if _, _, ok := ParsePartial(bad); ok {
			t.Errorf("%q accepted", bad)
		}
	}
}

func TestAgeTurnsInBirthMonth(t *testing.T) {
	born, _ := ParseDay("1950-06-01")
	for day, want := range map[string]int{"2020-05-31": 69, "2020-06-01": 70, "2021-05-31": 70} {
		d, _ := ParseDay(day)
		if got := Age(born, d); got != want {
			t.Errorf("on %s: %d, want %d", day, got, want)
		}
	}
}

func TestNormaliseICD10(t *testing.T) {
	for in, want := range map[string]string{
		"I10": "I10", "i10x": "I10", "I10.X": "I10", "I10.-": "I10", " E10.9 ": "E109", "E109D": "E109", "G590A": "G590", "G59.0*": "G590",
		"A17.0†": "A170", "M4806": "M4806", "M480X": "M480", "I10X A": "I10", "M48X6": "M48", "F00.1+": "F001",
		"I10X": "I10", "i25.1": "I251", "N18.0": "N180", "G30.1D": "G301", "F00.1A": "F001", "R69X3": "R69", " J44 9 ": "J449", "M80-": "M80",
	} {
		if got := NormaliseICD10(in); got != want || !ValidICD10(got) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, in := range []string{"", "I1", "10I", "S72001A", "S72.001A", "I1O", "195967001", "I10?"} {
		if got := NormaliseICD10(in); ValidICD10(got) {
			t.Errorf("%q becomes %q, want it refused", in, got)
		}
	}
}

func TestNormaliseICD10IsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringMatching(`[A-Za-z][0-9]{2}\.?[0-9Xx-]?[0-9Xx]?[ADad]?[ *+]?`).Draw(t, "code")
		once := NormaliseICD10(in)
		if twice := NormaliseICD10(once); ValidICD10(once) && twice != once {
			t.Fatalf("%q became %q and then %q", in, once, twice)
		}
	})
}
