//go:build duckdb_arrow

package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/features/catalogue"
	"leftshift/features/plan"
)

// perMask is how many families share one number of the map of codes.
const perMask = 62

// latest packs an age and a value, of which the least is the newest row's.
var latest = fmt.Sprintf("age::BIGINT * %d + value + %d", 4*plan.LargestValue, plan.LargestValue)

// writer writes the peers' SQL.
type writer struct {
	lake, peers, asOf string
	rules             []rule
	bucket            int
	in                bool // lists of codes in every condition, and no map
}

func (w *writer) from(table string) string {
	files := "*.parquet"
	if w.bucket != everyBucket {
		files = fmt.Sprintf("bucket-%03d.parquet", w.bucket)
	}
	return "read_parquet('" + filepath.Join(w.lake, table, files) + "')"
}

func (w *writer) of(source catalogue.Source) (out []rule) {
	for _, r := range w.rules {
		if r.Source == string(source) {
			out = append(out, r)
		}
	}
	return out
}

// oneStatement is a single SELECT with one conditional aggregate a feature:
// rows as known on the as-of date, read once, grouped by person. Its columns are
// person and then f and the rule's number, for every rule.
func (w *writer) oneStatement() string {
	var b strings.Builder
	fmt.Fprintf(&b, "WITH e AS (SELECT person, (DATE '%[1]s' - day)::INTEGER AS age, (DATE '%[1]s' - last_day)::INTEGER AS last_age, kind, code, value, status, mode, least(position, 2) AS position", w.asOf)
	if !w.in {
		b.WriteString(", c.* EXCLUDE (kind, code, status)")
	}
	fmt.Fprintf(&b, "\n FROM %s e", w.from("event"))
	if !w.in {
		fmt.Fprintf(&b, " JOIN read_parquet('%s') c USING (kind, code, status)", filepath.Join(w.peers, "class.parquet"))
	}
	fmt.Fprintf(&b, "\n WHERE known_from <= DATE '%[1]s' AND (known_to IS NULL OR known_to > DATE '%[1]s') AND last_day <= DATE '%[1]s'", w.asOf)
	fmt.Fprintf(&b, "),\ns AS (SELECT person, (DATE '%[1]s' - start_day)::INTEGER AS age, kind, specialty AS code, cis_first, attended FROM %[2]s\n WHERE known_from <= DATE '%[1]s' AND (known_to IS NULL OR known_to > DATE '%[1]s') AND start_day <= DATE '%[1]s'),\n", w.asOf, w.from("spell"))
	b.WriteString("fe AS (SELECT person")
	for i, r := range w.rules {
		if r.Source == string(catalogue.Event) {
			fmt.Fprintf(&b, ",\n %s AS f%d", w.aggregate(r), i)
		}
	}
	b.WriteString("\n FROM e GROUP BY person),\nfs AS (SELECT person")
	for i, r := range w.rules {
		if r.Source == string(catalogue.Spell) {
			fmt.Fprintf(&b, ",\n %s AS f%d", w.aggregate(r), i)
		}
	}
	b.WriteString("\n FROM s GROUP BY person)\n")
	if len(w.of(catalogue.Spell)) == 0 {
		return b.String() + "SELECT * FROM fe"
	}
	return b.String() + "SELECT * FROM fe FULL JOIN fs USING (person)"
}

// conditions are what a row must be for a rule, its window last.
func (w *writer) conditions(r rule) []string {
	var out []string
	in := func(column string, set []int) {
		switch {
		case len(set) == 1:
			out = append(out, fmt.Sprintf("%s = %d", column, set[0]))
		case len(set) > 1:
			out = append(out, fmt.Sprintf("%s IN (%s)", column, list(set)))
		}
	}
	if r.Source == string(catalogue.Spell) {
		in("kind", r.Kinds)
		in("attended", r.Attended)
		if r.First {
			out = append(out, "cis_first = 1")
		}
		if r.Specialties != nil {
			out = append(out, "code IN ("+list(r.Specialties)+")")
		}
	} else {
		if w.in {
			in("kind", r.Kinds)
			if r.Coded {
				out = append(out, "code IN ("+list(r.Codes)+")")
			}
			in("status", r.Statuses)
		} else {
			out = append(out, fmt.Sprintf("(m%d & %d) <> 0", r.Family/perMask, int64(1)<<(r.Family%perMask)))
		}
		in("mode", r.Modes)
		in("position", r.Positions)
		if r.Valued {
			out = append(out, fmt.Sprintf("value BETWEEN %d AND %d", r.From, r.To))
		}
		if r.Gap > 0 {
			out = append(out, fmt.Sprintf("last_age >= %d", r.Gap))
		}
	}
	if r.Days > 0 {
		out = append(out, fmt.Sprintf("age < %d", r.Days))
	}
	if len(out) == 0 {
		return []string{"true"}
	}
	return out
}

// over applies an aggregate to the rows of a condition. CASE WHEN in the
// aggregate took DuckDB a quarter of the time of a FILTER clause after it.
func over(function, expression string, conditions []string) string {
	return fmt.Sprintf("%s(CASE WHEN %s THEN %s END)", function, strings.Join(conditions, " AND "), expression)
}

// aggregate is the value of a rule.
func (w *writer) aggregate(r rule) string {
	c := w.conditions(r)
	f := func(function, expression string) string { return over(function, expression, c) }
	distinct := func(expression string) string {
		return fmt.Sprintf("count(DISTINCT CASE WHEN %s THEN %s END)", strings.Join(c, " AND "), expression)
	}
	switch catalogue.Aggregate(r.Aggregate) {
	case catalogue.Count:
		return f("count", "1")
	case catalogue.Any:
		return "coalesce(" + f("max", "1") + ", 0)"
	case catalogue.Days:
		return distinct("age")
	case catalogue.DistinctCodes:
		return distinct("nullif(code, 0)")
	case catalogue.DaysSince:
		return f("min", "age")
	case catalogue.DaysSinceFirst:
		return f("max", "last_age")
	case catalogue.LatestValue:
		return fmt.Sprintf("(%s %% %d - %d) / %g", f("min", latest), 4*plan.LargestValue, plan.LargestValue, r.Scale)
	case catalogue.Mean:
		return f("avg", "value") + fmt.Sprintf(" / %g", r.Scale)
	case catalogue.Min:
		return f("min", "value") + fmt.Sprintf(" / %g", r.Scale)
	case catalogue.Max:
		return f("max", "value") + fmt.Sprintf(" / %g", r.Scale)
	case catalogue.Spread:
		return fmt.Sprintf("CASE WHEN %s >= %d THEN %s / %g END", f("count", "value"), 3, f("stddev_samp", "value"), r.Scale)
	case catalogue.Slope:
		all := strings.Join(c, " AND ")
		slope := fmt.Sprintf("regr_slope(CASE WHEN %s THEN value END, CASE WHEN %s THEN -age END)", all, all)
		return fmt.Sprintf("CASE WHEN %s >= %d AND %s - %s >= %d THEN %s * 365.25 / %g END",
			distinct("age"), catalogue.SlopeDays, f("max", "last_age"), f("min", "age"), catalogue.SlopeSpan, slope, r.Scale)
	case catalogue.Members:
		return "bit_count(" + f("bit_or", w.member("seen", r)) + ")"
	case catalogue.LatestMember:
		return "256 - " + f("min", "age * 256 + 255 - "+w.member("pick", r)) + " % 256"
	case catalogue.LatestIs:
		return fmt.Sprintf("(255 - %s %% 256 = %d)::INTEGER", f("min", "age * 256 + 255 - "+w.member("pick", r)), r.Pick)
	case catalogue.Acceleration:
		recent := append(slices.Clone(c), fmt.Sprintf("age < %d", r.Recent))
		earlier := append(slices.Clone(c), fmt.Sprintf("age >= %d", r.Recent))
		return fmt.Sprintf("%s * %d.0 / %d - %s", over("count", "1", recent), catalogue.RateYear, r.Recent, over("count", "1", earlier))
	}
	panic("bench: aggregate " + r.Aggregate + " has no SQL")
}

// member is what the map of codes says of a family's members: the set of
// those that a code is of, or the last of them.
func (w *writer) member(what string, r rule) string {
	if !w.in {
		return fmt.Sprintf("%s%d", what, r.Family)
	}
	var parts []string
	for i := len(r.Members) - 1; i >= 0; i-- {
		if len(r.Members[i]) == 0 { // no code of the lake
			continue
		}
		if what == "pick" {
			parts = append(parts, fmt.Sprintf("WHEN code IN (%s) THEN %d", list(r.Members[i]), i))
		} else {
			parts = append(parts, fmt.Sprintf("((code IN (%s))::BIGINT << %d)", list(r.Members[i]), i))
		}
	}
	if what == "pick" {
		return "CASE " + strings.Join(parts, " ") + " END"
	}
	return "(" + strings.Join(parts, " | ") + ")"
}

func list[T int | int64](set []T) string {
	text := make([]string, len(set))
	for i, v := range set {
		text[i] = fmt.Sprint(v)
	}
	if len(text) == 0 {
		return "NULL" // a list that no code of the lake matches
	}
	return strings.Join(text, ", ")
}
