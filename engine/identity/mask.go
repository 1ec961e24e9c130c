package identity

import "strings"

const masked = "[masked]"

// separators that may stand between the 3 3 4 groups of an NHS number in text
// or in an address.
var separators = []string{"%20", " ", "-", "\u00a0", "\u202f", "\u2007", "\u2010", "\u2011", "\u2013", "+", "_", ".", "/", "\t"}

// FindNHSNumber finds the first number in a text, at or after from, that could
// be an NHS number: ten digits, alone or in groups of 3 3 4 with one or two
// separators between, that pass the Modulus 11 check and are no part of a
// longer run of digits. One in eleven other ten-digit numbers is found too.
func FindNHSNumber(s string, from int) (start, end int, ok bool) {
	for i := max(from, 0); i < len(s); i++ {
		if !digit(s, i) || digit(s, i-1) {
			continue // numbers begin here only
		}
		if end, ok := numberAt(s, i); ok {
			return i, end, true
		}
	}
	return 0, 0, false
}

// Mask replaces every number in a text that could be an NHS number. It is the
// last defence of a log or a fault, not the first.
func Mask(s string) string {
	var b *strings.Builder
	from := 0
	for {
		start, end, ok := FindNHSNumber(s, from)
		if !ok {
			break
		}
		if b == nil {
			b = new(strings.Builder)
		}
		b.WriteString(s[from:start] + masked)
		from = end
	}
	if b == nil {
		return s
	}
	return b.String() + s[from:]
}

// numberAt reads ten digits at i, in groups or not, and says where they end and
// whether they are a valid NHS number with no further digit behind.
func numberAt(s string, i int) (end int, ok bool) {
	digits := make([]byte, 0, 10)
	for len(digits) < 10 {
		if len(digits) == 3 || len(digits) == 6 {
			if n := separated(s[i:]); n > 0 && digit(s, i+n) {
				i += n
			}
		}
		if !digit(s, i) {
			return 0, false
		}
		digits = append(digits, s[i])
		i++
	}
	return i, !digit(s, i) && ValidNHSNumber(string(digits))
}

// separated is the length of one or two separators that begin a text.
func separated(s string) (n int) {
	for range 2 {
		for _, sep := range separators {
			if strings.HasPrefix(s[n:], sep) {
				n += len(sep)
				break
			}
		}
	}
	return n
}

func digit(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
