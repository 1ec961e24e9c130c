package kernel

import (
	"slices"

	"leftshift/engine"
	"leftshift/features/matrix"
	"leftshift/features/outcome"
	"leftshift/features/population"
)

// Place is where and who a person is on an index date, for lists and for
// reports by subgroup; none of it is in the matrix under this form.
type Place struct {
	Practice engine.Code // 0 when not registered
	Area     engine.Code // 0 not known
	Age      int16       // whole years; -1 not known
	Sex      engine.Sex
	Ethnic   byte  // NHS category letter; 0 not known
	IMD      uint8 // decile; 0 not known
	CareHome bool
}

// Counts says what was read.
type Counts struct {
	Persons, Registrations, Residences, Events, Spells, Documents int64
	Orphans                                                       int64 // rows of persons without a person row
}

// Result is one row for each person and index date, in order of person, then
// date. Rows of persons who are not eligible are left out unless they were
// asked for; Attrition counts them in any case.
type Result struct {
	Persons []engine.Person
	Index   []engine.Day
	Status  []population.Status
	Places  []Place
	Unseen  []string // see matrix.Rows; nil when no coverage was given
	// Labels are by outcome, then row; nil when none were asked for. Rows that
	// are not eligible, or not at risk, have the zero label.
	Labels [][]outcome.Label
	Matrix *matrix.Matrix

	Attrition []population.Attrition // by index date, ascending
	Outcomes  []outcome.Summary      // of the labels, by outcome; their Check is the caller's, over all buckets
	Read      Counts
}

// Concat puts the results of buckets together, in the order given: that of the
// buckets, so that persons ascend. Their matrices are emptied column by column
// as they are taken over, so that the whole is not held twice. All must be
// of one plan and the same dates.
func Concat(parts []*Result) *Result {
	if len(parts) == 0 {
		return nil
	}
	n := 0
	for _, p := range parts {
		n += len(p.Persons)
	}
	cols := parts[0].Matrix.Columns
	out := &Result{Persons: make([]engine.Person, 0, n), Index: make([]engine.Day, 0, n), Status: make([]population.Status, 0, n),
		Places: make([]Place, 0, n), Matrix: &matrix.Matrix{Columns: cols, Rows: n, Values: make([][]float32, len(cols)), Last: make([][]int32, len(cols))},
		Attrition: slices.Clone(parts[0].Attrition)}
	if k := len(parts[0].Labels); k > 0 {
		out.Labels, out.Outcomes = make([][]outcome.Label, k), make([]outcome.Summary, k)
		for i := range out.Labels {
			out.Labels[i] = make([]outcome.Label, 0, n)
		}
	}
	for k, p := range parts {
		out.Persons = append(out.Persons, p.Persons...)
		out.Index = append(out.Index, p.Index...)
		out.Status = append(out.Status, p.Status...)
		out.Places = append(out.Places, p.Places...)
		for i := range out.Labels {
			out.Labels[i] = append(out.Labels[i], p.Labels[i]...)
			out.Outcomes[i].Merge(p.Outcomes[i])
		}
		out.Unseen = append(out.Unseen, p.Unseen...)
		out.Read.Add(p.Read)
		if k > 0 {
			for i := range p.Attrition {
				for s := range p.Attrition[i].By {
					out.Attrition[i].By[s] += p.Attrition[i].By[s]
				}
			}
		}
	}
	for j := range cols {
		v := make([]float32, 0, n)
		for _, p := range parts {
			v = append(v, p.Matrix.Values[j]...)
			p.Matrix.Values[j] = nil
		}
		out.Matrix.Values[j] = v
		if parts[0].Matrix.Last[j] != nil {
			d := make([]int32, 0, n)
			for _, p := range parts {
				d = append(d, p.Matrix.Last[j]...)
			}
			out.Matrix.Last[j] = d
		}
	}
	return out
}

// Rows is how many rows of the record were read: events, spells and documents.
func (c *Counts) Rows() int64 { return c.Events + c.Spells + c.Documents }

// Add adds the counts of another result.
func (c *Counts) Add(o Counts) {
	c.Persons += o.Persons
	c.Registrations += o.Registrations
	c.Residences += o.Residences
	c.Events += o.Events
	c.Spells += o.Spells
	c.Documents += o.Documents
	c.Orphans += o.Orphans
}
