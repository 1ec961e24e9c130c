//go:build duckdb_arrow

package lake

import (
	"strings"

	"leftshift/engine/schema"
)

// EmptyView is a view of a table that has no file yet.
func EmptyView(t *schema.Table) View {
	return View{Name: t.Name, SQL: "SELECT " + strings.Join(nulls(t), ", ") + " WHERE false"}
}

func nulls(t *schema.Table) []string {
	cols := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		cols[i] = "NULL::" + sqlType(c) + " AS " + c.Name
	}
	return cols
}

// LabelledFile is a file whose rows get labels.
type LabelledFile struct {
	Path   string
	Labels []string
}

// LabelledView is a view over files of one table, with a column for each label
// before the table's own.
func LabelledView(name string, labels []string, t *schema.Table, files []LabelledFile) View {
	if len(files) == 0 {
		cols := make([]string, len(labels))
		for i, l := range labels {
			cols[i] = "NULL::VARCHAR AS " + l
		}
		return View{Name: name, SQL: "SELECT " + strings.Join(append(cols, nulls(t)...), ", ") + " WHERE false"}
	}
	parts, paths := make([]string, len(files)), make([]string, len(files))
	for i, f := range files {
		cols := make([]string, len(labels))
		for k, l := range labels {
			cols[k] = Quote(f.Labels[k]) + " AS " + l
		}
		paths[i] = f.Path
		parts[i] = "SELECT " + strings.Join(cols, ", ") + ", * FROM read_parquet(" + Quote(f.Path) + ")"
	}
	return View{Name: name, SQL: strings.Join(parts, " UNION ALL "), Files: paths}
}
