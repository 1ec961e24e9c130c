package identity

// ValidNHSNumber says whether s is ten digits that pass the Modulus 11 check
// (NHS Data Dictionary, NHS NUMBER): digits 1 to 9 weighted 10 to 2, 11 minus
// the remainder of the sum by 11 equals digit 10; 11 counts as 0, and 10 is
// never valid.
func ValidNHSNumber(s string) bool {
	if len(s) != 10 {
		return false
	}
	sum := 0
	for i := range 9 {
		c := s[i]
		if c < '0' || c > '9' {
			return false
		}
		sum += int(c-'0') * (10 - i)
	}
	check := 11 - sum%11
	if check == 11 {
		check = 0
	}
	return check != 10 && s[9] == byte('0'+check)
}

// CleanNHSNumber removes the spaces and hyphens of the 3 3 4 form.
func CleanNHSNumber(s string) string {
	out := make([]byte, 0, 10)
	for i := range len(s) {
		if c := s[i]; c != ' ' && c != '-' {
			out = append(out, c)
		}
	}
	return string(out)
}

// FormatNHSNumber writes ten digits in the 3 3 4 form with single spaces, as
// an NHS number is shown to a person. What is not ten characters long is
// given back as it is.
func FormatNHSNumber(s string) string {
	if len(s) != 10 {
		return s
	}
	return s[:3] + " " + s[3:6] + " " + s[6:]
}
