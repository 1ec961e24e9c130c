package boost

import (
	"errors"
	"fmt"
	"math"
	"runtime"

	"leftshift/features/matrix"
)

// MaxLeaves is the greatest number of leaves of a tree: the decisions of a
// tree, and the leaves that remain possible, each fit one 64-bit word, which
// scoring and contributions rest on.
const MaxLeaves = 64

// Options say how to fit. The zero value is a sensible model: 150 trees of 31
// leaves, learning rate 0.1, at least 20 rows a leaf, no penalty, all rows and
// all columns for every tree.
type Options struct {
	Trees           int     `json:"trees"`            // most trees; 0 means 150
	Leaves          int     `json:"leaves"`           // most leaves of a tree, 2 to MaxLeaves; 0 means 31
	Depth           int     `json:"depth"`            // most splits on a path; 0 means no limit
	LearningRate    float64 `json:"learning_rate"`    // (0, 1]; 0 means 0.1
	Bins            int     `json:"bins"`             // most bins of a column, the one for NaN included, 2 to 255; 0 means 255
	L2              float64 `json:"l2"`               // added to a leaf's curvature; 0 means none
	MinChildWeight  float64 `json:"min_child_weight"` // least curvature (sum of w·p·(1-p)) of a leaf; 0 means 0.001
	MinChildRows    int     `json:"min_child_rows"`   // least rows of positive weight in a leaf; 0 means 20
	MinGain         float64 `json:"min_gain"`         // a split must lower the loss by more than half of this; 0 means any
	RowFraction     float64 `json:"row_fraction"`     // rows drawn without replacement for each tree, (0, 1]; 0 means 1
	FeatureFraction float64 `json:"feature_fraction"` // columns drawn for each tree, (0, 1]; 0 means 1
	Seed            uint64  `json:"seed"`             // of the two draws; 0 is a seed like any other

	// EarlyStop ends fitting when the validation loss has not improved for
	// this many trees, and keeps the trees up to the best; 0 means 20. It does
	// nothing without Validation.
	EarlyStop int `json:"early_stop"`

	// Validation is other rows (other people, preferably of a later time) on
	// which the loss is watched; nil means none.
	Validation *Sample `json:"-"`

	// Threads is how many goroutines work; 0 means one for each processor Go
	// may use. The result does not depend on it.
	Threads int `json:"-"`

	// Ended is asked before each tree; its error ends the fit, which returns it.
	// Nil means never.
	Ended func() error `json:"-"`
}

// Sample is rows with labels: y is 0 or 1, w the weight of each row (nil means
// 1 for all).
type Sample struct {
	Matrix *matrix.Matrix
	Y, W   []float64
}

// Validate reports every fault of the options together, or nil.
func (o Options) Validate() error {
	var faults []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf("boost.option: "+format, args...))
		}
	}
	fraction := func(v float64) bool { return v >= 0 && v <= 1 } // false for NaN
	amount := func(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
	bad(o.Trees >= 0, "trees is %d; give 1 or more, or 0 for 150", o.Trees)
	bad(o.Leaves == 0 || o.Leaves >= 2 && o.Leaves <= MaxLeaves, "leaves is %d; give 2 to %d, or 0 for 31", o.Leaves, MaxLeaves)
	bad(o.Depth >= 0, "depth is %d; give 1 or more, or 0 for no limit", o.Depth)
	bad(fraction(o.LearningRate), "learning_rate is %v; give a number above 0 and at most 1, or 0 for 0.1", o.LearningRate)
	bad(o.Bins == 0 || o.Bins >= 2 && o.Bins <= maxBins, "bins is %d; give 2 to %d, or 0 for %d", o.Bins, maxBins, maxBins)
	bad(amount(o.L2), "l2 is %v; give a finite number, 0 or more", o.L2)
	bad(amount(o.MinChildWeight), "min_child_weight is %v; give a finite number, or 0 for 0.001", o.MinChildWeight)
	bad(o.MinChildRows >= 0, "min_child_rows is %d; give 1 or more, or 0 for 20", o.MinChildRows)
	bad(amount(o.MinGain), "min_gain is %v; give a finite number, 0 or more", o.MinGain)
	bad(fraction(o.RowFraction), "row_fraction is %v; give a number above 0 and at most 1, or 0 for all", o.RowFraction)
	bad(fraction(o.FeatureFraction), "feature_fraction is %v; give a number above 0 and at most 1, or 0 for all", o.FeatureFraction)
	bad(o.EarlyStop >= 0, "early_stop is %d; give 1 or more, or 0 for 20", o.EarlyStop)
	bad(o.Threads >= 0, "threads is %d; give 1 or more, or 0 for all processors", o.Threads)
	return errors.Join(faults...)
}

// filled gives the options with every zero replaced by what it means.
func (o Options) filled() Options {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	setf := func(v *float64, d float64) {
		if *v == 0 {
			*v = d
		}
	}
	set(&o.Trees, 150)
	set(&o.Leaves, 31)
	set(&o.Depth, MaxLeaves)
	setf(&o.LearningRate, 0.1)
	set(&o.Bins, maxBins)
	setf(&o.MinChildWeight, 0.001)
	set(&o.MinChildRows, 20)
	setf(&o.RowFraction, 1)
	setf(&o.FeatureFraction, 1)
	set(&o.EarlyStop, 20)
	set(&o.Threads, runtime.GOMAXPROCS(0))
	return o
}
