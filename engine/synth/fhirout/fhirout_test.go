package fhirout

import (
	"testing"

	"leftshift/engine"
	"leftshift/engine/synth/world"
)

func writer(t *testing.T) *Writer {
	t.Helper()
	w := world.New(1000, 3, 1, world.DayOf(2026, 9, 30))
	x := New(w, t.TempDir(), t.TempDir(), w.Calendar.End())
	t.Cleanup(func() { x.Close() })
	return x
}

func TestTimesCarryTheOffsetOfTheDay(t *testing.T) {
	x := writer(t)
	for _, c := range []struct {
		y, m, d, minute int
		want            string
	}{
		{2026, 1, 31, 600, "2026-01-31T10:00:00+00:00"},
		{2026, 7, 1, 0, "2026-07-01T00:00:00+01:00"},
		{2026, 3, 29, 30, "2026-03-29T00:30:00+00:00"},
		{2026, 3, 29, 180, "2026-03-29T03:00:00+01:00"},
		{2025, 10, 26, 90, "2025-10-26T01:30:00+01:00"},
		{2025, 10, 26, 1439, "2025-10-26T23:59:00+00:00"},
		{1984, 6, 1, 600, "1984-06-01T10:00:00+01:00"},
	} {
		if got := string(x.appendTime(nil, world.DayOf(c.y, c.m, c.d), c.minute)); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestDotted(t *testing.T) {
	for in, want := range map[string]string{"I509": "I50.9", "I10X": "I10", "F03X": "F03", "J440": "J44.0"} {
		if got := string(dotted(nil, in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestIDsLookLikeUUIDs(t *testing.T) {
	if got := string(AppendID(nil, 0x0123456789abcdef)); len(got) != 36 || got[:19] != "01234567-89ab-cdef-" || got[23] != '-' {
		t.Error(got)
	}
	seen := map[uint64]bool{}
	for i := range 100_000 {
		id := PersonID(1, i)
		if seen[id] {
			t.Fatal("two people have one id")
		}
		seen[id] = true
	}
}

// A resource is known on its day by the clock of London, also in the years in
// which summer time had other rules.
func TestUpdatedOnItsDay(t *testing.T) {
	x := writer(t)
	for d := world.DayOf(1935, 1, 1); d < world.DayOf(2026, 9, 30); d += 3 {
		for _, id := range []uint64{0, 229} {
			text := string(x.appendTime(nil, d, UpdatedAt(id)))
			at, ok := engine.ParseMoment(text)
			if !ok || engine.DayOf(at) != engine.Day(d) {
				t.Fatalf("%s is on %s, not %s", text, engine.DayOf(at), d)
			}
		}
	}
}
