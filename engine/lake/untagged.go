//go:build !duckdb_arrow

package lake

/*
#error leftshift needs the build tag duckdb_arrow: use "make build", or "go build -tags duckdb_arrow".
*/
import "C"
