//go:build duckdb_arrow

package lake

import (
	"fmt"
	"strings"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// versions gives CTEs that turn staged rows into versions: "base" holds each
// row with known_from and known_to (null while it stands). A version ends on
// the day the next one of its record, or a retraction, became known; one that
// was replaced the day it came was never known and falls out. Of versions that
// became known at one moment one with a later end follows one with none: an
// interval that began and ended on one day may come open in one file and ended
// in the next. Only records with more than one version pass through the window.
func versions(raw, gone string, id schema.TableID) string {
	mask := 1 << id
	end := "end_day"
	if id == schema.TableEpisode {
		end = "greatest(end_day, spell_end)"
	}
	return fmt.Sprintf(`raw AS (SELECT * FROM %s),
ver AS (SELECT record, version, min(known) AS known, min(stamp) AS stamp FROM
 (SELECT record, version, known, stamp FROM raw UNION ALL SELECT record, version, known, stamp FROM %s WHERE (tables & %d) <> 0) GROUP BY record, version),
multi AS (SELECT record FROM ver GROUP BY record HAVING count(*) > 1),
ends AS (SELECT record, version, max(%s) AS ends FROM raw WHERE record IN (SELECT record FROM multi) GROUP BY record, version),
nxt AS (SELECT ver.record, ver.version, lead(known) OVER (PARTITION BY ver.record ORDER BY known, stamp, ends NULLS FIRST, ver.version) AS known_to
 FROM ver LEFT JOIN ends ON ver.record = ends.record AND ver.version = ends.version WHERE ver.record IN (SELECT record FROM multi)),
base AS (SELECT raw.*, raw.known AS known_from, nxt.known_to FROM raw LEFT JOIN nxt ON raw.record = nxt.record AND raw.version = nxt.version
 WHERE nxt.known_to IS NULL OR nxt.known_to > raw.known)`, raw, gone, mask, end)
}

// current gives a CTE "cur": the rows of the newest version of each record
// known by a day, none if that version is a retraction.
func current(raw, gone string, id schema.TableID, asOf engine.Day) string {
	return fmt.Sprintf(`raw AS (SELECT * FROM %s WHERE known <= %s),
ver AS (SELECT DISTINCT record, version, known, stamp FROM raw UNION
 SELECT record, version, known, stamp FROM %s WHERE (tables & %d) <> 0 AND known <= %s),
best AS (SELECT record, first(version ORDER BY known DESC, stamp DESC, version DESC) AS version FROM ver GROUP BY record),
cur AS (SELECT raw.* FROM raw JOIN best ON raw.record = best.record AND raw.version = best.version)`,
		raw, sqlDay(asOf), gone, 1<<id, sqlDay(asOf))
}

const newest = "ORDER BY known DESC, stamp DESC, version DESC, source"

// personSQL makes one row a person: for each attribute the newest value that
// is one; a death by any source that stands.
func personSQL(raw, gone string, asOf engine.Day) string {
	return "WITH " + current(raw, gone, schema.TablePerson, asOf) + `
SELECT person,
 first(birth_month ` + newest + `, birth_month) FILTER (WHERE birth_month IS NOT NULL) AS birth_month,
 coalesce(first(sex ` + newest + `, sex) FILTER (WHERE sex <> 0), 0)::UTINYINT AS sex,
 coalesce(first(ethnic_category ` + newest + `, ethnic_category) FILTER (WHERE ethnic_category NOT IN ('', 'Z', '99')),
  first(ethnic_category ` + newest + `, ethnic_category) FILTER (WHERE ethnic_category <> ''), '') AS ethnic_category,
 min(death_day) AS death_day,
 min(known) FILTER (WHERE death_day IS NOT NULL) AS death_known,
 least(count(DISTINCT source), 255)::UTINYINT AS sources
FROM cur GROUP BY person ORDER BY person`
}

// registrationSQL gives intervals as finally known. An interval that runs
// past the close of its practice goes on at the successor from the next day.
func registrationSQL(raw, gone string, asOf engine.Day) string {
	return "WITH " + current(raw, gone, schema.TableRegistration, asOf) + `,
one AS (SELECT person, practice, from_day, first(to_day ` + newest + `, to_day) AS to_day FROM cur GROUP BY person, practice, from_day),
closed AS (SELECT organisation, to_day AS close_day, successor FROM organisation WHERE to_day IS NOT NULL AND successor <> 0),
split AS (
 SELECT person, practice, from_day, CASE WHEN close_day < coalesce(to_day, DATE '9999-12-31') THEN close_day ELSE to_day END AS to_day
  FROM one LEFT JOIN closed ON practice = organisation WHERE close_day IS NULL OR from_day IS NULL OR from_day <= close_day
 UNION ALL
 SELECT person, successor, greatest(coalesce(from_day, DATE '1900-01-01'), close_day + 1), to_day
  FROM one JOIN closed ON practice = organisation WHERE coalesce(to_day, DATE '9999-12-31') > close_day)
SELECT person, practice, from_day, CASE WHEN count(*) > count(to_day) THEN NULL ELSE max(to_day) END AS to_day
FROM split GROUP BY person, practice, from_day
ORDER BY person, from_day NULLS FIRST, practice, to_day NULLS LAST`
}

func residenceSQL(raw, gone string, asOf engine.Day) string {
	return "WITH " + current(raw, gone, schema.TableResidence, asOf) + `,
one AS (SELECT person, area, care_home, from_day, first(to_day ` + newest + `, to_day) AS to_day FROM cur GROUP BY person, area, care_home, from_day),
imd AS (SELECT area, first(imd_decile ORDER BY imd_edition DESC)::UTINYINT AS imd_decile FROM area GROUP BY area)
SELECT person, one.area, care_home, from_day, to_day, coalesce(imd_decile, 0)::UTINYINT AS imd_decile
FROM one LEFT JOIN imd ON one.area = imd.area
ORDER BY person, from_day NULLS FIRST, one.area, care_home, to_day NULLS LAST`
}

// eventSQL merges facts that are alike. Standing facts alike are one, known
// since the earliest; ended ones alike are joined where their times touch,
// and give way to a standing one from the day it became known. Whether a fact
// was known on a day is what all of them together say. Its end, episode,
// organisation, source, basis and first known day are those of all alike,
// whenever known: they are for display, and no feature may read them.
func eventSQL(raw, gone string) string {
	keys := []string{"person", "day", "last_day", "kind", "code", "value", "unit", "status", "mode", "position", "who"}
	k := strings.Join(keys, ", ")
	on := make([]string, len(keys))
	for i, c := range keys {
		on[i] = "c." + c + " IS NOT DISTINCT FROM o." + c
	}
	rest := "max(end_day) AS end_day, min(episode) AS episode, min(organisation) AS organisation, min(source) AS source, min(known_from) AS known_from, max(known_to) AS known_to, min(known_basis) AS known_basis"
	final := "person, day, last_day, kind, code, value, unit, status, mode, position, end_day, episode, organisation, source, known_from, known_to, known_basis"
	return "WITH " + versions(raw, gone, schema.TableEvent) + `,
facts AS (SELECT *, CASE WHEN kind = 8 THEN organisation ELSE 0 END AS who FROM base),
opened AS (SELECT ` + k + ", " + rest + ` FROM facts WHERE known_to IS NULL GROUP BY ` + k + `),
c0 AS (SELECT *, max(known_to) OVER (PARTITION BY ` + k + ` ORDER BY known_from, known_to, record, version ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_to FROM facts WHERE known_to IS NOT NULL),
c1 AS (SELECT *, sum(CASE WHEN before_to IS NULL OR known_from > before_to THEN 1 ELSE 0 END) OVER (PARTITION BY ` + k + ` ORDER BY known_from, known_to, record, version ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)::BIGINT AS island FROM c0),
c2 AS (SELECT ` + k + ", " + rest + ` FROM c1 GROUP BY ` + k + `, island),
c3 AS (SELECT c.* REPLACE (least(c.known_to, coalesce(o.known_from, c.known_to)) AS known_to) FROM c2 c LEFT JOIN opened o ON ` + strings.Join(on, " AND ") + `)
SELECT ` + final + ` FROM (SELECT * FROM opened UNION ALL SELECT * FROM c3 WHERE known_from < known_to)
ORDER BY person, day, kind, code, last_day, value NULLS LAST, unit, status, mode, position, known_from, known_to NULLS LAST, end_day NULLS LAST, episode, organisation, source, known_basis`
}

// documentSQL gives documents by version. A version sent again on a later
// night is one, known since the first.
func documentSQL(raw, gone string) string {
	const what = "person, day, end_day, type, category, status, custodian, source"
	return "WITH " + versions(raw, gone, schema.TableDocument) + `,
once AS (SELECT ` + what + `, min(known_from) AS known_from, max(known_to) AS known_to, min(known_basis) AS known_basis FROM base GROUP BY record, version, ` + what + `)
SELECT DISTINCT person, day, end_day, type, category, status, custodian, source, known_from, known_to, known_basis FROM once
ORDER BY person, day, type, category, status, custodian, end_day NULLS LAST, source, known_from, known_to NULLS LAST, known_basis`
}

// episodeSQL gives the versions of episodes for package spell.
func episodeSQL(raw, gone string) string {
	return "WITH " + versions(raw, gone, schema.TableEpisode) + `
SELECT DISTINCT person, record, version, stamp, known_from AS known, known_to, known_basis, kind, spell, number, start_day, end_day, spell_start, spell_end,
 admission_method, classification, admission_source, discharge_method, destination, specialty, attended, arrival_mode, provider, source
FROM base ORDER BY person, record, known, version, source`
}
