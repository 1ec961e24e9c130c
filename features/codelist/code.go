package codelist

import (
	"slices"
	"strings"

	"leftshift/engine"
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
		code = engine.NormaliseICD10(code)
		return code, engine.ValidICD10(code)
	case OPCS4:
		return normaliseOPCS4(code)
	}
	code = strings.TrimSpace(code)
	return code, code != ""
}

// CodeFault says in words what is wrong with a record's code of a system, "" for
// nothing: "has a wrong check digit". Of a system that no list has, any code is
// right that is not empty; of BNF, which sources also give in part, one that ends
// at a level.
func CodeFault(system, code string) string {
	switch system {
	case ICD10:
		if _, ok := Normalise(system, code); !ok {
			return "has not the shape of an ICD-10 code, as S720"
		}
		return ""
	case OPCS4:
		if _, ok := Normalise(system, code); !ok {
			return "has not the shape of an OPCS-4 code, as W381"
		}
		return ""
	}
	match := Exact
	if system == BNF {
		match = Prefix
	}
	text, _ := codeFault(system, match, code)
	return text
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
