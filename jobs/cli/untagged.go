//go:build !duckdb_arrow

// Package cli is the command line. It needs the build tag duckdb_arrow.
package cli

import (
	"io"

	_ "leftshift/engine/lake" // fails to build without the tag, and says which
)

// Main is never built without the tag: package lake stops the build first.
func Main([]string, io.Writer, io.Writer) int { return 2 }
