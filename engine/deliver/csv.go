//go:build duckdb_arrow

package deliver

import "strings"

// writeCSV writes every field quoted, UTF-8, LF: what an importer reads and a
// spreadsheet does not run.
func writeCSV(rows [][]string) []byte {
	var b strings.Builder
	for _, row := range rows {
		for i, c := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('"')
			b.WriteString(strings.ReplaceAll(Text(c), `"`, `""`))
			b.WriteByte('"')
		}
		b.WriteByte('\n')
	}
	return []byte(b.String())
}
