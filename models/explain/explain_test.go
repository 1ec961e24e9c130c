package explain

import (
	"math"
	"reflect"
	"testing"
)

func TestTopOrder(t *testing.T) {
	c := New([]string{"a", "b", "c", "d", "e"}, 1)
	c.Base = -2
	copy(c.Values[0], []float64{0.5, -1, 0, -0.5, math.NaN()})
	got := c.Top(0, -1)
	want := []Entry{{1, "b", -1}, {0, "a", 0.5}, {3, "d", -0.5}}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	if got := c.Top(0, 2); !reflect.DeepEqual(got, want[:2]) {
		t.Fatalf("first two: %v", got)
	}
	if got := c.Top(0, 0); len(got) != 0 {
		t.Fatalf("none asked, %v given", got)
	}
}
