package world

import (
	"math"
	"math/rand/v2"
)

// Mix is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014): it spreads
// neighbouring numbers over all 64 bits.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Chance is a source of random numbers that is seeded anew for each person, so
// that a person's life depends only on the seed and the person's number.
type Chance struct {
	pcg rand.PCG
	*rand.Rand
}

func newChance() *Chance {
	c := &Chance{}
	c.Rand = rand.New(&c.pcg)
	return c
}

func (c *Chance) reset(seed uint64, person int, stream uint64) {
	c.pcg.Seed(Mix(seed^Mix(stream)), Mix(uint64(person)+stream<<56))
}

// Gamma draws from a Gamma distribution with the shape and mean 1 (Marsaglia
// and Tsang, 2000; for a shape below 1 by their boost).
func (c *Chance) Gamma(shape float64) float64 {
	k, boost := shape, 1.0
	if k < 1 {
		boost = math.Pow(1-c.Float64(), 1/k)
		k++
	}
	d := k - 1.0/3
	s := 1 / math.Sqrt(9*d)
	for {
		x := c.NormFloat64()
		v := 1 + s*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := 1 - c.Float64()
		if math.Log(u) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v * boost / shape
		}
	}
}

// Yes is true with probability p.
func (c *Chance) Yes(p float64) bool { return c.Float64() < p }

// Between draws a whole number from lo to hi, both included.
func (c *Chance) Between(lo, hi int) int { return lo + c.IntN(hi-lo+1) }

// pick draws an index with the given cumulative weights, the last of which is
// the total.
func (c *Chance) pick(cumulative []float64) int {
	x := c.Float64() * cumulative[len(cumulative)-1]
	for i, w := range cumulative {
		if x < w {
			return i
		}
	}
	return len(cumulative) - 1
}

func cumulate(w []float64) []float64 {
	out := make([]float64, len(w))
	t := 0.0
	for i, x := range w {
		t += x
		out[i] = t
	}
	return out
}
