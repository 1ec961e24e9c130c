//go:build duckdb_arrow

package cohort

import (
	"context"
	"math"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"leftshift/engine/lake"
	"leftshift/engine/snapshot"
)

// sqlExecutor decides trees by SQL, over a table people that it holds in memory
// and the snapshot's features.
type sqlExecutor struct {
	db         *lake.DB
	dictionary *Dictionary
	features   string // file; "" none
	n          int
}

func (e *sqlExecutor) close() { _ = e.db.Close() }

// load makes the table people: one row a person, n from 0 by network, practice
// and person, so that those of one practice lie together. It gives the scores.
func (e *sqlExecutor) load(ctx context.Context, s *snapshot.Snapshot) ([]Field, error) {
	file := func(name string) string { return "read_parquet(" + lake.Quote(filepath.Join(s.Dir(), name)) + ")" }
	var fields []Field
	columns, from := "", ""
	if s.Has(scoreFile) {
		type model struct {
			Model   string `col:"model"`
			Horizon int64  `col:"horizon_days"`
		}
		models, err := lake.Collect[model](ctx, e.db, "SELECT model, max(horizon_days)::BIGINT AS horizon_days FROM "+file(scoreFile)+" GROUP BY model ORDER BY model")
		if err != nil {
			return nil, err
		}
		pivot := ""
		for _, m := range models {
			f, ok := scoreField(m.Model)
			if !ok {
				return nil, fault("cohort-dictionary", "the snapshot has a score whose name is no column name: publish again")
			}
			value := "points"
			if m.Horizon > 0 {
				value, f.Unit = "probability", "probability"
			}
			fields = append(fields, f)
			pivot += ", max(" + value + ") FILTER (WHERE model = " + lake.Quote(m.Model) + `) AS "` + f.ID + `"`
			columns += `, s."` + f.ID + `"`
		}
		from += " LEFT JOIN (SELECT person" + pivot + " FROM " + file(scoreFile) + " GROUP BY person) s ON s.person = r.person"
	}
	columns += ", l.list IS NOT NULL AS on_list, coalesce(l.list, []) AS list"
	if s.Has(listFile) {
		from += " LEFT JOIN (SELECT person, list(list ORDER BY list) AS list FROM " + file(listFile) + " GROUP BY person) l ON l.person = r.person"
	} else {
		from += " LEFT JOIN (SELECT NULL::BIGINT AS person, NULL::VARCHAR[] AS list) l ON false"
	}
	return fields, e.db.Exec(ctx, `CREATE TABLE people AS SELECT row_number() OVER (ORDER BY r.pcn, r.practice, r.person) - 1 AS n, r.person,
		CASE WHEN r.age >= 0 THEN r.age::DOUBLE END AS age,
		CASE r.sex WHEN 1 THEN 'male' WHEN 2 THEN 'female' WHEN 9 THEN 'indeterminate' END AS sex,
		CASE WHEN r.ethnic_category NOT IN ('', 'Z', '99') THEN r.ethnic_category END AS ethnic_category,
		CASE WHEN r.imd_decile BETWEEN 1 AND 10 THEN ((r.imd_decile + 1) // 2)::DOUBLE END AS imd_quintile,
		r.care_home = 1 AS care_home, nullif(r.practice, '') AS practice, nullif(r.pcn, '') AS pcn, nullif(r.team, '') AS team, nullif(r.band, '') AS band,
		CASE WHEN r.long_term_conditions >= 0 THEN r.long_term_conditions::DOUBLE END AS long_term_conditions`+columns+" FROM "+file(residentFile)+" r"+from+" ORDER BY n")
}

// decide runs all trees in one query.
func (e *sqlExecutor) decide(ctx context.Context, nodes []Node) ([]decided, error) {
	query, args := e.query(nodes)
	reader, err := e.db.Bound(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer reader.Release()
	out := make([]decided, len(nodes))
	for j := range out {
		out[j] = decided{yes: none(e.n), unsure: none(e.n)}
	}
	rows := 0
	for reader.Next() {
		batch := reader.RecordBatch()
		n := batch.Column(0).(*array.Int32).Int32Values()
		rows += len(n)
		for j := range out {
			c := batch.Column(j + 1).(*array.Boolean)
			for i, at := range n {
				switch {
				case c.IsNull(i):
					out[j].unsure.add(int(at))
				case c.Value(i):
					out[j].yes.add(int(at))
				}
			}
		}
	}
	if err := reader.Err(); err != nil {
		return nil, err
	}
	if rows != e.n {
		return nil, fault("cohort-rows", "the snapshot's features have a person twice: publish again")
	}
	return out, nil
}

// query is the SELECT of n and each tree.
func (e *sqlExecutor) query(nodes []Node) (string, []any) {
	q, args, from := "SELECT p.n::INTEGER AS n", []any{}, " FROM people p"
	need := map[string]bool{}
	columns := "person, not_observable"
	for _, n := range nodes {
		c := e.dictionary.Compile(n)
		q += ", " + c.SQL
		args = append(args, c.Args...)
		for _, id := range c.Features {
			if !need[id] {
				need[id] = true
				columns += `, "` + id + `"`
			}
		}
	}
	if len(need) > 0 {
		from += " LEFT JOIN (SELECT " + columns + " FROM read_parquet(" + lake.Quote(e.features) + ")) f ON f.person = p.person"
	}
	return q + from, args
}

// population reads the dimensions that every snapshot has.
func (e *sqlExecutor) population(ctx context.Context, score string) (*population, error) {
	type row struct {
		Age      int64   `col:"age"`
		Sex      string  `col:"sex"`
		Ethnic   string  `col:"ethnic_category"`
		Fifth    int64   `col:"imd_quintile"`
		PCN      string  `col:"pcn"`
		Practice string  `col:"practice"`
		Team     string  `col:"team"`
		Band     string  `col:"band"`
		Chance   float64 `col:"chance"`
	}
	chance := "NULL::DOUBLE"
	if f := e.dictionary.Field(score); f != nil && f.Unit == "probability" {
		chance = f.column
	}
	all, err := lake.Collect[row](ctx, e.db, `SELECT coalesce(p.age, -1)::BIGINT AS age, coalesce(p.sex, '') AS sex, coalesce(p.ethnic_category, '') AS ethnic_category, coalesce(p.imd_quintile, 0)::BIGINT AS imd_quintile,
		coalesce(p.pcn, '') AS pcn, coalesce(p.practice, '') AS practice, coalesce(p.team, '') AS team, coalesce(p.band, '') AS band, `+chance+` AS chance FROM people p ORDER BY p.n`)
	if err != nil {
		return nil, err
	}
	out := &population{n: len(all), chance: make([]float64, len(all))}
	for i, r := range all {
		out.chance[i] = r.Chance
		if r.Chance < 0 || r.Chance > 1 {
			out.chance[i] = math.NaN()
		}
	}
	known := func(s string) string {
		if strings.TrimSpace(s) == "" {
			return notKnown
		}
		return s
	}
	for _, d := range []struct {
		id, title string
		of        func(r *row) string
		order     []string
	}{
		{"age", "Age", func(r *row) string { return ageBand(r.Age) }, nil},
		{"sex", "Sex", func(r *row) string { return known(r.Sex) }, []string{"female", "male", "indeterminate"}},
		{"ethnic_group", "Ethnic group", func(r *row) string { return ethnicGroup(r.Ethnic) }, []string{"Asian or Asian British", "Black or Black British", "Mixed", "White", "Other ethnic groups"}},
		{"imd_quintile", "Deprivation", func(r *row) string { return quintile(r.Fifth) }, nil},
		{"pcn", "Primary care network", func(r *row) string { return known(r.PCN) }, nil},
		{"practice", "Practice", func(r *row) string { return known(r.Practice) }, nil},
		{"team", "Neighbourhood team", func(r *row) string { return known(r.Team) }, nil},
		{"band", "Risk band", func(r *row) string { return known(r.Band) }, []string{"very high", "high", "moderate", "low"}},
	} {
		labels := make([]string, len(all))
		for i := range all {
			labels[i] = d.of(&all[i])
		}
		dim, err := labelled(d.id, d.title, labels, d.order...)
		if err != nil {
			return nil, err
		}
		out.dims = append(out.dims, dim)
	}
	return out, nil
}
