package query

import (
	"fmt"
	"strings"

	"leftshift/features/catalogue"
	"leftshift/features/plan"
)

// eventFacts adds the events that the families of a shape read, one row for
// each event, family and member, whatever their day.
func (c *compiler) eventFacts(s *script, k *shape) {
	var kinds []int64
	pass := &choice{}
	for _, i := range k.families {
		d := c.representative(i)
		for _, x := range d.Kinds {
			kinds = append(kinds, int64(x))
		}
		pass.add(i, eventConditions(d, k.coded))
	}
	source := ""
	if k.listed {
		source = "\n  source,"
	}
	s.with("event_row", "events with days as whole numbers since 1970", "SELECT person, kind, code, value, status, mode, position,"+source+"\n  "+strings.Join([]string{
		c.day("day"), c.day("last_day"), c.day("known_from"), c.dayOr("known_to", noEnd)}, ",\n  ")+
		"\nFROM "+c.dialect.Table("event")+"\nWHERE "+strings.Join(append(c.person(), oneOf("kind", kinds)), "\n  AND "))
	join := "code_map m ON m.code = e.code"
	if k.coded {
		s.with(codeMapName(k), "the codes that lead to each filter", c.codeMap(k))
	} else {
		s.with("kind_map (kind, family)", "the kinds that lead to each filter", kindMap(k, &c.plan.Kind))
		join = "kind_map m ON m.kind = e.kind"
	}
	list := ""
	for _, x := range k.carried() {
		switch x {
		case "set_key":
			list += ", e.code AS set_key"
		case "member", "weight":
			if k.coded {
				list += ", m." + x
			} else {
				list += ", 0 AS " + x
			}
		case "value":
			list += ", e.value"
		case "known_from":
		case "end_day":
			list += ", e.last_day AS end_day"
		default:
			list += ", e." + x
		}
	}
	s.with("fact", "events that pass a filter, whatever their day", "SELECT e.person, m.family, e.day, e.last_day, e.known_from, e.known_to"+list+"\nFROM event_row e\nJOIN "+join+pass.where("m.family"))
}

// eventConditions are the conditions of a definition on an event, but its code
// and its day; its kind only where the code led here.
func eventConditions(d *catalogue.Definition, coded bool) []string {
	var out []string
	if coded {
		out = append(out, oneOf("e.kind", d.Kinds))
	}
	out = append(out, oneOf("e.status", d.Statuses))
	if d.Modes != nil {
		out = append(out, oneOf("e.mode", d.Modes))
	}
	if d.Positions != nil {
		var any []string
		for _, p := range []struct {
			is   catalogue.Position
			text string
		}{{catalogue.NoPosition, "e.position = 0"}, {catalogue.Primary, "e.position = 1"}, {catalogue.Secondary, "e.position >= 2"}} {
			for _, x := range d.Positions {
				if x == p.is {
					any = append(any, p.text)
					break
				}
			}
		}
		if len(any) == 1 {
			out = append(out, any[0])
		} else {
			out = append(out, "("+strings.Join(any, " OR ")+")")
		}
	}
	if d.Analyte != "" {
		least, most := int64(-plan.LargestValue), int64(plan.LargestValue)
		if d.ValueFrom != nil {
			least = max(least, *d.ValueFrom)
		}
		if d.ValueTo != nil {
			most = min(most, *d.ValueTo)
		}
		out = append(out, fmt.Sprintf("e.value >= %d", least), fmt.Sprintf("e.value <= %d", most))
	}
	return out
}

// withinSpells keeps the rows whose possible days all lie in one spell, known
// on the as-of day, of the kinds that the family names: of several the one that
// started last, then the one with the greatest key. It must be a continuous
// inpatient spell.
func (c *compiler) withinSpells(s *script, k *shape) string {
	pass := &choice{}
	for _, i := range k.families {
		pass.add(i, []string{oneOf("s.kind", c.representative(i).Within)})
	}
	s.with("stay", "spells that may hold an event", "SELECT person, kind, cis,\n  "+strings.Join([]string{
		c.day("start_day"), c.dayOr("end_day", noEnd), c.day("known_from"), c.dayOr("known_to", noEnd)}, ",\n  ")+
		"\nFROM "+c.dialect.Table("spell")+conditions(c.person()))
	s.with("place", "the days asked about", "SELECT DISTINCT person, as_of_day, family, day, last_day\nFROM hit")
	s.with("inside", "the spells that hold them, the one that started last first", `SELECT p.person, p.as_of_day, p.family, p.day, p.last_day, s.cis,
  ROW_NUMBER() OVER (PARTITION BY p.person, p.as_of_day, p.family, p.day, p.last_day ORDER BY s.start_day DESC, s.cis DESC) AS choice
FROM place p
JOIN stay s ON s.person = p.person AND s.start_day <= p.day AND s.end_day >= p.last_day
  AND s.known_from <= p.as_of_day AND p.as_of_day < s.known_to`+pass.where("p.family"))
	list := ""
	for _, x := range k.carried() {
		list += ", h." + x
	}
	if k.need&needSpells != 0 {
		list += ", i.cis AS set_key"
	}
	s.with("hit_inside", "facts in a continuous inpatient spell", "SELECT h.person, h.as_of_day, h.cell, h.recent_days, h.day, h.last_day, h.age"+list+`
FROM hit h
JOIN inside i ON i.person = h.person AND i.as_of_day = h.as_of_day AND i.family = h.family
  AND i.day = h.day AND i.last_day = h.last_day
WHERE i.choice = 1 AND i.cis <> 0`)
	return "hit_inside"
}

// conditions makes a WHERE clause, "" of none.
func conditions(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return "\nWHERE " + strings.Join(list, "\n  AND ")
}
