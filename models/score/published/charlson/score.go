// Package charlson is the Charlson comorbidity index in three forms:
//
//   - charlson_1987: the original weights (Charlson and others, J Chronic Dis
//     1987;40:373-83) on the ICD-10 mapping of Quan and others, Med Care
//     2005;43:1130-9;
//   - charlson_quan2011: the weights of Quan and others, Am J Epidemiol
//     2011;173:676-82, on the same mapping. Four categories weigh 0 and AIDS
//     weighs 4 (one Python package has 2);
//   - charlson_shmi: the NHS Summary Hospital-level Mortality Indicator, v1.35
//     of September 2020, its own mapping and weights.
//
// A category counts once. Where a graver form of a condition is present the
// milder one adds nothing (mild liver disease, diabetes without complication,
// cancer without metastasis); Result.Parts still lists it, marked superseded,
// and Result.Flat is the sum without that rule.
//
// In SHMI diabetes with complications weighs -1 and silences diabetes without,
// which weighs 3: complications lower the score, as published. A total below 0
// becomes 0. E12x is in neither of its diabetes lists, and whether the
// official SHMI applies the hierarchy was not confirmed. There are no bands.
package charlson

import (
	"bytes"
	_ "embed"
	"math"

	"leftshift/models/score"
)

//go:embed codes.csv
var codes []byte

//go:embed weights.csv
var weights []byte

//go:embed testdata/cases.json
var quanCases []byte

//go:embed testdata/shmi.json
var shmiCases []byte

const inputs = "ICD-10 diagnoses, any position, of hospital spells; papers use the spell itself or one to two years back"

// form says how one of the three indices is read from the tables.
type form struct {
	info    score.Info
	mapping string // in codes.csv
	weight  string // column of weights.csv
	floor   int64
}

var forms = []form{
	{score.Info{
		Name: "charlson_1987", Title: "Charlson comorbidity index, 1987 weights", Scale: 1, Inputs: inputs,
		Citation: "Charlson and others, J Chronic Dis 1987;40:373-83; ICD-10 mapping: Quan and others, Med Care 2005;43:1130-9",
		Licence:  "facts only; read in ellessenne/comorbidity (GPL-3), jackwasey/icd (GPL-3) and vvcb/comorbidipy (MIT), which agree",
	}, "quan2005", "charlson1987", math.MinInt64},
	{score.Info{
		Name: "charlson_quan2011", Title: "Charlson comorbidity index, 2011 weights", Scale: 1, Inputs: inputs,
		Citation: "Quan and others, Am J Epidemiol 2011;173:676-82; ICD-10 mapping: Quan and others, Med Care 2005;43:1130-9",
		Licence:  "facts only; read in ellessenne/comorbidity (GPL-3), gforge/comorbidities.icd10 and jackwasey/icd (GPL-3), which agree",
	}, "quan2005", "quan2011", math.MinInt64},
	{score.Info{
		Name: "charlson_shmi", Title: "Charlson comorbidity index as in SHMI v1.35", Scale: 1,
		Inputs:   "ICD-10 secondary diagnoses of the hospital spell",
		Citation: "NHS Digital, Summary Hospital-level Mortality Indicator specification v1.35, September 2020",
		Licence:  "facts only; read in vvcb/comorbidipy (MIT)",
		Caution:  "diabetes with complications lowers the score; whether the official indicator applies the hierarchy was not confirmed",
	}, "shmi", "shmi", 0},
}

// All gives the three indices, in the order of the package comment. It panics
// if the embedded tables are faulty.
func All() []*score.Table {
	var out []*score.Table
	for _, f := range forms {
		out = append(out, score.Must(read(f)))
	}
	return out
}

func read(f form) (*score.Table, error) {
	groups, err := score.ReadGroups("charlson", codes, weights, f.mapping, f.weight, "charlson1987", "quan2011", "shmi")
	if err != nil {
		return nil, err
	}
	return score.NewTable(f.info, groups, nil, f.floor)
}

// QuanCases gives the worked cases of the two indices on the Quan mapping.
func QuanCases() (*score.CaseFile, func(score.Case) (score.Answers, error), error) {
	f, err := score.ReadCases(bytes.NewReader(quanCases))
	all := All()
	return f, func(c score.Case) (score.Answers, error) {
		codes, err := c.Codes()
		if err != nil {
			return nil, err
		}
		first, second := all[0].Compute(codes), all[1].Compute(codes)
		return score.Answers{"categories": first.Categories(), "charlson1987": first.Value, "charlson1987_without_hierarchy": first.Flat(), "quan2011": second.Value}, nil
	}, err
}

// SHMICases gives the worked cases of the SHMI index.
func SHMICases() (*score.CaseFile, func(score.Case) (score.Answers, error), error) {
	f, err := score.ReadCases(bytes.NewReader(shmiCases))
	shmi := All()[2]
	return f, func(c score.Case) (score.Answers, error) {
		codes, err := c.Codes()
		if err != nil {
			return nil, err
		}
		r := shmi.Compute(codes)
		return score.Answers{"categories": r.Categories(), "score": r.Value}, nil
	}, err
}
