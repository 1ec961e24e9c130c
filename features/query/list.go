package query

import (
	"context"
	"database/sql"
	"fmt"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/plan"
)

// Row is one row of the curated tables behind a feature.
type Row struct {
	// Day is the first possible day of an event, the day of a document, the
	// start of a spell, registration or residence, or the month of birth; NoDay
	// when not known. To is the last possible day of an event, and the end of the
	// others; NoDay for none.
	Day, To engine.Day
	Kind    uint8       // of the event or spell, category of the document; else 0
	Code    engine.Code // of the event; type, treatment function, practice or area; 0 none
	// Value of an event; nights of a stay up to the as-of day; decile of a
	// residence; stated sex of a person.
	Value  schema.Number
	Member int // of the group, from 0; of a residence 1 for a care home
	Source string
	Known  engine.Day // when it became known; NoDay for tables without versions
}

// Listing is a statement whose rows are those behind one feature of one person
// on one day: from_day, to_day, kind, code, value, member, source and
// known_from, in an order in which only rows that are alike tie. A row that is
// of several members of a group is listed once for each.
type Listing struct{ SQL string }

// Rows writes the listing of a feature. Errors are *engine.Fault: a feature that
// is derived of others has no rows of its own.
func Rows(p *plan.Plan, feature string, person engine.Person, on engine.Day, dialect Dialect, opt Options) (Listing, error) {
	opt.Person = person
	column := -1
	for j := range p.Catalogue.Definitions {
		if p.Catalogue.Definitions[j].ID == feature {
			column = j
		}
	}
	if column < 0 {
		return Listing{}, &engine.Fault{Code: "feature-unknown", Say: "there is no feature " + feature + " in the plan: check its spelling"}
	}
	c := newCompiler(p, []engine.Day{on}, dialect, opt)
	s := &script{}
	d := c.definition(column)
	s.note("the rows behind %s: %s (%s)", d.ID, d.Title, d.Aggregate)
	switch {
	case d.Source == catalogue.Derived:
		return Listing{}, &engine.Fault{Code: "feature-derived", Say: "feature " + feature + " is made of other features and has no rows of its own: ask for those it names"}
	case d.Source == catalogue.Demographic:
		c.listPerson(s, d.Item)
	case c.listStays(s, column):
	default:
		c.listRows(s, column)
	}
	s.end += "\nORDER BY from_day NULLS FIRST, to_day NULLS LAST, kind, code, value NULLS LAST, member, source, known_from NULLS FIRST"
	return Listing{SQL: s.String()}, nil
}

// listed are the columns of a listing, in order.
func listed(from, to, kind, code, value, member, source, known string) string {
	return fmt.Sprintf("SELECT %s AS from_day, %s AS to_day, %s AS kind, %s AS code,\n  %s AS value, %s AS member, %s AS source, %s AS known_from\n", from, to, kind, code, value, member, source, known)
}

func (c *compiler) listRows(s *script, column int) {
	coded := c.byCode()
	for i := range c.plan.Families {
		for r, outputs := range c.plan.Families[i].Outputs {
			for _, o := range outputs {
				if o.Column == column {
					k := &shape{form: c.form(i, coded[i]), families: []int{i}, listed: true, only: c.first[i] + r}
					from := c.hits(s, k)
					s.end = listed("day", "end_day", "kind", "code", "value", "member", "source", "known_from") + "FROM " + from
					return
				}
			}
		}
	}
}

// listStays lists the spells of a feature of stays; false when it is none.
func (c *compiler) listStays(s *script, column int) bool {
	for i := range c.plan.Directs {
		x := &c.plan.Directs[i]
		if x.Column != column {
			continue
		}
		c.staysKnown(s, thenOf(c.definition(column)), []int{i}, true)
		in := "as_of_day - start_day < days"
		switch x.Aggregate {
		case catalogue.BedDays:
			in = "until_day > start_day AND as_of_day - until_day < days - 1"
		case catalogue.DaysSinceEnd:
			in = "end_day <= as_of_day AND as_of_day - end_day < days"
		}
		s.end = listed("start_day", "end_day", "kind", "specialty", "until_day - start_day", "0", "source", "known_from") + "FROM known_stay\nWHERE " + in
		return true
	}
	return false
}

func (c *compiler) listPerson(s *script, it catalogue.Item) {
	none := "CAST(NULL AS BIGINT)"
	begun := fmt.Sprintf("CASE WHEN from_day > %d THEN from_day END", noBeginning)
	ends := fmt.Sprintf("CASE WHEN to_day < %d THEN to_day END", noEnd)
	switch it {
	case catalogue.IMDDecile, catalogue.CareHome, catalogue.RecentMove:
		c.asOf(s)
		c.residences(s)
		s.end = listed(begun, ends, "0", "area", "imd_decile", "care_home", "''", none) + "FROM home\nWHERE choice = 1"
	case catalogue.MonthsRegistered:
		c.asOf(s)
		c.practices(s)
		s.end = listed(begun, ends, "0", "practice", none, "0", "''", none) + "FROM practice\nWHERE choice = 1"
	case catalogue.MonthsObservable:
		c.asOf(s)
		c.chains(s)
		s.end = listed(begun, ends, "0", "practice", none, "0", "''", none) + "FROM linked l\nWHERE EXISTS (SELECT 1 FROM holding h WHERE h.person = l.person AND h.chain = l.chain)"
	default:
		s.end = listed(c.dialect.Day("birth_month"), none, "0", "0", "sex", "0", "''", none) + "FROM " + c.dialect.Table("person") + conditions(c.person())
	}
}

// Read runs a listing.
func (l Listing) Read(ctx context.Context, conn Conn) ([]Row, error) {
	rows, err := conn.Query(ctx, l.SQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Row
	day := func(n sql.NullInt64) engine.Day {
		if !n.Valid {
			return engine.NoDay
		}
		return engine.Day(n.Int64)
	}
	for rows.Next() {
		var r Row
		var from, to, value, known sql.NullInt64
		if err := rows.Scan(&from, &to, &r.Kind, &r.Code, &value, &r.Member, &r.Source, &known); err != nil {
			return nil, &engine.Fault{Code: "sql-answer", Say: "the engine answered with other columns than were asked for: check the dialect", Err: err}
		}
		r.Day, r.To, r.Known = day(from), day(to), day(known)
		r.Value = schema.Number{N: value.Int64, Known: value.Valid}
		out = append(out, r)
	}
	return out, rows.Err()
}
