package engine

import "strconv"

// Plural says a number of things: "1 fault", "2 faults", "0 faults". The noun
// is one whose plural ends in s, or in ies for a y after a consonant.
func Plural(n int, noun string) string {
	switch last := len(noun) - 1; {
	case n == 1:
	case last > 0 && noun[last] == 'y' && !vowel(noun[last-1]):
		noun = noun[:last] + "ies"
	default:
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

func vowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	}
	return false
}
