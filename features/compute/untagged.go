//go:build !duckdb_arrow

package compute

import _ "leftshift/engine/lake" // fails to build without the tag, and says which
