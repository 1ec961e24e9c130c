package query

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Dialect is what engines do not have in common.
//
// For Spark SQL one would give Table parquet.`dir/name`, Day
// CAST(datediff(x, DATE'1970-01-01') AS BIGINT), and year(x) and month(x), with
// spark.sql.ansi.enabled on so that an overflow is an error. Everything else
// that is written here Spark documents; it has not been run there.
type Dialect struct {
	Name string
	// Table gives what stands after FROM for a curated table: engine/schema
	// says its columns.
	Table func(name string) string
	// Day makes a whole number of days since 1970-01-01, BIGINT, of a column of
	// days; null stays null.
	Day func(column string) string
	// Year and Month give the parts of a column of days as whole numbers.
	Year, Month func(column string) string
}

// DuckDB reads Parquet files: all buckets of a curated folder, or with a bucket
// of 0 or more only that one.
func DuckDB(dir string, bucket int) Dialect {
	d := DuckDBViews()
	d.Table = func(name string) string {
		file := "*.parquet"
		if bucket >= 0 {
			file = fmt.Sprintf("bucket-%03d.parquet", bucket)
		}
		return "read_parquet('" + strings.ReplaceAll(filepath.Join(plainGlob.Replace(dir), name, file), "'", "''") + "')"
	}
	return d
}

// plainGlob makes a folder stand for itself in a pattern of files.
var plainGlob = strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]")

// DuckDBViews reads tables or views that have the names of the curated tables.
func DuckDBViews() Dialect {
	return Dialect{
		Name:  "duckdb",
		Table: func(name string) string { return name },
		Day:   func(c string) string { return "CAST(" + c + " - DATE '1970-01-01' AS BIGINT)" },
		Year:  func(c string) string { return "CAST(EXTRACT(YEAR FROM " + c + ") AS BIGINT)" },
		Month: func(c string) string { return "CAST(EXTRACT(MONTH FROM " + c + ") AS BIGINT)" },
	}
}

// SQLite reads tables that have the names of the curated tables and hold days
// as whole numbers since 1970-01-01.
func SQLite() Dialect {
	part := func(format string) func(string) string {
		return func(c string) string {
			return "CAST(strftime('" + format + "', " + c + " * 86400, 'unixepoch') AS INTEGER)"
		}
	}
	return Dialect{
		Name:  "sqlite",
		Table: func(name string) string { return name },
		Day:   func(c string) string { return c },
		Year:  part("%Y"), Month: part("%m"),
	}
}
