package identity

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// Of the ten numbers that share nine digits, at most one is valid, and which
// one is what a second reading of the published steps says: weights 10 down
// to 2, remainder by 11 from 11, 11 is 0, 10 is none.
func TestNHSNumberHasAtMostOneCheckDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nine := rapid.StringMatching(`[0-9]{9}`).Draw(t, "nine")
		sum := 0
		for i, weight := range []int{10, 9, 8, 7, 6, 5, 4, 3, 2} {
			sum += weight * int(nine[i]-'0')
		}
		want := (11 - sum%11) % 11 // 11 becomes 0; 10 stays and matches no digit
		for d := range 10 {
			n := nine + fmt.Sprint(d)
			if got := ValidNHSNumber(n); got != (d == want) {
				t.Fatalf("%s: %v", n, got)
			}
		}
	})
}

// A single wrong digit, and two digits changed over, never pass.
func TestNHSNumberFindsTypingErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.StringMatching(`[0-9]{10}`).Filter(ValidNHSNumber).Draw(t, "n")
		i := rapid.IntRange(0, 9).Draw(t, "at")
		other := rapid.IntRange(0, 9).Draw(t, "other")
		b := []byte(n)
		if b[i] != byte('0'+other) {
			b[i] = byte('0' + other)
			if ValidNHSNumber(string(b)) {
				t.Fatalf("%s passes beside %s", b, n)
			}
		}
		if b = []byte(n); i < 9 && b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			if ValidNHSNumber(string(b)) {
				t.Fatalf("%s passes beside %s", b, n)
			}
		}
	})
}

func TestNHSNumberExamples(t *testing.T) {
	// 9434765919 is the NHS Data Dictionary's and NHS Digital's published
	// example; 9000000009 and 9999999999 are of the range kept for tests.
	for n, want := range map[string]bool{
		"9434765919": true, "9000000009": true, "9999999999": true,
		"9434765918": false, "943476591": false, "94347659190": false, "": false,
		"943476591X": false, "943 476 5919": false, "9434765910": false,
		"０434765919": false, "0000000000": true, // passes the sum; never issued
	} {
		if got := ValidNHSNumber(n); got != want {
			t.Errorf("%q: %v, want %v", n, got, want)
		}
	}
}

// G50: shown as 3 3 4; input with or without the spaces is the same number.
func TestG50NHSNumberForm(t *testing.T) {
	if got := FormatNHSNumber("9434765919"); got != "943 476 5919" {
		t.Errorf("%q", got)
	}
	for _, in := range []string{"943 476 5919", "943-476-5919", "9434765919", " 9434765919 "} {
		if got := CleanNHSNumber(in); got != "9434765919" {
			t.Errorf("%q: %q", in, got)
		}
	}
	if FormatNHSNumber("12") != "12" {
		t.Error("a short text changed")
	}
}
