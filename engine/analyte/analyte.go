// Package analyte is the declared table of measured quantities: which codes
// name one, its canonical unit and scale, and how other units convert to it.
// Values are integers: a value of an analyte with 1 decimal, 135 mm[Hg], is
// 1350.
package analyte

import (
	_ "embed"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"unicode"

	"github.com/pelletier/go-toml/v2"

	"leftshift/engine"
)

//go:embed analytes.toml
var text []byte

// Analyte is one measured quantity.
type Analyte struct {
	ID       string   `toml:"id"`
	Title    string   `toml:"title"`
	Unit     string   `toml:"unit"`     // canonical unit, UCUM
	Decimals int      `toml:"decimals"` // digits kept after the point
	Low      string   `toml:"low"`      // least plausible value, canonical unit, inclusive
	High     string   `toml:"high"`     // greatest plausible value, inclusive
	SNOMED   []string `toml:"snomed"`
	LOINC    []string `toml:"loinc"`
	Source   string   `toml:"source"`
	Note     string   `toml:"note"`
	Units    []Unit   `toml:"units"`

	low, high *big.Rat
	convert   map[string]line
}

// Unit is a way to write a unit and the exact line that makes a value in it
// canonical: value * factor + offset. An empty name accepts a bare number.
type Unit struct {
	Names  []string `toml:"names"`
	Factor string   `toml:"factor"`
	Offset string   `toml:"offset"` // "" is 0
	Note   string   `toml:"note"`
}

type line struct{ factor, offset *big.Rat }

// fold makes the written forms of a unit one: letter case and spaces do not
// count.
func fold(unit string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, unit)
}

// Table is the analytes by code.
type Table struct {
	List   []*Analyte
	byCode map[engine.Code]*Analyte
	byID   map[string]*Analyte
}

// Load reads the declared table.
func Load() (*Table, error) {
	var file struct {
		Analyte []*Analyte `toml:"analyte"`
	}
	d := toml.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("analytes.toml: %w", err)
	}
	t := &Table{List: file.Analyte, byCode: map[engine.Code]*Analyte{}, byID: map[string]*Analyte{}}
	for _, a := range t.List {
		if err := a.prepare(); err != nil {
			return nil, fmt.Errorf("analytes.toml: %s: %w", a.ID, err)
		}
		if t.byID[a.ID] != nil {
			return nil, fmt.Errorf("analytes.toml: two analytes %q", a.ID)
		}
		t.byID[a.ID] = a
		for system, codes := range map[engine.System][]string{engine.SNOMED: a.SNOMED, engine.LOINC: a.LOINC} {
			for _, c := range codes {
				key := engine.CodeKey(system, c)
				if other := t.byCode[key]; other != nil {
					return nil, fmt.Errorf("analytes.toml: code %s names both %s and %s", c, other.ID, a.ID)
				}
				t.byCode[key] = a
			}
		}
	}
	return t, nil
}

func (a *Analyte) prepare() error {
	if a.ID == "" || a.Unit == "" || len(a.Units) == 0 {
		return errors.New("needs an id, a unit and units")
	}
	rat := func(s, field string) (*big.Rat, error) {
		if s == "" && field == "offset" {
			return new(big.Rat), nil
		}
		r, ok := new(big.Rat).SetString(s)
		if !ok {
			return nil, fmt.Errorf("%s %q is no number", field, s)
		}
		return r, nil
	}
	var err error
	if a.low, err = rat(a.Low, "low"); err != nil {
		return err
	}
	if a.high, err = rat(a.High, "high"); err != nil {
		return err
	}
	if a.low.Cmp(a.high) >= 0 {
		return errors.New("low is not below high")
	}
	a.convert = map[string]line{}
	for _, u := range a.Units {
		var l line
		if l.factor, err = rat(u.Factor, "factor"); err != nil {
			return err
		}
		if l.offset, err = rat(u.Offset, "offset"); err != nil {
			return err
		}
		for _, n := range u.Names {
			if other, twice := a.convert[fold(n)]; twice && (other.factor.Cmp(l.factor) != 0 || other.offset.Cmp(l.offset) != 0) {
				return fmt.Errorf("unit %q has two conversions", n)
			}
			a.convert[fold(n)] = l
		}
	}
	return nil
}

// Of gives the analyte that a code names, or nil.
func (t *Table) Of(code engine.Code) *Analyte { return t.byCode[code] }

// ByID gives the analyte with an id, or nil.
func (t *Table) ByID(id string) *Analyte { return t.byID[id] }

// Codes gives the keys of every code that names the analyte.
func (a *Analyte) Codes() []engine.Code {
	var out []engine.Code
	for _, c := range a.SNOMED {
		out = append(out, engine.CodeKey(engine.SNOMED, c))
	}
	for _, c := range a.LOINC {
		out = append(out, engine.CodeKey(engine.LOINC, c))
	}
	return out
}

// Convert makes a decimal in a unit an integer in the canonical unit and
// scale, exactly, rounding half away from zero. reason is "" or says why not:
// value-not-a-number, unit-missing, unit-unknown, value-implausible. Nothing
// is guessed: a value without a unit is none, unless the analyte has no unit.
func (a *Analyte) Convert(decimal, unit string) (n int64, reason string) {
	l, ok := a.convert[fold(unit)]
	if !ok {
		if fold(unit) == "" {
			return 0, "unit-missing"
		}
		return 0, "unit-unknown"
	}
	if len(decimal) == 0 || len(decimal) > 24 || strings.ContainsAny(decimal, "/eExXpP_ ") {
		return 0, "value-not-a-number"
	}
	r, ok := new(big.Rat).SetString(decimal)
	if !ok {
		return 0, "value-not-a-number"
	}
	r.Mul(r, l.factor)
	r.Add(r, l.offset)
	if r.Cmp(a.low) < 0 || r.Cmp(a.high) > 0 {
		return 0, "value-implausible"
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(a.Decimals)), nil)))
	half := big.NewRat(1, 2)
	if r.Sign() < 0 {
		half.Neg(half)
	}
	r.Add(r, half)
	return new(big.Int).Quo(r.Num(), r.Denom()).Int64(), ""
}
