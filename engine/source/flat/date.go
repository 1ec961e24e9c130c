package flat

import "leftshift/engine"

// format is how a date column is written.
type format uint8

const (
	isoDate     format = iota // 2026-03-04, or a moment 2026-03-04T10:00:00Z
	ukDate                    // 04/03/2026
	compactDate               // 20260304
)

// span is the first and last possible day of a date; both NoDay when the
// field is empty.
type span struct{ first, last engine.Day }

var noSpan = span{engine.NoDay, engine.NoDay}

// parseDate reads a date, whole or partial: 03/2026 and 2026 are uk, 202603
// and 2026 compact. A time of day after a uk date is passed over: it is the
// civil day that counts.
func parseDate(s string, f format) (span, bool) {
	digits := func(i, n int) (int, bool) {
		v := 0
		for _, c := range []byte(s[i : i+n]) {
			if c < '0' || c > '9' {
				return 0, false
			}
			v = v*10 + int(c-'0')
		}
		return v, true
	}
	switch f {
	case ukDate:
		if len(s) > 10 && s[10] == ' ' {
			s = s[:10]
		}
		switch {
		case len(s) == 10 && s[2] == '/' && s[5] == '/':
			d, ok1 := digits(0, 2)
			m, ok2 := digits(3, 2)
			y, ok3 := digits(6, 4)
			return wholeDay(y, m, d, ok1 && ok2 && ok3)
		case len(s) == 7 && s[2] == '/':
			s = s[3:] + "-" + s[:2]
		case len(s) != 4:
			return noSpan, false
		}
	case compactDate:
		switch len(s) {
		case 8:
			y, ok1 := digits(0, 4)
			m, ok2 := digits(4, 2)
			d, ok3 := digits(6, 2)
			return wholeDay(y, m, d, ok1 && ok2 && ok3)
		case 6:
			s = s[:4] + "-" + s[4:]
		case 4:
		default:
			return noSpan, false
		}
	}
	first, last, ok := engine.ParsePartial(s)
	return span{first, last}, ok
}

func wholeDay(y, m, d int, ok bool) (span, bool) {
	day, real := engine.MakeDay(y, m, d)
	if !ok || !real || y == 0 {
		return noSpan, false
	}
	return span{day, day}, true
}
