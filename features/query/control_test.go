package query_test

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/features/kernel"
	"leftshift/features/query"
	"leftshift/features/query/agree"
)

// broken is a rule as the SQL has it, and broken. Rare ones need people in whom
// much comes together, and are broken in deep runs only.
type broken struct {
	name, rule, instead string
	rare                bool
}

var rules = []broken{
	{"window", "d.as_of_day - f.day < c.days", "d.as_of_day - f.day <= c.days", false},
	{"gap", "d.as_of_day - f.last_day >= c.gap_days", "d.as_of_day - f.last_day > c.gap_days", false},
	{"partial date", "d.as_of_day - f.last_day >= c.gap_days", "d.as_of_day - f.day >= c.gap_days", false},
	{"first mention", "MIN(last_day)", "MIN(day)", false},
	{"withdrawn", "d.as_of_day < f.known_to", "d.as_of_day <= f.known_to", false},
	{"known", "f.known_from <= d.as_of_day", "f.known_from < d.as_of_day", false},
	{"newest value", "SUM(CASE WHEN day = newest THEN value", "MAX(CASE WHEN day = newest THEN value", false},
	{"value too great", "e.value <= 1048576", "e.value <= 1048577", false},
	{"newest member", "MAX(CASE WHEN day = newest THEN member ELSE -1 END)", "MIN(CASE WHEN day = newest THEN member ELSE 999 END)", false},
	{"weight once", "of_member = 1", "of_member >= 1", false},
	{"two members", "COUNT(DISTINCT member)", "COUNT(member)", false},
	{"no code", "CASE WHEN set_key <> 0 THEN set_key END", "set_key", false},
	{"recent", "age < recent_days", "age <= recent_days", false},
	{"spell of an event", "s.start_day DESC, s.cis DESC", "s.start_day DESC, s.cis ASC", true},
	{"spell by end", "s.end_day >= p.last_day", "s.end_day >= p.day", true},
	{"admission after", "f.through_day + 1", "f.through_day", false},
	{"own stay", "p.cis <> f.cis", "1 = 1", false},
	{"stay not over", "MAX(p.end_day) AS ended_day", "MIN(p.end_day) AS ended_day", true},
	{"not ended", "f.end_day > d.as_of_day", "f.end_day >= d.as_of_day", false},
	{"night twice", "counted_to <= first_night THEN", "1 = 1 THEN", false},
	{"first night", "as_of_day - days + 1", "as_of_day - days", false},
	{"residence by area", "r.area DESC", "r.area ASC", false},
	{"residence by end", "r.to_day DESC, r.care_home", "r.to_day ASC, r.care_home", true},
	{"chain", "from_day - 31 > reached_day", "from_day - 30 > reached_day", true},
	{"birthday", "x.as_of_month < x.birth_m", "x.as_of_month <= x.birth_m", false},
	{"treatment function", "s.specialty AS set_key", "0 AS set_key", false},
}

// The comparison notices each rule of ties, edges and versions that is broken in
// the SQL.
func TestBrokenRulesAreNoticed(t *testing.T) {
	shelf, l := load(t), openLite(t)
	type drawn struct {
		*example
		tables agree.Tables
		kernel *kernel.Result
		sql    string
	}
	var all []*drawn
	draw := rapid.Custom(func(t *rapid.T) *example { return drawExample(t, shelf) })
	get := func(i int) *drawn {
		if i < len(all) {
			return all[i]
		}
		x := &drawn{example: draw.Example(i)}
		x.tables = agree.TablesOf(x.people)
		var err error
		if x.kernel, err = x.tables.Kernel(x.plan, x.dates, x.dataFrom, nil, x.batch); err != nil {
			t.Fatal(err)
		}
		statements, err := query.Compile(x.plan, x.dates, query.SQLite(), query.Options{DataFrom: x.dataFrom})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range statements {
			x.sql += s.SQL
		}
		all = append(all, x)
		return x
	}
	most := 1500
	if *deep {
		most = 6000
	}
	for _, r := range rules {
		if r.rare && !*deep {
			continue
		}
		t.Run(r.name, func(t *testing.T) {
			l.change = func(q string) string { return strings.ReplaceAll(q, r.rule, r.instead) }
			defer func() { l.change = nil }()
			used := 0
			for i := range most {
				x := get(i)
				if !strings.Contains(x.sql, r.rule) {
					continue
				}
				used++
				if err := l.fill(x.tables); err != nil {
					t.Fatal(err)
				}
				q, err := query.Run(context.Background(), l, x.plan, x.dates, query.SQLite(), query.Options{DataFrom: x.dataFrom})
				if err != nil {
					t.Fatal(err)
				}
				if d := agree.Differ(x.kernel, q); d != nil {
					t.Logf("noticed in example %d: %s", i, d.Text)
					return
				}
			}
			t.Errorf("not noticed in %d examples that have the rule", used)
		})
	}
}
