//go:build duckdb_arrow

package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/features/catalogue"
)

// A long statement gathers, for each person and family, sums over windows: no
// column for each feature, and no pivot. Families of one need share a
// statement, so that none pays for what it does not read.
type need int

const (
	needRows   need = iota // counts, newest, first
	needDays               // different days too
	needCodes              // different codes too
	needValues             // values
	needGroup              // members of a group
	needs
)

func needOf(r *rule) need {
	switch catalogue.Aggregate(r.Aggregate) {
	case catalogue.Days:
		return needDays
	case catalogue.DistinctCodes:
		return needCodes
	case catalogue.LatestValue, catalogue.Mean, catalogue.Min, catalogue.Max, catalogue.Spread, catalogue.Slope:
		return needValues
	case catalogue.Members, catalogue.LatestMember, catalogue.LatestIs:
		return needGroup
	}
	return needRows
}

// longStatements are the statements for the rules: events, then spells. Their
// columns are person, family and sums named after their window.
func (w *writer) longStatements() []string {
	var out []string
	for n := range needs {
		if q := w.long(catalogue.Event, n); q != "" {
			out = append(out, q)
		}
	}
	for n := range needs {
		if q := w.long(catalogue.Spell, n); q != "" {
			out = append(out, q)
		}
	}
	return out
}

func (w *writer) long(source catalogue.Source, n need) string {
	families, windows := map[int]rule{}, map[int]bool{}
	aggregates := map[string]bool{}
	for _, r := range w.of(source) {
		if needOf(&r) == n {
			families[r.Family] = r
			windows[r.Days] = true
			if r.Recent > 0 {
				windows[r.Recent] = true
			}
			aggregates[r.Aggregate] = true
		}
	}
	if len(families) == 0 {
		return ""
	}
	ids := slices.Sorted(maps.Keys(families))
	var b strings.Builder
	b.WriteString("SELECT person, family")
	for _, d := range slices.Sorted(maps.Keys(windows)) {
		filter := ""
		if d > 0 {
			filter = fmt.Sprintf(" FILTER (WHERE age < %d)", d)
		}
		add := func(name, expression string) { fmt.Fprintf(&b, ",\n %s%s AS %s_%d", expression, filter, name, d) }
		switch n {
		case needRows:
			add("n", "count(*)")
			add("newest", "min(age)")
			add("first", "max(last_age)")
		case needDays:
			add("days", "count(DISTINCT age)")
		case needCodes:
			add("codes", "count(DISTINCT nullif(code, 0))")
		case needGroup:
			add("seen", "bit_or(1::BIGINT << member)")
			add("pick", "min(age * 256 + 255 - member)")
		case needValues:
			add("n", "count(value)")
			add("newest", "min("+latest+")")
			add("mean", "avg(value)")
			add("least", "min(value)")
			add("most", "max(value)")
			if aggregates[string(catalogue.Spread)] {
				add("spread", "stddev_samp(value)")
			}
			if aggregates[string(catalogue.Slope)] {
				add("slope", "regr_slope(value, -age)")
				add("days", "count(DISTINCT age)")
				add("span", "max(last_age)")
				add("near", "min(age)")
			}
		}
	}
	known := fmt.Sprintf("known_from <= DATE '%[1]s' AND (known_to IS NULL OR known_to > DATE '%[1]s')", w.asOf)
	if source == catalogue.Event {
		fmt.Fprintf(&b, "\nFROM (SELECT person, family, member, e.code, value, (DATE '%[1]s' - day)::INTEGER AS age, (DATE '%[1]s' - last_day)::INTEGER AS last_age\n FROM %[2]s e JOIN read_parquet('%[3]s') r ON e.kind = r.kind AND e.code = r.code\n WHERE %[4]s AND last_day <= DATE '%[1]s' - gap::INTEGER AND r.family IN (%[5]s)\n AND ((statuses >> status) & (modes >> mode) & (positions >> least(position, 2)) & 1) = 1 AND (valued = 0 OR value BETWEEN value_from AND value_to))\nGROUP BY person, family",
			w.asOf, w.from("event"), filepath.Join(w.peers, "route.parquet"), known, list(ids))
		return b.String()
	}
	var parts []string
	for _, id := range ids {
		r := families[id]
		r.Days = 0
		parts = append(parts, fmt.Sprintf("SELECT person, %d AS family, age, age AS last_age, code FROM s WHERE %s", id, strings.Join(w.conditions(r), " AND ")))
	}
	return fmt.Sprintf("WITH s AS (SELECT person, (DATE '%[1]s' - start_day)::INTEGER AS age, kind, specialty AS code, cis_first, attended FROM %[2]s WHERE %[3]s AND start_day <= DATE '%[1]s'),\nl AS (%[4]s)\n",
		w.asOf, w.from("spell"), known, strings.Join(parts, "\n UNION ALL ")) + b.String() + "\nFROM l GROUP BY person, family"
}
