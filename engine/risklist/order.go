package risklist

import "math"

// Order says who is ranked. Ranks always fall with the probability.
type Order uint8

const (
	ByRisk    Order = 0 // everyone who is eligible
	AmongGaps Order = 1 // only those with a gap; others are left off as NoGap
)

var orderNames = [...]string{"risk", "risk_among_gaps"}

func (o Order) String() string { return orderNames[o] }

// wanted says whether one of the gaps is what the lists are for.
func (r Rules) wanted(gaps []Gap) bool {
	for _, g := range gaps {
		if len(r.Gaps) == 0 {
			return true
		}
		for _, code := range r.Gaps {
			if g.Code == code {
				return true
			}
		}
	}
	return false
}

// compare puts the highest probability first, then the lowest person key; those
// not scored last.
func compare(a, b *Candidate) int {
	switch na, nb := math.IsNaN(a.Probability), math.IsNaN(b.Probability); {
	case na != nb && na:
		return 1
	case na != nb:
		return -1
	case a.Probability > b.Probability:
		return -1
	case a.Probability < b.Probability:
		return 1
	case a.Person < b.Person:
		return -1
	}
	return 1
}
