//go:build duckdb_arrow

package night

import (
	"context"
	"math"
	"path/filepath"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/features/matrix"
	"leftshift/models/registry"
)

// earlierNight is the snapshot that a night compares itself with.
type earlierNight struct {
	snapshot.Manifest
	dir     string
	asOf    engine.Day
	primary evaluation // the model that ranked the lists then
	score   map[engine.Person]earlierScore
	columns map[string]earlierColumn
}

type earlierScore struct {
	probability float64
	band        string
}

// earlierColumn is a column of its features: the hash of its definition with the
// code lists that it reads, and what matrix.Column.Observed was.
type earlierColumn struct{ definition, observed string }

// readEarlier reads the risks of the snapshot before and what its columns were.
// It is nil where there is none, and with the reason where there is nothing to
// compare with. A file that is not what the manifest says is an error.
func (n *Night) readEarlier(ctx context.Context) (was *earlierNight, why string, err error) {
	m, err := n.earlier()
	if err != nil || m.Name == "" {
		return nil, "", err
	}
	if m.Bundle == "" {
		return nil, "no fitted model served then", nil
	}
	was = &earlierNight{Manifest: m, dir: filepath.Join(n.Data, "snapshots", m.Name), score: map[engine.Person]earlierScore{}, columns: map[string]earlierColumn{}}
	for _, file := range []string{"feature.parquet", columnsFile, "score.parquet", "evaluation.json"} {
		if _, ok := m.Files[file]; !ok {
			return nil, "the snapshot before does not hold the values that gave its risks", nil
		}
		if err := m.Held(was.dir, file, true); err != nil {
			return nil, "", err
		}
	}
	was.asOf, _ = engine.ParseDay(m.AsOf)
	var columns []struct {
		ID         string   `json:"id"`
		Definition string   `json:"definition_hash"`
		Observed   []string `json:"observed"`
	}
	if err := readJSON(filepath.Join(was.dir, columnsFile), &columns); err != nil {
		return nil, "", err
	}
	for _, c := range columns {
		was.columns[c.ID] = earlierColumn{c.Definition, strings.Join(c.Observed, " ")}
	}
	var models []evaluation
	if err := readJSON(filepath.Join(was.dir, "evaluation.json"), &models); err != nil {
		return nil, "", err
	}
	if len(models) == 0 {
		return nil, "the snapshot before names no model", nil
	}
	was.primary = models[0]
	db, err := n.open(ctx)
	if err != nil {
		return nil, "", err
	}
	defer db.Close()
	scores, err := lake.Rows[schema.Score](ctx, db, filepath.Join(was.dir, "score.parquet"), "model = "+lake.Quote(was.primary.Name))
	for _, s := range scores {
		was.score[s.Person] = earlierScore{s.Probability, s.Band}
	}
	return was, "", err
}

// unlike says why risks of then and of now are not of the same thing; "" where
// they are.
func (e *earlierNight) unlike(b *registry.Bundle) string {
	f := b.Primary()
	if e.primary.Horizon != f.Horizon || e.primary.Outcome != b.Outcome {
		return "another outcome, or another time ahead, was estimated then"
	}
	if _, _, line := f.Curve.Line(); !line {
		return "the calibration of the model that serves is not a line in the log-odds"
	}
	return ""
}

// values are a snapshot's, of the columns that a model reads now.
type values struct {
	*matrix.Matrix
	row       map[engine.Person]int
	absent    []bool // the snapshot has no such column: the values are 0
	redefined []bool // it has, and the definition or a code list of it is another now
}

// values reads those of the given columns.
func (e *earlierNight) values(columns []matrix.Column, definitions []string) (*values, error) {
	out := &values{row: map[engine.Person]int{}, absent: make([]bool, len(columns)), redefined: make([]bool, len(columns))}
	var has []matrix.Column
	for j, c := range columns {
		x, ok := e.columns[c.ID]
		if !ok {
			out.absent[j] = true
			continue
		}
		out.redefined[j] = x.definition != definitions[j]
		c.Observed = x.observed
		has = append(has, c)
	}
	m, rows, err := matrix.Load(filepath.Join(e.dir, "feature.parquet"), has)
	if err != nil {
		return nil, err
	}
	for i, p := range rows.Person {
		out.row[engine.Person(p)] = i
	}
	out.Matrix = widen(m, columns)
	return out, nil
}

// comparable says whether a person's risk of then can be taken apart.
func (e *earlierNight) comparable(p engine.Person, v *values) bool {
	x, scored := e.score[p]
	_, known := v.row[p]
	return scored && known && x.probability > 0 && x.probability < 1 && !math.IsNaN(x.probability)
}

// widen gives a matrix of other columns: those that m has, and 0 in the others,
// which share their memory.
func widen(m *matrix.Matrix, columns []matrix.Column) *matrix.Matrix {
	out := &matrix.Matrix{Columns: columns, Rows: m.Rows, Values: make([][]float32, len(columns)), Last: make([][]int32, len(columns))}
	at := make(map[string]int, len(m.Columns))
	for j, c := range m.Columns {
		at[c.ID] = j
	}
	zero := make([]float32, m.Rows)
	for j, c := range columns {
		out.Values[j] = zero
		if k, ok := at[c.ID]; ok {
			out.Values[j], out.Last[j] = m.Values[k], m.Last[k]
		}
	}
	return out
}
