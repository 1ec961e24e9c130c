package disclosure

import (
	"math"
	"strconv"
)

// Cell is what may be shown of a count of people. The zero value is the count
// 0. There is no way back to the count.
type Cell struct {
	value  int // rounded; 0 when hidden
	hidden bool
	parts  int // of a Sum: how many of its parts are hidden
}

// Hidden is the cell of a count that is not shown.
var Hidden = Cell{hidden: true}

// Star is how a hidden cell is written.
const Star = "*"

// String is the rounded count in digits, or Star.
func (c Cell) String() string {
	if c.hidden {
		return Star
	}
	return strconv.Itoa(c.value)
}

// MarshalText is String.
func (c Cell) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Value is the rounded count; false when it is hidden.
func (c Cell) Value() (int, bool) { return c.value, !c.hidden }

// Sum is the total of cells: the sum of those that are shown. It is hidden
// where that sum is 0 and a part is hidden, for 0 always means nobody.
func Sum(cells ...Cell) Cell {
	var total Cell
	for _, c := range cells {
		total.value += c.value
		total.hidden = total.hidden || c.hidden
		total.parts += c.parts
		if c.hidden && c.parts == 0 {
			total.parts++
		}
	}
	total.hidden = total.hidden && total.value == 0
	return total
}

// Percent is 100 times part over whole, both as shown. False, and NaN, where
// either is hidden, where the whole is 0, and where either is a Sum that lacks so
// much in hidden parts that the share would mislead: "100 % of those listed" when
// all others are stars.
func Percent(part, whole Cell) (float64, bool) {
	if part.hidden || whole.hidden || whole.value == 0 || part.lacks() || whole.lacks() {
		return math.NaN(), false
	}
	return 100 * float64(part.value) / float64(whole.value), true
}

// Told is the cell as a total: hidden where it is a Sum that lacks so much in hidden
// parts that it would be read as far too few.
func (c Cell) Told() Cell {
	if c.lacks() {
		return Hidden
	}
	return c
}

// lacks says whether hidden parts, taken at half of the greatest small count of
// the standard rule each, could be more than a twentieth of what is shown.
func (c Cell) lacks() bool { return 20*c.parts*(Standard.Small+1)/2 > c.value }
