package logistic

import (
	"errors"
	"fmt"
	"math"
	"runtime"
)

// How cross-validation chooses among the penalties.
const (
	ChooseLeast = "least"  // the least mean loss
	ChooseOneSE = "one_se" // the greatest penalty whose mean loss is within one standard error of the least
)

// Options say how to fit. The zero value is ridge regression along a path of
// 40 penalties; without folds the last and least of them is used.
type Options struct {
	// Mixing is the share of the penalty on absolute coefficients: 0 is ridge,
	// 1 is lasso, between them elastic net. The penalty is
	// lambda·(Mixing·Σ|b| + (1-Mixing)/2·Σb²) over coefficients of columns scaled
	// to standard deviation 1, added to the weighted mean log-loss.
	Mixing float64 `json:"mixing"`

	// Lambda is the path of penalties, falling, 0 or more; {0} is no penalty
	// at all. nil means Lambdas values in even ratios from the least penalty at
	// which every coefficient is 0 (Mixing taken as 0.001 or more) down to
	// Ratio times it.
	Lambda  []float64 `json:"lambda,omitempty"`
	Lambdas int       `json:"lambdas"` // 0 means 40
	Ratio   float64   `json:"ratio"`   // in (0, 1); 0 means 0.001

	// Folds gives each row a fold, any number; rows of one person must share
	// one. nil means no cross-validation and the last of the path. Rows whose
	// weight is 0 take no part.
	Folds  []int  `json:"-"`
	Choose string `json:"choose"` // ChooseLeast or ChooseOneSE; "" means ChooseLeast

	// Tolerance is how far the derivative of the objective by any coefficient
	// (of a scaled column) may be from its condition; 0 means 1e-5, a hundredth
	// of the standard error that 100,000 rows leave.
	Tolerance float64 `json:"tolerance"`
	Newton    int     `json:"newton"` // most Newton steps for each penalty; 0 means 100

	// Threads is how many folds are fitted at once; 0 means one for each
	// processor. The result does not depend on it.
	Threads int `json:"-"`

	// Ended is asked before each penalty of the path; its error ends the fit,
	// which returns it. It is called from several goroutines. Nil means never.
	Ended func() error `json:"-"`
}

func (o Options) ended() error {
	if o.Ended == nil {
		return nil
	}
	return o.Ended()
}

// Validate reports every fault of the options together, or nil.
func (o Options) Validate() error {
	var faults []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("logistic.option: "+format, args...))
		}
	}
	bad(o.Mixing >= 0 && o.Mixing <= 1, "mixing is %v; give 0 (ridge) to 1 (lasso)", o.Mixing)
	for k, l := range o.Lambda {
		bad(l >= 0 && !math.IsInf(l, 1) && (k == 0 || l < o.Lambda[k-1]), "lambda %d is %v; give numbers of 0 or more that fall", k, l)
	}
	bad(o.Lambdas >= 0, "lambdas is %d; give 1 or more, or 0 for 40", o.Lambdas)
	bad(o.Ratio >= 0 && o.Ratio < 1, "ratio is %v; give a number above 0 and below 1, or 0 for 0.001", o.Ratio)
	bad(o.Choose == "" || o.Choose == ChooseLeast || o.Choose == ChooseOneSE, "choose is %q; give %q or %q", o.Choose, ChooseLeast, ChooseOneSE)
	bad(o.Tolerance >= 0 && !math.IsInf(o.Tolerance, 1), "tolerance is %v; give a small number, or 0 for 1e-6", o.Tolerance)
	bad(o.Newton >= 0, "newton is %d; give 1 or more, or 0 for 100", o.Newton)
	bad(o.Threads >= 0, "threads is %d; give 1 or more, or 0 for all processors", o.Threads)
	return errors.Join(faults...)
}

func (o Options) filled() Options {
	if o.Lambdas == 0 {
		o.Lambdas = 40
	}
	if o.Ratio == 0 {
		o.Ratio = 0.001
	}
	if o.Choose == "" {
		o.Choose = ChooseLeast
	}
	if o.Tolerance == 0 {
		o.Tolerance = 1e-5
	}
	if o.Newton == 0 {
		o.Newton = 100
	}
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	return o
}
