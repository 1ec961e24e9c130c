//go:build duckdb_arrow

package cohort

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"leftshift/engine/lake"
	"leftshift/engine/snapshot"
)

const madeAsOf = "2026-03-31"

var madeColumns = `[
{"id":"hba1c_latest","title":"HbA1c","unit":"mmol/mol","display":"team","observed":["observation"]},
{"id":"days_since_ed","title":"Time since the last attendance","unit":"days","display":"team","observed":["spell.ed","spell.sdec"]},
{"id":"copd_ever","title":"COPD","unit":"","display":"team","observed":["problem"]},
{"id":"severe_mental_illness_ever","title":"Severe mental illness","unit":"","display":"clinician","observed":["problem"]},
{"id":"age","title":"Age","unit":"years","display":"team","observed":[]}]`

// publishMade makes a snapshot of people whose values follow from a hash of their
// number, by the query engine alone: some of everything is not known, and some of
// the features not observable.
func publishMade(t testing.TB, people, practices int) *snapshot.Snapshot {
	t.Helper()
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "snapshot")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := lake.Open(ctx, lake.Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	h := func(salt int, below int) string { return fmt.Sprintf("(hash(i * 31 + %d) %% %d)::BIGINT", salt, below) }
	for file, query := range map[string]string{
		"resident": fmt.Sprintf(`SELECT (i * 7 + 1000)::BIGINT AS person, DATE '%s' AS as_of, (%s - 1)::BIGINT AS age, ([0, 1, 1, 2, 2, 9])[%s + 1]::UTINYINT AS sex,
			(['', 'A', 'A', 'A', 'D', 'H', 'M', 'R', 'Z'])[%s + 1] AS ethnic_category, %s::UTINYINT AS imd_decile, (%s = 0)::UTINYINT AS care_home,
			'P' || %s AS practice, 'U' || (%s // 8) AS pcn, 'team-' || %s AS team, (['', 'low', 'low', 'moderate', 'high', 'very high'])[%s + 1] AS band, (%s - 1)::BIGINT AS long_term_conditions`,
			madeAsOf, h(1, 100), h(2, 6), h(3, 9), h(4, 11), h(5, 12), h(6, practices), h(6, practices), h(7, 3), h(8, 6), h(9, 8)),
		"score": fmt.Sprintf(`SELECT * FROM (SELECT (i * 7 + 1000)::BIGINT AS person, m AS model, DATE '%s' AS as_of, (CASE m WHEN 'hfrs' THEN 0 ELSE 365 END)::BIGINT AS horizon_days,
			CASE WHEN m <> 'hfrs' THEN ((%s / 1000.0) ** 4)::DOUBLE END AS probability, CASE WHEN m = 'hfrs' AND %s > 0 THEN (%s)::DOUBLE END AS points, 'low' AS band
			FROM (SELECT i, unnest(['boost_365', 'hfrs']) AS m FROM range(%d) r(i)))`, madeAsOf, h(10, 1000), h(11, 20), h(11, 20), people),
		"risk_list": fmt.Sprintf(`SELECT 'team-' || %s AS list, (i + 1)::BIGINT AS rank, (i * 7 + 1000)::BIGINT AS person, 0.5::DOUBLE AS probability, 'high' AS band, 'joiner' AS status`, h(7, 3)),
		"feature": fmt.Sprintf(`SELECT (i * 7 + 1000)::BIGINT AS person, DATE '%s' AS as_of,
			([NULL, NULL, 'observation', 'problem spell.ed', 'observation spell.ed spell.sdec'])[%s + 1] AS not_observable,
			CASE WHEN %s > 2 THEN (20 + %s)::FLOAT END AS hba1c_latest, CASE WHEN %s > 1 THEN %s::FLOAT END AS days_since_ed, (%s = 0)::INTEGER::FLOAT AS copd_ever,
			CASE WHEN %s > 0 THEN (%s = 1)::INTEGER::FLOAT END AS severe_mental_illness_ever, 50::FLOAT AS age`,
			madeAsOf, h(12, 5), h(13, 6), h(14, 100), h(15, 4), h(16, 400), h(17, 10), h(18, 5), h(18, 5)),
	} {
		n := people
		if file == "risk_list" {
			n = min(people, 50)
		}
		if file != "score" {
			query += fmt.Sprintf(" FROM range(%d) r(i)", n)
		}
		if err := db.Exec(ctx, "COPY ("+query+") TO "+lake.Quote(filepath.Join(dir, file+".parquet"))+" (FORMAT parquet, COMPRESSION zstd)"); err != nil {
			t.Fatal(err)
		}
	}
	for file, text := range map[string]string{"quality.json": `{"sources":[]}`, "evaluation.json": `[{"name":"boost_365","horizon_days":365}]`, "feature_columns.json": madeColumns} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	name, err := snapshot.Seal(dir, snapshot.Manifest{Format: 1, Site: "made up", Synthetic: true, Purpose: "planning", AsOf: madeAsOf})
	if err != nil {
		t.Fatal(err)
	}
	final := filepath.Join(filepath.Dir(dir), name)
	if err := os.Rename(dir, final); err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(ctx, final)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func openMade(t testing.TB, s *snapshot.Snapshot, folder string, opt Options) *Desk {
	t.Helper()
	l, err := OpenLedger(folder, nil)
	if err != nil {
		t.Fatal(err)
	}
	desk, done, err := Open(context.Background(), s, l, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		done()
		l.Close()
	})
	return desk
}
