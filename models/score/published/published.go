// Package published is the register of published scores: add a score by
// adding its folder, a line in All and a line in Check.
package published

import (
	"fmt"
	"io"

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
