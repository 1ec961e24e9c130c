package codelist

// Tables of Verhoeff's dihedral check digit, which every SNOMED CT identifier
// ends with (SNOMED CT Technical Implementation Guide, "Check-digit"; J
// Verhoeff, Error Detecting Decimal Codes, 1969).
var (
	verhoeffMultiply = [10][10]uint8{
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		{1, 2, 3, 4, 0, 6, 7, 8, 9, 5},
		{2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
		{3, 4, 0, 1, 2, 8, 9, 5, 6, 7},
		{4, 0, 1, 2, 3, 9, 5, 6, 7, 8},
		{5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
		{6, 5, 9, 8, 7, 1, 0, 4, 3, 2},
		{7, 6, 5, 9, 8, 2, 1, 0, 4, 3},
		{8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
		{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
	}
	verhoeffFirst   = [10]uint8{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}
	verhoeffPermute = permutations(verhoeffFirst)
)

// permutations gives powers 0 to 7 of a permutation of the digits.
func permutations(first [10]uint8) (p [8][10]uint8) {
	for d := range p[0] {
		p[0][d] = uint8(d)
	}
	for i := 1; i < len(p); i++ {
		for d := range p[i] {
			p[i][d] = p[i-1][first[d]]
		}
	}
	return p
}

// SNOMEDFault says in words what is wrong with a SNOMED CT concept
// identifier, or "" when nothing is: 6 to 18 digits, no leading zero, a
// partition of 00 or 10 (a concept; not a description or a relationship), and
// a right check digit. It does not say that the concept exists.
func SNOMEDFault(id string) string {
	switch {
	case !digits(id) || id == "":
		return "is not all digits"
	case len(id) < 6 || len(id) > 18:
		return "does not have 6 to 18 digits"
	case id[0] == '0':
		return "starts with a zero"
	}
	switch id[len(id)-3 : len(id)-1] {
	case "00", "10":
	default:
		return "is not a concept identifier (its partition is neither 00 nor 10)"
	}
	if !verhoeff(id) {
		return "has a wrong check digit"
	}
	return ""
}

// verhoeff says whether the last digit checks the others; s is all digits.
func verhoeff(s string) bool {
	var c uint8
	for i := 0; i < len(s); i++ {
		c = verhoeffMultiply[c][verhoeffPermute[i%8][s[len(s)-1-i]-'0']]
	}
	return c == 0
}
