package source

import (
	"strings"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
)

// A column that is mapped to the wrong field of its source may bring NHS
// numbers, postcodes or words where codes and names belong. What follows keeps
// them from the landed tables, which hold no identifier in clear.

// refuse says why a code may not land; "" when it may. SNOMED CT, LOINC,
// RxNorm and CVX are let through: they have check digits of their own, or
// numbers that may pass for an NHS number by chance.
func refuse(system engine.System, code string) (reason string) {
	switch system {
	case engine.SNOMED, engine.DMD, engine.LOINC, engine.RxNorm, engine.CVX:
		return ""
	case engine.ODS:
		if !odsShape(code) {
			return odsMalformed
		}
	case engine.OtherSystem:
		// The text is the system's URL, a bar and the code.
		code = code[strings.LastIndexByte(code, '|')+1:]
	}
	if identity.ValidNHSNumber(identity.CleanNHSNumber(strings.TrimSpace(code))) {
		return identifierInCode
	}
	return ""
}

// odsShape says whether a text can be an ODS code: 3 to 9 letters and digits,
// without the form of a postcode whose space was left out.
func odsShape(s string) bool {
	if len(s) < 3 || len(s) > 9 {
		return false
	}
	for i := range len(s) {
		if !digit(s[i]) && !letter(s[i]) {
			return false
		}
	}
	return !postcodeShape(s)
}

// postcodeShape says whether letters and digits have the form of a UK postcode
// without its space: one or two letters, a digit, perhaps a digit or letter;
// then a digit and two letters (BS 7666; ONS Postcode Directory user guide).
func postcodeShape(s string) bool {
	n := len(s)
	if n < 5 || n > 7 || !digit(s[n-3]) || !letter(s[n-2]) || !letter(s[n-1]) {
		return false
	}
	out := s[:n-3]
	if !letter(out[0]) {
		return false
	}
	out = out[1:]
	if letter(out[0]) {
		out = out[1:]
	}
	return (len(out) == 1 || len(out) == 2) && digit(out[0])
}

// holdsIdentifier says whether a text holds ten digits that pass the check of
// an NHS number, alone or in the 3 3 4 form, and are part of no longer number.
func holdsIdentifier(s string) bool {
	for i := 0; i+10 <= len(s); i++ {
		if !digit(s[i]) || i > 0 && digit(s[i-1]) {
			continue
		}
		var number [10]byte
		n, j := 0, i
		for n < 10 && j < len(s) {
			if n == 3 || n == 6 {
				j += gap(s[j:])
			}
			if j == len(s) || !digit(s[j]) {
				break
			}
			number[n] = s[j]
			n, j = n+1, j+1
		}
		if n == 10 && (j == len(s) || !digit(s[j])) && identity.ValidNHSNumber(string(number[:])) {
			return true
		}
	}
	return false
}

// gap is the length of the space or hyphen that a text begins with, in any of
// the forms that word processors give them; 0 for none.
func gap(s string) int {
	for _, g := range [...]string{" ", "-", "\u00a0", "\u2009", "\u2010", "\u2011", "\u2013", "\u202f"} {
		if strings.HasPrefix(s, g) {
			return len(g)
		}
	}
	return 0
}

// clean empties the texts of a row that may not land, and counts why. A text
// that its table requires then quarantines the record as value-missing.
func (b *Batch) clean(row any) {
	switch x := row.(type) {
	case *schema.PersonFact:
		if e := x.EthnicCategory; e != "" && e != "99" && (len(e) != 1 || e[0] < 'A' || e[0] > 'Z') {
			x.EthnicCategory = ""
			b.Note(ethnicUnknown)
		}
	case *schema.Episode:
		b.words(&x.AdmissionMethod, &x.AdmissionSource, &x.DischargeMethod, &x.Destination)
	case *schema.Organisation:
		if x.ODS != "" && !odsShape(x.ODS) {
			x.ODS = ""
			b.Note(odsMalformed)
		}
		b.words(&x.Name, &x.Role)
	case *schema.Team:
		b.words(&x.Team, &x.Name)
	case *schema.Area:
		b.words(&x.LSOA, &x.Name)
	}
}

// words empties each text that holds an identifier.
func (b *Batch) words(texts ...*string) {
	for _, t := range texts {
		if holdsIdentifier(*t) {
			*t = ""
			b.Note(identifierInDisplay)
		}
	}
}

func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }
