package query

import (
	"fmt"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
)

// spellFacts adds the spells that the families of a shape read; their day is
// the day on which they start.
func (c *compiler) spellFacts(s *script, k *shape) {
	pass := &choice{}
	var kinds []engine.SpellKind
	for _, i := range k.families {
		d := c.representative(i)
		kinds = append(kinds, d.Spells...)
		pass.add(i, spellConditions(d))
	}
	c.spellRows(s, kinds, k.listed)
	s.with("kind_map (kind, family)", "the kinds that lead to each filter", kindMap(k, &c.plan.Spell))
	list := ""
	for _, x := range k.carried() {
		switch x {
		case "set_key":
			list += ", s.specialty AS set_key"
		case "code":
			list += ", s.specialty AS code"
		case "value":
			list += ", CAST(NULL AS BIGINT) AS value"
		case "member":
			list += ", 0 AS member"
		case "known_from":
		default:
			list += ", s." + x
		}
	}
	s.with("fact", "spells that pass a filter, whatever their day", "SELECT s.person, m.family, s.start_day AS day, s.start_day AS last_day, s.known_from, s.known_to"+list+thenColumns(k)+
		"\nFROM spell_row s\nJOIN kind_map m ON m.kind = s.kind"+pass.where("m.family"))
}

// thenColumns are the columns that conditions on the as-of day read.
func thenColumns(k *shape) string {
	s, t := "", k.then
	if t.current && !k.listed { // what is listed has it in any case
		s += ", s.end_day"
	}
	if t.noAdmission {
		s += throughDay
	}
	if t.readmission {
		s += ", s.cis"
	}
	return s
}

// throughDay is the day of the end, or of the start of a spell without one.
const throughDay = ", CASE WHEN s.end_day > s.start_day THEN s.end_day ELSE s.start_day END AS through_day"

// spellRows adds the spells of some kinds.
func (c *compiler) spellRows(s *script, kinds []engine.SpellKind, source bool) {
	text := ""
	if source {
		text = " source,"
	}
	s.with("spell_row", "spells with days as whole numbers since 1970", "SELECT person, kind, cis, cis_first, specialty, attended, destination, arrival_mode,"+text+"\n  "+strings.Join([]string{
		c.day("start_day"), c.day("end_day"), c.day("known_from"), c.dayOr("known_to", noEnd),
	}, ",\n  ")+"\nFROM "+c.dialect.Table("spell")+conditions(append(c.person(), oneOf("kind", kinds))))
}

// spellConditions are the conditions of a definition on a spell, but its kind
// and its day.
func spellConditions(d *catalogue.Definition) []string {
	var out []string
	if d.FirstOfCIS {
		out = append(out, "s.cis_first = 1")
	}
	if d.Attended != nil {
		out = append(out, oneOf("s.attended", d.Attended))
	}
	if d.Destinations != nil {
		quoted := make([]string, len(d.Destinations))
		for i, x := range d.Destinations {
			quoted[i] = "'" + strings.ReplaceAll(x, "'", "''") + "'"
		}
		out = append(out, "s.destination IN ("+strings.Join(quoted, ", ")+")")
	}
	if d.Specialties != nil {
		out = append(out, oneOf("s.specialty", keys(d.Specialties)))
	}
	if d.Arrivals != nil {
		out = append(out, oneOf("s.arrival_mode", keys(d.Arrivals)))
	}
	return out
}

// keys gives the keys of codes written "system:code".
func keys(codes []string) (out []engine.Code) {
	for _, x := range codes {
		system, code, _ := strings.Cut(x, ":")
		out = append(out, engine.CodeKey(engine.ParseSystem(system), code))
	}
	return out
}

// thenWhere gives the conditions of facts f on the as-of day d, and adds what
// they read.
func (c *compiler) thenWhere(s *script, t then) string {
	var out []string
	if t.current {
		out = append(out, "(f.end_day IS NULL OR f.end_day > d.as_of_day)")
	}
	if t.noAdmission {
		// No emergency admission started while it lasted or the day after.
		s.with("admission", "emergency admissions", "SELECT person,\n  "+strings.Join([]string{c.day("start_day"), c.day("known_from"), c.dayOr("known_to", noEnd)}, ",\n  ")+
			"\nFROM "+c.dialect.Table("spell")+conditions(append(c.person(), fmt.Sprintf("kind = %d", engine.Emergency))))
		out = append(out, `NOT EXISTS (
    SELECT 1 FROM admission a
    WHERE a.person = f.person AND a.known_from <= d.as_of_day AND d.as_of_day < a.known_to
      AND a.start_day <= d.as_of_day AND a.start_day >= f.day AND a.start_day <= f.through_day + 1)`)
	}
	if t.readmission {
		// A stay ends with the last of its provider spells, and not before all have.
		s.with("stay_part", "provider spells of stays", "SELECT person, cis,\n  "+strings.Join([]string{c.dayOr("end_day", noEnd), c.day("known_from"), c.dayOr("known_to", noEnd)}, ",\n  ")+
			"\nFROM "+c.dialect.Table("spell")+conditions(append(c.person(), oneOf("kind", stayKinds))))
		s.with("ended_stay", "stays with the last day of all their parts", `SELECT p.person, d.as_of_day, p.cis, MAX(p.end_day) AS ended_day
FROM stay_part p
JOIN as_of d ON p.known_from <= d.as_of_day AND d.as_of_day < p.known_to
GROUP BY p.person, d.as_of_day, p.cis`)
		out = append(out, `EXISTS (
    SELECT 1 FROM ended_stay p
    WHERE p.person = f.person AND p.as_of_day = d.as_of_day AND p.cis <> f.cis
      AND p.ended_day <= f.day AND f.day - p.ended_day < c.readmission_days)`)
	}
	return conditions(out)
}

// stayKinds are the kinds of spell after which another is a readmission.
var stayKinds = []engine.SpellKind{engine.Emergency, engine.Elective, engine.Transfer, engine.OtherSpell}

// stays writes the statements of nights, longest stays and last ends, one for
// each aggregate and shape of filter. Their cells follow those of the windows.
func (c *compiler) stays() []Statement {
	var out []Statement
	type form struct {
		is   catalogue.Aggregate
		then then
	}
	var order []form
	at := map[form][]int{}
	for i := range c.plan.Directs {
		x := &c.plan.Directs[i]
		f := form{x.Aggregate, thenOf(c.definition(x.Column))}
		if at[f] == nil {
			order = append(order, f)
		}
		at[f] = append(at[f], i)
	}
	for _, f := range order {
		out = append(out, c.stay(f.is, f.then, at[f]))
	}
	return out
}

func (c *compiler) stay(a catalogue.Aggregate, t then, at []int) Statement {
	s := &script{}
	cells := c.staysKnown(s, t, at, false)
	columns := []string{"person", "as_of_day", "cell", "n_rows"}
	switch a {
	case catalogue.BedDays:
		// A night in two spells counts once: each adds what lies after the end
		// of all that began before it.
		s.with("night", "the nights of each stay in the window, up to but not on until_day", `SELECT person, as_of_day, cell, until_day,
  CASE WHEN as_of_day - start_day < days THEN start_day ELSE as_of_day - days + 1 END AS first_night
FROM known_stay`)
		s.with("swept", "how far the nights of stays that began before reach", `SELECT person, as_of_day, cell, first_night, until_day,
  MAX(until_day) OVER (PARTITION BY person, as_of_day, cell ORDER BY first_night, until_day
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS counted_to
FROM night
WHERE until_day > first_night`)
		s.end = `SELECT person, as_of_day, cell,
  CAST(SUM(CASE
    WHEN counted_to IS NULL OR counted_to <= first_night THEN until_day - first_night
    WHEN until_day > counted_to THEN until_day - counted_to
    ELSE 0 END) AS BIGINT) AS n_rows
FROM swept
GROUP BY person, as_of_day, cell`
	case catalogue.LongestStay:
		columns = append(columns, "most_v")
		s.end = `SELECT person, as_of_day, cell,
  CAST(COUNT(*) AS BIGINT) AS n_rows,
  CAST(MAX(until_day - start_day) AS BIGINT) AS most_v
FROM known_stay
WHERE as_of_day - start_day < days
GROUP BY person, as_of_day, cell`
	case catalogue.DaysSinceEnd:
		columns = append(columns, "newest_day")
		s.end = `SELECT person, as_of_day, cell,
  CAST(COUNT(*) AS BIGINT) AS n_rows,
  CAST(MAX(end_day) AS BIGINT) AS newest_day
FROM known_stay
WHERE end_day <= as_of_day AND as_of_day - end_day < days
GROUP BY person, as_of_day, cell`
	}
	return Statement{Title: "spells" + t.title() + ", " + strings.ReplaceAll(string(a), "_", " "), SQL: s.String(), Columns: columns, Cells: cells}
}

// staysKnown adds the spells that some directs read, as known on each as-of
// day, whether or not they lie in the window; until_day is the end, or the
// as-of day while that is not over.
func (c *compiler) staysKnown(s *script, t then, at []int, listed bool) []Cell {
	pass, window, kinds := &choice{}, &literal{}, &literal{}
	var read []engine.SpellKind
	var cells []Cell
	for _, i := range at {
		x := &c.plan.Directs[i]
		d := c.definition(x.Column)
		n := c.cells + i
		cells = append(cells, Cell{Number: n, Columns: []int{x.Column}})
		window.add("", int64(n), int64(i), int64(x.Days), int64(d.Readmission))
		pass.add(i, spellConditions(d))
		read = append(read, d.Spells...)
		for _, k := range slices.Compact(slices.Sorted(slices.Values(d.Spells))) {
			kinds.add("", int64(k), int64(i))
		}
	}
	c.describe(s, cells)
	c.asOf(s)
	s.with("cell (cell, family, days, readmission_days)", "each cell: a filter over a window, in days back from the as-of day", window.String())
	c.spellRows(s, read, listed)
	s.with("kind_map (kind, family)", "the kinds that lead to each filter", kinds.String())
	more := ""
	if t.noAdmission {
		more += throughDay
	}
	if t.readmission {
		more += ", s.cis"
	}
	if listed {
		more += ", s.kind, s.specialty, s.source"
	}
	s.with("fact", "spells that pass a filter, whatever their day", "SELECT s.person, m.family, s.start_day AS day, s.end_day, s.known_from, s.known_to"+more+
		"\nFROM spell_row s\nJOIN kind_map m ON m.kind = s.kind"+pass.where("m.family"))
	more = ""
	if listed {
		more = ", f.kind, f.specialty, f.source, f.known_from"
	}
	s.with("known_stay", "spells as known on each as-of day", `SELECT f.person, d.as_of_day, c.cell, c.days, f.day AS start_day, f.end_day,
  CASE WHEN f.end_day <= d.as_of_day THEN f.end_day ELSE d.as_of_day END AS until_day`+more+`
FROM fact f
JOIN cell c ON c.family = f.family
JOIN as_of d ON f.known_from <= d.as_of_day AND d.as_of_day < f.known_to AND f.day <= d.as_of_day`+c.thenWhere(s, t))
	return cells
}
