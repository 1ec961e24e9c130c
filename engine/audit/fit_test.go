package audit

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Whatever words come from outside, a fitted entry can be written, and one that
// could be written before is not changed.
func TestG23NoTextKeepsAnEntryFromBeingWritten(t *testing.T) {
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"9000000009", "900 000 0009", "900-000-0009", " ", "\x00", "\xff", "\r\n", "\n", "\u0085", "é", strings.Repeat("x", 600), strings.Repeat("\U0001F600", 300)}))
	rapid.Check(t, func(t *rapid.T) {
		e := Entry{User: "u", Device: "d", Event: "open_list", Outcome: "team-refused"}
		for _, x := range e.texts() {
			if x.column != "event" && x.column != "outcome" && x.column != "query" {
				*x.value += strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, x.column), "")
			}
		}
		before := e
		was := before
		fine := was.prepare() == nil
		changed := e.Fit()
		if fine && (len(changed) > 0 || !reflect.DeepEqual(e, before)) && !strings.Contains(before.Reason, "\r\n") {
			t.Fatalf("an entry that was fit was changed: %v", changed)
		}
		once := e
		if err := e.prepare(); err != nil {
			t.Fatalf("%v\n%+v", err, e)
		}
		if again := once.Fit(); len(again) > 0 {
			t.Fatalf("fitted again: %v", again)
		}
	})
}

func TestG22WhatIsCutOrReplacedInAnEntry(t *testing.T) {
	for text, want := range map[string]struct {
		reason string
		why    Cause
	}{
		"to ring them":                   {"to ring them", ""},
		"two\r\nlines":                   {"two\nlines", ""},
		"a\x00b\x1b":                     {"a\ufffdb\ufffd", Unreadable},
		"\xff\xfe":                       {"\ufffd\ufffd", Unreadable},
		"9000000009":                     {"##########", OfPatient},
		"it is 900 000 0009, 9000000009": {"it is ### ### ####, ##########", OfPatient},
		"9000000008":                     {"9000000008", ""}, // no valid number
		strings.Repeat("é", 1025):        {strings.Repeat("é", 1022) + "…", TooLong},
	} {
		e := Entry{Reason: text}
		changed := e.Fit()
		why := Cause("")
		if len(changed) == 1 && changed[0].Column == "reason" {
			why = changed[0].Why
		}
		if e.Reason != want.reason || why != want.why || len(e.Reason) > 2048 || !utf8.ValidString(e.Reason) {
			t.Errorf("%.40q became %.40q, %v", text, e.Reason, changed)
		}
	}
}
