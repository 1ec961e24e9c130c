//go:build duckdb_arrow

package lake

import (
	"context"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// references makes the reference tables organisation, team, area and code,
// newest version each, both as tables of the instance and as files.
func (c *Curation) references(ctx context.Context, db *DB) error {
	const best = " QUALIFY row_number() OVER (PARTITION BY %k ORDER BY known DESC, stamp DESC, version DESC, source) = 1"
	for _, t := range []struct {
		id           schema.TableID
		key, columns string
	}{
		{schema.TableOrganisation, "organisation", "organisation, ods_code, name, role, parent, successor, from_day, to_day"},
		{schema.TableTeam, "team, practice, from_day", "team, name, practice, capacity, from_day, to_day"},
		{schema.TableArea, "area, imd_edition", "area, lsoa, name, imd_edition, imd_rank, imd_decile"},
	} {
		name := schema.Landed[t.id].Name
		q := "SELECT " + t.columns + " FROM (SELECT * FROM " + c.from(t.id) + "" + replaceKey(best, t.key) + ") ORDER BY ALL"
		if err := c.reference(ctx, db, name, q); err != nil {
			return err
		}
	}
	// Two texts under one key would make one code of two: stop.
	codes := c.from(schema.TableCode)
	rows, err := db.Query(ctx, "SELECT count(*) FROM (SELECT code FROM "+codes+" GROUP BY code HAVING count(DISTINCT (system, text)) > 1)")
	if err != nil {
		return err
	}
	var clash int64
	for rows.Next() {
		if err := rows.Scan(&clash); err != nil {
			return err
		}
	}
	if err := rows.Close(); err != nil {
		return err
	}
	if clash > 0 {
		return &engine.Fault{Code: "code-key-collision", Say: "two codes have the same 64-bit key; report this to the developers, nothing was published"}
	}
	return c.reference(ctx, db, "code", "SELECT code, min(system) AS system, min(text) AS text, coalesce(min(display) FILTER (WHERE display <> ''), '') AS display FROM "+codes+" GROUP BY code ORDER BY code")
}

func (c *Curation) reference(ctx context.Context, db *DB, name, query string) error {
	if err := db.Exec(ctx, "CREATE OR REPLACE TABLE "+name+" AS "+query); err != nil {
		return err
	}
	return copyTo(ctx, db, "SELECT * FROM "+name+" ORDER BY ALL", filepath.Join(c.Out, name+".parquet"))
}

func replaceKey(s, key string) string {
	out := ""
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+1 < len(s) && s[i+1] == 'k' {
			out += key
			i++
			continue
		}
		out += string(s[i])
	}
	return out
}
