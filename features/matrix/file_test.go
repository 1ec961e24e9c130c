package matrix

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What is saved is loaded, unknown and days included.
func TestSaveAndLoad(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		rows := rapid.IntRange(0, 200).Draw(t, "rows")
		m := New([]Column{{ID: "a", Observed: "x"}, {ID: "b", Observed: "x y"}, {ID: "c"}}, rows)
		m.Last[1] = make([]int32, rows)
		keys := Rows{Person: make([]int64, rows), AsOf: make([]int32, rows)}
		for i := range rows {
			keys.Person[i], keys.AsOf[i] = rapid.Int64().Draw(t, "person"), int32(rapid.IntRange(-40000, 40000).Draw(t, "day"))
			for j := range m.Values {
				m.Values[j][i] = float32(rapid.IntRange(-1<<24, 1<<24).Draw(t, "v"))
				if rapid.Bool().Draw(t, "unknown") {
					m.Values[j][i] = NaN
				}
			}
			if rapid.Bool().Draw(t, "any unseen") {
				if keys.Unseen == nil {
					keys.Unseen = make([]string, rows)
				}
				keys.Unseen[i] = strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 1, 3, rapid.ID).Draw(t, "unseen"), " ")
			}
			m.Last[1][i] = rapid.SampledFrom([]int32{math.MinInt32, 0, 20000}).Draw(t, "last")
		}
		here := filepath.Join(dir, strconv.Itoa(n))
		if err := os.Mkdir(here, 0o700); err != nil {
			t.Fatal(err)
		}
		m.Hide(keys.Unseen)
		for i, u := range keys.Unseen {
			x, y := strings.Contains(u, "x"), strings.Contains(u, "y")
			if (StateOf(m.Values[0][i]) == Unobservable) != x || (StateOf(m.Values[1][i]) == Unobservable) != (x && y) || StateOf(m.Values[2][i]) == Unobservable {
				t.Fatalf("unseen %q hides the wrong columns", u)
			}
		}
		values, last := filepath.Join(here, "v.parquet"), filepath.Join(here, "l.parquet")
		if err := m.Save(values, keys); err != nil {
			t.Fatal(err)
		}
		if err := m.SaveLast(last, keys); err != nil {
			t.Fatal(err)
		}
		got, gotKeys, err := Load(values, m.Columns)
		if err != nil {
			t.Fatal(err)
		}
		if err := got.LoadLast(last); err != nil {
			t.Fatal(err)
		}
		if rows > 0 && (!reflect.DeepEqual(gotKeys, keys) || !reflect.DeepEqual(got.Last[1], m.Last[1])) || got.Last[0] != nil {
			t.Fatalf("keys or days differ")
		}
		for j := range m.Values {
			for i := range rows {
				a, b := m.Values[j][i], got.Values[j][i]
				if a != b && (a == a || b == b) || StateOf(a) != StateOf(b) {
					t.Fatalf("value %d,%d: %v, want %v", j, i, b, a)
				}
			}
		}
	})
	if _, _, err := Load(filepath.Join(dir, "none"), nil); err == nil {
		t.Error("a file that is not there was loaded")
	}
}
