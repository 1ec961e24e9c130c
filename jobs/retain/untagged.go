//go:build !duckdb_arrow

// Package retain needs the build tag duckdb_arrow.
package retain

import _ "leftshift/engine/lake" // fails to build without the tag, and says which
