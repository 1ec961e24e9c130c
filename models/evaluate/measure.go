package evaluate

import "math"

// bands is how many bands of risk the calibration table has.
const bands = 10

// values is every measure of one sample; NaN where it has no meaning.
type values struct {
	weight, events, expected   float64
	auroc, precision           float64
	brier, scaled, loss        float64
	slope, intercept, observed float64
	sensitivity, ppv, cut      []float64 // by share
	band                       [bands]band
}

type band struct{ weight, events, expected, from, to float64 }

// measure computes every measure with row weights w, in the order of r.
func (r *ranked) measure(w []float64, shares []float64, start *values) values {
	nan := math.NaN()
	v := values{auroc: nan, precision: nan, brier: nan, scaled: nan, loss: nan, slope: nan, intercept: nan, observed: nan,
		sensitivity: make([]float64, len(shares)), ppv: make([]float64, len(shares)), cut: make([]float64, len(shares))}
	for k := range shares {
		v.sensitivity[k], v.ppv[k], v.cut[k] = nan, nan, nan
	}
	brier, loss := 0.0, 0.0
	for i, w := range w {
		v.weight += w
		v.events += w * r.y[i]
		v.expected += w * r.p[i]
		brier += w * (r.p[i] - r.y[i]) * (r.p[i] - r.y[i])
		loss += w * r.loss[i]
	}
	if v.weight == 0 {
		return v
	}
	rate := v.events / v.weight
	v.brier, v.loss = brier/v.weight, loss/v.weight
	if v.expected > 0 {
		v.observed = v.events / v.expected
	}
	r.lists(w, shares, &v)
	if rate > 0 && rate < 1 {
		v.scaled = 1 - v.brier/(rate*(1-rate))
		a, b := 0.0, 1.0
		if start != nil && !math.IsNaN(start.intercept) {
			a = start.intercept
		}
		v.intercept = recalibrate(r.logit, r.y, w, a, 1, false).intercept
		if start != nil && !math.IsNaN(start.slope) {
			b = start.slope
		}
		v.slope = recalibrate(r.logit, r.y, w, v.intercept, b, true).slope
	}
	return v
}

// lists fills what rests on the ranking: AUROC, average precision, the lists of
// the highest risks and the bands. Rows with the same score are in no order:
// where a list or band ends among them, it gets the share of them that it has
// room for, which is the mean over all orders.
func (r *ranked) lists(w []float64, shares []float64, v *values) {
	others := v.weight - v.events
	seen, found := 0.0, 0.0 // weight and events so far
	area, precision := 0.0, 0.0
	next := 0 // share
	b, room := 0, v.weight/bands
	from := 0
	for _, end := range r.ends {
		gw, ge, gx := 0.0, 0.0, 0.0
		for i := from; i < int(end); i++ {
			gw += w[i]
			ge += w[i] * r.y[i]
			gx += w[i] * r.p[i]
		}
		p := r.p[from]
		from = int(end)
		if gw == 0 {
			continue
		}
		// Events of this run outrank the others that come later, and tie with
		// those in it.
		area += ge * (others - (seen - found) - (gw - ge) + (gw-ge)/2)
		for next < len(shares) && seen+gw >= shares[next]*v.weight*(1-1e-12) {
			target := shares[next] * v.weight
			hit := found + ge*min(1, (target-seen)/gw)
			v.ppv[next] = hit / target
			if v.events > 0 {
				v.sensitivity[next] = hit / v.events
			}
			v.cut[next] = p
			next++
		}
		seen += gw
		found += ge
		precision += ge * found / seen
		for left := gw; left > 0; {
			part := min(left, room)
			if b == bands-1 {
				part = left // whatever rounding leaves belongs to the last
			}
			t := &v.band[b]
			if t.weight == 0 {
				t.to = p
			}
			t.from = p
			t.weight += part
			t.events += ge * part / gw
			t.expected += gx * part / gw
			left -= part
			room -= part
			if room <= v.weight*1e-12 && b < bands-1 {
				b++
				room = v.weight / bands
				if left <= v.weight*1e-12 {
					break
				}
			}
		}
	}
	if v.events > 0 && others > 0 {
		v.auroc = area / v.events / others
	}
	if v.events > 0 {
		v.precision = precision / v.events
	}
}

// line is log-odds = intercept + slope·logit.
type line struct{ intercept, slope float64 }

// recalibrate fits the weighted logistic regression of y on logit by Newton
// steps; with free false the slope stays where it starts. NaN where no finite
// line is best or all logits are the same.
func recalibrate(logit, y, w []float64, a, b float64, free bool) line {
	none := line{math.NaN(), math.NaN()}
	for range 50 {
		var ga, gb, haa, hab, hbb float64
		for i, x := range logit {
			if w[i] == 0 {
				continue
			}
			p := 1 / (1 + math.Exp(-(a + b*x)))
			d, h := w[i]*(y[i]-p), w[i]*p*(1-p)
			ga += d
			gb += d * x
			haa += h
			hab += h * x
			hbb += h * x * x
		}
		da, db := ga/haa, 0.0
		if free {
			det := haa*hbb - hab*hab
			if !(det > 1e-10*haa*hbb) {
				return none
			}
			da, db = (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		}
		// A step of Newton from afar may overshoot; the likelihood is concave,
		// so a shortened one is safe enough and the end is the same.
		if most := max(math.Abs(da), math.Abs(db)); most > 2 {
			da, db = da*2/most, db*2/most
		}
		a, b = a+da, b+db
		if math.IsNaN(a+b) || math.Abs(a) > 80 || math.Abs(b) > 80 {
			return none
		}
		if math.Abs(da) < 1e-9 && math.Abs(db) < 1e-9 {
			return line{a, b}
		}
	}
	return none
}
