// Package logistic fits and applies logistic regression with an elastic-net
// penalty: a margin that is a sum of columns times coefficients, which a person
// can check with a pencil.
package logistic

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"leftshift/features/matrix"
	"leftshift/models/explain"
)

// Model is a fitted model. Its JSON form keeps every bit.
type Model struct {
	Base      float64 `json:"base"` // margin of a row at the mean of every term
	Terms     []Term  `json:"terms"`
	Lambda    float64 `json:"lambda"` // the penalty used
	Mixing    float64 `json:"mixing"`
	Converged bool    `json:"converged"` // whether the minimum was reached within the tolerance
	Path      []Step  `json:"path"`      // penalties, greatest first
}

// Term is what one column adds to the margin: Coefficient·(value-Mean), or 0
// for NaN, plus MissingCoefficient·(d-MissingRate), d being 1 for NaN and else
// 0. Mean is over the training rows where the column was known. Where training
// had no NaN, MissingRate and MissingCoefficient are 0, and a NaN adds nothing.
type Term struct {
	Column             string  `json:"column"`
	Mean               float64 `json:"mean"`
	Coefficient        float64 `json:"coefficient"` // log-odds for one unit of the column
	MissingRate        float64 `json:"missing_rate"`
	MissingCoefficient float64 `json:"missing_coefficient"` // log-odds of NaN against the mean
}

// Step is one penalty of the path.
type Step struct {
	Lambda    float64 `json:"lambda"`
	Loss      float64 `json:"loss"`       // mean log-loss over the folds, 0 without cross-validation
	LossError float64 `json:"loss_error"` // its standard error over the folds
}

func (t *Term) add(v float32) float64 {
	if v != v {
		return t.MissingCoefficient * (1 - t.MissingRate)
	}
	return t.Coefficient*(float64(v)-t.Mean) - t.MissingCoefficient*t.MissingRate
}

// Margin gives the log-odds of each row of x. Columns are found by identifier;
// one that is missing is an error.
func (m *Model) Margin(x *matrix.Matrix) ([]float64, error) {
	cols, err := m.locate(x)
	if err != nil {
		return nil, err
	}
	out := make([]float64, x.Rows)
	for i := range out {
		out[i] = m.Base
	}
	for j := range m.Terms {
		for i, v := range cols[j] {
			out[i] += m.Terms[j].add(v)
		}
	}
	return out, nil
}

// Contributions gives what each column added to the margin of each row. The
// sum, in column order, is the margin to the last bit.
func (m *Model) Contributions(x *matrix.Matrix) (*explain.Contributions, error) {
	cols, err := m.locate(x)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(m.Terms))
	for j := range m.Terms {
		names[j] = m.Terms[j].Column
	}
	out := explain.New(names, x.Rows)
	out.Base = m.Base
	for j := range m.Terms {
		for i, v := range cols[j] {
			out.Values[i][j] = m.Terms[j].add(v)
		}
	}
	return out, nil
}

// Check reports a model that cannot be used.
func (m *Model) Check() error {
	seen := map[string]bool{}
	sum := m.Base
	for _, t := range m.Terms {
		if seen[t.Column] {
			return fmt.Errorf("logistic.model: column %s is there twice; name every column once", t.Column)
		}
		seen[t.Column] = true
		sum += math.Abs(t.Mean) + math.Abs(t.Coefficient) + math.Abs(t.MissingCoefficient)
		if t.MissingRate < 0 || t.MissingRate > 1 {
			return fmt.Errorf("logistic.model: the missing rate of column %s is not in 0 to 1; fit the model again", t.Column)
		}
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return errors.New("logistic.model: a number is not finite; fit the model again, with a penalty")
	}
	return nil
}

// UnmarshalJSON reads a model and checks it.
func (m *Model) UnmarshalJSON(data []byte) error {
	type plain Model
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("logistic.model: not a model file: %w", err)
	}
	if err := (*Model)(&p).Check(); err != nil {
		return err
	}
	*m = Model(p)
	return nil
}

func (m *Model) locate(x *matrix.Matrix) ([][]float32, error) {
	if err := x.Check(); err != nil {
		return nil, fmt.Errorf("logistic.matrix: %w", err)
	}
	at := make(map[string]int, len(x.Columns))
	for j := range x.Columns {
		at[x.Columns[j].ID] = j
	}
	out := make([][]float32, len(m.Terms))
	var missing []error
	for j, t := range m.Terms {
		k, ok := at[t.Column]
		if !ok {
			missing = append(missing, fmt.Errorf("logistic.column_missing: the model needs column %s; compute the features with the catalogue it was fitted on", t.Column))
			continue
		}
		out[j] = x.Values[k]
	}
	return out, errors.Join(missing...)
}
