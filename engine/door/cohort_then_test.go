//go:build duckdb_arrow

package door

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/disclosure"
)

// A5, A8: two numbers stand beside each other only where they are more than a
// few people apart, whatever either is; a number alone is not changed by more
// than that.
func TestA5A8NumbersThatAreFewPeopleApartAreShownAsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := disclosure.Standard
		m := rapid.IntRange(0, 200).Draw(t, "then")
		n := max(0, m+rapid.IntRange(-40, 40).Draw(t, "change"))
		a, b := together(rule.Count(m), rule.Count(n), rule)
		x, ok := a.Value()
		y, also := b.Value()
		if max(m-n, n-m) <= 2 && a != b { // however they are rounded
			t.Fatalf("%d and %d are shown as %v and %v", m, n, a, b)
		}
		if a != b && (ok && also && max(x-y, y-x) <= 7 || ok != also && max(m, n) <= 12) {
			t.Fatalf("%d and %d are shown as %v and %v", m, n, a, b)
		}
		if ok && also && (max(x-m, m-x) > 2 || max(y-n, n-y) > 9) {
			t.Fatalf("%d and %d are shown as %v and %v", m, n, a, b)
		}
	})
}

// A2: everyone whose records came, less those kept out, is the record; what is
// kept out by few people is a star, and takes nothing off.
func TestA2AttritionBeginsWithOptOuts(t *testing.T) {
	w := &withheld{Recorded: "3745"}
	for _, x := range [][2]string{{"national-opt-out", "150"}, {"national-not-checked", "0"}, {"type1-opt-out", "85"}, {"objection-to-profiling", "*"}, {"purpose-refused", "0"}} {
		w.OptOuts = append(w.OptOuts, struct {
			Reason string `json:"reason"`
			People string `json:"people"`
		}{x[0], x[1]})
	}
	rows, left := w.rows(disclosure.Standard.Count(2985), disclosure.Standard)
	want := [][3]string{{"Everyone whose records came", "3,980", "–"}, {"National data opt-out", "3,830", "150"}, {"Type 1 opt-out", "3,745", "85"}, {"Objection to profiling", "3,745", "*"}}
	if len(rows) != len(want) || left.Text != "760" {
		t.Fatal(rows, left)
	}
	for i, row := range rows {
		if got := [3]string{row[0].Text, row[1].Text, row[2].Text}; got != want[i] {
			t.Errorf("%v, not %v", got, want[i])
		}
	}
	if few := apart(disclosure.Standard.Count(40), disclosure.Standard.Count(35), disclosure.Standard); few != disclosure.Hidden {
		t.Error("a small difference is told")
	}
}

// A cohort on every night that stands would be rounded as often, and the mean tells
// it: of many nights there are few to choose, far apart, and the same ones the next
// night.
func TestB20FewDatesOfManyNights(t *testing.T) {
	var days []engine.Day // the newest first
	last, _ := engine.ParseDay("2026-11-20")
	for k := range 800 {
		days = append(days, last-engine.Day(k))
	}
	pick := func(days []engine.Day) (out []string) {
		for _, k := range spread(days, mostDates) {
			out = append(out, days[k].String())
		}
		return out
	}
	want := "[2026-10-01 2026-07-01 2026-04-01 2026-01-01 2025-10-01 2025-07-01]"
	for from := range 30 { // of as many nights
		if got := fmt.Sprint(pick(days[from:])); got != want {
			t.Fatalf("%d nights ago: %s", from, got)
		}
	}
	if got := pick(days[:6]); len(got) != 6 {
		t.Errorf("of six: %v", got)
	}
	if got := fmt.Sprint(pick(days[:7])); got != "[2026-11-14]" {
		t.Errorf("of seven in one quarter: %s", got)
	}
	if got := pick(nil); got != nil {
		t.Errorf("of none: %v", got)
	}
}
