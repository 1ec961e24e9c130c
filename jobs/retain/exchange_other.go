//go:build duckdb_arrow && !linux

package retain

// exchange lets two folders change names.
func exchange(a, b string) error { return exchangeSlowly(a, b) }
