package codelist

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// Identifiers from SNOMED International's and NHS public documentation.
func TestSNOMEDFault(t *testing.T) {
	for _, id := range []string{"138875005", "404684003", "22298006", "195967001", "999791000000106", "271649006", "60621009", "900000000000207008"} {
		if f := SNOMEDFault(id); f != "" {
			t.Errorf("%s %s", id, f)
		}
	}
	for _, id := range []string{"", "12345", "1234567890123456789", "138875006", "0138875005", "22298O06", "-22298006", "900000000000013009x",
		"2576011", // a description identifier: partition 01
	} {
		if SNOMEDFault(id) == "" {
			t.Errorf("%q passes", id)
		}
	}
}

// What the check digit is for: one digit wrong, or two neighbours swapped, is
// always noticed.
func TestVerhoeffNoticesSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := strconv.FormatInt(rapid.Int64Range(1000, 99999999999999).Draw(t, "body"), 10)
		id, right := "", 0
		for d := 0; d < 10; d++ {
			if s := body + strconv.Itoa(d); verhoeff(s) {
				id = s
				right++
			}
		}
		if right != 1 {
			t.Fatalf("%s has %d right check digits", body, right)
		}
		at := rapid.IntRange(0, len(id)-1).Draw(t, "at")
		by := rapid.IntRange(1, 9).Draw(t, "by")
		wrong := []byte(id)
		wrong[at] = '0' + (wrong[at]-'0'+byte(by))%10
		if verhoeff(string(wrong)) {
			t.Fatalf("%s and %s both pass", id, wrong)
		}
		at = rapid.IntRange(0, len(id)-2).Draw(t, "swap")
		swapped := []byte(id)
		swapped[at], swapped[at+1] = swapped[at+1], swapped[at]
		if swapped[at] != swapped[at+1] && verhoeff(string(swapped)) {
			t.Fatalf("%s and %s both pass", id, swapped)
		}
	})
}
