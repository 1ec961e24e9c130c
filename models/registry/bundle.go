// Package registry keeps model bundles by content: what was fitted, on what,
// how well it did, and its card. What serves is an approved bundle.
package registry

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"leftshift/features/matrix"
	"leftshift/models/boost"
	"leftshift/models/calibrate"
	"leftshift/models/evaluate"
	"leftshift/models/explain"
	"leftshift/models/logistic"
)

// Kinds of fitted model.
const (
	KindBoost    = "boost"
	KindLogistic = "logistic"
)

// Fitted is one model of a bundle: one kind, one horizon.
type Fitted struct {
	Name     string           `json:"name"` // as in the score table: "boost_365"
	Kind     string           `json:"kind"`
	Horizon  int              `json:"horizon_days"`
	Boost    *boost.Model     `json:"boost,omitempty"`
	Logistic *logistic.Model  `json:"logistic,omitempty"`
	Curve    *calibrate.Curve `json:"calibration"`
	// Evaluation is on people whom the evaluated fit never saw, at an index
	// date after the training labels closed.
	Evaluation *evaluate.Report `json:"evaluation"`
	// Deaths and Left count test rows that died or left first.
	Deaths int `json:"deaths"`
	Left   int `json:"left"`
	// Without is the same recipe evaluated on the same people without some
	// columns; nil: not compared. It serves nobody.
	Without *Without `json:"without,omitempty"`
}

// Without says what a model would be without some of its columns.
type Without struct {
	Columns    []string         `json:"columns"`
	Evaluation *evaluate.Report `json:"evaluation"`
}

// Margin gives log-odds before calibration.
func (f *Fitted) Margin(m *matrix.Matrix) ([]float64, error) {
	if f.Kind == KindBoost {
		return f.Boost.Margin(m)
	}
	return f.Logistic.Margin(m)
}

// Contributions explains the margin.
func (f *Fitted) Contributions(m *matrix.Matrix) (*explain.Contributions, error) {
	if f.Kind == KindBoost {
		return f.Boost.Contributions(m)
	}
	return f.Logistic.Contributions(m)
}

// Shift takes apart why the margin of each row differs between two matrices of
// as many rows, by column: what its change of value added. Columns that did not
// change have exactly 0.
func (f *Fitted) Shift(from, to *matrix.Matrix) (*explain.Contributions, error) {
	if f.Kind == KindBoost {
		return f.Boost.Shift(from, to)
	}
	return f.Logistic.Shift(from, to)
}

// Needs are the columns that a scored matrix must have, in the model's order.
func (f *Fitted) Needs() []string {
	if f.Kind == KindBoost {
		return f.Boost.Columns
	}
	out := make([]string, len(f.Logistic.Terms))
	for j, t := range f.Logistic.Terms {
		out[j] = t.Column
	}
	return out
}

// Reads are those of them whose value moves the margin of anybody.
func (f *Fitted) Reads() []string {
	if f.Kind == KindBoost {
		return f.Boost.Used()
	}
	var out []string
	for _, t := range f.Logistic.Terms {
		if t.Coefficient != 0 || t.MissingCoefficient != 0 {
			out = append(out, t.Column)
		}
	}
	return out
}

// Bundle is everything that a score rests on.
type Bundle struct {
	Format     int      `json:"format"`    // 1
	Outcome    string   `json:"outcome"`   // in words
	Catalogue  string   `json:"catalogue"` // hash of the feature catalogue
	Codelists  string   `json:"codelists"` // hash of the code lists
	Features   string   `json:"features"`  // hash of the columns' own definitions, with the codes that they read
	Site       string   `json:"site"`
	Synthetic  bool     `json:"synthetic"`
	Purpose    string   `json:"purpose"`
	Knowledge  string   `json:"knowledge"`   // labels as known on this day
	TrainIndex []string `json:"train_index"` // index dates fitted on
	TestIndex  string   `json:"test_index"`
	Freeze     int      `json:"freeze_days"` // days after a horizon before its labels count as complete
	TrainRows  int      `json:"train_rows"`
	TestRows   int      `json:"test_rows"`
	Folds      int      `json:"folds"` // cross-fitting by person for evaluation and calibration
	Seed       uint64   `json:"seed"`
	Columns    []string `json:"columns"`
	// Definitions are the hashes of each column's own definition, with the codes
	// that it reads; nil of a bundle made before they were noted.
	Definitions []string `json:"definitions,omitempty"`
	Models      []Fitted `json:"models"`
	// Guard is what was done about people whom lists had brought help to; nil of a
	// bundle made before it was noted.
	Guard *Guard `json:"guard,omitempty"`
	// Follow-up of the people of every index date to the longest horizon, beside
	// what is expected of them: deaths by the life table for their ages and sexes
	// (outcome.Summary.ExpectedDeathRate), leavers as the site declares. An
	// expected 0 is that of a bundle made before they were noted.
	DeathsPer1000          float64 `json:"deaths_per_1000_person_years"`
	LeaversPer1000         float64 `json:"leavers_per_1000_person_years"`
	ExpectedDeathsPer1000  float64 `json:"expected_deaths_per_1000_person_years,omitempty"`
	ExpectedLeaversPer1000 float64 `json:"expected_leavers_per_1000_person_years,omitempty"`
}

// Primary is the model by which lists are ranked: the first.
func (b *Bundle) Primary() *Fitted { return &b.Models[0] }

// Encode gives the canonical bytes and the bundle's identifier, the first 16
// hexadecimal digits of their SHA-256.
func (b *Bundle) Encode() (text []byte, id string, err error) {
	if text, err = json.Marshal(b); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(text)
	return text, hex.EncodeToString(sum[:8]), nil
}

// Decode reads a bundle and checks that it is whole.
func Decode(text []byte) (*Bundle, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var b Bundle
	if err := d.Decode(&b); err != nil {
		return nil, fmt.Errorf("model bundle: %w", err)
	}
	if b.Format != 1 || len(b.Models) == 0 {
		return nil, fmt.Errorf("model bundle: format %d with %d models; this program reads format 1", b.Format, len(b.Models))
	}
	if b.Definitions != nil && len(b.Definitions) != len(b.Columns) {
		return nil, fmt.Errorf("model bundle: %d definitions of %d columns", len(b.Definitions), len(b.Columns))
	}
	for i := range b.Models {
		f := &b.Models[i]
		var err error
		switch {
		case f.Kind == KindBoost && f.Boost != nil:
			err = f.Boost.Check()
		case f.Kind == KindLogistic && f.Logistic != nil:
			err = f.Logistic.Check()
		default:
			err = fmt.Errorf("kind %q without its model", f.Kind)
		}
		if err == nil && f.Curve == nil {
			err = fmt.Errorf("no calibration")
		}
		if err == nil {
			err = f.Curve.Check()
		}
		if err != nil {
			return nil, fmt.Errorf("model bundle: %s: %w", f.Name, err)
		}
	}
	return &b, nil
}
