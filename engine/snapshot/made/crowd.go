//go:build duckdb_arrow

package made

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine/durable"
	"leftshift/engine/lake"
	"leftshift/engine/snapshot"
)

// CrowdPerson is the first pseudonym of a crowd: sixteen digits, so that it can
// be looked for in what is shown.
const CrowdPerson = 7310000000000001

// Crowd makes a snapshot of many made-up people and makes it current: risks,
// ages and places by a hash of their number, one practice for every 5,000 of
// them (three at least, the first the largest), two fitted models and their
// evaluation. It gives the folder.
func Crowd(t testing.TB, data string, people int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "snapshot")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	db, err := lake.Open(ctx, lake.Options{Threads: 2, MemoryMiB: 2048})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	practices := max(3, people/5000)
	do := func(text string) {
		t.Helper()
		if err := db.Exec(ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	h := func(salt string, most int) string {
		return fmt.Sprintf("CAST(hash(i, '%s') %% %d AS BIGINT)", salt, most)
	}
	do(fmt.Sprintf(`CREATE TABLE crowd AS SELECT %d + i AS person, DATE '%s' AS as_of, %s AS age, %s AS u, %s AS s, %s AS e, %s AS d, %s AS home, least(%s, %s) AS k, %s AS m, i FROM range(%d) t(i)`,
		CrowdPerson, AsOf, h("age", 97), h("risk", 100000), h("sex", 200), h("ethnic", 100), h("imd", 101), h("home", 90), h("p", practices), h("q", practices), h("months", 200), people))
	do(`CREATE TABLE scored AS SELECT *, least(0.95, 0.004 + 0.25 * pow(u / 100000.0, 14) + 0.12 * pow(age / 97.0, 3) * (u / 100000.0)) AS p FROM crowd`)
	do(`CREATE TABLE ranked AS SELECT *, CASE WHEN r <= 0.005 THEN 'very high' WHEN r <= 0.05 THEN 'high' WHEN r <= 0.2 THEN 'moderate' ELSE 'low' END AS band FROM (SELECT *, row_number() OVER (ORDER BY p DESC, person) / count(*) OVER () AS r FROM scored)`)
	write := func(file, text string) {
		t.Helper()
		do("COPY (" + text + ") TO " + lake.Quote(filepath.Join(dir, file)) + " (FORMAT parquet)")
	}
	write("resident.parquet", `SELECT person, as_of, age, CAST(CASE WHEN s = 0 THEN 9 WHEN s % 2 = 0 THEN 1 ELSE 2 END AS UTINYINT) AS sex,
 CASE WHEN e < 6 THEN '' WHEN e < 70 THEN 'A' WHEN e < 80 THEN 'H' WHEN e < 88 THEN 'M' WHEN e < 94 THEN 'D' WHEN e < 97 THEN 'S' ELSE 'Z' END AS ethnic_category,
 CAST(d % 11 AS UTINYINT) AS imd_decile, CAST(home = 0 AS UTINYINT) AS care_home, printf('Z9%04d', k) AS practice, printf('U9%04d', k // 5) AS pcn, printf('team-%d', k // 10) AS team, band,
 CAST(floor(age / 20.0 * (u % 7) / 4) AS BIGINT) AS long_term_conditions FROM ranked ORDER BY person`)
	model := func(name string, days int, p string) string {
		return fmt.Sprintf("SELECT person, '%s' AS model, as_of, CAST(%d AS BIGINT) AS horizon_days, %s AS probability, CAST(NULL AS DOUBLE) AS points, band FROM ranked", name, days, p)
	}
	write("score.parquet", model("boost_365", 365, "p")+" UNION ALL "+model("logistic_365", 365, "p * 0.9 + 0.004")+" ORDER BY person, model")
	write("risk_list.parquet", `SELECT list, rank, person, probability, band, 'joiner' AS status FROM (SELECT printf('team-%d', k // 10) AS list, row_number() OVER (PARTITION BY k // 10 ORDER BY p DESC, person) AS rank, person, p AS probability, band FROM ranked) WHERE rank <= 25 ORDER BY list, rank`)
	write("reason.parquet", `SELECT person, 'boost_365' AS model, CAST(n AS UTINYINT) AS rank, 'feature_' || n AS feature, 0.5 / n AS contribution, 'Reason ' || n || ' in plain words' AS text FROM ranked, range(1, 6) r(n) ORDER BY person, rank`)
	write("feature.parquet", "SELECT person, as_of, CAST(CASE WHEN m = 0 THEN NULL WHEN m < 12 THEN m ELSE 60 END AS FLOAT) AS months_observable FROM ranked ORDER BY person")
	test := func(name, p string) string {
		return fmt.Sprintf("SELECT person, '%s' AS model, as_of - 365 AS index_date, %s AS probability, CAST(hash(i, 'label') %% 1000 < p * 1000 AS UTINYINT) AS label, CASE WHEN m %% 40 = 1 THEN 0 ELSE 1.03 END AS weight FROM ranked WHERE i %% 3 = 0", name, p)
	}
	write("test_row.parquet", test("boost_365", "p")+" UNION ALL "+test("logistic_365", "p * 0.9 + hash(i, 'noise') % 100 / 5000.0")+" ORDER BY person, model")
	// Every practice sends contacts and observations, the second no observations
	// for five weeks, the last practice only of five people; referrals come of few.
	write("completeness.parquet", `SELECT practice, source, kind, count(*)::BIGINT AS people FROM (SELECT printf('Z9%04d', k) AS practice, CASE WHEN u % 50 = 0 THEN 'several sources' WHEN k % 2 = 0 THEN 'place_a' ELSE 'place_b' END AS source, kind, u, m FROM ranked, (VALUES ('contact', 90), ('observation', 60), ('referral', 1)) v(kind, share) WHERE u % 100 < share) GROUP BY ALL ORDER BY ALL`)
	write("flow.parquet", `SELECT printf('Z9%04d', k) AS practice, CASE WHEN k % 2 = 0 THEN 'place_a' ELSE 'place_b' END AS source, kind, w AS window_back, DATE '`+AsOf+`' - CAST(CASE WHEN w = 7 THEN 365 ELSE 35 * w END AS INTEGER) AS to_day, count(*)::BIGINT AS registered,
 count(*) FILTER (WHERE (u + w) % 100 < share)::BIGINT AS people, 2 * count(*) FILTER (WHERE (u + w) % 100 < share)::BIGINT AS arrivals, 3 * count(*) FILTER (WHERE (u + w) % 100 < share)::BIGINT AS facts
 FROM ranked, (VALUES ('contact', 30), ('observation', 20), ('referral', 1)) v(kind, share), range(8) r(w) WHERE NOT (k = 1 AND kind = 'observation' AND w = 0) GROUP BY k, kind, w ORDER BY ALL`)
	write("stopped.parquet", `SELECT 'Z90001' AS practice, 'place_b' AS source, 'observation' AS kind, 'ceased' AS code, DATE '`+AsOf+`' - 40 AS last_day, 200.0::DOUBLE AS usual, 200.0::DOUBLE AS expected, 0::BIGINT AS arrivals`)
	// The scores of two months came true by 90 days, a tenth more than was predicted;
	// in the first practice of the second month nobody much had the outcome.
	write("due.parquet", `WITH part AS (SELECT 'everyone' AS part, '' AS label, people, 0.0::DOUBLE AS less FROM (SELECT count(*)::BIGINT AS people FROM ranked)
 UNION ALL SELECT 'tenth', printf('%02d', n), (SELECT count(*) // 10 FROM ranked)::BIGINT, 0.0 FROM range(1, 11) t(n)
 UNION ALL SELECT 'practice', printf('Z9%04d', k), count(*)::BIGINT, CASE WHEN k = 0 THEN 0.99 ELSE 0 END FROM ranked GROUP BY k
 UNION ALL SELECT 'network', printf('U9%04d', k // 5), count(*)::BIGINT, 0.0 FROM ranked GROUP BY k // 5)
 SELECT d || '-abc' AS snapshot, CAST(d AS DATE) AS scored_on, 'boost_90' AS model, 90::BIGINT AS horizon_days, CAST(d AS DATE) + 182 AS due_on, DATE '`+AsOf+`' AS known_on, part, label, people, people * 1.01::DOUBLE AS weight, people * 0.055::DOUBLE * (1 - less) AS with_outcome, people * 0.05::DOUBLE AS expected,
 1.1::DOUBLE * (1 - less) AS observed_expected, 1.0::DOUBLE * (1 - less) AS observed_expected_low, 1.2::DOUBLE * (1 - less) AS observed_expected_high, 0.98::DOUBLE AS calibration_slope, 0.9::DOUBLE AS calibration_slope_low, 1.1::DOUBLE AS calibration_slope_high, 0.75::DOUBLE AS auroc, 0.7::DOUBLE AS auroc_low, 0.8::DOUBLE AS auroc_high
 FROM part, (VALUES ('2025-08-31'), ('2025-09-30')) v(d) UNION ALL SELECT '2025-09-30-abc', DATE '2025-09-30', 'boost_365', 365, DATE '2026-12-31', NULL, 'everyone', '', -1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
 UNION ALL SELECT '2025-10-31-abc', DATE '2025-10-31', 'boost_90', 90, DATE '2026-05-01', NULL, 'everyone', '', -1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL ORDER BY ALL`)
	for file, text := range map[string]string{
		"gate.json":            `{"action":"hold","held":18,"breaches":[{"of":"the people that it was tested on","group":"sex","label":"male","measure":"calibration slope","below":true,"limit":0.8}]}`,
		"feature_columns.json": `[{"id":"months_observable"}]`,
		"quality.json": `{"sources":[{"source":"place_a","facts":1200,"newest_fact":"2026-03-30","newest_known":"2026-03-31","without_code":3,"observations":400,"without_value":7,"unknown_unit":2,"median_lag_days":1},
{"source":"place_b","facts":900,"newest_fact":"2026-02-01","newest_known":"2026-02-02","without_code":0,"observations":0,"without_value":0,"unknown_unit":0,"median_lag_days":9}],"people_without_ethnic_category":0.06,"people_without_small_area":-1}`,
		"evaluation.json": "[" + evaluated("boost_365", 0.75) + "," + evaluated("logistic_365", 0.76) + "]",
		"card.md":         "# Model card: Test ICS\n\n## Intended use\n\nSupports a care team.\n\n- One thing.\n- Another <b>thing</b>.\n\n| model | AUROC |\n| --- | --- |\n| one | 0.749 (0.718 to 0.787) |\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return publish(t, dir, data, snapshot.Manifest{Format: 1, Site: "Test ICS", Synthetic: true, Purpose: "case-finding", AsOf: AsOf, Bundle: "5ae042249489d735", Catalogue: "6c27", Codelists: "7da5", Config: "f8b6"})
}

// evaluated is an evaluation with counts that are small in places.
func evaluated(name string, auroc float64) string {
	e := func(v float64) string {
		return fmt.Sprintf(`{"value":%.4f,"low":%.4f,"high":%.4f}`, v, v*0.9, v*1.1)
	}
	measures := func(people, events float64) string {
		return fmt.Sprintf(`"rows":%.0f,"people":%.0f,"weight":%.2f,"events":%.2f,"auroc":%s,"average_precision":%s,"brier":%s,"brier_scaled":%s,"log_loss":%s,"calibration_slope":%s,"calibration_intercept":{"value":null,"low":null,"high":null},"observed_expected":%s,"top":[{"share":0.01,"cut":0.4,"sensitivity":%s,"ppv":%s},{"share":0.05,"cut":0.2,"sensitivity":%s,"ppv":%s}]`,
			people, people, people*1.03, events, e(auroc), e(.3), e(.06), e(.1), e(.2), e(1.02), e(1.03), e(.0913), e(.65), e(.25), e(.37))
	}
	var bands, groups []string
	for k := range 10 {
		events := 3 + 2.3*float64(k*k)
		bands = append(bands, fmt.Sprintf(`{"weight":298.4,"from":0.01,"to":0.02,"expected":%.3f,"observed":%.3f,"observed_rate":%s}`, events*1.1, events, e(events/298.4)))
	}
	for _, g := range []struct {
		group, label   string
		people, events float64
	}{{"age", "00 to 09", 337, 25}, {"age", "90 and over", 31, 5}, {"sex", "female", 1414, 106}, {"sex", "male", 1480, 118}, {"ethnic group", "Mixed", 6, 1}, {"ethnic group", "White", 2240, 170}} {
		groups = append(groups, fmt.Sprintf(`{"group":%q,"label":%q,%s}`, g.group, g.label, measures(g.people, g.events)))
	}
	return fmt.Sprintf(`{"name":%q,"kind":%q,"horizon_days":365,"evaluation":{%s,"bands":[%s],"subgroups":[%s],"replicates":200,"level":0.95,"seed":1}}`,
		name, strings.TrimSuffix(name, "_365"), measures(2894, 225.65), strings.Join(bands, ","), strings.Join(groups, ","))
}

// publish seals a folder, puts it in its place and makes it current.
func publish(t testing.TB, dir, data string, m snapshot.Manifest) string {
	t.Helper()
	name, err := snapshot.Seal(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	final := filepath.Join(data, "snapshots", name)
	if err := os.MkdirAll(filepath.Dir(final), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, final); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "snapshots", durable.Current), []byte(name+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return final
}
