package readability

import (
	"math"
	"testing"
)

func TestF16Grade(t *testing.T) {
	for _, c := range []struct {
		text  []string
		grade float64
		words int
	}{
		{[]string{"The cat sat on the mat."}, .39*6 + 11.8 - 15.59, 6},
		{[]string{"The cat sat. On the mat!"}, .39*3 + 11.8 - 15.59, 6},
		{[]string{"The cat sat", "on the mat"}, .39*3 + 11.8 - 15.59, 6},                           // a paragraph ends a sentence
		{[]string{"Stratification identifies"}, .39*2 + 11.8*float64(5+4)/2 - 15.59, 2},            // runs of vowels: 5 and 4
		{[]string{"We care: 12 of 100, 3.5 more"}, .39*4.0/2 + 11.8*float64(1+1+1+1)/4 - 15.59, 4}, // a number is no word, nor a point in it a stop
		{nil, -15.59, 0},
		{[]string{" ", "12."}, -15.59, 0},
	} {
		grade, words := Grade(c.text)
		if words != c.words || math.Abs(grade-c.grade) > 1e-9 {
			t.Errorf("%q: grade %v of %d words, want %v of %d", c.text, grade, words, c.grade, c.words)
		}
	}
	plain, _ := Grade([]string{"You can say no. We will stop. Your care stays the same."})
	hard, _ := Grade([]string{"Individuals may exercise their entitlement to discontinuation of automated profiling activities notwithstanding organisational considerations."})
	if plain > 4 || hard < 20 {
		t.Errorf("plain words have grade %.1f, hard ones %.1f", plain, hard)
	}
}
