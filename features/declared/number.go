package declared

import (
	"strings"

	"leftshift/engine/identity"
)

// Numbers refuses a site's file in which something may be an NHS number: ten
// digits, written together or as 3, 3 and 4, whose check digit is right. coded
// says of one, given what stands before it on its line, that it is a code. The
// fault does not repeat the number.
func Numbers(file string, text []byte, coded func(before, number string) bool, faults *Faults) {
	for i, line := range strings.Split(string(text), "\n") {
		for at := 0; ; {
			start, end, ok := identity.FindNHSNumber(line, at)
			if !ok {
				break
			}
			if !coded(line[:start], line[start:end]) {
				faults.Add(file, i+1, "nhs-number", "the line has ten digits that may be an NHS number: no file of a site's features or code lists may hold one; make the people of cases up, and write a code as snomed:CODE")
			}
			at = end
		}
	}
}
