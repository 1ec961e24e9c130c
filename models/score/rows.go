package score

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
)

// Rows is a score's CSV table, read whole: one map from column to cell a row.
type Rows []map[string]string

// ReadRows reads a CSV table that must have exactly the columns named, in any
// order, and at least one row. No value is put in for an empty cell.
func ReadRows(name string, text []byte, columns ...string) (Rows, error) {
	all, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(all) < 2 {
		return nil, fmt.Errorf("%s: has no rows", name)
	}
	head := map[string]bool{}
	for _, h := range all[0] {
		head[h] = true
	}
	for _, c := range columns {
		if !head[c] {
			return nil, fmt.Errorf("%s: has no column %q", name, c)
		}
	}
	if len(all[0]) != len(columns) || len(head) != len(columns) {
		return nil, fmt.Errorf("%s: has columns %q, want %q", name, all[0], columns)
	}
	rows := make(Rows, 0, len(all)-1)
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[all[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// ReadGroups reads the categories of a comorbidity score from two CSV tables of a
// folder: codes.csv (category, icd10_prefix) and weights.csv (category, label,
// superseded_by and a column for each of the named sets of weights, of which
// weight is the one to take). Where mapping is not "", codes.csv has a column
// mapping too, and only its rows count. Groups are in the order of weights.csv.
func ReadGroups(folder string, codes, weights []byte, mapping, weight string, sets ...string) ([]Group, error) {
	columns := []string{"category", "icd10_prefix"}
	if mapping != "" {
		columns = append(columns, "mapping")
	}
	rows, err := ReadRows(folder+"/codes.csv", codes, columns...)
	if err != nil {
		return nil, err
	}
	prefixes := map[string][]string{}
	for _, r := range rows {
		if r["mapping"] == mapping {
			prefixes[r["category"]] = append(prefixes[r["category"]], r["icd10_prefix"])
		}
	}
	rows, err = ReadRows(folder+"/weights.csv", weights, append([]string{"category", "label", "superseded_by"}, sets...)...)
	if err != nil {
		return nil, err
	}
	var groups []Group
	for _, r := range rows {
		p, err := Points(folder+"/weights.csv "+r["category"], r[weight])
		if err != nil {
			return nil, err
		}
		groups = append(groups, Group{Category: r["category"], Label: r["label"], Prefixes: prefixes[r["category"]], Points: p, SupersededBy: r["superseded_by"]})
	}
	return groups, nil
}

// Points reads a whole number that must be there: an empty weight means "not
// found in the source", never zero.
func Points(name, cell string) (int64, error) {
	n, err := strconv.ParseInt(cell, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: points %q are not a whole number", name, cell)
	}
	return n, nil
}

// Must gives a table that was read from embedded data, and panics when the
// program was built from faulty data.
func Must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
