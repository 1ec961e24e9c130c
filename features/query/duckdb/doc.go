// Package duckdb holds the tests of package query on DuckDB, which are apart
// because they need its driver.
package duckdb
