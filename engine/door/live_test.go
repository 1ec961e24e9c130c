//go:build duckdb_arrow

package door

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"leftshift/engine/access"
	"leftshift/engine/disclosure"
	"leftshift/engine/schema"

	"pgregory.net/rapid"
)

// A6: what earlier nights published, held against what happened: by month, by
// tenth and by place; what is not due says when it will be.
func TestA6SinceItWentLive(t *testing.T) {
	s := crowd(t, 6000)
	live := s.tableOf(t, OfModel, "live")
	if len(live.Rows) != 2 || live.Rows[0][0].Text != "31 August 2025" || live.Rows[1][0].Text != "30 September 2025" {
		t.Fatalf("%d months: %v", len(live.Rows), live.Rows)
	}
	for _, row := range live.Rows {
		if math.Abs(row[4].Value-5.5) > .1 || math.Abs(row[3].Value-5) > .1 || row[5].Value != 1.1 || len(row[5].Interval) != 2 {
			t.Errorf("%q", Line(row))
		}
	}
	if tenths := s.tableOf(t, OfModel, "live-tenths"); len(tenths.Rows) != 10 || tenths.Rows[9][0].Text != "10" {
		t.Errorf("tenths %v", tenths.Rows)
	}
	places := s.tableOf(t, OfModel, "live-places")
	few := false
	for _, row := range places.Rows {
		if row[0].Text == "practice Z90000" { // a handful had it
			few = row[2].Hidden() && row[3].Hidden() && row[4].Hidden() && row[5].Text == tooFew
		}
	}
	if !few || !strings.HasPrefix(places.Rows[0][0].Text, "network ") {
		t.Errorf("places %v", places.Rows)
	}
	words := func(c Choice) string {
		t.Helper()
		r, err := s.Tell(context.Background(), principal(access.Analyst), Where{Route: "/x"}, OfModel, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range r.Sections {
			if x.Title == "Since it went live" {
				if (len(x.Tables) == 0) != (c["by"] == "boost_365") {
					t.Errorf("%v has %d tables", c, len(x.Tables))
				}
				return strings.Join(x.Words, " ")
			}
		}
		t.Fatal("no section")
		return ""
	}
	if got := words(nil); !strings.Contains(got, "The outcomes of the scores of 31 October 2025 are due on 1 May 2026") {
		t.Error(got)
	}
	if got := words(Choice{"by": "boost_365"}); !strings.Contains(got, "due on 31 December 2026: 365 days ahead") {
		t.Error(got)
	}
}

// F10: the page says which limit is passed, by whom.
func TestF10LimitsAreShown(t *testing.T) {
	s := crowd(t, 6000)
	limits := s.tableOf(t, OfModel, "limits")
	if got := strings.Join(Line(limits.Rows[0]), "|"); len(limits.Rows) != 1 || got != "calibration slope|sex: male|the people that it was tested on|below 0.8" {
		t.Error(got)
	}
}

// Weights made whole sum to the total that they sum to, each within one of its
// own but where it would be none.
func TestF6ApportionSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SliceOfN(rapid.Float64Range(0, 50), 1, 12).Draw(t, "weights")
		sum, tiny := 0.0, false
		for _, x := range w {
			sum += x
			tiny = tiny || x > 0 && x < 1
		}
		total := int(math.Round(sum))
		got, all := apportion(w, total), 0
		for i, n := range got {
			all += n
			if (n == 0) != (w[i] == 0) || !tiny && math.Abs(float64(n)-w[i]) > 1 {
				t.Fatalf("%v is %d of %v", w[i], n, w)
			}
		}
		if all != total && !tiny {
			t.Fatalf("%v sum to %d, want %d", got, all, total)
		}
	})
	if got := apportion([]float64{3.4, 0, 3.3, 3.3}, 10); !slices.Equal(got, []int{4, 0, 3, 3}) {
		t.Error(got)
	}
}

// A small month of a small place: everyone is shown, however weights round.
func TestA6EveryoneIsShown(t *testing.T) {
	rows := []schema.Due{{By: schema.DueEveryone, People: 2977, Weight: 2984, Events: 28.06, Expected: 15}}
	for k, e := range []float64{1.002, 1.002, 0, 1.002, 1.002, 3.006, 2.004, 5.01, 3.006, 11.026} {
		rows = append(rows, schema.Due{By: schema.DueTenth, Label: fmt.Sprintf("%02d", k+1), People: 298, Weight: 298.4, Events: e, Expected: 1.5})
	}
	if m := monthOf(disclosure.Standard, rows); !shown(m.people, m.events) || m.events.String() != "30" {
		t.Errorf("%v people, %v with the outcome", m.people, m.events)
	}
}

// F6: the parts of a month tell no small number: none is found from the others,
// nor is there a measure of what is hidden.
func TestF6A6PartsTellNothing(t *testing.T) {
	rule := disclosure.Standard
	rapid.Check(t, func(t *rapid.T) {
		var rows []schema.Due
		people, events := 0, 0
		for _, label := range []string{"U1", "U2", "U3"} {
			n := rapid.IntRange(0, 60).Draw(t, "people")
			e := rapid.IntRange(0, n).Draw(t, "events")
			people, events = people+n, events+e
			rows = append(rows, schema.Due{By: schema.DueNetwork, Label: label, People: int64(n), Weight: float64(n), Events: float64(e), Expected: float64(n) / 9, Ratio: 1, RatioLow: .9, RatioHigh: 1.1})
		}
		rows = append(rows, schema.Due{By: schema.DueEveryone, People: int64(people), Weight: float64(people), Events: float64(events), Expected: float64(people) / 9})
		m := monthOf(rule, rows)
		for k, x := range m.rows {
			f := liveFields(rule, x, m.partPeople[k], m.partEvents[k])
			if v, ok := m.partEvents[k].Value(); ok && x.Events > 0 && x.Events < 8 && v > 0 {
				t.Fatalf("%v with the outcome are shown as %d", x.Events, v)
			}
			if (f[0].Hidden() || f[1].Hidden()) && (f[3].Text != disclosure.Star && f[3].Text != "–" || !f[4].Hidden()) {
				t.Fatalf("%q tells of what is hidden", Line(f))
			}
		}
	})
}

// F6: predicted times the ratio is observed: where both were exact, the number with
// the outcome would be too, and that of a practice that is hidden with it.
func TestF6A6TheRatioTellsNoExactNumber(t *testing.T) {
	rule := disclosure.Standard
	of := func(expected float64) []Field {
		x := schema.Due{By: schema.DuePractice, People: 200, Weight: 200, Events: 21, Expected: expected, Ratio: 21 / expected}
		return liveFields(rule, x, rule.Count(200), rule.Count(21))
	}
	for _, expected := range []float64{23.4, 24.5, 25.6, 27.4} {
		if f := of(expected); f[2].Text != "12.5%" || f[4].Hidden() {
			t.Errorf("of %v expected: %q", expected, Line(f))
		}
	}
	if f := of(5); !f[2].Hidden() {
		t.Errorf("few expected: %q", Line(f))
	}
}
