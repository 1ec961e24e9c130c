package risklist

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strings"

	"leftshift/engine"
)

// Quiet keeps a person off the lists for a while after a reviewer found them not
// suitable or they declined: as if they were not there, under a code of their
// own. It ends early when the risk has risen or the reasons have changed since.
type Quiet struct {
	Code        Code       // NotSuitable or Declined; NoCode: no quiet period
	Until       engine.Day // first day on which it no longer holds; engine.NoDay: for good, whatever the risk
	Probability float64    // when it began; NaN: not known, and no rise ends it
	Reasons     string     // Digest when it began; "": not known, and no change ends it
}

// StandardRise is the rise of the probability that ends a quiet period, where
// the rules give none: 10 in 100. A house value; nothing published sets one.
const StandardRise = 0.10

// holds gives the code of a quiet period that keeps the candidate off, or
// NoCode.
func (q Quiet) holds(c *Candidate, r Rules) Code {
	rise := r.Rise
	if rise == 0 {
		rise = StandardRise
	}
	switch {
	case q.Code == NoCode || q.Until == engine.NoDay:
	case r.AsOf >= q.Until:
		return NoCode
	case !math.IsNaN(q.Probability) && c.Probability-q.Probability >= rise:
		return NoCode
	case q.Reasons != "" && len(c.Reasons) > 0 && Digest(c.Reasons) != q.Reasons:
		return NoCode
	}
	return q.Code
}

// Digest names which reasons a person has: the same for the same columns in any
// order, whatever their sizes and dates, which move a little every night. "" for
// none. 16 hexadecimal digits of a SHA-256.
func Digest(reasons []Reason) string {
	if len(reasons) == 0 {
		return ""
	}
	var columns []string
	for _, r := range reasons {
		columns = append(columns, r.Column)
	}
	slices.Sort(columns)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(columns), "\x00")))
	return hex.EncodeToString(sum[:8])
}
