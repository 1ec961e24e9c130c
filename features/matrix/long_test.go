package matrix

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// The long form says of each person and column what the matrix says.
func TestLong(t *testing.T) {
	dir := t.TempDir()
	m := New([]Column{{ID: "a", Observed: "event.problem"}, {ID: "b", Observed: "event.problem spell.ed"}, {ID: "c"}}, 3)
	m.Values = [][]float32{{1, 0, 2.5}, {NaN, 4, 5}, {7, NaN, 9}}
	m.Last[0] = []int32{100, math.MinInt32, 200}
	rows := Rows{Person: []int64{1, 2, 5}, AsOf: []int32{300, 300, 300}, Unseen: []string{"", "event.problem spell.sdec", "event.problem spell.ed"}}
	m.Hide(rows.Unseen)
	values, last, long := filepath.Join(dir, "v"), filepath.Join(dir, "l"), filepath.Join(dir, "long")
	if err := m.Save(values, rows); err != nil {
		t.Fatal(err)
	}
	if err := m.SaveLast(last, rows); err != nil {
		t.Fatal(err)
	}
	n, err := Long(long, values, last, m.Columns)
	if err != nil || n != 9 {
		t.Fatal(n, err)
	}
	want := strings.Fields(`1/300/a/value/1/100 1/300/b/unknown/-/- 1/300/c/value/7/-
		2/300/a/not_observable/-/- 2/300/b/value/4/- 2/300/c/unknown/-/-
		5/300/a/not_observable/-/- 5/300/b/not_observable/-/- 5/300/c/value/9/-`)
	got := readLong(t, long)
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if _, err := Long(long, values, last, m.Columns); err == nil {
		t.Error("an existing file was written over")
	}
	if _, err := Long(filepath.Join(dir, "x"), values, last, []Column{{ID: "z"}}); err == nil || !strings.Contains(err.Error(), "no column z") {
		t.Errorf("%v", err)
	}
	// Some columns only.
	if n, err := Long(filepath.Join(dir, "one"), values, last, m.Columns[1:2]); err != nil || n != 3 {
		t.Error(n, err)
	}
}

func readLong(t *testing.T, path string) []string {
	t.Helper()
	pf, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer pf.Close()
	r, err := pqarrow.NewFileReader(pf, pqarrow.ArrowReadProperties{BatchSize: 4}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	rr, err := r.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rr.Release()
	var out []string
	for rr.Next() {
		b := rr.RecordBatch()
		for i := range int(b.NumRows()) {
			value, last := "-", "-"
			if c := b.Column(4).(*array.Float32); c.IsValid(i) {
				value = fmt.Sprint(c.Value(i))
			}
			if c := b.Column(5).(*array.Date32); c.IsValid(i) {
				last = fmt.Sprint(int32(c.Value(i)))
			}
			out = append(out, fmt.Sprintf("%d/%d/%s/%s/%s/%s", b.Column(0).(*array.Int64).Value(i), int32(b.Column(1).(*array.Date32).Value(i)),
				b.Column(2).(*array.String).Value(i), b.Column(3).(*array.String).Value(i), value, last))
		}
	}
	return out
}
