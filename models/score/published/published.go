// Package published is the register of published scores: add a score by
// adding its folder, a line in All and a line in Check.
package published

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/models/score"
	"leftshift/models/score/published/charlson"
	"leftshift/models/score/published/elixhauser"
	"leftshift/models/score/published/hfrs"
)

// All gives every published score, in a fixed order, names unique.
func All() []score.Score {
	out := []score.Score{hfrs.New()}
	for _, t := range charlson.All() {
		out = append(out, t)
	}
	for _, t := range elixhauser.All() {
		out = append(out, t)
	}
	return out
}

// Find gives a score by name, or nil.
func Find(name string) score.Score {
	for _, s := range All() {
		if s.Info().Name == name {
			return s
		}
	}
	return nil
}

// Check runs the worked cases of every score and writes, for each case file,
// its title, a line for each case that differs, and how many passed. failed
// counts differences over all files.
func Check(w io.Writer) (passed, failed int, err error) {
	for _, cases := range []func() (*score.CaseFile, func(score.Case) (score.Answers, error), error){
		hfrs.Cases, charlson.QuanCases, charlson.SHMICases, elixhauser.Cases,
	} {
		file, answer, err := cases()
		if err != nil {
			return passed, failed, err
		}
		if _, err := fmt.Fprintln(w, file.Score); err != nil {
			return passed, failed, err
		}
		p, f, err := score.Check(w, file, answer)
		passed, failed = passed+p, failed+f
		if err != nil {
			return passed, failed, err
		}
	}
	return passed, failed, nil
}

// families are the names under which a file of cases can be checked: a score,
// or the family whose scores share their cases.
var families = map[string]func() (*score.CaseFile, func(score.Case) (score.Answers, error), error){
	"hfrs":                    hfrs.Cases,
	"charlson":                charlson.QuanCases,
	"charlson_quan":           charlson.QuanCases,
	"charlson_1987":           charlson.QuanCases,
	"charlson_quan2011":       charlson.QuanCases,
	"charlson_shmi":           charlson.SHMICases,
	"elixhauser":              elixhauser.Cases,
	"elixhauser_quan":         elixhauser.Cases,
	"elixhauser_van_walraven": elixhauser.Cases,
	"elixhauser_swiss":        elixhauser.Cases,
}

// Cases gives the worked cases of a score or its family, by a name of Families.
func Cases(name string) (*score.CaseFile, error) {
	family, ok := families[name]
	if !ok {
		return nil, unknown(name)
	}
	file, _, err := family()
	return file, err
}

func unknown(name string) error {
	return &engine.Fault{Code: "score-unknown", Say: fmt.Sprintf("there is no score %q; the scores are %s", name, strings.Join(Families(), ", "))}
}

// Families lists the names that CheckFile takes, in byte order.
func Families() []string { return slices.Sorted(maps.Keys(families)) }

// CheckFile runs cases that someone else wrote over a score or its family. It
// writes a line for each case that differs, then "N passed, N failed".
func CheckFile(w io.Writer, name string, r io.Reader) (passed, failed int, err error) {
	family, ok := families[name]
	if !ok {
		return 0, 0, unknown(name)
	}
	_, answer, err := family()
	if err != nil {
		return 0, 0, err
	}
	file, err := score.ReadCases(r)
	if err != nil {
		return 0, 0, &engine.Fault{Code: "score-cases", Say: "the file of cases cannot be read: " + err.Error()}
	}
	return score.Check(w, file, answer)
}
