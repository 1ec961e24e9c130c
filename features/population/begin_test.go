package population

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
)

// flow is rows of a kind, so many in each period from one on, each known as it
// happens on the third day of the period.
func flow(table string, kind uint8, from, periods, rows int64) (out []Arrival) {
	for p := from; p < from+periods; p++ {
		day := engine.Day(p*Period + 2)
		out = append(out, Arrival{table, kind, p, p, day, day, rows})
	}
	return out
}

// A kind begins with the first period that is no stray row; one that was
// brought along at once happened before it was known.
func TestBegin(t *testing.T) {
	problems := append(flow("event", uint8(engine.Problem), 100, 1, 1), flow("event", uint8(engine.Problem), 500, 60, 40)...)
	calls := flow("spell", uint8(engine.NHS111), 540, 20, 100)
	flags := flow("event", uint8(engine.Flag), 520, 3, 1)
	brought := flow("spell", uint8(engine.ED), 400, 160, 50)
	for i := range brought { // ten years, landed on one night
		brought[i].KnownPeriod, brought[i].FirstKnown = 560, 560*Period
	}
	s := Begin(append(append(append(problems, calls...), flags...), brought...))
	day := func(p int64) engine.Day { return engine.Day(p*Period + 2) }
	want := Starts{
		"problem": {day(500), day(500)}, "spell.nhs111": {day(540), day(540)}, "flag": {day(520), engine.NoDay}, "spell.ed": {560 * Period, day(400)},
	}
	for k, w := range want {
		if s[k] != w {
			t.Errorf("%s begins %v (as dated %v), want %v (%v)", k, s[k].Known, s[k].Day, w.Known, w.Day)
		}
	}
	if len(s) != len(want) {
		t.Errorf("kinds %v", s)
	}
	if got := s.Unseen(day(530)).Text(); got != "spell.ed spell.nhs111" {
		t.Errorf("unseen before the calls began: %q", got)
	}
	if got := s.Unseen(560 * Period).Text(); got != "" {
		t.Errorf("unseen at the end: %q", got)
	}
	for _, x := range []struct {
		kinds    string
		dataFrom engine.Day
		want     engine.Day
	}{
		{"problem spell.nhs111", 0, day(540)},
		{"problem", 0, day(500)},
		{"problem", day(520), day(520)},
		{"problem", day(500) - 10, day(500) - 10}, // its first row is that of a feed that began then
		{"flag", 0, engine.NoDay},
		{"spell.community", 0, engine.NoDay},
		{"", day(520), engine.NoDay},
	} {
		if got := s.History(strings.Fields(x.kinds), x.dataFrom); got != x.want {
			t.Errorf("history of %q from %v: %v, want %v", x.kinds, x.dataFrom, got, x.want)
		}
	}
}

// One stray row of a kind that hardly comes is no beginning of the record; where
// there is nothing else, it is.
func TestAStrayRowIsNoFirstDay(t *testing.T) {
	problems := flow("event", uint8(engine.Problem), 500, 60, 10_000)
	stray := []Arrival{{Table: "document", Kind: 1, KnownPeriod: 100, DayPeriod: 100, FirstKnown: 100 * Period, FirstDay: 100 * Period, Rows: 1},
		{Table: "document", Kind: 1, KnownPeriod: 550, DayPeriod: 550, FirstKnown: 550 * Period, FirstDay: 550 * Period, Rows: 1}}
	s := Begin(append(problems, stray...))
	if got, want := s.First(0), engine.Day(500*Period+2); got != want {
		t.Errorf("the first day is %v, want %v", got, want)
	}
	if s.Check("as-of date", 200*Period, 0) == nil {
		t.Error("a day with one stray row before it is taken")
	}
	if got, want := Begin(stray).First(0), engine.Day(100*Period); got != want {
		t.Errorf("with nothing else the first day is %v, want %v", got, want)
	}
}

// The fault names the first date that can be used, and that date can be.
func TestStartsCheck(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []Arrival
		for k := range uint8(rapid.IntRange(0, 4).Draw(t, "kinds")) {
			all = append(all, flow("event", k+1, rapid.Int64Range(300, 500).Draw(t, "from"), rapid.Int64Range(1, 40).Draw(t, "periods"), rapid.Int64Range(1, 50).Draw(t, "rows"))...)
		}
		s := Begin(all)
		dataFrom := engine.Day(rapid.SampledFrom([]int{0, 400 * Period}).Draw(t, "data from"))
		on := engine.Day(rapid.IntRange(200*Period, 600*Period).Draw(t, "on"))
		first := s.First(dataFrom)
		err := s.Check("as-of date", on, dataFrom)
		if (err != nil) != (first != engine.NoDay && on < first) {
			t.Fatalf("on %v, first %v: %v", on, first, err)
		}
		if err != nil && !strings.Contains(err.Error(), first.String()) {
			t.Fatalf("%v does not name %v", err, first)
		}
		if first != engine.NoDay && s.Check("as-of date", first, dataFrom) != nil {
			t.Fatalf("the first date %v cannot be used", first)
		}
		if dataFrom == 0 && first != engine.NoDay && first > on && len(s.Unseen(on).Text()) == 0 {
			t.Fatalf("before %v something is seen", first)
		}
	})
}
