package query

import (
	"fmt"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/population"
)

// persons writes the statements of demographic items, one for each table that
// they read. An item has a row where it is known. Their cells follow those of
// stays.
func (c *compiler) persons() []Statement {
	var out []Statement
	for _, t := range []struct {
		title string
		items []catalogue.Item
		write func(*script, []item)
	}{
		{"persons", []catalogue.Item{catalogue.Age, catalogue.Male, catalogue.Female, catalogue.EthnicityKnown, catalogue.Sources}, c.personItems},
		{"residences", []catalogue.Item{catalogue.IMDDecile, catalogue.CareHome, catalogue.RecentMove}, c.residenceItems},
		{"registrations", []catalogue.Item{catalogue.MonthsRegistered}, c.registrationItems},
		{"chains of registrations", []catalogue.Item{catalogue.MonthsObservable}, c.chainItems},
	} {
		var items []item
		var cells []Cell
		for _, want := range t.items {
			for i := range c.plan.Demographics {
				if x := &c.plan.Demographics[i]; x.Item == want {
					n := c.cells + len(c.plan.Directs) + i
					items = append(items, item{want, n})
					cells = append(cells, Cell{Number: n, Columns: []int{x.Column}})
				}
			}
		}
		if len(items) == 0 {
			continue
		}
		s := &script{}
		c.describe(s, cells)
		c.asOf(s)
		t.write(s, items)
		out = append(out, Statement{Title: t.title, SQL: s.String(), Columns: []string{"person", "as_of_day", "cell", "n_rows", "sum_v"}, Cells: cells})
	}
	return out
}

// item is a demographic item and the cell that it fills.
type item struct {
	is   catalogue.Item
	cell int
}

// branch selects one item's number where it is known.
func branch(cell int, value, from string, known ...string) string {
	return fmt.Sprintf("SELECT x.person, x.as_of_day, %d AS cell, CAST(1 AS BIGINT) AS n_rows, CAST(%s AS BIGINT) AS sum_v\nFROM %s x", cell, value, from) + conditions(known)
}

func (c *compiler) personItems(s *script, items []item) {
	s.with("someone", "persons", "SELECT person, sex, ethnic_category, sources,\n  "+
		c.dialect.Year("birth_month")+" AS birth_y,\n  "+c.dialect.Month("birth_month")+" AS birth_m\nFROM "+c.dialect.Table("person")+conditions(c.person()))
	s.with("person_then", "persons on each as-of day", "SELECT p.person, d.as_of_day, d.as_of_year, d.as_of_month, p.sex, p.ethnic_category, p.sources, p.birth_y, p.birth_m\nFROM someone p\nCROSS JOIN as_of d")
	var branches []string
	for _, i := range items {
		switch i.is {
		case catalogue.Age:
			branches = append(branches, branch(i.cell, "x.as_of_year - x.birth_y - CASE WHEN x.as_of_month < x.birth_m THEN 1 ELSE 0 END", "person_then", "x.birth_y IS NOT NULL"))
		case catalogue.Male:
			branches = append(branches, branch(i.cell, fmt.Sprintf("CASE WHEN x.sex = %d THEN 1 ELSE 0 END", engine.Male), "person_then", oneOf("x.sex", statedSexes)))
		case catalogue.Female:
			branches = append(branches, branch(i.cell, fmt.Sprintf("CASE WHEN x.sex = %d THEN 1 ELSE 0 END", engine.Female), "person_then", oneOf("x.sex", statedSexes)))
		case catalogue.EthnicityKnown:
			branches = append(branches, branch(i.cell, "CASE WHEN x.ethnic_category IS NULL OR x.ethnic_category IN ('', 'Z') THEN 0 ELSE 1 END", "person_then"))
		case catalogue.Sources:
			branches = append(branches, branch(i.cell, "x.sources", "person_then", "x.sources > 0"))
		}
	}
	s.end = strings.Join(branches, "\nUNION ALL\n")
}

var statedSexes = []engine.Sex{engine.Male, engine.Female, engine.SexIndeterminate}

// residences adds the residence that holds each as-of day: of several, the one
// with the latest from_day, then the greatest area, then the latest to_day,
// then a care home, then the greatest decile.
func (c *compiler) residences(s *script) {
	s.with("resident", "residences; an end that is not known lies in the future", "SELECT person, area, care_home, imd_decile,\n  "+c.dayOr("from_day", noBeginning)+",\n  "+c.dayOr("to_day", noEnd)+
		"\nFROM "+c.dialect.Table("residence")+conditions(c.person()))
	s.with("home", "the residences that hold each as-of day, the one that counts first", `SELECT r.person, d.as_of_day, r.area, r.care_home, r.imd_decile, r.from_day, r.to_day,
  ROW_NUMBER() OVER (PARTITION BY r.person, d.as_of_day
    ORDER BY r.from_day DESC, r.area DESC, r.to_day DESC, r.care_home DESC, r.imd_decile DESC) AS choice
FROM resident r
JOIN as_of d ON r.from_day <= d.as_of_day AND d.as_of_day <= r.to_day`)
}

func (c *compiler) residenceItems(s *script, items []item) {
	c.residences(s)
	var branches []string
	for _, i := range items {
		switch i.is {
		case catalogue.IMDDecile:
			branches = append(branches, branch(i.cell, "x.imd_decile", "home", "x.choice = 1", "x.imd_decile <> 0"))
		case catalogue.RecentMove:
			branches = append(branches, branch(i.cell, "CASE WHEN x.as_of_day - x.from_day < 365 THEN 1 ELSE 0 END", "home", "x.choice = 1", fmt.Sprintf("x.from_day > %d", noBeginning)))
		case catalogue.CareHome: // someone without a residence lives in no care home
			s.with(fmt.Sprintf("lives_%d", i.cell), "every person with the home that counts", "SELECT p.person, d.as_of_day, h.care_home\nFROM "+c.dialect.Table("person")+` p
CROSS JOIN as_of d
LEFT JOIN home h ON h.person = p.person AND h.as_of_day = d.as_of_day AND h.choice = 1`+conditions(aliased("p.", c.person())))
			branches = append(branches, branch(i.cell, "CASE WHEN x.care_home = 1 THEN 1 ELSE 0 END", fmt.Sprintf("lives_%d", i.cell)))
		}
	}
	s.end = strings.Join(branches, "\nUNION ALL\n")
}

func aliased(prefix string, list []string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = prefix + x
	}
	return out
}

// registrations adds the intervals of registration.
func (c *compiler) registrations(s *script) {
	s.with("registered", "registrations; an end that is not known lies in the future", "SELECT person, practice,\n  "+c.dayOr("from_day", noBeginning)+",\n  "+c.dayOr("to_day", noEnd)+
		"\nFROM "+c.dialect.Table("registration")+conditions(c.person()))
}

// practices adds the registration that holds each as-of day: of several, the
// one with the latest from_day, then the greatest practice, then the latest
// to_day.
func (c *compiler) practices(s *script) {
	c.registrations(s)
	s.with("practice", "the registrations that hold each as-of day, the one that counts first", `SELECT r.person, d.as_of_day, r.practice, r.from_day, r.to_day,
  ROW_NUMBER() OVER (PARTITION BY r.person, d.as_of_day
    ORDER BY r.from_day DESC, r.practice DESC, r.to_day DESC) AS choice
FROM registered r
JOIN as_of d ON r.from_day <= d.as_of_day AND d.as_of_day <= r.to_day`)
}

func (c *compiler) registrationItems(s *script, items []item) {
	c.practices(s)
	var branches []string
	for _, i := range items {
		branches = append(branches, branch(i.cell, "x.as_of_day - x.from_day", "practice", "x.choice = 1", fmt.Sprintf("x.from_day > %d", noBeginning)))
	}
	s.end = strings.Join(branches, "\nUNION ALL\n")
}

// chains adds the unbroken chains of registrations that hold each as-of day,
// with the day on which each began. A new chain begins where more than MaxGap
// days pass after the end of all that began before.
func (c *compiler) chains(s *script) {
	c.registrations(s)
	s.with("reached", "how far registrations that began before reach", `SELECT person, practice, from_day, to_day,
  MAX(to_day) OVER (PARTITION BY person ORDER BY from_day, to_day
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_day
FROM registered`)
	s.with("linked", "registrations with the number of their unbroken chain", fmt.Sprintf(`SELECT person, practice, from_day, to_day,
  SUM(CASE WHEN reached_day IS NULL OR from_day - %d > reached_day THEN 1 ELSE 0 END)
    OVER (PARTITION BY person ORDER BY from_day, to_day
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS chain
FROM reached`, population.MaxGap+1))
	s.with("begun", "the day on which each chain began", "SELECT person, chain, MIN(from_day) AS begin_day\nFROM linked\nGROUP BY person, chain")
	s.with("holding", "the chain that holds each as-of day", `SELECT DISTINCT l.person, d.as_of_day, l.chain
FROM linked l
JOIN as_of d ON l.from_day <= d.as_of_day AND d.as_of_day <= l.to_day`)
	begin := "b.begin_day"
	if c.opt.DataFrom != 0 {
		begin = fmt.Sprintf("CASE WHEN b.begin_day > %d THEN b.begin_day ELSE %d END", c.opt.DataFrom, c.opt.DataFrom)
	}
	s.with("observed", "since when each person is observed", "SELECT h.person, h.as_of_day, "+begin+" AS begin_day\nFROM holding h\nJOIN begun b ON b.person = h.person AND b.chain = h.chain")
}

func (c *compiler) chainItems(s *script, items []item) {
	c.chains(s)
	var branches []string
	for _, i := range items {
		branches = append(branches, branch(i.cell, "CASE WHEN x.begin_day < x.as_of_day THEN x.as_of_day - x.begin_day ELSE 0 END", "observed", fmt.Sprintf("x.begin_day > %d", noBeginning)))
	}
	s.end = strings.Join(branches, "\nUNION ALL\n")
}
