//go:build duckdb_arrow && linux

package cli

import "golang.org/x/sys/unix"

// boundMemory bounds the address space of this process, for a query whose one
// value is larger than the machine: DuckDB's own limit is of its buffers, not
// of a string under construction. The process ends with an error instead of
// taking the machine with it.
func boundMemory(mib int) {
	const beside = 6 << 30 // Go, DuckDB's code and threads
	limit := uint64(mib)<<20 + beside
	_ = unix.Setrlimit(unix.RLIMIT_AS, &unix.Rlimit{Cur: limit, Max: limit})
}
