//go:build !duckdb_arrow

package analyse

import _ "leftshift/engine/lake" // fails to build without the tag, and says which
