//go:build duckdb_arrow

package night

import (
	"fmt"

	"leftshift/engine"
)

// AgeBand is a ten-year band, from 90 on one; "" not known.
func AgeBand(age int) string {
	switch {
	case age < 0:
		return ""
	case age >= 90:
		return "90 and over"
	}
	return fmt.Sprintf("%02d to %02d", age/10*10, age/10*10+9)
}

// SexWord is a person stated gender in words; "" not known.
func SexWord(s engine.Sex) string {
	switch s {
	case engine.Male:
		return "male"
	case engine.Female:
		return "female"
	case engine.SexIndeterminate:
		return "indeterminate"
	}
	return ""
}

// Quintile is a fifth of deprivation; "" not known.
func Quintile(decile uint8) string {
	if decile < 1 || decile > 10 {
		return ""
	}
	return [...]string{"1 most deprived", "2", "3", "4", "5 least deprived"}[(decile-1)/2]
}

// EthnicGroup is the census group of an NHS Data Dictionary ethnic category;
// "" not known or not stated.
func EthnicGroup(category byte) string {
	switch category {
	case 'A', 'B', 'C':
		return "White"
	case 'D', 'E', 'F', 'G':
		return "Mixed"
	case 'H', 'J', 'K', 'L':
		return "Asian or Asian British"
	case 'M', 'N', 'P':
		return "Black or Black British"
	case 'R', 'S':
		return "Other ethnic groups"
	}
	return ""
}
