//go:build duckdb_arrow

package lake

import (
	"fmt"
	"path/filepath"

	"leftshift/engine"
)

// SameDaySQL counts by provider and month, as known on a day, emergency
// admissions of no night and spells of same-day emergency care. Months without
// either are absent.
func SameDaySQL(curated string, asOf engine.Day) string {
	d := sqlDay(asOf)
	emergency, sdec := fmt.Sprintf("s.kind = %d", engine.Emergency), fmt.Sprintf("s.kind = %d", engine.SDEC)
	return `SELECT c.text AS provider, CAST(date_trunc('month', s.start_day) AS DATE) AS month,
 CAST(count(CASE WHEN ` + emergency + ` THEN 1 END) AS BIGINT) AS zero_night, CAST(count(CASE WHEN ` + sdec + ` THEN 1 END) AS BIGINT) AS sdec
FROM read_parquet(` + Quote(filepath.Join(curated, "spell", "*.parquet")) + `) s JOIN read_parquet(` + Quote(filepath.Join(curated, "code.parquet")) + `) c ON c.code = s.provider
WHERE s.known_from <= ` + d + ` AND (s.known_to IS NULL OR s.known_to > ` + d + `) AND s.start_day <= ` + d + `
 AND (` + sdec + ` OR (` + emergency + ` AND s.cis_first = 1 AND s.end_day = s.start_day))
GROUP BY 1, 2 ORDER BY 1, 2`
}
