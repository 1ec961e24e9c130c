package query

import (
	"context"
	"database/sql"
	"fmt"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/finish"
	"leftshift/features/matrix"
	"leftshift/features/plan"
)

// Conn runs one query. A *lake.DB is one; for a *sql.DB or *sql.Conn wrap
// QueryContext.
type Conn interface {
	Query(ctx context.Context, query string) (*sql.Rows, error)
}

// Result is one row for each person and as-of day, in order of person, then
// day as given, whether or not the person is eligible on it.
type Result struct {
	Persons []engine.Person
	Index   []engine.Day
	Matrix  *matrix.Matrix // with days of newest rows

	Statistics int64 // rows of statistics that were read
	Orphans    int64 // of those, rows of persons without a person row
}

// setters say which statistic a column of a statement is.
var setters = map[string]func(*statistics, int64){
	"n_rows":     func(s *statistics, v int64) { s.Count = v },
	"n_days":     func(s *statistics, v int64) { s.Days = v },
	"first_day":  func(s *statistics, v int64) { s.First = v },
	"newest_day": func(s *statistics, v int64) { s.Last = v },
	"n_values":   func(s *statistics, v int64) { s.N = v },
	"sum_v":      func(s *statistics, v int64) { s.V = v },
	"sum_vv":     func(s *statistics, v int64) { s.VV = v },
	"sum_u":      func(s *statistics, v int64) { s.U = v },
	"sum_uu":     func(s *statistics, v int64) { s.UU = v },
	"sum_uv":     func(s *statistics, v int64) { s.UV = v },
	"least_v":    func(s *statistics, v int64) { s.Least = v },
	"most_v":     func(s *statistics, v int64) { s.Most = v },
	"newest_v":   func(s *statistics, v int64) { s.Newest = v },
	"newest_n":   func(s *statistics, v int64) { s.NewestN = v },
	"pick":       func(s *statistics, v int64) { s.Pick = v },
	"n_members":  func(s *statistics, v int64) { s.Members = v },
	"weight":     func(s *statistics, v int64) { s.Weight = v },
	"n_keys":     func(s *statistics, v int64) { s.Distinct = v },
	"n_recent":   func(s *statistics, v int64) { s.Recent = v },

	"n_recent_keys":     func(s *statistics, v int64) { s.keys.recent = v },
	"n_earlier_keys":    func(s *statistics, v int64) { s.keys.earlier = v },
	"n_recent_members":  func(s *statistics, v int64) { s.members.recent = v },
	"n_earlier_members": func(s *statistics, v int64) { s.members.earlier = v },
}

// statistics are those of a cell. What started and stopped reads is kept apart,
// since other features of the cell may read the same fields otherwise.
type statistics struct {
	finish.Statistics
	keys, members periods
}

type periods struct{ recent, earlier int64 }

// Run fills the features of every person on some as-of days by SQL: the values
// are those of the kernel, bit for bit, where all kinds of record could be
// observed (the SQL reads no coverage: see Result.Hide). The errors are *engine.Fault, those of
// the connection, or the context's.
func Run(ctx context.Context, conn Conn, p *plan.Plan, dates []engine.Day, dialect Dialect, opt Options) (*Result, error) {
	statements, err := Compile(p, dates, dialect, opt)
	if err != nil {
		return nil, err
	}
	r := &runner{plan: p, place: map[engine.Day]int{}, row: map[engine.Person]int{}, dates: dates}
	for i, d := range dates {
		if _, twice := r.place[d]; twice {
			return nil, &engine.Fault{Code: "index-dates", Say: "index dates must differ: leave out the one given twice"}
		}
		r.place[d] = i
	}
	c := compiler{dialect: dialect, opt: opt}
	persons := "SELECT person\nFROM " + dialect.Table("person") + conditions(c.person()) + "\nORDER BY person\n"
	if err := read(ctx, conn, persons, 1, func(v []int64) error { return r.person(engine.Person(v[0])) }); err != nil {
		return nil, err
	}
	r.begin()
	for i := range statements {
		s := &statements[i]
		set := make([]func(*statistics, int64), len(s.Columns))
		for k, name := range s.Columns[3:] {
			set[3+k] = setters[name]
		}
		if err := read(ctx, conn, s.SQL, len(s.Columns), func(v []int64) error { return r.take(v, set) }); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Title, err)
		}
	}
	derive(p, r.out.Matrix)
	return &r.out, nil
}

// read runs a query and gives each row's whole numbers.
func read(ctx context.Context, conn Conn, query string, columns int, each func([]int64) error) error {
	rows, err := conn.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	v := make([]int64, columns)
	at := make([]any, columns)
	for i := range v {
		at[i] = &v[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return &engine.Fault{Code: "sql-answer", Say: "the engine answered with other columns than whole numbers: check the dialect", Err: err}
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

// runner places statistics in a matrix.
type runner struct {
	plan  *plan.Plan
	dates []engine.Day
	place map[engine.Day]int
	row   map[engine.Person]int // of the first as-of day
	fills [][]fill              // by cell
	out   Result
}

// fill is one feature of a cell.
type fill struct {
	column  int
	dated   bool
	rule    *finish.Rule
	periods of
}

// of says what a feature counts by period.
type of uint8

const (
	nothing of = iota
	codes
	members
)

func (r *runner) person(id engine.Person) error {
	if _, twice := r.row[id]; twice {
		return &engine.Fault{Code: "person-twice", Say: "table person has two rows of one person: curate the table again"}
	}
	r.row[id] = len(r.out.Persons)
	for _, d := range r.dates {
		r.out.Persons = append(r.out.Persons, id)
		r.out.Index = append(r.out.Index, d)
	}
	return nil
}

// begin makes the matrix in which nothing is found yet.
func (r *runner) begin() {
	p, n := r.plan, len(r.out.Persons)
	m := matrix.New(p.Columns, n)
	for j, blank := range p.Blank {
		if blank != 0 {
			for i := range m.Values[j] {
				m.Values[j][i] = blank
			}
		}
	}
	for j := range p.Columns {
		if !p.Dated(j) {
			continue
		}
		m.Last[j] = make([]int32, n)
		for i := range m.Last[j] {
			m.Last[j][i] = int32(engine.NoDay)
		}
	}
	r.out.Matrix = m
	for i := range p.Families {
		for _, outputs := range p.Families[i].Outputs {
			var fills []fill
			for k := range outputs {
				j, by := outputs[k].Column, nothing
				d := &p.Catalogue.Definitions[j]
				if d.Aggregate == catalogue.Started || d.Aggregate == catalogue.Stopped {
					if by = codes; d.ByMember {
						by = members
					}
				}
				fills = append(fills, fill{j, d.Dated(), &outputs[k].Rule, by})
			}
			r.fills = append(r.fills, fills)
		}
	}
	for i := range p.Directs {
		r.fills = append(r.fills, []fill{{p.Directs[i].Column, false, &p.Directs[i].Rule, nothing}})
	}
	for i := range p.Demographics {
		r.fills = append(r.fills, []fill{{p.Demographics[i].Column, false, &p.Demographics[i].Rule, nothing}})
	}
}

// take finishes the features of one row of statistics.
func (r *runner) take(v []int64, set []func(*statistics, int64)) error {
	r.out.Statistics++
	row, ok := r.row[engine.Person(v[0])]
	if !ok {
		r.out.Orphans++
		return nil
	}
	on := engine.Day(v[1])
	at, ok := r.place[on]
	if !ok || v[2] < 0 || v[2] >= int64(len(r.fills)) {
		return &engine.Fault{Code: "sql-answer", Say: "the engine answered for a day or a cell that was not asked for: check the dialect"}
	}
	row += at
	var s statistics
	for k := 3; k < len(v); k++ {
		set[k](&s, v[k])
	}
	for _, f := range r.fills[v[2]] {
		x := s.Statistics
		switch f.periods {
		case codes:
			x.Recent, x.Earlier = s.keys.recent, s.keys.earlier
		case members:
			x.Recent, x.Earlier, x.Distinct = s.members.recent, s.members.earlier, s.Members
		}
		r.out.Matrix.Values[f.column][row] = f.rule.Value(on, &x)
		if f.dated {
			r.out.Matrix.Last[f.column][row] = int32(s.Last)
		}
	}
	return nil
}
