package codelist

import (
	"slices"
	"strings"
)

// Normalise brings a record's code into the form that lists are written in,
// and says whether the result has the shape of a code of that system. Codes
// of systems without a rule here are only trimmed.
func Normalise(system, code string) (string, bool) {
	switch system {
	case SNOMED, DMD:
		code = strings.TrimSpace(code)
		return code, SNOMEDFault(code) == ""
	case ICD10:
		return NormaliseICD10(code)
	case OPCS4:
		return normaliseOPCS4(code)
	}
	code = strings.TrimSpace(code)
	return code, code != ""
}

// NormaliseICD10 removes what hospital data add to an ICD-10 code: dots,
// spaces, a hyphen or X that fills the fourth character (I10X, "E10.-"), a
// dagger, asterisk or plus, and the letter D or A that stands for dagger or
// asterisk at the end of a Commissioning Data Set code. Small letters become
// capitals. The second result is false when what remains is not a letter, two
// digits and at most two digits more; an ICD-10-CM code with a seventh
// character is such a case.
func NormaliseICD10(code string) (string, bool) {
	b := make([]byte, 0, 8)
	for _, r := range code {
		switch {
		case r >= 'a' && r <= 'z':
			b = append(b, byte(r-'a'+'A'))
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b = append(b, byte(r))
		case r == '-':
			b = append(b, 'X')
		case r == '.' || r == ' ' || r == '\t' || r == '*' || r == '+' || r == '†' || r == '‡' || r == '\u00a0':
		default:
			return code, false
		}
	}
	if n := len(b); n > 4 && n <= 6 && (b[n-1] == 'D' || b[n-1] == 'A') {
		b = b[:n-1]
	}
	// A filler in the fourth place means that the code has three characters,
	// whatever follows; one in the fifth, that it has four.
	if len(b) > 3 && len(b) <= 6 && b[3] == 'X' {
		b = b[:3]
	}
	if n := len(b); n == 5 && b[4] == 'X' {
		b = b[:4]
	}
	s := string(b)
	return s, len(s) >= 3 && len(s) <= 5 && isICD10Prefix(s)
}

// isICD10Prefix says whether s can start an ICD-10 code: a letter and at most
// four digits.
func isICD10Prefix(s string) bool {
	if len(s) < 1 || len(s) > 5 || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	return digits(s[1:])
}

// normaliseOPCS4 removes dots and spaces; a code is a letter and two or three
// digits.
func normaliseOPCS4(code string) (string, bool) {
	s := strings.ToUpper(strings.NewReplacer(".", "", " ", "").Replace(code))
	ok := len(s) >= 3 && len(s) <= 4 && s[0] >= 'A' && s[0] <= 'Z' && digits(s[1:])
	return s, ok
}

// bnfShape says whether s is a BNF code of NHS prescribing data: chapter,
// section and paragraph of two digits each, subparagraph of one, then two
// characters each of substance, product, strength with form, and equivalent.
// A whole code has 15 characters, one of an appliance 11; a prefix ends at a
// level. (NHS Business Services Authority, BNF code structure.)
func bnfShape(match Match, s string) bool {
	switch n := len(s); {
	case n == 15 || n == 11:
	case match == Prefix && (n == 2 || n == 4 || n == 6 || n == 7 || n == 9 || n == 13):
	default:
		return false
	}
	if !digits(s[:min(7, len(s))]) || s[:2] < "01" || s[:2] > "23" {
		return false
	}
	for _, c := range []byte(s[min(7, len(s)):]) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// Guess gives the only system whose shape all codes have, as lists write them;
// "" for none, for several (A01 is ICD-10 and OPCS-4) and for no codes. dm+d
// identifiers are SNOMED CT's. Digits alone are of BNF only where a zero, which
// begins no SNOMED CT identifier, or a whole code says so.
func Guess(codes []string) string {
	found := ""
	for _, system := range []string{SNOMED, ICD10, OPCS4, BNF} {
		all := len(codes) > 0
		match := Prefix
		if system == SNOMED {
			match = Exact
		}
		for _, c := range codes {
			if fault, _ := codeFault(system, match, c); fault != "" {
				all = false
				break
			}
		}
		if system == BNF {
			all = all && slices.ContainsFunc(codes, func(c string) bool { return c[0] == '0' || len(c) == 15 }) && found == ""
		}
		switch {
		case all && found != "":
			return ""
		case all:
			found = system
		}
	}
	return found
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
