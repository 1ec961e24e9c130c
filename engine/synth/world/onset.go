package world

import "math"

// susceptibility multiplies the odds and the onset of a condition.
func (w *World) susceptibility(p *Person, k Condition) float64 {
	f := &Conditions[k]
	x := p.Vulnerability
	if p.Sex == Male {
		x *= f.male
	}
	if f.deprived != 1 {
		x *= math.Pow(f.deprived, 5.5-float64(p.Decile))
	}
	if p.Smoker && (k == COPD || k == ArterialDisease || k == CoronaryDisease) {
		x *= 1.8
	}
	return x
}

// sicken draws the conditions present at entry, then year by year the new ones.
// Onset depends on age, sex, deprivation, smoking, the vulnerability and the
// conditions already there, never on U.
func (w *World) sicken(p *Person, c *Chance) {
	cal := &w.Calendar
	from := cal.Starts[p.Entry]
	var raised, own [conditions]float64
	for k := range raised {
		raised[k] = 1
		own[k] = w.susceptibility(p, Condition(k))
	}
	raise := func(k Condition) {
		for _, r := range Conditions[k].raises {
			raised[r.c] *= r.f
		}
	}
	if p.Came != Born {
		age := float64(from-p.Birth) / 365.25
		for k := range Conditions {
			q := Conditions[k].prevalenceAt(age)
			odds := q / (1 - q) * own[k] * raised[k] * .8
			if !c.Yes(odds / (1 + odds)) {
				continue
			}
			years := c.ExpFloat64() * 8
			if limit := age * .9; years > limit {
				years = limit * c.Float64()
			}
			p.Onset[k] = from - 1 - Day(years*365.25)
			raise(Condition(k))
		}
	}
	for m := p.Entry; m < cal.Months; m += 12 {
		to := min(m+12, cal.Months)
		age := float64(cal.Starts[m]-p.Birth) / 365.25
		had := raised
		for k := range Conditions {
			if p.Onset[k] != Never {
				continue
			}
			f := &Conditions[k]
			rise := (f.prevalenceAt(age+5) - f.prevalenceAt(age-5)) / 10
			yearly := (max(rise, 0) + (.02+f.Death)*f.prevalenceAt(age)) * own[k] * had[k] * .8
			x := c.ExpFloat64() / yearly * 12 // months
			if x >= float64(to-m) {
				continue
			}
			p.Onset[k] = cal.At(float64(m) + x)
			raise(Condition(k))
		}
	}
}
