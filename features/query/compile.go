package query

import (
	"cmp"
	"fmt"
	"slices"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/plan"
)

// Options of the SQL. The zero value is every person.
type Options struct {
	// DataFrom is the first day from which the sources hold data; 0 not known.
	DataFrom engine.Day
	// Person limits every statement to one person; 0 is everyone.
	Person engine.Person
	// Names gives a code's text, for the comments of a code map; nil writes none.
	Names func(engine.Code) string
}

// Statement gathers the statistics of some cells. Its rows are of persons,
// as-of days and cells in which something was found, in no order.
type Statement struct {
	Title   string
	SQL     string
	Columns []string // person, as_of_day, cell and the statistics; all BIGINT, none null
	Cells   []Cell
}

// Cell is one filter over one window.
type Cell struct {
	Number  int   // unique in a plan
	Columns []int // of the plan: the features that it fills
}

// Compile writes the statements of a plan on some as-of days. The plan of one
// feature (catalogue.Subset) is one statement, or for a feature that is derived
// of others those of what it reads; deriving is not written as SQL. The error is
// an *engine.Fault.
func Compile(p *plan.Plan, dates []engine.Day, dialect Dialect, opt Options) ([]Statement, error) {
	if len(dates) == 0 {
		return nil, &engine.Fault{Code: "index-dates", Say: "give at least one index date"}
	}
	c := newCompiler(p, dates, dialect, opt)
	shapes, err := c.shapes()
	if err != nil {
		return nil, err
	}
	var out []Statement
	for _, s := range shapes {
		out = append(out, c.rows(s))
	}
	out = append(out, c.stays()...)
	return append(out, c.persons()...), nil
}

type compiler struct {
	plan    *plan.Plan
	dates   []engine.Day
	dialect Dialect
	opt     Options
	coded   [][]target // by family: the codes that lead to it
	first   []int      // by family: the cell of its first window
	cells   int        // of windows; those of directs and of demographics follow
}

type target struct {
	code   engine.Code
	member uint8
}

func newCompiler(p *plan.Plan, dates []engine.Day, dialect Dialect, opt Options) *compiler {
	c := &compiler{plan: p, dates: dates, dialect: dialect, opt: opt, coded: make([][]target, len(p.Families))}
	for i := range p.Families {
		c.first = append(c.first, c.cells)
		c.cells += len(p.Families[i].Outputs)
	}
	for code, targets := range p.Codes.All() {
		for _, t := range targets {
			c.coded[t.Family] = append(c.coded[t.Family], target{code, t.Member})
		}
	}
	for _, list := range c.coded {
		slices.SortFunc(list, func(a, b target) int {
			return cmp.Or(cmp.Compare(a.member, b.member), cmp.Compare(a.code, b.code))
		})
	}
	return c
}

func (c *compiler) definition(column int) *catalogue.Definition {
	return &c.plan.Catalogue.Definitions[column]
}

// need says which statistics a statement gathers beside the count and the
// first and the newest day.
type need uint16

const (
	needDays          need = 1 << iota // different days
	needValues                         // moments of values
	needMembers                        // different members
	needWeight                         // sum of weights
	needPick                           // member of the newest day
	needKeys                           // different codes, or treatment functions
	needSpells                         // different continuous inpatient spells
	needRecent                         // rows of the recent window
	needPeriodKeys                     // different codes of the recent period, and of the one before
	needPeriodMembers                  // the same of members
)

var needs = map[catalogue.Aggregate]need{
	catalogue.Count: 0, catalogue.Any: 0, catalogue.DaysSince: 0, catalogue.DaysSinceFirst: 0,
	catalogue.Days: needDays, catalogue.DistinctCodes: needKeys, catalogue.DistinctSpells: needSpells,
	catalogue.LatestValue: needValues, catalogue.Mean: needValues, catalogue.Min: needValues, catalogue.Max: needValues,
	catalogue.Spread: needValues, catalogue.Slope: needValues | needDays, catalogue.SlopeError: needValues | needDays,
	catalogue.Members: needMembers, catalogue.LatestMember: needPick, catalogue.LatestIs: needPick,
	catalogue.WeightedSumDistinct: needWeight, catalogue.Acceleration: needRecent,
	catalogue.Started: needPeriodKeys, catalogue.Stopped: needPeriodKeys,
}

func needOf(d *catalogue.Definition) (need, bool) {
	n, ok := needs[d.Aggregate]
	if n == needPeriodKeys && d.ByMember {
		n = needPeriodMembers
	}
	return n, ok
}

// shape is what decides how a statement over rows looks. Families of one shape
// share a statement.
type shape struct {
	form
	families []int
	listed   bool // rows of one cell are listed with their columns, not gathered
	only     int  // that cell
}

// reads says whether a statement reads a cell.
func (k *shape) reads(cell int) bool { return !k.listed || k.only == cell }

type form struct {
	source catalogue.Source
	coded  bool // families that a code leads to; else families by kind
	within bool
	then   then
	need   need
}

// then are the conditions of a filter that depend on the as-of day beside what
// was known on it.
type then struct{ current, noAdmission, readmission bool }

func thenOf(d *catalogue.Definition) then {
	return then{d.Current, d.NoAdmission, d.Readmission > 0}
}

// shapes sorts the families of the plan by shape.
func (c *compiler) shapes() ([]*shape, error) {
	coded := c.byCode()
	var out []*shape
	at := map[form]*shape{}
	for i := range c.plan.Families {
		f := c.form(i, coded[i])
		for _, outputs := range c.plan.Families[i].Outputs {
			for _, o := range outputs {
				n, ok := needOf(c.definition(o.Column))
				if !ok {
					return nil, unsupported(c.definition(o.Column))
				}
				f.need |= n
			}
		}
		if at[f] == nil {
			at[f] = &shape{form: f}
			out = append(out, at[f])
		}
		at[f].families = append(at[f].families, i)
	}
	return out, nil
}

// form is how a family is read, but for what is gathered.
func (c *compiler) form(family int, coded bool) form {
	d := c.representative(family)
	return form{source: d.Source, coded: coded, within: len(d.Within) > 0, then: thenOf(d)}
}

// byCode says which families a code leads to.
func (c *compiler) byCode() []bool {
	coded := make([]bool, len(c.plan.Families))
	for i := range coded {
		coded[i] = true
	}
	for _, list := range [2]*[32][]plan.Target{&c.plan.Kind, &c.plan.Spell} {
		for _, targets := range list {
			for _, t := range targets {
				coded[t.Family] = false
			}
		}
	}
	return coded
}

func unsupported(d *catalogue.Definition) error {
	return &engine.Fault{Code: "sql-unsupported", Say: fmt.Sprintf("feature %s of source %s has aggregate %s, which cannot be written as SQL: leave it out", d.ID, d.Source, d.Aggregate)}
}

// representative gives a definition that reads a family: all of them have its
// filter.
func (c *compiler) representative(family int) *catalogue.Definition {
	for _, outputs := range c.plan.Families[family].Outputs {
		for _, o := range outputs {
			return c.definition(o.Column)
		}
	}
	panic("query: a family without features")
}

// asOf is the table of as-of days with their year and month.
func (c *compiler) asOf(s *script) {
	l := &literal{}
	for _, d := range c.dates {
		y, m, _ := d.Date()
		l.add(d.String(), int64(d), int64(y), int64(m))
	}
	s.with("as_of (as_of_day, as_of_year, as_of_month)", "the as-of days", l.String())
}

// day gives a column of days as a number, or for a null another number.
func (c *compiler) day(column string) string { return c.dialect.Day(column) + " AS " + column }

func (c *compiler) dayOr(column string, absent int64) string {
	return fmt.Sprintf("COALESCE(%s, %d) AS %s", c.dialect.Day(column), absent, column)
}

// Days that stand for no day: earlier and later than every other.
const (
	noBeginning = -1 << 31
	noEnd       = 1<<31 - 1
)

// person is a condition on the one person asked for, or nothing.
func (c *compiler) person() []string {
	if c.opt.Person == 0 {
		return nil
	}
	return []string{"person = " + c.opt.Person.String()}
}

// describe notes the features of a statement's cells.
func (c *compiler) describe(s *script, cells []Cell) {
	for _, cell := range cells {
		for _, column := range cell.Columns {
			d := c.definition(column)
			s.note("cell %d: %s: %s (%s)", cell.Number, d.ID, d.Title, d.Aggregate)
		}
	}
}
