// Package elixhauser is the Elixhauser comorbidity measure on the ICD-10
// mapping of Quan and others, Med Care 2005;43:1130-9, as one number by two
// sets of weights:
//
//   - elixhauser_van_walraven: van Walraven and others, Med Care
//     2009;47:626-33;
//   - elixhauser_swiss: Sharma and others, BMC Health Serv Res 2021;21:13.
//
// A code may be in several categories: I42.6 is heart failure and alcohol,
// F31.5 is depression and psychosis. Complicated hypertension silences
// uncomplicated, complicated diabetes uncomplicated, metastatic cancer solid
// tumour. Totals may be negative and are kept so (one Python package clips
// them at 0). There are no bands.
package elixhauser

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
var cases []byte

const (
	inputs  = "ICD-10 diagnoses of hospital spells, other than the main reason for admission"
	mapping = "; ICD-10 mapping: Quan and others, Med Care 2005;43:1130-9"
)

// All gives the two measures, in the order of the package comment. It panics
// if the embedded tables are faulty.
func All() []*score.Table {
	return []*score.Table{
		score.Must(read("van_walraven", score.Info{
			Name: "elixhauser_van_walraven", Title: "Elixhauser measure, van Walraven weights", Scale: 1, Inputs: inputs,
			Citation: "van Walraven and others, Med Care 2009;47:626-33" + mapping,
			Licence:  "facts only; read in ellessenne/comorbidity (GPL-3), the Quan SAS lists and vvcb/comorbidipy (MIT), which agree",
		})),
		score.Must(read("swiss", score.Info{
			Name: "elixhauser_swiss", Title: "Elixhauser measure, Swiss weights", Scale: 1, Inputs: inputs,
			Citation: "Sharma and others, BMC Health Serv Res 2021;21:13" + mapping,
			Licence:  "facts only; read in ellessenne/comorbidity (GPL-3) and vvcb/comorbidipy (MIT), which agree",
			Caution:  "the second source may derive from the first",
		})),
	}
}

func read(column string, info score.Info) (*score.Table, error) {
	groups, err := score.ReadGroups("elixhauser", codes, weights, "", column, "van_walraven", "swiss")
	if err != nil {
		return nil, err
	}
	return score.NewTable(info, groups, nil, math.MinInt64)
}

// Cases gives the worked cases and what answers them.
func Cases() (*score.CaseFile, func(score.Case) (score.Answers, error), error) {
	f, err := score.ReadCases(bytes.NewReader(cases))
	all := All()
	return f, func(c score.Case) (score.Answers, error) {
		codes, err := c.Codes()
		if err != nil {
			return nil, err
		}
		first, second := all[0].Compute(codes), all[1].Compute(codes)
		return score.Answers{"categories": first.Categories(), "van_walraven": first.Value, "van_walraven_without_hierarchy": first.Flat(), "swiss": second.Value}, nil
	}, err
}
