// Package hfrs is the Hospital Frailty Risk Score: points for 109 three
// character ICD-10 groups found in hospital diagnoses of older people.
//
// Gilbert T, Neuburger J, Kraindler J and others. Development and validation
// of a Hospital Frailty Risk Score focusing on older people in acute care
// settings using electronic hospital records. Lancet 2018;391:1775-82,
// doi:10.1016/S0140-6736(18)30668-8. The points are as restated by the R
// packages hfrs (jamesvanoppen) and icd10am.hfrs (healthpolicy) and the Python
// package comorbidipy (vvcb), which agree exactly.
//
// Points are whole tenths, because sums of floating tenths drift across a band
// boundary. Bands: low below 5, intermediate from 5 to 15, both included, high
// above 15. (One R package puts 5.0 in low and one Python package puts 15.0 in
// high; the paper's words are "<5, 5-15, >15".) A group counts once.
package hfrs

import (
	"bytes"
	_ "embed"
	"math"

	"leftshift/models/score"
)

//go:embed points.csv
var points []byte

//go:embed bands.csv
var bands []byte

//go:embed testdata/cases.json
var cases []byte

// New gives the score. It panics if the embedded table is faulty.
func New() *score.Table { return score.Must(read(points, bands)) }

func read(points, bands []byte) (*score.Table, error) {
	rows, err := score.ReadRows("hfrs/points.csv", points, "icd10_3char", "tenths", "description")
	if err != nil {
		return nil, err
	}
	var groups []score.Group
	for _, r := range rows {
		p, err := score.Points("hfrs/points.csv "+r["icd10_3char"], r["tenths"])
		if err != nil {
			return nil, err
		}
		groups = append(groups, score.Group{Category: r["icd10_3char"], Label: r["description"], Prefixes: []string{r["icd10_3char"]}, Points: p})
	}
	ranges, err := readBands(bands)
	if err != nil {
		return nil, err
	}
	return score.NewTable(score.Info{
		Name:     "hfrs",
		Title:    "Hospital Frailty Risk Score",
		Citation: "Gilbert and others, Lancet 2018;391:1775-82, doi:10.1016/S0140-6736(18)30668-8",
		Licence:  "facts only; read in jamesvanoppen/hfrs (GPL-3), healthpolicy/icd10am.hfrs (MIT) and vvcb/comorbidipy (MIT), which agree",
		Inputs:   "ICD-10 diagnoses, any position, of people aged 75 and over: the emergency admission itself and discharges in the two years before",
		Caution:  "not validated below 75; U80 and F00 need the ICD-10 edition of the data to have them",
		Scale:    10,
	}, groups, ranges, math.MinInt64)
}

func readBands(text []byte) ([]score.Band, error) {
	rows, err := score.ReadRows("hfrs/bands.csv", text, "band", "lowest_tenths", "highest_tenths")
	if err != nil {
		return nil, err
	}
	var out []score.Band
	for _, r := range rows {
		b := score.Band{Name: r["band"], Low: math.MinInt64, High: math.MaxInt64}
		if s := r["lowest_tenths"]; s != "" {
			if b.Low, err = score.Points("hfrs/bands.csv "+b.Name, s); err != nil {
				return nil, err
			}
		}
		if s := r["highest_tenths"]; s != "" {
			if b.High, err = score.Points("hfrs/bands.csv "+b.Name, s); err != nil {
				return nil, err
			}
		}
		out = append(out, b)
	}
	return out, nil
}

// Cases gives the worked cases and what answers them.
func Cases() (*score.CaseFile, func(score.Case) (score.Answers, error), error) {
	f, err := score.ReadCases(bytes.NewReader(cases))
	t := New()
	return f, func(c score.Case) (score.Answers, error) {
		codes, err := c.Codes()
		if err != nil {
			return nil, err
		}
		r := t.Compute(codes)
		return score.Answers{"score": score.Decimal{Value: r.Value, Scale: r.Scale}, "band": r.Band}, nil
	}, err
}
