//go:build !duckdb_arrow

// Command docs writes the reference pages. It needs the build tag
// duckdb_arrow.
package main

import _ "leftshift/engine/lake" // fails to build without the tag, and says which

func main() {}
