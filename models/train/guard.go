package train

import (
	"cmp"
	"fmt"
	"slices"

	"leftshift/engine"
	"leftshift/models/censor"
)

// Guard keeps a model from learning from its own effect: people whom it put on a
// list, and whom a team then helped, come to hospital less often, and a fit that
// does not know takes them for people at low risk (Liley et al., AISTATS 2021).
//
// What is predicted is the risk of someone whom nobody acts on. So a row is
// watched only until the first day on which its person was acted on, as if they
// had left on that day (artificial censoring: van Geloven et al., European
// Journal of Epidemiology 2020), and the rows that stay stand for it by the
// inverse probability of not having been acted on by then (Robins and Finkelstein,
// Biometrics 2000; see package censor). That probability is estimated within
// narrow groups of the score by which lists were made: of people with the same
// score who was listed is known by design, and who of them was reached in time is
// taken to have nothing to do with what would have happened to them.
type Guard struct {
	// Acted are the days on which each person was acted on, in any order.
	Acted map[engine.Person][]engine.Day
	// Score is that by which lists were made, by row of the sample; any rising
	// scale. Not NaN.
	Score []float64
	// Lasting is for how many days an act may have an effect. A person acted on in
	// so many days up to the index date is left out from its first day on.
	Lasting int
}

// Guarded says what a guard did.
type Guarded struct {
	Rows     int // person-dates cut short or left out, at the longest horizon
	People   int // of whom
	Greatest float64
}

// leastOverlap is the least part of a group of the score that may be left when
// a horizon ends: below it a few people would stand for many.
const leastOverlap = 0.05

// leastGroup is the least number of rows of a group of the score.
const leastGroup = 100

// groupShares are the sizes of the groups of the score, from the highest on, as
// parts of the rows of an index date; the rest is one more.
var groupShares = []float64{.005, .005, .01, .01, .02, .02, .03, .1, .2}

// Guard changes the follow-up of the sample's rows. Where nobody was acted on it
// changes nothing. The error, a Fault with code train-guard-overlap, says that
// nearly everyone of a group of the score was acted on, so that nobody is left
// from whom to learn what their risk would be.
func (s *Sample) Guard(g Guard) (Guarded, error) {
	var out Guarded
	if len(g.Score) != s.Matrix.Rows {
		panic("train: a guard without a score for every row")
	}
	longest := 0
	for h := range s.Outcome {
		longest = max(longest, h)
	}
	first := make([]int, s.Matrix.Rows) // day of the first act, from the index date; 0 never
	people := map[engine.Person]bool{}
	for i := range first {
		for _, day := range g.Acted[s.Person[i]] {
			after := int(day - s.Index[i])
			if after > longest || after <= -g.Lasting {
				continue
			}
			if after = max(after, 1); first[i] == 0 || after < first[i] {
				first[i] = after
			}
			if day <= s.Index[i] {
				first[i] = leftOut
				break
			}
		}
		if cut(s.Outcome[longest][i], first[i], longest) != s.Outcome[longest][i] {
			out.Rows++
			people[s.Person[i]] = true
		}
	}
	out.People = len(people)
	if out.Rows == 0 {
		return out, nil
	}
	group := s.groups(g.Score)
	for h, rows := range s.Outcome {
		guarded := make([]censor.Row, len(rows))
		for i, r := range rows {
			guarded[i] = cut(r, first[i], h)
			guarded[i].Stratum = int(s.Index[i])*len(groupShares)*2 + group[i]
		}
		w, err := censor.Weigh(guarded, h)
		if err != nil {
			return out, err
		}
		for _, c := range w.Curves {
			if c.Stay[h-1] < leastOverlap {
				return out, &engine.Fault{Code: "train-guard-overlap", Say: fmt.Sprintf("nearly everyone with the highest scores was acted on within %d days of an index date, so there is nobody from whom to learn what their risk is when nobody acts: predict a shorter horizon, or set train.guard to \"none\" and read the model's risks as those of people who are on the lists", h)}
			}
		}
		out.Greatest = max(out.Greatest, w.Greatest)
		s.Outcome[h] = guarded
	}
	return out, nil
}

// leftOut is the day of an act before the index date, whose effect may last.
const leftOut = -1

// cut ends a row's follow-up with an act. What came first, or on the same day,
// stays as it was.
func cut(r censor.Row, act, h int) censor.Row {
	switch {
	case act == leftOut && h > 1:
		return censor.Row{Status: censor.Left, Day: 1, Stratum: r.Stratum}
	case act > 0 && act < r.Day && act < h:
		return censor.Row{Status: censor.Left, Day: act, Stratum: r.Stratum}
	}
	return r
}

// groups puts the rows of each index date in groups by falling score. Equal
// scores are in one group.
func (s *Sample) groups(score []float64) []int {
	by := map[engine.Day][]int{}
	for i, d := range s.Index {
		by[d] = append(by[d], i)
	}
	out := make([]int, len(score))
	for _, rows := range by {
		slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
		g, size := 0, 0
		for k, i := range rows {
			full := g < len(groupShares) && size >= leastGroup && float64(size) >= groupShares[g]*float64(len(rows))
			if full && score[i] != score[rows[k-1]] && len(rows)-k >= leastGroup {
				g, size = g+1, 0
			}
			out[i] = g
			size++
		}
	}
	return out
}
