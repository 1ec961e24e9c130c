//go:build duckdb_arrow

package lake

import (
	"context"
	"fmt"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// Curation makes the curated tables of landed batches.
type Curation struct {
	Batches []Batch
	Out     string // an empty folder
	Buckets int    // a power of two, 1 to 256
	AsOf    engine.Day
	// Withhold gives which of the people of the landed records consent keeps
	// out, for the purpose of the run. Nil keeps out nobody.
	Withhold func(people []engine.Person) []engine.Person
	// Named are the sensitive data sets that the purpose of the run names
	// (consent.SensitiveDatasets). Records of the others are withheld: nil
	// withholds all of them.
	Named    []string
	Progress func(done, total int)

	closed bool // some record is withheld for what it is
}

// Dispositions of the records of one batch that are about a subject.
type Dispositions struct {
	Accepted, Pending, Withheld int64
}

// RowSum is the second sum, over rows: landed rows of people in the record
// are current, ended by a later version or a retraction, or merged (sent
// twice, or replaced on the day they came).
type RowSum struct {
	Landed  int64 `json:"landed"`
	Current int64 `json:"current"`
	Ended   int64 `json:"ended"`
	Merged  int64 `json:"merged"`
}

// Curated is the outcome of a curation.
type Curated struct {
	Batches map[string]Dispositions // by batch identifier
	Rows    map[string]RowSum       // event, episode, document
	Persons int64
}

// bucketed lists the landed tables that are staged in buckets by person.
var bucketed = []schema.TableID{schema.TablePerson, schema.TableRegistration, schema.TableResidence, schema.TableEvent, schema.TableEpisode, schema.TableDocument, schema.TableRetraction}

// Run curates. Everything it writes is in a total order, so that its bytes
// depend on the landed rows, the as-of date and who is withheld, and on
// nothing else.
func (c *Curation) Run(ctx context.Context, db *DB) (*Curated, error) {
	if c.Buckets < 1 || c.Buckets > 256 || bits.OnesCount(uint(c.Buckets)) != 1 {
		return nil, &engine.Fault{Code: "buckets", Say: fmt.Sprintf("run.buckets is %d; it must be a power of two from 1 to 256", c.Buckets)}
	}
	stage := filepath.Join(c.Out, ".stage")
	if err := os.MkdirAll(stage, 0o700); err != nil {
		return nil, err
	}
	for _, t := range schema.Curated[:schema.Bucketed] {
		if err := os.MkdirAll(filepath.Join(c.Out, t.Name), 0o700); err != nil {
			return nil, err
		}
	}
	out := &Curated{Rows: map[string]RowSum{}}
	if err := c.links(ctx, db, stage); err != nil {
		return nil, err
	}
	if err := c.shut(ctx, db); err != nil {
		return nil, err
	}
	if err := c.references(ctx, db); err != nil {
		return nil, err
	}
	total := len(bucketed) + c.Buckets
	step := func(done int) {
		if c.Progress != nil {
			c.Progress(done, total)
		}
	}
	for i, id := range bucketed {
		if err := c.stage(ctx, db, stage, id); err != nil {
			return nil, err
		}
		step(i + 1)
	}
	for b := range c.Buckets {
		if err := c.bucket(ctx, db, stage, b, out); err != nil {
			return nil, err
		}
		step(len(bucketed) + b + 1)
	}
	var err error
	if out.Batches, err = c.dispositions(ctx, db); err != nil {
		return nil, err
	}
	if err := c.sums(ctx, db, stage, out); err != nil {
		return nil, err
	}
	return out, os.RemoveAll(stage)
}

// files lists the files of a landed table by source.
func (c *Curation) files(id schema.TableID) (sources []string, files map[string][]string) {
	files = map[string][]string{}
	name := schema.Landed[id].Name
	for _, b := range c.Batches {
		if b.Tables[name].Rows > 0 {
			files[b.Source] = append(files[b.Source], filepath.Join(b.Dir, name+".parquet"))
		}
	}
	for s := range files {
		sources = append(sources, s)
	}
	slices.Sort(sources)
	return sources, files
}

// from is a FROM item over every landed file of a table with its source, or
// an empty table of the same columns.
func (c *Curation) from(id schema.TableID) string {
	sources, files := c.files(id)
	if len(sources) == 0 {
		cols := make([]string, 0, len(schema.Landed[id].Columns)+1)
		for _, col := range schema.Landed[id].Columns {
			cols = append(cols, "NULL::"+sqlType(col)+" AS "+col.Name)
		}
		return "(SELECT " + strings.Join(cols, ", ") + ", NULL::VARCHAR AS source WHERE false)"
	}
	parts := make([]string, len(sources))
	for i, s := range sources {
		parts[i] = "SELECT *, " + Quote(s) + " AS source FROM read_parquet(" + quoteList(files[s]) + ")"
	}
	return "(" + strings.Join(parts, " UNION ALL ") + ")"
}

func sqlType(c schema.Column) string {
	switch c.Type.String() {
	case "int64":
		return "BIGINT"
	case "uint8":
		return "UTINYINT"
	case "date32":
		return "DATE"
	case "float64":
		return "DOUBLE"
	}
	return "VARCHAR"
}

// links makes the table link: subject to person, one row a subject, the
// newest link known by the as-of date; and withheld, the persons kept out.
func (c *Curation) links(ctx context.Context, db *DB, stage string) error {
	if err := db.Exec(ctx, "CREATE OR REPLACE TABLE all_link AS SELECT subject, first(person ORDER BY known DESC, stamp DESC, version DESC, person) AS person FROM "+
		c.from(schema.TableLink)+" WHERE known <= "+sqlDay(c.AsOf)+" GROUP BY subject"); err != nil {
		return err
	}
	var withheld []engine.Person
	if c.Withhold != nil {
		people, err := persons(ctx, db)
		if err != nil {
			return err
		}
		withheld = c.Withhold(people)
	}
	path := filepath.Join(stage, "withheld.parquet")
	w := &schema.File{Path: path, Table: withheldTable}
	if err := w.Make(); err != nil {
		return err
	}
	for _, p := range withheld {
		if err := w.Append(&withheldRow{Person: p}); err != nil {
			return err
		}
	}
	if _, _, err := w.Close(); err != nil {
		return err
	}
	for _, s := range []string{
		"CREATE OR REPLACE TABLE withheld AS SELECT DISTINCT person FROM read_parquet(" + Quote(path) + ")",
		"CREATE OR REPLACE TABLE link AS SELECT subject, person FROM all_link WHERE person NOT IN (SELECT person FROM withheld)",
	} {
		if err := db.Exec(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// persons lists everyone whom a landed record names, by key.
func persons(ctx context.Context, db *DB) ([]engine.Person, error) {
	rows, err := db.Query(ctx, "SELECT DISTINCT person FROM all_link ORDER BY person")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []engine.Person
	for rows.Next() {
		var p int64
		if err := rows.Scan(&p); err != nil {
			return nil, err
		}
		out = append(out, engine.Person(p))
	}
	return out, rows.Err()
}

type withheldRow struct {
	Person engine.Person `col:"person" say:"a person withheld"`
}

var withheldTable = schema.Declare("withheld", "People withheld for the purpose of the run.", withheldRow{})

func sqlDay(d engine.Day) string { return "DATE '" + d.String() + "'" }

// stage writes a landed table with persons for subjects, split by bucket.
func (c *Curation) stage(ctx context.Context, db *DB, stage string, id schema.TableID) error {
	if sources, _ := c.files(id); len(sources) == 0 {
		return nil
	}
	shift := 63 - bits.TrailingZeros(uint(c.Buckets))
	return db.Exec(ctx, fmt.Sprintf(
		"COPY (SELECT l.person, t.* EXCLUDE (subject), (l.person >> %d)::INTEGER AS bucket FROM %s t JOIN link l USING (subject)%s) TO %s (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (bucket), WRITE_PARTITION_COLUMNS false, OVERWRITE_OR_IGNORE true)",
		shift, c.from(id), c.without(), Quote(filepath.Join(stage, schema.Landed[id].Name))))
}

// staged is a FROM item over one bucket of a staged table.
func (c *Curation) staged(stage string, id schema.TableID, bucket int) string {
	dir := filepath.Join(stage, schema.Landed[id].Name, fmt.Sprintf("bucket=%d", bucket))
	if _, err := os.Stat(dir); err == nil {
		return "read_parquet(" + Quote(filepath.Join(dir, "*.parquet")) + ", hive_partitioning=false)"
	}
	cols := []string{"NULL::BIGINT AS person"}
	for _, col := range schema.Landed[id].Columns {
		if col.Name != "subject" {
			cols = append(cols, "NULL::"+sqlType(col)+" AS "+col.Name)
		}
	}
	return "(SELECT " + strings.Join(cols, ", ") + ", NULL::VARCHAR AS source WHERE false)"
}

// bucket writes one bucket of every curated table by person.
func (c *Curation) bucket(ctx context.Context, db *DB, stage string, b int, out *Curated) error {
	raw := func(id schema.TableID) string { return c.staged(stage, id, b) }
	gone := raw(schema.TableRetraction)
	for _, t := range []struct{ name, query string }{
		{"person", personSQL(raw(schema.TablePerson), gone, c.AsOf)},
		{"registration", registrationSQL(raw(schema.TableRegistration), gone, c.AsOf)},
		{"residence", residenceSQL(raw(schema.TableResidence), gone, c.AsOf)},
		{"event", eventSQL(raw(schema.TableEvent), gone)},
		{"document", documentSQL(raw(schema.TableDocument), gone)},
	} {
		if err := copyTo(ctx, db, t.query, bucketFile(c.Out, t.name, b)); err != nil {
			return err
		}
	}
	return c.spells(ctx, db, episodeSQL(raw(schema.TableEpisode), gone), bucketFile(c.Out, "spell", b))
}

// copyTo writes a query that is in a total order to one Parquet file.
func copyTo(ctx context.Context, db *DB, query, path string) error {
	if err := db.Exec(ctx, "COPY ("+query+") TO "+Quote(path)+" (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 122880)"); err != nil {
		return err
	}
	return os.Chmod(path, 0o600)
}

// dispositions says what became of the records of each batch that are about
// a subject: withheld (for whom, or what, they are about), accepted (the
// subject is a person), or pending.
func (c *Curation) dispositions(ctx context.Context, db *DB) (map[string]Dispositions, error) {
	out := map[string]Dispositions{}
	for _, b := range c.Batches {
		if b.Tables["subject"].Rows == 0 {
			out[b.ID] = Dispositions{}
			continue
		}
		rows, err := db.Query(ctx, `SELECT coalesce(sum(CASE WHEN w.person IS NULL AND l.person IS NOT NULL THEN records END), 0)::BIGINT,
 coalesce(sum(CASE WHEN l.person IS NULL THEN records END), 0)::BIGINT,
 coalesce(sum(CASE WHEN w.person IS NOT NULL THEN records END), 0)::BIGINT
 FROM read_parquet(`+Quote(filepath.Join(b.Dir, "subject.parquet"))+`) s LEFT JOIN all_link l USING (subject) LEFT JOIN withheld w ON w.person = l.person`)
		if err != nil {
			return nil, err
		}
		var d Dispositions
		for rows.Next() {
			if err := rows.Scan(&d.Accepted, &d.Pending, &d.Withheld); err != nil {
				return nil, err
			}
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
		if d.Accepted+d.Pending+d.Withheld != b.Counts.Held {
			return nil, &engine.Fault{Code: "dispositions", Say: fmt.Sprintf("batch %s holds %d records about people, but %d are accounted for: the landed files do not fit their manifest", b.ID, b.Counts.Held, d.Accepted+d.Pending+d.Withheld)}
		}
		closed, err := c.closedIn(ctx, db, &b)
		if err != nil {
			return nil, err
		}
		d.Accepted, d.Withheld = d.Accepted-closed, d.Withheld+closed
		out[b.ID] = d
	}
	return out, nil
}

func (c *Curation) sums(ctx context.Context, db *DB, stage string, out *Curated) error {
	count := func(query string) (int64, error) { return count(ctx, db, query) }
	var err error
	for _, t := range []struct {
		id    schema.TableID
		table string
	}{{schema.TableEvent, "event"}, {schema.TableEpisode, "spell"}, {schema.TableDocument, "document"}} {
		var s RowSum
		if sources, _ := c.files(t.id); len(sources) > 0 {
			if matches, _ := filepath.Glob(filepath.Join(stage, schema.Landed[t.id].Name, "*", "*.parquet")); len(matches) > 0 {
				if s.Landed, err = count("SELECT count(*) FROM read_parquet(" + Quote(filepath.Join(stage, schema.Landed[t.id].Name, "*", "*.parquet")) + ", hive_partitioning=false)"); err != nil {
					return err
				}
			}
		}
		all := "read_parquet(" + Quote(filepath.Join(c.Out, t.table, "*.parquet")) + ")"
		if s.Current, err = count("SELECT count(*) FROM " + all + " WHERE known_to IS NULL"); err != nil {
			return err
		}
		if s.Ended, err = count("SELECT count(*) FROM " + all + " WHERE known_to IS NOT NULL"); err != nil {
			return err
		}
		s.Merged = s.Landed - s.Current - s.Ended
		out.Rows[t.table] = s
	}
	out.Persons, err = count("SELECT count(*) FROM read_parquet(" + Quote(filepath.Join(c.Out, "person", "*.parquet")) + ")")
	return err
}
