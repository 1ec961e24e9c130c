package evaluate

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
)

// Options say how to evaluate. The zero value is 200 resamples, 95 % intervals
// and lists of the highest 0.5, 1, 2 and 5 %.
type Options struct {
	Shares     []float64 `json:"shares,omitempty"` // sizes of the lists, rising, in (0, 1]; nil means 0.005, 0.01, 0.02, 0.05
	Replicates int       `json:"replicates"`       // resamples of persons; 0 means 200, -1 none (and no intervals)
	Level      float64   `json:"level"`            // of the intervals; 0 means 0.95
	Seed       uint64    `json:"seed"`             // of the resampling
	Threads    int       `json:"-"`                // 0 means one for each processor; the result does not depend on it
}

// Validate reports every fault of the options together, or nil.
func (o Options) Validate() error {
	var faults []error
	for k, s := range o.Shares {
		if !(s > 0 && s <= 1) || k > 0 && s <= o.Shares[k-1] {
			faults = append(faults, fmt.Errorf("evaluate.option: share %d is %v; give numbers above 0 and at most 1 that rise", k, s))
		}
	}
	if o.Replicates < -1 || o.Replicates > 0 && o.Replicates < 20 {
		faults = append(faults, fmt.Errorf("evaluate.option: replicates is %d; give 20 or more, 0 for 200, or -1 for none", o.Replicates))
	}
	if o.Level != 0 && !(o.Level > 0 && o.Level < 1) {
		faults = append(faults, fmt.Errorf("evaluate.option: level is %v; give a number above 0 and below 1, or 0 for 0.95", o.Level))
	}
	if o.Threads < 0 {
		faults = append(faults, fmt.Errorf("evaluate.option: threads is %d; give 1 or more, or 0 for all processors", o.Threads))
	}
	return errors.Join(faults...)
}

func (o Options) filled() Options {
	if o.Shares == nil {
		o.Shares = []float64{0.005, 0.01, 0.02, 0.05}
	}
	if o.Replicates == 0 {
		o.Replicates = 200
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	if o.Threads == 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	return o
}

// Number is a float64 whose NaN ("has no meaning here") and infinities are
// null in JSON.
type Number float64

// MarshalJSON writes the number or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads a number, or null as NaN.
func (n *Number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(n))
}

// Estimate is a measure with its interval (percentiles over resamples of
// persons). NaN is a measure that has no meaning for these rows, or an interval
// that was not asked for or has no meaning in more than half of the resamples.
type Estimate struct {
	Value Number `json:"value"`
	Low   Number `json:"low"`
	High  Number `json:"high"`
}

// Measures is one table of measures. Sums and means are weighted.
type Measures struct {
	Rows   int     `json:"rows"`   // of positive weight
	People int     `json:"people"` // distinct persons
	Weight float64 `json:"weight"`
	Events float64 `json:"events"` // weight of the rows with the outcome

	// AUROC is the chance that a row with the outcome ranks above one without;
	// equal scores count half.
	AUROC Estimate `json:"auroc"`
	// AveragePrecision is the mean, over rows with the outcome, of the share
	// with the outcome among rows that rank as high or higher.
	AveragePrecision Estimate `json:"average_precision"`
	// Brier is the mean squared difference of probability and outcome;
	// BrierScaled is 1 less Brier over that of giving everyone the rate.
	Brier       Estimate `json:"brier"`
	BrierScaled Estimate `json:"brier_scaled"`
	LogLoss     Estimate `json:"log_loss"` // natural logarithm
	// Slope is that of the logistic regression of the outcome on the
	// log-odds; below 1 says predictions are too extreme. Intercept is that of
	// the same with slope 1 (calibration in the large); below 0 says
	// predictions are too high.
	Slope     Estimate `json:"calibration_slope"`
	Intercept Estimate `json:"calibration_intercept"`
	// ObservedExpected is events over the sum of probabilities.
	ObservedExpected Estimate `json:"observed_expected"`

	Top []Top `json:"top"`
}

// Top is the list of the highest risks. Its size is Share of the weight, not
// rounded to whole rows; among rows with the same score at its end it gets the
// mean over all orders.
type Top struct {
	Share       float64  `json:"share"`
	Cut         Number   `json:"cut"`         // probability of the last row on the list
	Sensitivity Estimate `json:"sensitivity"` // share of all events that are on it
	PPV         Estimate `json:"ppv"`         // share of the list with the outcome
}

// Band is a tenth of the weight by rank, the highest risk last. Rows with the
// same score at a border are shared out.
type Band struct {
	Weight   float64  `json:"weight"`
	From     float64  `json:"from"` // least and greatest probability
	To       float64  `json:"to"`
	Expected float64  `json:"expected"`      // sum of probabilities
	Observed float64  `json:"observed"`      // weight of events
	Rate     Estimate `json:"observed_rate"` // Observed over Weight
}

// Subgroup is the measures of the rows with one label.
type Subgroup struct {
	Group string `json:"group"`
	Label string `json:"label"`
	Measures
}

// Report is an evaluation as plain data. Counts are exact: whoever shows them
// to others applies disclosure control.
type Report struct {
	Measures
	Bands      []Band     `json:"bands"`
	Subgroups  []Subgroup `json:"subgroups,omitempty"` // groups as given, labels in byte order
	Replicates int        `json:"replicates"`
	Level      float64    `json:"level"`
	Seed       uint64     `json:"seed"`
}

// Evaluate measures predictions. Errors are faults of the options, of shapes,
// labels, weights or predictions, and no row of positive weight. A measure that
// has no meaning, as AUROC where nobody has the outcome, is NaN, not an error.
func Evaluate(d Data, opt Options) (*Report, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	opt = opt.filled()
	all, err := rank(d)
	if err != nil {
		return nil, err
	}
	out := &Report{Level: opt.Level, Seed: opt.Seed, Replicates: max(0, opt.Replicates)}
	tables := []*ranked{all}
	for _, g := range d.Groups {
		var labels []string
		for _, i := range all.row {
			if l := g.Labels[i]; l != "" {
				labels = append(labels, l)
			}
		}
		slices.Sort(labels)
		for _, l := range slices.Compact(labels) {
			out.Subgroups = append(out.Subgroups, Subgroup{Group: g.Name, Label: l})
			tables = append(tables, all.where(func(row int32) bool { return g.Labels[row] == l }))
		}
	}
	whole := make([]values, len(tables))
	for k, t := range tables {
		whole[k] = t.measure(t.w, opt.Shares, nil)
	}
	samples := resample(tables, whole, opt)
	pick := func(k int) func(f func(v *values) float64) Estimate {
		return func(f func(v *values) float64) Estimate {
			return interval(f(&whole[k]), samples[k], f, opt.Level)
		}
	}
	out.Measures = summarise(all, &whole[0], opt.Shares, pick(0))
	for k := range out.Subgroups {
		out.Subgroups[k].Measures = summarise(tables[k+1], &whole[k+1], opt.Shares, pick(k+1))
	}
	for k := bands - 1; k >= 0; k-- {
		b := whole[0].band[k]
		if b.weight == 0 {
			continue
		}
		out.Bands = append(out.Bands, Band{Weight: b.weight, From: b.from, To: b.to, Expected: b.expected, Observed: b.events,
			Rate: pick(0)(func(v *values) float64 { return v.band[k].events / v.band[k].weight })})
	}
	return out, nil
}

func summarise(r *ranked, v *values, shares []float64, pick func(f func(v *values) float64) Estimate) Measures {
	people := append([]int32(nil), r.person...)
	slices.Sort(people)
	m := Measures{
		Rows: len(r.w), People: len(slices.Compact(people)), Weight: v.weight, Events: v.events,
		AUROC:            pick(func(v *values) float64 { return v.auroc }),
		AveragePrecision: pick(func(v *values) float64 { return v.precision }),
		Brier:            pick(func(v *values) float64 { return v.brier }),
		BrierScaled:      pick(func(v *values) float64 { return v.scaled }),
		LogLoss:          pick(func(v *values) float64 { return v.loss }),
		Slope:            pick(func(v *values) float64 { return v.slope }),
		Intercept:        pick(func(v *values) float64 { return v.intercept }),
		ObservedExpected: pick(func(v *values) float64 { return v.observed }),
	}
	for k, s := range shares {
		m.Top = append(m.Top, Top{Share: s, Cut: Number(v.cut[k]),
			Sensitivity: pick(func(v *values) float64 { return v.sensitivity[k] }),
			PPV:         pick(func(v *values) float64 { return v.ppv[k] })})
	}
	return m
}
