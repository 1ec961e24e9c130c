package schema

import (
	"path/filepath"
	"reflect"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"leftshift/engine"
)

// What is written to a batch is read back, nulls and all.
func TestBuilderAndBindingAgree(t *testing.T) {
	row := NewEvent(engine.Observation)
	row.Version = Version{Subject: 7, Record: 8, Version: 9, Stamp: 10, Known: 20000, KnownBasis: engine.KnownSource}
	row.Day, row.LastDay, row.Code, row.Value = 0, 3, 44, Number{N: 0, Known: true}
	empty := row
	empty.Value = Number{}
	b := Landed[TableEvent].NewBuilder(memory.DefaultAllocator)
	defer b.Release()
	for _, r := range []Event{row, empty} {
		if err := b.Append(&r); err != nil {
			t.Fatal(err)
		}
	}
	batch := b.Flush()
	defer batch.Release()
	bind, err := Bind(Event{}, batch.Schema())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Event{row, empty} {
		var got Event
		bind.Read(batch, i, &got)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("row %d: got %+v, want %+v", i, got, want)
		}
	}
}

func TestConstraints(t *testing.T) {
	good := NewEvent(engine.Problem)
	good.Version = Version{Subject: 1, Record: 1, Version: 1, Known: 20000, KnownBasis: 1}
	good.Day, good.LastDay = 100, 100
	if v := Landed[TableEvent].Check(&good); v != nil {
		t.Fatal(v)
	}
	for name, spoil := range map[string]func(*Event){
		"date-missing":      func(e *Event) { e.Day = engine.NoDay },
		"date-out-of-range": func(e *Event) { e.Day = -30000 },
		"value-missing":     func(e *Event) { e.Subject = 0 },
	} {
		bad := good
		spoil(&bad)
		if v := Landed[TableEvent].Check(&bad); v == nil || v.Code() != name {
			t.Errorf("%s: %v", name, v)
		}
	}
}

// Every declared column says what it means, and no table has a column twice.
func TestDeclarations(t *testing.T) {
	for _, tables := range [][]*Table{Landed[:], Curated} {
		for _, table := range tables {
			seen := map[string]bool{}
			for _, c := range table.Columns {
				if c.Say == "" || seen[c.Name] {
					t.Errorf("%s.%s has no meaning or stands twice", table.Name, c.Name)
				}
				seen[c.Name] = true
			}
		}
	}
}

// The same rows give the same bytes.
func TestFileIsDeterministic(t *testing.T) {
	sums := map[string]bool{}
	for range 2 {
		w := &File{Path: filepath.Join(t.TempDir(), "x.parquet"), Table: Landed[TableSubject]}
		for i := range 100000 {
			if err := w.Append(&SubjectCount{Subject: engine.Subject(i + 1), Records: int64(i % 7)}); err != nil {
				t.Fatal(err)
			}
		}
		rows, sum, err := w.Close()
		if err != nil || rows != 100000 {
			t.Fatal(rows, err)
		}
		sums[sum] = true
	}
	if len(sums) != 1 {
		t.Error("two writes of the same rows differ")
	}
}
