//go:build duckdb_arrow

package lake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/schema"
	"leftshift/engine/source"
)

// Erasure says that rows were taken out of a landed batch after it landed, under
// a certificate, and which manifest it had until then.
type Erasure struct {
	Certificate string `json:"certificate"`
	Before      string `json:"before"` // SHA-256 of the manifest that it replaces
}

// Linked calls each for every subject of landed batches with the person whom its
// newest link says it is, by subject.
func Linked(ctx context.Context, db *DB, batches []Batch, each func(engine.Subject, engine.Person)) error {
	c := &Curation{Batches: batches}
	rows, err := db.Query(ctx, "SELECT subject, first(person ORDER BY known DESC, stamp DESC, version DESC, person) AS person FROM "+c.from(schema.TableLink)+" GROUP BY subject ORDER BY subject")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s engine.Subject
		var p engine.Person
		if err := rows.Scan(&s, &p); err != nil {
			return err
		}
		each(s, p)
	}
	return rows.Err()
}

// People calls each for every person whom a Parquet file has in a column person,
// each once, rising; for nobody where it has no such column.
func People(ctx context.Context, db *DB, path string, each func(engine.Person)) error {
	n, err := count(ctx, db, "SELECT count(*) FROM parquet_schema("+Quote(path)+") WHERE name = 'person'")
	if err != nil || n == 0 {
		return err
	}
	rows, err := db.Query(ctx, "SELECT DISTINCT person FROM read_parquet("+Quote(path)+") WHERE person IS NOT NULL ORDER BY person")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var p engine.Person
		if err := rows.Scan(&p); err != nil {
			return err
		}
		each(p)
	}
	return rows.Err()
}

// Eraser takes the rows of some subjects, and of people by their pseudonym, out
// of Parquet files.
type Eraser struct{ db *DB }

// NewEraser prepares it. The database keeps whom it is about in memory alone.
func NewEraser(ctx context.Context, db *DB, subjects []engine.Subject, people []engine.Person) (*Eraser, error) {
	keys := make([]int64, 0, len(subjects)+len(people))
	for _, s := range subjects {
		keys = append(keys, int64(s))
	}
	for _, p := range people {
		keys = append(keys, int64(p))
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	if err := db.Exec(ctx, "CREATE OR REPLACE TABLE erasing (key BIGINT)"); err != nil {
		return nil, err
	}
	for part := range slices.Chunk(keys, 1000) {
		texts := make([]string, len(part))
		for i, k := range part {
			texts[i] = fmt.Sprintf("(%d)", k)
		}
		if err := db.Exec(ctx, "INSERT INTO erasing VALUES "+strings.Join(texts, ",")); err != nil {
			return nil, err
		}
	}
	return &Eraser{db}, nil
}

// Column writes a file anew without the rows whose column names one of them, and
// says how many rows went and how many are left. With none to go nothing is
// written.
func (e *Eraser) Column(ctx context.Context, from, to string, columns ...string) (removed, left int64, err error) {
	var those []string
	for _, c := range columns {
		those = append(those, c+" IN (SELECT key FROM erasing)")
	}
	where := strings.Join(those, " OR ")
	if removed, err = count(ctx, e.db, "SELECT count(*) FROM read_parquet("+Quote(from)+") WHERE "+where); err != nil || removed == 0 {
		return 0, 0, err
	}
	if left, err = count(ctx, e.db, "SELECT count(*) FROM read_parquet("+Quote(from)+") WHERE NOT coalesce("+where+", false)"); err != nil {
		return 0, 0, err
	}
	if err := e.db.Exec(ctx, "COPY (SELECT * FROM read_parquet("+Quote(from)+") WHERE NOT coalesce("+where+", false)) TO "+Quote(to)+" (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)"); err != nil {
		return 0, 0, err
	}
	f, err := os.OpenFile(to, os.O_RDWR, 0o600)
	if err != nil {
		return 0, 0, err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return 0, 0, err
	}
	if err := f.Close(); err != nil {
		return 0, 0, err
	}
	return removed, left, os.Chmod(to, 0o600)
}

// about are the columns of a landed table that name a subject or a person.
func about(t *schema.Table) (out []string) {
	for _, c := range t.Columns {
		if c.Name == "subject" || c.Name == "person" {
			out = append(out, c.Name)
		}
	}
	return out
}

// Batch writes a landed batch anew, without their rows, into a folder beside it
// that does not exist; its manifest counts what is left and names the
// certificate. The batch itself is not touched. changed is false, and nothing is
// written, where it has none of them.
func (e *Eraser) Batch(ctx context.Context, b *Batch, certificate, dir string) (changed bool, err error) {
	if err := b.Verify(); err != nil {
		return false, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return false, err
	}
	defer func() {
		if err != nil || !changed {
			_ = os.RemoveAll(dir)
		}
	}()
	before, err := os.ReadFile(filepath.Join(b.Dir, "manifest.json"))
	if err != nil {
		return false, err
	}
	m := b.Manifest
	m.Tables = maps.Clone(b.Tables)
	var records int64
	if b.Tables["subject"].Rows > 0 {
		if records, err = count(ctx, e.db, "SELECT coalesce(sum(records), 0)::BIGINT FROM read_parquet("+Quote(filepath.Join(b.Dir, "subject.parquet"))+") WHERE subject IN (SELECT key FROM erasing)"); err != nil {
			return false, err
		}
	}
	m.Counts.In, m.Counts.Held = m.Counts.In-records, m.Counts.Held-records
	for _, t := range schema.Landed {
		if b.Tables[t.Name].Rows == 0 {
			continue
		}
		from, to := filepath.Join(b.Dir, t.Name+".parquet"), filepath.Join(dir, t.Name+".parquet")
		var removed, left int64
		if columns := about(t); len(columns) > 0 {
			if removed, left, err = e.Column(ctx, from, to, columns...); err != nil {
				return false, err
			}
		}
		switch {
		case removed == 0:
			if err := os.Link(from, to); err != nil {
				return false, err
			}
			continue
		case left == 0:
			if err := os.Remove(to); err != nil {
				return false, err
			}
			delete(m.Tables, t.Name)
		default:
			sum, _, err := durable.Checksum(to)
			if err != nil {
				return false, err
			}
			m.Tables[t.Name] = source.TableFile{Rows: left, SHA256: sum}
		}
		changed = true
	}
	if !changed {
		return false, nil
	}
	h := sha256.Sum256(before)
	m.Erased = append(slices.Clone(b.Erased), Erasure{certificate, hex.EncodeToString(h[:])})
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return false, err
	}
	if err := durable.WriteFile(filepath.Join(dir, "manifest.json"), append(text, '\n')); err != nil {
		return false, err
	}
	return true, durable.SyncDir(dir)
}
