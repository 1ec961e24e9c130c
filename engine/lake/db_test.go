//go:build duckdb_arrow

package lake

import (
	"context"
	"testing"

	"pgregory.net/rapid"
)

// DuckDB reads back the text that a literal was made of, whatever is in it.
func TestQuote(t *testing.T) {
	db, err := Open(context.Background(), Options{Threads: 1, MemoryMiB: 256})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	same := func(t interface{ Fatalf(string, ...any) }, text string) {
		rows, err := Collect[struct {
			Text string `col:"text"`
		}](context.Background(), db, "SELECT "+Quote(text)+" AS text")
		if err != nil || len(rows) != 1 || rows[0].Text != text {
			t.Fatalf("%q is read as %+v, %v", text, rows, err)
		}
	}
	for _, text := range []string{"", "'", "''", `\'; DROP TABLE x; --`, "O'Brien's.parquet"} {
		same(t, text)
	}
	rapid.Check(t, func(t *rapid.T) { same(t, rapid.StringMatching(`[a-z'"\\;\-\n ]{0,20}`).Draw(t, "text")) })
}
