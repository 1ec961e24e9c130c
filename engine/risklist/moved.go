package risklist

import (
	"fmt"
	"math"
	"slices"

	"leftshift/engine/schema"
)

// LeastMove is the log-odds by which a risk must have moved to be said to have
// moved at all: about a twentieth of the odds.
const LeastMove = 0.05

// Reasons for a change of a list or a band that are no cause of a person's own.
const (
	ByPlaces = "places"     // others moved, or the places on the list did
	ByPerson = "new_person" // was not scored in the snapshot before
	ByHand   = "added"      // a team added them
)

// Moved is what moved between two snapshots, counted exactly: whoever shows it
// controls it first. Maps are by schema.Cause, by one of the reasons above, or by
// Code. The zero value says that nothing was compared.
type Moved struct {
	Previous string `json:"previous"` // the snapshot compared with
	Since    string `json:"since"`    // its as-of date, 2006-01-02
	// Everyone scored now, by the cause that moved their risk most: who rose by
	// LeastMove or more, who fell, who did neither, and who is new.
	Rose   map[string]int `json:"rose"`
	Fell   map[string]int `json:"fell"`
	Steady int            `json:"steady"`
	New    int            `json:"new"`
	// Gone are those scored then and not now, by code.
	Gone map[string]int `json:"gone"`
	// Up and Down are those scored in both whose band is another.
	Up   map[string]int `json:"band_up"`
	Down map[string]int `json:"band_down"`
	// Joiners and Leavers of all lists.
	Joiners map[string]int `json:"joiners"`
	Leavers map[string]int `json:"leavers"`
}

// Known says whether anything was compared.
func (m *Moved) Known() bool { return m != nil && m.Previous != "" }

// MovedReason is one key of the maps of Moved with its words.
type MovedReason struct{ Key, Say string }

var causeWords = [schema.Causes]string{
	schema.ByModel:       "the model that makes the estimate",
	schema.ByDefinitions: "features or code lists read otherwise",
	schema.BySources:     "what sources show",
	schema.ByNew:         "data: happened since",
	schema.ByGone:        "data: aged out of a window, or corrected away",
	schema.ByChanged:     "data: other changes of the record",
	schema.ByTime:        "data: age, and time since something happened",
}

// MovedReasons lists every key in the order in which it is told.
func MovedReasons() []MovedReason {
	var out []MovedReason
	for c, say := range causeWords {
		out = append(out, MovedReason{schema.Cause(c).String(), say})
	}
	out = append(out, MovedReason{ByPerson, "was not scored before"}, MovedReason{ByHand, "was added by hand"}, MovedReason{ByPlaces, "other people moved, or the places on the list did"})
	for _, c := range Codes() {
		out = append(out, MovedReason{c.String(), c.Sentence()})
	}
	return out
}

// Of gives the counts of a map in the order of MovedReasons, of those that some
// of the maps have.
func (m *Moved) Of(maps ...map[string]int) (reasons []MovedReason, counts [][]int) {
	reasons = slices.DeleteFunc(MovedReasons(), func(r MovedReason) bool {
		return !slices.ContainsFunc(maps, func(x map[string]int) bool { return x[r.Key] > 0 })
	})
	for _, x := range maps {
		var c []int
		for _, r := range reasons {
			c = append(c, x[r.Key])
		}
		counts = append(counts, c)
	}
	return reasons, counts
}

// MoveWords says how a probability moved: "from about 12 to about 18 in 100".
func MoveWords(before, now float64) string {
	a, b := inHundred(before), inHundred(now)
	if a == b {
		return a + " in 100, as before"
	}
	return "from " + a + " to " + b + " in 100"
}

// inHundred rounds as Words does.
func inHundred(p float64) string {
	switch n := int(math.Round(p * 100)); {
	case n < 1:
		return "less than 1"
	case n > 99:
		return "more than 99"
	default:
		return fmt.Sprintf("about %d", n)
	}
}
