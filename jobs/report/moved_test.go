package report

import (
	"strings"
	"testing"

	"leftshift/engine/risklist"
)

// F9, G26: the report says what changed since the last snapshot and why, in
// controlled counts; one that compared nothing says so.
func TestF9G26ReportSaysWhatChanged(t *testing.T) {
	n := made(t, 3000, 5)
	n.Moved = &risklist.Moved{Previous: "2026-02-28-abc", Since: "2026-02-28", Rose: map[string]int{"new": 203, "model": 3}, Fell: map[string]int{"time": 41}, Steady: 99, New: 12,
		Up: map[string]int{"new": 31}, Down: map[string]int{"gone": 17}, Joiners: map[string]int{"new": 12, "new_person": 1}, Leavers: map[string]int{"opted_out": 9, "time": 11}, Gone: map[string]int{"died": 21, "opted_out": 2}}
	page, err := Render(n)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	at := strings.Index(text, `id="changed"`)
	if at < 0 {
		t.Fatal("the report has no such section")
	}
	text = text[at:]
	for _, want := range []string{"28 February 2026", "Data: happened since", "205", "The model that makes the estimate", "Objects to this use of their record", "Into a higher band"} {
		if !strings.Contains(text, want) {
			t.Errorf("the section has no %q", want)
		}
	}
	for _, exact := range []string{">203<", ">41<", ">31<", ">3<", ">2<", ">11<"} {
		if strings.Contains(text, exact) {
			t.Errorf("the section shows %s as it is", exact)
		}
	}
	n.Moved = nil
	if page, err = Render(n); err != nil || !strings.Contains(string(page), "was not compared with an earlier snapshot") {
		t.Errorf("a first run: %v", err)
	}
}
