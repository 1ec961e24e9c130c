package source

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Scale agrees with exact rational arithmetic.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?[0-9]{1,6}(\.[0-9]{0,8})?`).Draw(t, "s")
		d := rapid.IntRange(0, 5).Draw(t, "decimals")
		got, ok := Scale(s, d)
		if !ok {
			t.Fatalf("%q refused", s)
		}
		exact := s
		if strings.HasSuffix(s, ".") {
			exact += "0"
		}
		r, _ := new(big.Rat).SetString(exact)
		r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d)), nil)))
		half := big.NewRat(1, 2)
		if r.Sign() < 0 {
			half.Neg(half)
		}
		r.Add(r, half)
		want := new(big.Int).Quo(r.Num(), r.Denom()).Int64()
		if got != want {
			t.Fatalf("%q x 10^%d: %d, want %d", s, d, got, want)
		}
	})
	for _, bad := range []string{"", ".", "-", "1e5", "NaN", "12a", "99999999999999999999"} {
		if _, ok := Scale(bad, 2); ok {
			t.Errorf("%q accepted", bad)
		}
	}
}
