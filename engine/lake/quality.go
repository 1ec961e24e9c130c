//go:build duckdb_arrow

package lake

import (
	"path/filepath"

	"leftshift/engine"
)

// QualitySQL counts facts by source: how many, how fresh, how well coded.
// Facts that became known, or happened, after the night are left out.
func QualitySQL(curated string, asOf engine.Day) string {
	d := sqlDay(asOf)
	return `SELECT source, count(*)::BIGINT AS facts, max(day) AS newest_fact, max(known_from) AS newest_known,
 count(*) FILTER (WHERE code = 0)::BIGINT AS without_code,
 count(*) FILTER (WHERE kind = 2)::BIGINT AS observations,
 count(*) FILTER (WHERE kind = 2 AND value IS NULL)::BIGINT AS without_value,
 count(*) FILTER (WHERE kind = 2 AND unit <> 0)::BIGINT AS unknown_unit,
 coalesce(quantile_disc(known_from - day, 0.5), 0)::BIGINT AS median_lag
FROM read_parquet(` + Quote(filepath.Join(curated, "event", "*.parquet")) + `) WHERE known_from <= ` + d + ` AND day <= ` + d + ` AND known_to IS NULL GROUP BY source ORDER BY source`
}

// CompletenessSQL counts people without an ethnic category and without a
// small area.
func CompletenessSQL(curated string) string {
	return `SELECT count(*)::BIGINT AS everyone, count(*) FILTER (WHERE ethnic_category IN ('', 'Z', '99'))::BIGINT AS no_ethnicity,
 count(*) FILTER (WHERE person NOT IN (SELECT person FROM read_parquet(` + Quote(filepath.Join(curated, "residence", "*.parquet")) + `) WHERE area <> 0))::BIGINT AS no_area
FROM read_parquet(` + Quote(filepath.Join(curated, "person", "*.parquet")) + `)`
}
