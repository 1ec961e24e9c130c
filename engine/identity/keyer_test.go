package identity

import (
	"testing"

	"pgregory.net/rapid"
)

// Under another key nobody has the same pseudonym, so that two data sets that
// were made for two purposes under two keys cannot be linked; under the same
// key everybody has.
func TestG16PseudonymsOfTwoKeysDoNotLink(t *testing.T) {
	keyer := func(first byte) *Keyer {
		key := make([]byte, KeyBytes)
		key[0] = first
		k, err := NewKeyer(key)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	one, again, two := keyer(1), keyer(1), keyer(2)
	rapid.Check(t, func(t *rapid.T) {
		seen := map[int64]bool{}
		numbers := rapid.SliceOfNDistinct(rapid.StringMatching(`[0-9]{10}`), 1, 50, rapid.ID).Draw(t, "numbers")
		for _, n := range numbers {
			p, _ := one.Key("nhs", n)
			if q, _ := again.Key("nhs", n); q != p {
				t.Fatal("the same key gives two pseudonyms")
			}
			seen[p] = true
		}
		for _, n := range numbers {
			if q, _ := two.Key("nhs", n); seen[q] {
				t.Fatal("a pseudonym of one key is one of the other")
			}
		}
	})
}
