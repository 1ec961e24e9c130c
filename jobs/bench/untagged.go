//go:build !duckdb_arrow

// Command bench measures the feature engine. It needs the build tag
// duckdb_arrow.
package main

import _ "leftshift/engine/lake" // fails to build without the tag, and says which

func main() {}
