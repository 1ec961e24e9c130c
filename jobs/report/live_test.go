package report

import (
	"math"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/models/evaluate"
)

func quiet(t *testing.T, change func(*Night)) string {
	t.Helper()
	day, _ := engine.ParseDay("2026-03-31")
	n := Night{Site: "Test ICS", AsOf: day, Rule: disclosure.Standard}
	change(&n)
	page, err := Render(n)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// A4: who stopped sending stands at the top, by name, and in a table.
func TestA4StoppedSendingNeedsAttention(t *testing.T) {
	day, _ := engine.ParseDay("2026-02-19")
	page := quiet(t, func(n *Night) {
		n.Stopped = []Stopped{{Practice: "P1", Kind: "contact", Source: "gp", Nothing: true, Last: day}, {Kind: "care: ed", Source: "hospital", Last: day}}
	})
	for _, say := range []string{"contact from gp: P1 has sent nothing in five weeks; the newest was received on 19 February 2026.", "care: ed from hospital: every practice has sent less than a tenth of what was expected in five weeks", "Practices and sources that stopped sending"} {
		if !strings.Contains(page, say) {
			t.Errorf("the page does not say %q", say)
		}
	}
	if strings.Contains(quiet(t, func(*Night) {}), "stopped sending") {
		t.Error("nobody stopped, and the page says so")
	}
}

// A6, F10: what came true by month, what is due when, and limits that are passed;
// of few with the outcome there is no measure.
func TestA6F10SinceItWentLive(t *testing.T) {
	on := func(s string) engine.Day { d, _ := engine.ParseDay(s); return d }
	est := evaluate.Estimate{Value: 1.27, Low: 1.13, High: 1.41}
	page := quiet(t, func(n *Night) {
		n.Limits = []string{"AUROC of sex: male is below 0.6, in the people that it was tested on."}
		n.Live = []Live{
			{AsOf: on("2025-09-30"), Due: on("2026-01-31"), Measured: true, People: 2000, Weight: 2000, Events: 127, Expected: 100, Ratio: est},
			{AsOf: on("2025-10-31"), Due: on("2026-02-28"), Measured: true, People: 2000, Weight: 2000, Events: 3, Expected: 9, Ratio: evaluate.Estimate{Value: .333, Low: .1, High: .9}},
			{AsOf: on("2025-12-31"), Due: on("2026-05-02"), Events: math.NaN()},
			{AsOf: on("2025-11-30"), Due: on("2026-04-01"), Events: math.NaN()},
		}
	})
	for _, say := range []string{"30 September 2025", "1.27", "1.13 to 1.41", "5.0%", "31 October 2025", tooFew, "The outcomes of the scores of 30 November 2025 are complete from 1 April 2026 on", "AUROC of sex: male is below 0.6"} {
		if !strings.Contains(page, say) {
			t.Errorf("the page does not say %q", say)
		}
	}
	if strings.Contains(page, "0.33") || strings.Contains(page, "31 December 2025") {
		t.Error("the page tells of few people, or of more than the next")
	}
	if strings.Count(page, "AUROC of sex: male") != 2 {
		t.Error("a limit that is passed is not both on top and below")
	}
}
