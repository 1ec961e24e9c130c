//go:build duckdb_arrow

package lake

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"leftshift/engine/consent"
	"leftshift/engine/schema"
)

// shut makes the table closed: the records that hold care of a kind which is
// withheld from the purpose of the run, and those of facts of its episodes.
// All that such a record says stays out, in every version of it.
func (c *Curation) shut(ctx context.Context, db *DB) error {
	kinds, err := consent.Closed(c.Named)
	if err != nil {
		return err
	}
	list := []string{"0"}
	for _, k := range kinds {
		list = append(list, fmt.Sprint(uint8(k)))
	}
	if err := db.Exec(ctx, "CREATE OR REPLACE TABLE closed AS SELECT DISTINCT record FROM "+c.from(schema.TableEpisode)+" WHERE kind IN ("+strings.Join(list, ", ")+")"); err != nil {
		return err
	}
	n, err := count(ctx, db, "SELECT count(*) FROM closed")
	if c.closed = n > 0; !c.closed {
		return err
	}
	return db.Exec(ctx, "INSERT INTO closed SELECT DISTINCT e.record FROM "+c.from(schema.TableEvent)+" e SEMI JOIN closed k ON e.episode = k.record ANTI JOIN closed o ON e.record = o.record")
}

// without is a clause that leaves out of a landed table t what shut found.
func (c *Curation) without() string {
	if !c.closed {
		return ""
	}
	return " ANTI JOIN closed r ON t.record = r.record"
}

// closedIn counts the source records of a batch about people not withheld
// themselves that shut kept out: versions of them, told apart as they landed.
func (c *Curation) closedIn(ctx context.Context, db *DB, b *Batch) (int64, error) {
	if !c.closed {
		return 0, nil
	}
	var parts []string
	for id := range schema.NumTables {
		name := schema.Landed[id].Name
		switch id {
		case schema.TableLink, schema.TableCode, schema.TableSubject, schema.TableQuarantine:
			continue
		}
		if b.Tables[name].Rows > 0 {
			parts = append(parts, "SELECT subject, record, version, stamp, known FROM read_parquet("+Quote(filepath.Join(b.Dir, name+".parquet"))+")")
		}
	}
	if len(parts) == 0 {
		return 0, nil
	}
	return count(ctx, db, "SELECT count(*) FROM (SELECT DISTINCT * FROM ("+strings.Join(parts, " UNION ALL ")+`)) v
 SEMI JOIN closed r ON v.record = r.record JOIN all_link l ON v.subject = l.subject LEFT JOIN withheld w ON w.person = l.person WHERE w.person IS NULL`)
}

// count gives the one number of a query.
func count(ctx context.Context, db *DB, query string) (n int64, err error) {
	rows, err := db.Query(ctx, query)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
	}
	return n, rows.Err()
}
