package query

import (
	"strings"

	"leftshift/features/catalogue"
	"leftshift/features/plan"
)

// documentFacts adds the documents that the families of a shape read, by type
// where a code led here, else by category.
func (c *compiler) documentFacts(s *script, k *shape) {
	pass := &choice{}
	for _, i := range k.families {
		pass.add(i, documentConditions(c.representative(i), k.coded))
	}
	source := ""
	if k.listed {
		source = "\n  source,"
	}
	s.with("document_row", "documents with days as whole numbers since 1970", "SELECT person, type, category, status,"+source+"\n  "+strings.Join([]string{
		c.day("day"), c.day("end_day"), c.day("known_from"), c.dayOr("known_to", noEnd)}, ",\n  ")+
		"\nFROM "+c.dialect.Table("document")+conditions(c.person()))
	join := "code_map m ON m.code = s.type"
	if k.coded {
		s.with(codeMapName(k), "the types that lead to each filter", c.codeMap(k))
	} else {
		l := &literal{}
		for kind, targets := range c.plan.Kind {
			for _, t := range targets {
				for _, i := range k.families {
					if int(t.Family) == i {
						l.add("", int64(kind)-int64(plan.DocumentKind(0)), int64(i))
					}
				}
			}
		}
		s.with("category_map (category, family)", "the categories that lead to each filter", l.String())
		join = "category_map m ON m.category = s.category"
	}
	list := ""
	for _, x := range k.carried() {
		switch x {
		case "set_key", "code":
			list += ", s.type AS " + x
		case "kind":
			list += ", s.category AS kind"
		case "value":
			list += ", CAST(NULL AS BIGINT) AS value"
		case "member":
			if k.coded {
				list += ", m.member"
			} else {
				list += ", 0 AS member"
			}
		case "known_from":
		default:
			list += ", s." + x
		}
	}
	s.with("fact", "documents that pass a filter, whatever their day", "SELECT s.person, m.family, s.day, s.day AS last_day, s.known_from, s.known_to"+list+thenColumns(k)+
		"\nFROM document_row s\nJOIN "+join+pass.where("m.family"))
}

// documentConditions are the conditions of a definition on a document, but its
// type and its day; its category only where the type led here.
func documentConditions(d *catalogue.Definition, coded bool) []string {
	out := []string{oneOf("s.status", d.Statuses)}
	if coded && d.Categories != nil {
		out = append(out, oneOf("s.category", d.Categories))
	}
	return out
}
