package matrix

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// A file written in parts has the bytes of one written at once.
func TestWriterPartsDoNotShow(t *testing.T) {
	dir := t.TempDir()
	n := fileRows + 4000
	m := New([]Column{{ID: "a"}, {ID: "b"}}, n)
	m.Last[1] = make([]int32, n)
	rows := Rows{Person: make([]int64, n), AsOf: make([]int32, n)}
	for i := range n {
		rows.Person[i], rows.AsOf[i] = int64(i)*7919, 20000
		m.Values[0][i], m.Values[1][i], m.Last[1][i] = float32(i%13), float32(i), int32(19000+i%90)
		if i%5 == 0 {
			m.Values[1][i], m.Last[1][i] = NaN, math.MinInt32
		}
	}
	for _, days := range []bool{false, true} {
		whole := filepath.Join(dir, "whole")
		if err := map[bool]func(string, Rows) error{false: m.Save, true: m.SaveLast}[days](whole, rows); err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(whole)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []int{1000, fileRows - 1, fileRows, n} {
			path := filepath.Join(dir, "parts")
			w, err := Create(path, m, days)
			if err != nil {
				t.Fatal(err)
			}
			for from := 0; from < n; from += step {
				to := min(from+step, n)
				part := &Matrix{Columns: m.Columns, Rows: to - from, Values: [][]float32{m.Values[0][from:to], m.Values[1][from:to]}, Last: [][]int32{nil, m.Last[1][from:to]}}
				if err := w.Append(part, Rows{Person: rows.Person[from:to], AsOf: rows.AsOf[from:to]}); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("days %v, parts of %d rows: %d bytes, not the %d of one part", days, step, len(got), len(want))
			}
			os.Remove(path)
		}
		if _, err := Create(whole, m, days); err == nil {
			t.Error("a file that is there was written over")
		}
		os.Remove(whole)
	}
}
