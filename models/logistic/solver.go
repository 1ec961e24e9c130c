package logistic

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// solver minimises the weighted mean log-loss plus the penalty by Newton steps,
// each a weighted least squares solved by cyclic coordinate descent (Friedman,
// Hastie and Tibshirani, Journal of Statistical Software 33(1), 2010). Only
// columns of the active set are visited; when they are done the derivative of
// every column is looked at, and those that break their condition join.
type solver struct {
	x      []column
	y, w   []float64 // w sums to 1; rows of weight 0 are skipped by it
	mixing float64
	tol    float64
	newton int

	intercept float64
	b         []float64
	active    []bool
	eta       []float64 // margin of each row
	v, vr     []float64 // Newton weights; weights times working residuals, less v·shift
	shift     float64   // what columns with zeros and the intercept took from every residual
	sum       float64   // of vr
	total     float64   // of v
	first     []float64 // Σ v·value of each active column
}

func newSolver(x []column, y, w []float64, o Options) *solver {
	p, n := len(x), len(y)
	s := &solver{x: x, y: y, w: w, first: make([]float64, p), mixing: o.Mixing, tol: o.Tolerance, newton: o.Newton,
		b: make([]float64, p), active: make([]bool, p),
		eta: make([]float64, n), v: make([]float64, n), vr: make([]float64, n)}
	rate := floats.Dot(w, y)
	s.intercept = math.Log(rate / (1 - rate))
	for i := range s.eta {
		s.eta[i] = s.intercept
	}
	return s
}

// slope is minus the derivative of the loss (or, within a step, of its
// quadratic) by the coefficient of a column.
func (s *solver) slope(j int) float64 {
	c := &s.x[j]
	if c.dense != nil {
		return floats.Dot(c.dense, s.vr) - s.shift*s.first[j]
	}
	dot := 0.0
	for k, i := range c.at {
		dot += c.value[k] * s.vr[i]
	}
	return (dot - s.shift*s.first[j] - c.mean*(s.sum-s.shift*s.total)) / c.scale
}

// derivatives sets vr to w·(y-p), whose product with a column is minus the
// derivative of the loss, and v to w·p·(1-p).
func (s *solver) derivatives() {
	s.shift, s.sum, s.total = 0, 0, 0
	for i, z := range s.eta {
		if s.w[i] == 0 {
			continue
		}
		p := 1 / (1 + math.Exp(-z))
		s.vr[i] = s.w[i] * (s.y[i] - p)
		s.v[i] = s.w[i] * p * (1 - p)
		s.sum += s.vr[i]
		s.total += s.v[i]
	}
}

// objective is what is minimised.
func (s *solver) objective(lambda float64) float64 {
	return loss(s.eta, s.y, s.w) + s.penalty(lambda)
}

func (s *solver) penalty(lambda float64) float64 {
	one, two := 0.0, 0.0
	for _, b := range s.b {
		one += math.Abs(b)
		two += b * b
	}
	return lambda * (s.mixing*one + (1-s.mixing)/2*two)
}

// loss is Σ w·log-loss.
func loss(margin, y, w []float64) float64 {
	sum := 0.0
	for i, z := range margin {
		if w[i] == 0 {
			continue
		}
		if y[i] == 1 {
			z = -z
		}
		sum += w[i] * (max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))))
	}
	return sum
}

// greatest is the least penalty at which every coefficient is 0, for a solver
// that has not been run.
func (s *solver) greatest() float64 {
	s.derivatives()
	most := 0.0
	for j := range s.b {
		most = max(most, math.Abs(s.slope(j)))
	}
	return most / max(s.mixing, 0.001)
}

// solve moves to the minimum for a penalty, starting where the solver is, and
// says whether it got there.
func (s *solver) solve(lambda float64) bool {
	for range len(s.b) + 1 {
		ok := s.descend(lambda)
		// derivatives are those of the present margins
		joined := false
		for j := range s.b {
			if s.active[j] {
				continue
			}
			if math.Abs(s.slope(j)) > lambda*s.mixing+s.tol/2 || lambda*s.mixing == 0 {
				s.active[j], joined = true, true
			}
		}
		if !joined {
			return ok
		}
		if !ok {
			return false
		}
	}
	return false
}

// descend takes Newton steps over the active set until its conditions hold.
func (s *solver) descend(lambda float64) bool {
	old := make([]float64, len(s.b))
	oldEta := make([]float64, len(s.eta))
	before := s.objective(lambda)
	for range s.newton {
		s.derivatives()
		worst := s.worst(lambda)
		if worst <= s.tol {
			return true
		}
		copy(old, s.b)
		copy(oldEta, s.eta)
		oldIntercept := s.intercept
		s.step(lambda, max(s.tol/4, worst/20))
		// A full step may go too far; halve it until the objective falls.
		after := s.objective(lambda)
		for halvings := 0; after > before+1e-14 && halvings < 30; halvings++ {
			half := func(a, b float64) float64 { return (a + b) / 2 }
			s.intercept = half(s.intercept, oldIntercept)
			for j := range s.b {
				s.b[j] = half(s.b[j], old[j])
			}
			for i := range s.eta {
				s.eta[i] = half(s.eta[i], oldEta[i])
			}
			after = s.objective(lambda)
		}
		before = after
	}
	s.derivatives()
	return s.worst(lambda) <= s.tol
}

// worst is the greatest breach of a condition of the minimum over the
// intercept and the active set (Karush, Kuhn, Tucker): for a coefficient above
// 0 the derivative of loss and penalty is 0, for one at 0 it is within the
// corner of the absolute value.
func (s *solver) worst(lambda float64) float64 {
	most := math.Abs(s.sum)
	for j, b := range s.b {
		if s.active[j] {
			most = max(most, s.breach(b, s.slope(j), lambda))
		}
	}
	return most
}

func (s *solver) breach(b, slope, lambda float64) float64 {
	slope -= lambda * (1 - s.mixing) * b
	corner := lambda * s.mixing
	switch {
	case b > 0:
		return math.Abs(slope - corner)
	case b < 0:
		return math.Abs(slope + corner)
	}
	return max(0, math.Abs(slope)-corner)
}

// step solves the weighted least squares of the present derivatives by cyclic
// coordinate descent, until no coordinate moves its derivative by more than
// tol: far from the minimum a rough answer is as good as an exact one.
func (s *solver) step(lambda, tol float64) {
	curvature := make([]float64, len(s.b))
	for j := range s.b {
		if !s.active[j] {
			continue
		}
		c := &s.x[j]
		first, second := 0.0, 0.0
		if c.dense != nil {
			for i, x := range c.dense {
				first += s.v[i] * x
				second += s.v[i] * x * x
			}
		} else {
			for k, i := range c.at {
				x := c.value[k]
				first += s.v[i] * x
				second += s.v[i] * x * x
			}
		}
		s.first[j] = first
		curvature[j] = (second - 2*c.mean*first + c.mean*c.mean*s.total) / (c.scale * c.scale)
	}
	moved := 0.0 // of every margin, not yet in eta
	const sweeps = 1000
	for range sweeps {
		rest := s.sum - s.shift*s.total
		d := rest / s.total
		s.intercept += d
		s.shift += d
		moved += d
		most := math.Abs(rest)
		for j, b := range s.b {
			if !s.active[j] || curvature[j] <= 0 {
				continue
			}
			next := soft(s.slope(j)+curvature[j]*b, lambda*s.mixing) / (curvature[j] + lambda*(1-s.mixing))
			if next == b {
				continue
			}
			d := next - b
			most = max(most, math.Abs(d)*curvature[j])
			s.b[j] = next
			c := &s.x[j]
			d /= c.scale
			if c.dense != nil {
				vr, v, eta := s.vr[:len(c.dense)], s.v[:len(c.dense)], s.eta[:len(c.dense)]
				for i, x := range c.dense {
					vr[i] -= d * v[i] * x
					eta[i] += d * x
				}
			} else {
				for k, i := range c.at {
					s.vr[i] -= d * s.v[i] * c.value[k]
					s.eta[i] += d * c.value[k]
				}
				s.shift -= d * c.mean
				moved -= d * c.mean
			}
			s.sum -= d * s.first[j]
		}
		if most <= tol {
			break
		}
	}
	for i := range s.eta {
		s.eta[i] += moved
	}
}

// soft is the soft threshold.
func soft(g, t float64) float64 {
	switch {
	case g > t:
		return g - t
	case g < -t:
		return g + t
	}
	return 0
}
