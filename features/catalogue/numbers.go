package catalogue

import (
	"regexp"
	"strings"

	"leftshift/engine/identity"
	"leftshift/features/codelist"
)

var tenDigits = regexp.MustCompile(`^\d{3}[ -]?\d{3}[ -]?\d{4}`)

// numbers refuses a site's file in which something may be an NHS number: ten
// digits, written together or as 3, 3 and 4, whose check digit is right. Only a
// code that says its system and is an identifier of it may look so. The fault
// does not repeat the number.
func (l *loader) numbers(t *text) {
	for i, line := range strings.Split(string(t.bytes), "\n") {
		for at := range len(line) {
			if !digit(line, at) || digit(line, at-1) {
				continue // numbers begin here only
			}
			number := tenDigits.FindString(line[at:])
			if number == "" || digit(line, at+len(number)) || !identity.ValidNHSNumber(identity.CleanNHSNumber(number)) {
				continue // a part of a longer number, or none of a person
			}
			before := line[:at]
			coded := strings.HasSuffix(before, codelist.SNOMED+":") || strings.HasSuffix(before, codelist.DMD+":")
			if coded && codelist.SNOMEDFault(number) == "" {
				continue
			}
			l.faults.add(t.name, i+1, "nhs-number", "the line has ten digits that may be an NHS number: no file of features may hold one; make the people of cases up, and write a code as snomed:CODE")
		}
	}
}

func digit(s string, i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
