//go:build duckdb_arrow

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/catalogue"
	"leftshift/features/plan"
)

func init() { legs["prepare"] = prepare }

// prepare writes what the peers read of a plan, which no leg's time holds:
//
//	rules.json     the features as filters, windows and aggregates
//	class.parquet  by kind, code and status that occur: the families as bits m0,
//	               m1, ... and, of groups, the set of members seenF and the last
//	               member pickF
//	route.parquet  by kind and code, one row for each family
func prepare(ctx context.Context, t *task, got *taken) error {
	p, err := t.plan(ctx)
	if err != nil {
		return err
	}
	db, err := lake.Open(ctx, lake.Options{Threads: 1, MemoryMiB: 256})
	if err != nil {
		return err
	}
	defer db.Close()
	var words []plan.Word
	if err := db.Codes(ctx, t.Lake, func(code engine.Code, system engine.System, text string) {
		words = append(words, plan.Word{Code: code, System: system, Text: text})
	}); err != nil {
		return err
	}
	list, routes := rules(p, words)
	got.Columns, got.Rows = len(list), int64(len(routes))
	text, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(t.Peers, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(t.Peers, "rules.json"), text, 0o644); err != nil {
		return err
	}
	occur, err := lake.Collect[class](ctx, db, "SELECT kind::BIGINT AS kind, code, status::BIGINT AS status FROM read_parquet('"+filepath.Join(t.Lake, "event", "*.parquet")+"') GROUP BY ALL ORDER BY ALL")
	if err != nil {
		return err
	}
	if err := writeClasses(filepath.Join(t.Peers, "class.parquet"), list, routes, occur); err != nil {
		return err
	}
	return writeRoutes(filepath.Join(t.Peers, "route.parquet"), list, routes)
}

// loadRules reads what prepare wrote.
func (t *task) loadRules() ([]rule, error) {
	text, err := os.ReadFile(filepath.Join(t.Peers, "rules.json"))
	if err != nil {
		return nil, err
	}
	var out []rule
	return out, json.Unmarshal(text, &out)
}

// class is what families read of a row beside its days, value, mode and
// position.
type class struct {
	Kind   int64       `col:"kind" say:"kind of event"`
	Code   engine.Code `col:"code" say:"key of the code"`
	Status int64       `col:"status" say:"status"`
}

func writeClasses(path string, list []rule, routes []route, occur []class) error {
	families := map[int]*rule{}
	grouped := map[int]bool{}
	columns := map[string]bool{}
	for i := range list {
		r := &list[i]
		families[r.Family] = r
		if r.Source == string(catalogue.Event) {
			columns[fmt.Sprintf("m%d", r.Family/perMask)] = true
		}
		if r.seen() || r.picks() {
			grouped[r.Family] = true
			columns[fmt.Sprintf("seen%d", r.Family)], columns[fmt.Sprintf("pick%d", r.Family)] = true, true
		}
	}
	type key struct {
		kind int
		code int64
	}
	to := map[key][]route{}
	for _, r := range routes {
		to[key{r.kind, r.code}] = append(to[key{r.kind, r.code}], r)
	}
	var rows []map[string]int64
	for _, o := range occur {
		row := map[string]int64{"kind": o.Kind, "code": int64(o.Code), "status": o.Status}
		for _, r := range to[key{int(o.Kind), int64(o.Code)}] {
			if set := families[r.family].Statuses; set != nil && !slices.Contains(set, int(o.Status)) {
				continue
			}
			m := fmt.Sprintf("m%d", r.family/perMask)
			row[m] |= 1 << (r.family % perMask)
			if grouped[r.family] {
				seen, pick := fmt.Sprintf("seen%d", r.family), fmt.Sprintf("pick%d", r.family)
				row[seen] |= 1 << r.member
				row[pick] = max(row[pick], int64(r.member))
			}
		}
		if len(row) > 3 {
			rows = append(rows, row)
		}
	}
	names := append([]string{"kind", "code", "status"}, slices.Sorted(maps.Keys(columns))...)
	return writeNumbers(path, names, len(rows), func(i int, name string) int64 { return rows[i][name] })
}

func writeRoutes(path string, list []rule, routes []route) error {
	of := map[int]*rule{}
	for i := range list {
		of[list[i].Family] = &list[i]
	}
	mask := func(set []int) (m int64) {
		if set == nil {
			return 1<<32 - 1
		}
		for _, i := range set {
			m |= 1 << i
		}
		return m
	}
	return writeNumbers(path, []string{"kind", "code", "family", "member", "statuses", "modes", "positions", "valued", "value_from", "value_to", "gap"}, len(routes), func(i int, name string) int64 {
		r := routes[i]
		f := of[r.family]
		switch name {
		case "kind":
			return int64(r.kind)
		case "code":
			return r.code
		case "family":
			return int64(r.family)
		case "member":
			return int64(r.member)
		case "statuses":
			return mask(f.Statuses)
		case "modes":
			return mask(f.Modes)
		case "positions":
			return mask(f.Positions)
		case "valued":
			if f.Valued {
				return 1
			}
			return 0
		case "value_from":
			return f.From
		case "value_to":
			return f.To
		}
		return int64(f.Gap)
	})
}

// writeNumbers writes a small Parquet file of 64-bit integers.
func writeNumbers(path string, names []string, rows int, at func(row int, name string) int64) error {
	fields := make([]arrow.Field, len(names))
	for i, n := range names {
		fields[i] = arrow.Field{Name: n, Type: arrow.PrimitiveTypes.Int64}
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	for i, n := range names {
		for row := range rows {
			b.Field(i).(*array.Int64Builder).Append(at(row, n))
		}
	}
	batch := b.NewRecordBatch()
	defer batch.Release()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w, err := pqarrow.NewFileWriter(batch.Schema(), f, nil, pqarrow.DefaultWriterProps())
	if err != nil {
		f.Close()
		return err
	}
	if err := w.Write(batch); err != nil {
		f.Close()
		return err
	}
	return w.Close() // closes the file
}
