package disclosure

import "testing"

// G27: a share of a total that lacks much of what it totals is not told.
func TestG27AShareOfWhatIsMostlyHiddenIsNotTold(t *testing.T) {
	cells := func(counts ...int) (out []Cell) {
		for _, n := range counts {
			out = append(out, Standard.Count(n))
		}
		return out
	}
	for _, x := range []struct {
		name        string
		part, whole Cell
		shown       bool
	}{
		{"all others are stars", Standard.Count(60), Sum(cells(60, 3, 2, 7, 1)...), false},
		{"one star beside many people", Standard.Count(600), Sum(cells(600, 900, 3)...), true},
		{"expected events of few practices", Sum(cells(10, 4, 5, 6, 7, 3)...), Sum(cells(80)...), false},
		{"a sum of sums", Standard.Count(60), Sum(Sum(cells(60, 3)...), Sum(cells(2, 7)...)), false},
		{"nothing hidden", Sum(cells(10, 20)...), Sum(cells(40, 60)...), true},
		{"nobody beside", Standard.Count(60), Sum(cells(60, 0, 0)...), true},
		{"hidden itself", Hidden, Sum(cells(60)...), false},
	} {
		if got, shown := Percent(x.part, x.whole); shown != x.shown {
			t.Errorf("%s: %v, %v", x.name, got, shown)
		}
	}
}

// F6: a total that lacks most of what it totals is not read as a total.
func TestF6ATotalOfWhatIsMostlyHiddenIsHidden(t *testing.T) {
	ten, star := Standard.Count(10), Standard.Count(3)
	if got := Sum(ten, star, star, star, star, star, star, star).Told(); got != Hidden {
		t.Errorf("ten and seven stars are told as %s", got)
	}
	if got := Sum(ten, ten).Told(); got.String() != "20" {
		t.Errorf("two counts that are shown are told as %s", got)
	}
}
