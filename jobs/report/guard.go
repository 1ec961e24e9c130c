package report

import "leftshift/engine"

// Guard refuses a page that holds what looks like an identifier: ten or more
// digits in a row (an NHS number, a person key), or ten with single spaces or
// hyphens between them that pass the check of an NHS number (Modulus 11, NHS
// Data Dictionary, "NHS NUMBER"). It is the last lock of a door that should
// need none; the error says neither what it found nor where.
func Guard(html []byte) error {
	refused := &engine.Fault{Code: "report-identifier", Say: "the night report was not written, for it would hold what looks like an identifier; look for numbers in the names of sources, teams, groups and facts"}
	for i := 0; i < len(html); i++ {
		if !digit(html[i]) || i > 0 && digit(html[i-1]) {
			continue
		}
		run := 0
		for i+run < len(html) && digit(html[i+run]) {
			run++
		}
		if run >= 10 {
			return refused
		}
		if run == 3 && spaced(html[i:]) {
			return refused
		}
	}
	return nil
}

// spaced says whether text starts with a valid number written 3 3 4.
func spaced(text []byte) bool {
	if len(text) < 12 || len(text) > 12 && digit(text[12]) {
		return false
	}
	sum, weight := 0, 10
	for k, c := range text[:12] {
		if k == 3 || k == 7 {
			if c != ' ' && c != '-' {
				return false
			}
			continue
		}
		if !digit(c) {
			return false
		}
		if weight > 1 {
			sum += weight * int(c-'0')
			weight--
		}
	}
	return (11-sum%11)%11 == int(text[11]-'0')
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
