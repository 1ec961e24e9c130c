package truth

import "math"

// Concordance gathers the expected area under the ROC curve of a score: people
// who have the outcome with chance p, sorted by the score, in fixed fine bins of
// its logit, so that memory does not grow. Two people in one bin count as a tie;
// a bin is 1/256 wide, which moves the area by less than 1e-5.
type Concordance struct {
	pos, neg [bins]float64
	n        int
	sum      float64
}

const (
	bins    = 16 * 256
	lowest  = -12.0
	perUnit = 256.0
)

// Add adds a person with the score, a probability, and the chance of the
// outcome.
func (c *Concordance) Add(score, p float64) {
	b := int((math.Log(score/(1-score)) - lowest) * perUnit)
	b = min(max(b, 0), bins-1)
	c.pos[b] += p
	c.neg[b] += 1 - p
	c.n++
	c.sum += p
}

// Area is the expected area under the curve; NaN without both outcomes.
func (c *Concordance) Area() float64 {
	var below, pos, concordant float64
	for b := range c.pos {
		concordant += c.pos[b] * (below + c.neg[b]/2)
		below += c.neg[b]
		pos += c.pos[b]
	}
	if pos == 0 || below == 0 {
		return math.NaN()
	}
	return concordant / (pos * below)
}

// People is how many were added, Rate their mean chance of the outcome.
func (c *Concordance) People() int { return c.n }

// Rate is the mean chance of the outcome; NaN for nobody.
func (c *Concordance) Rate() float64 { return c.sum / float64(c.n) }
