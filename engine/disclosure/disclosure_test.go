package disclosure

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestG26Count(t *testing.T) {
	for n, want := range map[int]string{0: "0", 1: "*", 4: "*", 7: "*", 8: "10", 12: "10", 13: "15", 17: "15", 18: "20", 100: "100", 1_000_003: "1000005"} {
		if got := Standard.Count(n).String(); got != want {
			t.Errorf("%d is shown as %s, want %s", n, got, want)
		}
		if got := (Rule{}).Count(n).String(); got != want {
			t.Errorf("%d under the zero rule is %s, want %s", n, got, want)
		}
	}
	// Ties go up; what would round to 0 is hidden; {0, 1} is no control.
	for _, c := range []struct {
		rule Rule
		n    int
		want string
	}{{Rule{7, 10}, 15, "20"}, {Rule{7, 10}, 14, "10"}, {Rule{0, 5}, 2, "*"}, {Rule{0, 5}, 3, "5"}, {Rule{2, 10}, 4, "*"}, {Rule{2, 10}, 5, "10"}, {Rule{0, 1}, 1, "1"}, {Rule{7, 1}, 9, "9"}, {Rule{10, 0}, 10, "*"}, {Rule{10, 0}, 11, "10"}} {
		if got := c.rule.Count(c.n).String(); got != c.want {
			t.Errorf("%v: %d is shown as %s, want %s", c.rule, c.n, got, c.want)
		}
	}
	for w, want := range map[float64]string{0: "0", 0.2: "*", 7.4: "*", 7.6: "10"} {
		if got := Standard.Weight(w).String(); got != want {
			t.Errorf("weight %v is shown as %s, want %s", w, got, want)
		}
	}
}

func TestG27G28MeansAndPercentages(t *testing.T) {
	if _, ok := Standard.Mean(7, 0.2); ok {
		t.Error("a mean of 7 people is shown")
	}
	if v, ok := Standard.Mean(8, 0.2); !ok || v != 0.2 {
		t.Error("a mean of 8 people is not shown")
	}
	if _, ok := Standard.Mean(100, math.NaN()); ok {
		t.Error("a mean that is no number is shown")
	}
	if v, ok := Percent(Standard.Count(12), Standard.Count(41)); !ok || v != 25 {
		t.Errorf("12 of 41 is %v %%, want 10 of 40", v)
	}
	for _, c := range [][2]int{{3, 50}, {0, 0}, {0, 4}} {
		if _, ok := Percent(Standard.Count(c[0]), Standard.Count(c[1])); ok {
			t.Errorf("%d of %d has a percentage", c[0], c[1])
		}
	}
}

func TestG29Control(t *testing.T) {
	got, err := Table{Rows: []string{"a", "b", "c"}, Columns: []string{"x", "y"}, Counts: [][]int{{12, 3}, {0, 5}, {101, 8}}}.Control(Standard)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got.Strings()); s != "[[10 * 10] [0 * *] [100 10 110] [110 10 120]]" {
		t.Error(s)
	}
	for _, bad := range []Table{{Rows: []string{"a"}}, {Rows: []string{"a"}, Columns: []string{"x"}, Counts: [][]int{{1, 2}}}, {Rows: []string{"a"}, Columns: []string{"x"}, Counts: [][]int{{-1}}}} {
		if _, err := bad.Control(Standard); err == nil {
			t.Errorf("%+v accepted", bad)
		}
	}
	if _, err := (Table{}).Control(Rule{Small: -1}); err == nil {
		t.Error("a negative rule accepted")
	}
}

var count = rapid.OneOf(rapid.IntRange(0, 9), rapid.IntRange(0, 40), rapid.IntRange(0, 5000))

func anyRule(t *rapid.T) Rule {
	return Rule{rapid.IntRange(0, 12).Draw(t, "small"), rapid.IntRange(1, 12).Draw(t, "round")}
}

// A reader who sees only the output and knows the rule cannot tell a table
// from one in which every count is replaced by any other that looks the same:
// totals add nothing to what each cell says.
func TestF6G29TotalsTellNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := anyRule(t)
		rows, columns := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "columns")
		a := Table{Rows: make([]string, rows), Columns: make([]string, columns)}
		b := a
		for range rows {
			var one, other []int
			for range columns {
				n := count.Draw(t, "n")
				lo, hi := rule.bounds(rule.Count(n))
				if n < lo || n > hi || rule.Count(lo) != rule.Count(n) || rule.Count(hi) != rule.Count(n) || rule.Count(hi+1) == rule.Count(n) || lo > 0 && rule.Count(lo-1) == rule.Count(n) {
					t.Fatalf("%v: %d is between %d and %d", rule, n, lo, hi)
				}
				one, other = append(one, n), append(other, rapid.IntRange(lo, hi).Draw(t, "other"))
			}
			a.Counts, b.Counts = append(a.Counts, one), append(b.Counts, other)
		}
		x, err := a.Control(rule)
		if err != nil {
			t.Fatal(err)
		}
		y, _ := b.Control(rule)
		if fmt.Sprint(x.Strings()) != fmt.Sprint(y.Strings()) {
			t.Fatalf("%v and %v differ", x.Strings(), y.Strings())
		}
	})
}

// Two tables that differ by one person differ, if at all, in that person's
// cell and its totals; a total goes the way its cell goes.
func TestOnePersonMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := anyRule(t)
		counts := rapid.SliceOfN(count, 1, 6).Draw(t, "counts")
		k := rapid.IntRange(0, len(counts)-1).Draw(t, "cell")
		show := func() []string {
			c, _ := Table{Rows: []string{""}, Columns: make([]string, len(counts)), Counts: [][]int{counts}}.Control(rule)
			return c.Strings()[0]
		}
		before := show()
		counts[k]++
		after := show()
		for j := range counts {
			if j != k && before[j] != after[j] {
				t.Fatalf("cell %d changed, the person is in %d", j, k)
			}
		}
		if before[k] == after[k] && before[len(counts)] != after[len(counts)] {
			t.Fatal("the total changed and the cell did not")
		}
	})
}

// The difference of two shown counts, one within the other, never fixes the
// number between them, unless both are nobody.
func TestF6Differences(t *testing.T) {
	possible := map[[2]Cell]map[int]bool{}
	for a := 0; a <= 120; a++ {
		for b := 0; b <= a; b++ {
			key := [2]Cell{Standard.Count(a), Standard.Count(b)}
			if possible[key] == nil {
				possible[key] = map[int]bool{}
			}
			possible[key][a-b] = true
		}
	}
	for key, d := range possible {
		top, _ := key[0].Value()
		if top < 115 && len(d) < 5 && key != [2]Cell{} {
			t.Errorf("%s less %s is one of %v", key[0], key[1], d)
		}
	}
}

// The example in the comment of Partitions.
func TestPartitionsWithhold(t *testing.T) {
	alone := fmt.Sprint(Standard.Partitions([]int{48, 53, 1}))
	if alone != "[[50 55 *]]" {
		t.Error(alone)
	}
	linked := fmt.Sprint(Standard.Partitions([]int{48, 53, 1}, []int{102, 0}))
	if linked != "[[* * *] [100 0]]" {
		t.Error(linked)
	}
	if kept := fmt.Sprint(Standard.Partitions([]int{48, 53, 1}, []int{48, 54})); kept != "[[50 55 *] [50 55]]" {
		t.Error(kept)
	}
	// Without rounding the sum gives a single star away at once.
	if exact := fmt.Sprint(Rule{7, 1}.Partitions([]int{100}, []int{60, 37, 3})); exact != "[[100] [* * *]]" {
		t.Error(exact)
	}
}

// A reader who knows the rule and the method groups all small populations by
// what is shown: within a group no small count is ever the same. (Of groups
// near the end of the enumeration not all members are seen: they do not count.)
func TestF6PartitionsAgainstEnumeration(t *testing.T) {
	for _, c := range []struct {
		rule     Rule
		most     int
		one, two int // parts
	}{{Standard, 54, 3, 2}, {Standard, 80, 2, 2}, {Standard, 60, 1, 3}, {Standard, 36, 3, 3}, {Standard, 50, 1, 4}, {Rule{7, 3}, 40, 3, 2}, {Rule{10, 5}, 50, 3, 2}} {
		loose, tight := recovered(c.most, c.rule, c.one, c.two, func(n []int) [][]Cell {
			return [][]Cell{c.rule.Partitions(n[:c.one])[0], c.rule.Partitions(n[c.one:])[0]}
		}), recovered(c.most, c.rule, c.one, c.two, func(n []int) [][]Cell { return c.rule.Partitions(n[:c.one], n[c.one:]) })
		if loose == 0 {
			t.Errorf("%v: nothing to protect, the test is blind", c.rule)
		}
		if tight != 0 {
			t.Errorf("%v in %d and %d parts: %d small counts can be found", c.rule, c.one, c.two, tight)
		}
	}
}

// recovered counts the small counts that what is shown fixes.
func recovered(most int, rule Rule, one, two int, show func([]int) [][]Cell) int {
	type group struct {
		people int
		values []uint64 // bits below 64: values of each part
	}
	seen := map[string]*group{}
	for people := 0; people <= most; people++ {
		for _, a := range splits(people, one, 0) {
			for _, b := range splits(people, two, 0) {
				n := append(append([]int(nil), a...), b...)
				key := fmt.Sprint(show(n))
				g := seen[key]
				if g == nil {
					g = &group{values: make([]uint64, len(n))}
					seen[key] = g
				}
				g.people = people
				for k, v := range n {
					g.values[k] |= 1 << min(v, 63)
				}
			}
		}
	}
	found := 0
	for _, g := range seen {
		for _, v := range g.values {
			if g.people <= most-2*rule.RoundTo && v&(v-1) == 0 && v > 1 && v <= 1<<rule.filled().Small {
				found++
			}
		}
	}
	return found
}

// splits lists the ways to divide people into parts that do not fall: the
// order within a partition says nothing.
func splits(people, parts, least int) [][]int {
	if parts == 1 {
		return [][]int{{people}}
	}
	var out [][]int
	for n := least; n*parts <= people; n++ {
		for _, rest := range splits(people-n, parts-1, n) {
			out = append(out, append([]int{n}, rest...))
		}
	}
	return out
}

func TestPartitionsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := anyRule(t)
		var parts [][]int
		for range rapid.IntRange(1, 4).Draw(t, "partitions") {
			parts = append(parts, rapid.SliceOfN(count, 1, 6).Draw(t, "parts"))
		}
		out := rule.Partitions(parts...)
		for i := range parts {
			for k, n := range parts[i] {
				v, shown := out[i][k].Value()
				if one, _ := rule.Count(n).Value(); shown && (v != one || n > 0 && n <= rule.filled().Small) {
					t.Fatalf("%d is shown as %d", n, v)
				}
			}
		}
	})
}
