package audit

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Misfit is a text of an entry that could not stand as it was.
type Misfit struct {
	Column string // reason, object
	Why    Cause
}

// Cause says what is wrong with a text.
type Cause string

// What can be wrong with a text.
const (
	TooLong    Cause = "long"       // more bytes than the column holds
	Unreadable Cause = "characters" // a control character, or no UTF-8
	OfPatient  Cause = "number"     // it holds an NHS number
)

// cutMark ends a text that was cut.
const cutMark = "…"

// Fit makes of an entry's words what may stand in them, so that what somebody
// sent never keeps an entry from being written: what cannot be read becomes
// U+FFFD, the digits of an NHS number become #, and what is too long is cut.
// It says what it changed, in the order of the columns, one Misfit for each;
// none for an entry that was fit. Codes (event, outcome) and the hash of a
// question are the program's own, and are left.
func (e *Entry) Fit() []Misfit {
	var all []Misfit
	for _, t := range e.texts() {
		if t.column == "event" || t.column == "outcome" || t.column == "query" {
			continue
		}
		s := *t.value
		why := Cause("")
		keep := ""
		if t.column == "reason" {
			keep = "\n"
			s = strings.ReplaceAll(s, "\r\n", "\n") // as browsers end lines
		}
		if r := Readable(s, keep); r != s {
			s, why = r, Unreadable
		}
		if len(s) > t.most {
			s, why = cut(s, t.most), TooLong
		}
		if !t.staff {
			if r := withoutNumbers(s); r != s {
				s, why = r, OfPatient
			}
		}
		*t.value = s
		if why != "" {
			all = append(all, Misfit{t.column, why})
		}
	}
	return all
}

// Readable replaces what is no UTF-8, and control characters other than those
// of keep, by U+FFFD.
func Readable(s, keep string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !strings.ContainsRune(keep, r) {
			return utf8.RuneError
		}
		return r // of a byte that is no UTF-8, U+FFFD
	}, s)
}

// cut shortens a text of more than most bytes to at most that, at the end of a
// character.
func cut(s string, most int) string {
	n := most - len(cutMark)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + cutMark
}

// withoutNumbers puts # for each digit of the NHS numbers in a text.
func withoutNumbers(s string) string {
	b := []byte(s)
	for from := 0; ; {
		at, end := findNHSNumber(string(b[from:]), from > 0 && wordByte(b[from-1]))
		if end == 0 {
			return string(b)
		}
		for i := from + at; i < from+end; i++ {
			if digit(b[i]) {
				b[i] = '#'
			}
		}
		from += end
	}
}
