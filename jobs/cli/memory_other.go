//go:build duckdb_arrow && !linux

package cli

// boundMemory does nothing where the system is not known to keep such a bound.
func boundMemory(int) {}
