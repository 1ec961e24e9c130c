package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"leftshift/features/catalogue"
	"leftshift/features/matrix"
	"leftshift/features/plan"
)

// terms makes a term for each list of ways, of atoms "at least 1" of columns; a
// column below zero is an atom "less than 1" of column -c-1.
func terms(of ...[][]int) (out []plan.Term) {
	for _, ways := range of {
		var t plan.Term
		for _, way := range ways {
			var atoms []plan.Atom
			for _, c := range way {
				a := plan.Atom{Column: c, Atom: catalogue.Atom{N: 1}}
				if c < 0 {
					a = plan.Atom{Column: -c - 1, Atom: catalogue.Atom{N: 1, Below: true}}
				}
				atoms = append(atoms, a)
			}
			t.Ways = append(t.Ways, atoms)
		}
		out = append(out, t)
	}
	return out
}

// Terms of Kleene's three values, cell by cell.
func TestDerive(t *testing.T) {
	const (
		zero  = matrix.AbsenceZero
		unsee = matrix.AbsenceUnknown
	)
	n, u := matrix.NaN, matrix.NotObservable
	for name, c := range map[string]struct {
		absence matrix.Absence
		terms   []plan.Term
		row     []float32
		want    float32
	}{
		"holds":                              {unsee, terms([][]int{{0}}), []float32{1}, 1},
		"does not hold":                      {unsee, terms([][]int{{0}}), []float32{0}, 0},
		"unknown":                            {unsee, terms([][]int{{0}}), []float32{n}, n},
		"not seen":                           {unsee, terms([][]int{{0}}), []float32{u}, u},
		"unknown is not below":               {unsee, terms([][]int{{-1}}), []float32{n}, n},
		"not seen is not below":              {unsee, terms([][]int{{-1}}), []float32{u}, u},
		"and: no and unknown":                {unsee, terms([][]int{{0, 1}}), []float32{0, n}, 0},
		"and: not seen and no":               {unsee, terms([][]int{{0, 1}}), []float32{u, 0}, 0},
		"and: yes and unknown":               {unsee, terms([][]int{{0, 1}}), []float32{1, n}, n},
		"and: unknown and not seen":          {unsee, terms([][]int{{0, 1}}), []float32{n, u}, u},
		"or: yes or not seen":                {unsee, terms([][]int{{0}, {1}}), []float32{1, u}, 1},
		"or: not seen or yes":                {unsee, terms([][]int{{0}, {1}}), []float32{u, 1}, 1},
		"or: no or unknown":                  {unsee, terms([][]int{{0}, {1}}), []float32{0, n}, n},
		"or: unknown or not seen":            {unsee, terms([][]int{{0}, {1}}), []float32{n, u}, u},
		"not seen does not matter":           {unsee, terms([][]int{{0, 1}, {2}}), []float32{0, u, n}, n},
		"not seen matters":                   {unsee, terms([][]int{{0, 1}, {2}}), []float32{1, u, n}, u},
		"all decided":                        {unsee, terms([][]int{{0}}, [][]int{{1}}), []float32{1, 0}, 1},
		"one undecided of two":               {unsee, terms([][]int{{0}}, [][]int{{1}}), []float32{1, n}, n},
		"one not seen of two":                {unsee, terms([][]int{{0}}, [][]int{{1}}), []float32{1, u}, u},
		"at least one":                       {zero, terms([][]int{{0}}, [][]int{{1}}), []float32{1, n}, 1},
		"at least one, the other not seen":   {zero, terms([][]int{{0}}, [][]int{{1}}), []float32{1, u}, 1},
		"none that is known":                 {zero, terms([][]int{{0}}, [][]int{{1}}), []float32{0, n}, n},
		"none that is seen":                  {zero, terms([][]int{{0}}, [][]int{{1}}), []float32{0, u}, u},
		"none, for one unknown one not seen": {zero, terms([][]int{{0}}, [][]int{{1}}), []float32{n, u}, u},
		"none":                               {zero, terms([][]int{{0}}, [][]int{{1}}), []float32{0, 0}, 0},
	} {
		m := &matrix.Matrix{Rows: 1, Columns: make([]matrix.Column, 4), Values: [][]float32{{0}, {0}, {0}, {7}}}
		for j, v := range c.row {
			m.Values[j][0] = v
		}
		m.Columns[3].Absence = c.absence
		s := &sheet{m: m, plan: &plan.Plan{Deriveds: []plan.Derived{{Column: 3, Terms: c.terms}}}}
		s.derive()
		if got := m.Values[3][0]; math.Float32bits(got) != math.Float32bits(c.want) {
			t.Errorf("%s: %v (%s), want %v (%s)", name, got, matrix.StateOf(got), c.want, matrix.StateOf(c.want))
		}
	}
}

// What reads a lower bound is decided where more would not change it.
func TestDeriveOfLowerBound(t *testing.T) {
	at := func(n float64, below bool) []plan.Term {
		return []plan.Term{{Ways: [][]plan.Atom{{{Column: 3, Atom: catalogue.Atom{N: n, Below: below}}}}}}
	}
	for _, c := range []struct {
		of    float32 // what the third part is
		terms []plan.Term
		want  float32
	}{
		{0, at(2, false), 1}, {0, at(3, false), 0}, {0, at(3, true), 1}, {0, at(2, true), 0},
		{matrix.NaN, at(2, false), 1}, {matrix.NaN, at(3, false), matrix.NaN}, {matrix.NaN, at(3, true), matrix.NaN}, {matrix.NaN, at(2, true), 0},
		{matrix.NotObservable, at(2, false), 1}, {matrix.NotObservable, at(3, false), matrix.NotObservable},
		{matrix.NotObservable, at(3, true), matrix.NotObservable}, {matrix.NotObservable, at(2, true), 0},
	} {
		m := &matrix.Matrix{Rows: 1, Columns: make([]matrix.Column, 5), Values: [][]float32{{1}, {1}, {c.of}, {0}, {0}}}
		m.Columns[4].Absence = matrix.AbsenceUnknown
		s := &sheet{m: m, plan: &plan.Plan{Deriveds: []plan.Derived{{Column: 3, Terms: terms([][]int{{0}}, [][]int{{1}}, [][]int{{2}})}, {Column: 4, Terms: c.terms}}}}
		s.derive()
		if got := m.Values[4][0]; m.Values[3][0] != 2 || math.Float32bits(got) != math.Float32bits(c.want) {
			t.Errorf("%+v of two and %v: %v (%s), want %v", c.terms, c.of, got, matrix.StateOf(got), c.want)
		}
	}
}

// What is derived of 20,000 rows of the built-in catalogue, a tenth of whose
// values are unknown or not observable.
func BenchmarkDerive(b *testing.B) {
	cat := load(b).cat
	p, err := plan.Compile(cat, load(b).lib, load(b).analytes, nil)
	if err != nil {
		b.Fatal(err)
	}
	const rows = 20000
	r := rand.New(rand.NewPCG(1, 2))
	m := matrix.New(p.Columns, rows)
	for j := range m.Values {
		for i := range m.Values[j] {
			m.Values[j][i] = float32(r.IntN(6) / 4)
			switch r.IntN(20) {
			case 0:
				m.Values[j][i] = matrix.NaN
			case 1:
				m.Values[j][i] = matrix.NotObservable
			}
		}
	}
	s := &sheet{m: m, plan: p}
	b.ResetTimer()
	for b.Loop() {
		s.derive()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
