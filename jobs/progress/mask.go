package progress

import (
	"strings"

	"leftshift/engine/identity"
)

const masked = "[masked]"

// separators that may stand between the 3 3 4 groups of an NHS number in text
// or in an address.
var separators = []string{"%20", " ", "-", "\u00a0", "\u2011", "+", "_", "."}

// Mask replaces every number in a text that could be an NHS number: ten
// digits, alone or in groups of 3 3 4, that pass the Modulus 11 check. It is
// the last defence of a log, not the first; one in eleven other ten-digit
// numbers goes with them.
func Mask(s string) string {
	var b *strings.Builder
	from := 0
	for i := 0; i < len(s); i++ {
		if !digit(s, i) || digit(s, i-1) {
			continue
		}
		end, ok := number(s, i)
		if !ok {
			continue
		}
		if b == nil {
			b = new(strings.Builder)
		}
		b.WriteString(s[from:i] + masked)
		from, i = end, end-1
	}
	if b == nil {
		return s
	}
	return b.String() + s[from:]
}

// number reads ten digits at i, in groups or not, and says where they end and
// whether they are a valid NHS number with no further digit behind.
func number(s string, i int) (end int, ok bool) {
	digits := make([]byte, 0, 10)
	for len(digits) < 10 {
		if len(digits) == 3 || len(digits) == 6 {
			for _, sep := range separators {
				if strings.HasPrefix(s[i:], sep) && digit(s, i+len(sep)) {
					i += len(sep)
					break
				}
			}
		}
		if !digit(s, i) {
			return 0, false
		}
		digits = append(digits, s[i])
		i++
	}
	return i, !digit(s, i) && identity.ValidNHSNumber(string(digits))
}

func digit(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
