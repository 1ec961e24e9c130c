package query

import (
	"strings"

	"leftshift/features/catalogue"
	"leftshift/features/plan"
)

// rows writes the statement of a shape: the rows that its families read are
// found (fact), put into the windows of each as-of day (hit), and gathered.
func (c *compiler) rows(k *shape) Statement {
	s := &script{}
	cells := c.cellsOf(k)
	c.describe(s, cells)
	from := c.hits(s, k)
	columns := []string{"person", "as_of_day", "cell"}
	list := []string{"person", "as_of_day", "cell"}
	put := func(name, expression string) {
		columns = append(columns, name)
		list = append(list, "CAST("+expression+" AS BIGINT) AS "+name)
	}
	put("n_rows", "COUNT(*)")
	put("first_day", "MIN(last_day)")
	put("newest_day", "MAX(day)")
	if k.need&needDays != 0 {
		put("n_days", "COUNT(DISTINCT day)")
	}
	if k.need&(needValues|needPick) != 0 {
		s.with("dated", "the newest day of each cell", "SELECT h.*,\n  MAX(day) OVER (PARTITION BY person, as_of_day, cell) AS newest\nFROM "+from+" h")
		from = "dated"
	}
	if k.need&needValues != 0 {
		put("n_values", "COUNT(value)")
		put("sum_v", "SUM(value)")
		put("sum_vv", "SUM(value * value)")
		put("sum_u", "SUM(age)")
		put("sum_uu", "SUM(age * age)")
		put("sum_uv", "SUM(age * value)")
		put("least_v", "MIN(value)")
		put("most_v", "MAX(value)")
		put("newest_v", "SUM(CASE WHEN day = newest THEN value ELSE 0 END)")
		put("newest_n", "SUM(CASE WHEN day = newest THEN 1 ELSE 0 END)")
	}
	if k.need&needPick != 0 {
		put("pick", "MAX(CASE WHEN day = newest THEN member ELSE -1 END)")
	}
	if k.need&(needMembers|needPeriodMembers) != 0 {
		put("n_members", "COUNT(DISTINCT member)")
	}
	if k.need&needWeight != 0 {
		s.with("weighed", "rows of a member are numbered, so that its weight counts once", "SELECT h.*,\n  ROW_NUMBER() OVER (PARTITION BY person, as_of_day, cell, member ORDER BY day, last_day) AS of_member\nFROM "+from+" h")
		from = "weighed"
		put("weight", "SUM(CASE WHEN of_member = 1 THEN weight ELSE 0 END)")
	}
	if k.need&(needKeys|needPeriodKeys|needSpells) != 0 {
		put("n_keys", "COUNT(DISTINCT CASE WHEN set_key <> 0 THEN set_key END)")
	}
	if k.need&needRecent != 0 {
		put("n_recent", "SUM(CASE WHEN age < recent_days THEN 1 ELSE 0 END)")
	}
	for _, x := range []struct {
		need            need
		key, name, none string
	}{{needPeriodKeys, "set_key", "keys", " AND set_key <> 0"}, {needPeriodMembers, "member", "members", ""}} {
		if k.need&x.need != 0 {
			put("n_recent_"+x.name, "COUNT(DISTINCT CASE WHEN age < recent_days"+x.none+" THEN "+x.key+" END)")
			put("n_earlier_"+x.name, "COUNT(DISTINCT CASE WHEN age >= recent_days"+x.none+" THEN "+x.key+" END)")
		}
	}
	s.end = "SELECT " + strings.Join(list, ",\n  ") + "\nFROM " + from + "\nGROUP BY person, as_of_day, cell"
	return Statement{Title: k.title(), SQL: s.String(), Columns: columns, Cells: cells}
}

func (k *shape) title() string {
	t := string(k.source) + "s by kind"
	if k.coded {
		t = string(k.source) + "s by code"
	}
	if k.within {
		t += " within spells"
	}
	t += k.then.title()
	for i, word := range []string{"days", "values", "members", "weights", "newest member", "codes", "continuous spells", "recent", "codes by period", "members by period"} {
		if k.need>>i&1 == 1 {
			t += ", " + word
		}
	}
	return t
}

func (t then) title() string {
	s := ""
	if t.current {
		s += " not ended"
	}
	if t.noAdmission {
		s += " without admission"
	}
	if t.readmission {
		s += " after another stay"
	}
	return s
}

// cellsOf lists the cells of a shape. A window that only serves as the recent
// one of an acceleration is none.
func (c *compiler) cellsOf(k *shape) []Cell {
	var out []Cell
	for _, i := range k.families {
		f := &c.plan.Families[i]
		for r, outputs := range f.Outputs {
			if len(outputs) == 0 {
				continue
			}
			cell := Cell{Number: c.first[i] + r}
			for _, o := range outputs {
				cell.Columns = append(cell.Columns, o.Column)
			}
			out = append(out, cell)
		}
	}
	return out
}

// hits adds the parts up to the rows in each window, and gives the name of the
// last.
func (c *compiler) hits(s *script, k *shape) string {
	c.asOf(s)
	window := &literal{}
	for _, i := range k.families {
		f, d := &c.plan.Families[i], c.representative(i)
		for r, outputs := range f.Outputs {
			if len(outputs) == 0 || !k.reads(c.first[i]+r) {
				continue
			}
			recent := 0
			for _, o := range outputs {
				recent = max(recent, c.definition(o.Column).Recent)
			}
			window.add("", int64(c.first[i]+r), int64(i), int64(f.Bounds[r]), int64(d.Gap), int64(recent), int64(d.Readmission))
		}
	}
	s.with("cell (cell, family, days, gap_days, recent_days, readmission_days)", "each cell: a filter over a window, in days back from the as-of day", window.String())
	switch k.source {
	case catalogue.Event:
		c.eventFacts(s, k)
	case catalogue.Document:
		c.documentFacts(s, k)
	default:
		c.spellFacts(s, k)
	}
	s.with("hit", "facts as known on each as-of day, in the windows that hold them", "SELECT f.person, d.as_of_day, c.cell, c.recent_days, f.family, f.day, f.last_day, d.as_of_day - f.day AS age"+commas("f.", k.carried())+`
FROM fact f
JOIN cell c ON c.family = f.family
JOIN as_of d ON f.known_from <= d.as_of_day AND d.as_of_day < f.known_to
  AND d.as_of_day - f.last_day >= c.gap_days AND d.as_of_day - f.day < c.days`+c.thenWhere(s, k.then))
	if k.within {
		return c.withinSpells(s, k)
	}
	return "hit"
}

// carried names the columns that rows of a shape have beside person, family
// and days.
func (k *shape) carried() []string {
	if k.listed {
		return []string{"kind", "code", "value", "member", "source", "known_from", "end_day"}
	}
	var out []string
	if k.need&(needKeys|needPeriodKeys) != 0 {
		out = append(out, "set_key")
	}
	if k.need&(needMembers|needPick|needWeight|needPeriodMembers) != 0 {
		out = append(out, "member")
	}
	if k.need&needValues != 0 {
		out = append(out, "value")
	}
	if k.need&needWeight != 0 {
		out = append(out, "weight")
	}
	return out
}

// commas lists columns of a part after others.
func commas(prefix string, names []string) string {
	s := ""
	for _, n := range names {
		s += ", " + prefix + n
	}
	return s
}

// codeMapName names the code map and its columns.
func codeMapName(k *shape) string {
	if k.need&needWeight != 0 {
		return "code_map (code, family, member, weight)"
	}
	return "code_map (code, family, member)"
}

// codeMap writes the codes that lead to the families of a shape.
func (c *compiler) codeMap(k *shape) string {
	l := &literal{}
	for _, i := range k.families {
		f := &c.plan.Families[i]
		for _, t := range c.coded[i] {
			row := []int64{int64(t.code), int64(i), int64(t.member)}
			if k.need&needWeight != 0 {
				row = append(row, f.Weights[t.member])
			}
			note := ""
			if c.opt.Names != nil {
				note = c.opt.Names(t.code)
			}
			l.add(note, row...)
		}
	}
	if len(l.rows) == 0 { // lists of which the record holds no code
		none := []int64{-1, -1, -1}
		if k.need&needWeight != 0 {
			none = append(none, 0)
		}
		l.add("the record holds none of the codes", none...)
	}
	return l.String()
}

// kindMap writes the kinds that lead to the families of a shape.
func kindMap(k *shape, of *[32][]plan.Target) string {
	l := &literal{}
	for kind, targets := range of {
		for _, t := range targets {
			for _, i := range k.families {
				if int(t.Family) == i {
					l.add("", int64(kind), int64(i))
				}
			}
		}
	}
	return l.String()
}
