// Package analyte is the declared table of measured quantities: which codes
// name one, its canonical unit and scale, and how other units convert to it.
// Values are integers: a value of an analyte with 1 decimal, 135 mm[Hg], is
// 1350.
package analyte

import (
	_ "embed"
	"fmt"
	"math/big"
	"strings"

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
	Low      float64  `toml:"low"`      // least plausible value, canonical unit
	High     float64  `toml:"high"`     // greatest plausible value
	SNOMED   []string `toml:"snomed"`
	LOINC    []string `toml:"loinc"`
	Source   string   `toml:"source"`
	// Units maps a unit as written (lower case) to the multiplier that makes
	// it canonical, or multiplier and offset: "1", "0.001", "10.929 -23.5".
	Units map[string]string `toml:"units"`

	convert map[string]line
}

// line is the exact rational conversion value*factor+offset.
type line struct{ factor, offset *big.Rat }

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
		if a.ID == "" || a.Unit == "" || a.Low >= a.High || t.byID[a.ID] != nil {
			return nil, fmt.Errorf("analytes.toml: analyte %q needs a unique id, a unit and low < high", a.ID)
		}
		t.byID[a.ID] = a
		a.convert = map[string]line{strings.ToLower(a.Unit): {big.NewRat(1, 1), new(big.Rat)}}
		for unit, words := range a.Units {
			f := strings.Fields(words)
			l := line{offset: new(big.Rat)}
			var ok, ok2 = false, true
			if len(f) > 0 {
				l.factor, ok = new(big.Rat).SetString(f[0])
			}
			if len(f) == 2 {
				l.offset, ok2 = new(big.Rat).SetString(f[1])
			}
			if !ok || !ok2 || len(f) > 2 || unit != strings.ToLower(unit) {
				return nil, fmt.Errorf("analytes.toml: %s: unit %q needs a lower-case name and \"factor\" or \"factor offset\"", a.ID, unit)
			}
			a.convert[unit] = l
		}
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
// is guessed: a value without a unit is not a value, unless the analyte's
// canonical unit is "1".
func (a *Analyte) Convert(decimal, unit string) (n int64, reason string) {
	u := strings.ToLower(strings.TrimSpace(unit))
	l, ok := a.convert[u]
	if u == "" && a.Unit == "1" {
		l, ok = a.convert["1"]
	}
	if !ok {
		if u == "" {
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
	if f, _ := r.Float64(); f < a.Low || f > a.High {
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
