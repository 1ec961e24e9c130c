package codelist

import "strings"

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

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
