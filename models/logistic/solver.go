package logistic

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// solver minimises the weighted mean log-loss plus the penalty by Newton steps,
// each a weighted least squares solved by cyclic coordinate descent (Friedman,
// Hastie and Tibshirani, Journal of Statistical Software 33(1), 2010). Only
// columns of the active set are visited; when they are done the derivative of
// every column is looked at, and those that break their condition join.
type solver struct {
	x      *mat.Dense // scaled column × row
	y, w   []float64  // w sums to 1; rows of weight 0 are skipped by it
	mixing float64
	tol    float64
	newton int

	intercept float64
	b         []float64
	active    []bool
	eta       []float64 // margin of each row
	v, vr     []float64 // Newton weights; weights times working residuals
}

func newSolver(x *mat.Dense, y, w []float64, o Options) *solver {
	p, n := x.Dims()
	s := &solver{x: x, y: y, w: w, mixing: o.Mixing, tol: o.Tolerance, newton: o.Newton,
		b: make([]float64, p), active: make([]bool, p),
		eta: make([]float64, n), v: make([]float64, n), vr: make([]float64, n)}
	rate := floats.Dot(w, y)
	s.intercept = math.Log(rate / (1 - rate))
	for i := range s.eta {
		s.eta[i] = s.intercept
	}
	return s
}

// derivatives sets vr to w·(y-p), whose product with a column is minus the
// derivative of the loss, and v to w·p·(1-p).
func (s *solver) derivatives() {
	for i, z := range s.eta {
		if s.w[i] == 0 {
			continue
		}
		p := 1 / (1 + math.Exp(-z))
		s.vr[i] = s.w[i] * (s.y[i] - p)
		s.v[i] = s.w[i] * p * (1 - p)
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
		most = max(most, math.Abs(floats.Dot(s.x.RawRowView(j), s.vr)))
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
			if math.Abs(floats.Dot(s.x.RawRowView(j), s.vr)) > lambda*s.mixing+s.tol/2 || lambda*s.mixing == 0 {
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
		if s.worst(lambda) <= s.tol {
			return true
		}
		copy(old, s.b)
		copy(oldEta, s.eta)
		oldIntercept := s.intercept
		s.step(lambda)
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
	most := math.Abs(floats.Sum(s.vr))
	for j, b := range s.b {
		if s.active[j] {
			most = max(most, s.breach(b, floats.Dot(s.x.RawRowView(j), s.vr), lambda))
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
// coordinate descent. On the way vr is the weight times the residual of the
// quadratic.
func (s *solver) step(lambda float64) {
	curvature := make([]float64, len(s.b))
	total := 0.0
	for i, v := range s.v {
		if s.w[i] == 0 {
			s.v[i], s.vr[i] = 0, 0
			continue
		}
		total += v
	}
	for j := range s.b {
		if s.active[j] {
			for i, x := range s.x.RawRowView(j) {
				curvature[j] += s.v[i] * x * x
			}
		}
	}
	const sweeps = 1000
	for range sweeps {
		most := 0.0
		if d := floats.Sum(s.vr) / total; d != 0 {
			most = max(most, math.Abs(d)*total)
			s.intercept += d
			for i, v := range s.v {
				s.vr[i] -= d * v
				s.eta[i] += d
			}
		}
		for j, b := range s.b {
			if !s.active[j] || curvature[j] == 0 {
				continue
			}
			x := s.x.RawRowView(j)
			g := floats.Dot(x, s.vr) + curvature[j]*b
			next := soft(g, lambda*s.mixing) / (curvature[j] + lambda*(1-s.mixing))
			d := next - b
			if d == 0 {
				continue
			}
			most = max(most, math.Abs(d)*curvature[j])
			s.b[j] = next
			vr, v, eta := s.vr[:len(x)], s.v[:len(x)], s.eta[:len(x)]
			for i, xi := range x {
				vr[i] -= d * v[i] * xi
				eta[i] += d * xi
			}
		}
		if most <= s.tol/10 {
			return
		}
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
