package outcome

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"leftshift/engine"
)

// Switch declares that a provider moved the recording of same-day emergency
// care from admissions of no night (admitted patient care data set) to the
// emergency care data set (department type 5), or back: one [[sdec_switch]] of
// a site's configuration. NHS England asked for the move by July 2025; trusts
// made it at different times.
type Switch struct {
	Provider string `toml:"provider" check:"required" say:"ODS code of the trust, as the spells have it"`
	Date     string `toml:"date" check:"required,day" say:"first day on which same-day emergency care was recorded the new way"`
}

// Month counts what one provider recorded in one month.
type Month struct {
	Provider  string     // ODS code
	Month     engine.Day // any day of it
	ZeroNight int64      // emergency spells that ended on the day they began
	SDEC      int64      // spells of same-day emergency care
}

// Step is a change of recording that the counts show: from Month on, the share
// of same-day emergency care among both is another.
type Step struct {
	Provider      string
	Month         engine.Day // first of the month
	Before, After float64    // share of SDEC in the six months before, and from it on
	Z             float64    // signed root of the likelihood ratio; negative when the share fell
}

// Thresholds of Detect.
const (
	stepMonths = 6   // on each side
	stepLeast  = 60  // zero-night emergencies and SDEC together, on each side
	stepOdds   = 3.0 // odds ratio
	stepFall   = 0.8 // what fell must fall at least to this share of itself
	stepZ      = 6.0 // root of the likelihood ratio, about a standard normal where nothing changed
)

// Detect finds changes of recording that nobody declared, by provider and
// month, in that order.
//
// The statistic compares six months before with six months from a month on, in
// each of which the provider recorded something. Of the two-by-two table of
// zero-night emergencies and same-day emergency care, before and after, it is
// the signed root of the likelihood ratio G (twice the sum of observed times
// log observed over expected; Sokal and Rohlf, Biometry, chapter 17), which
// does not fail where a count is 0. There must be 60 of both together on each
// side, G's root must be 6 or more, the odds must change at least threefold
// either way (with 0.5 added to each count), and what the change took from must
// fall by a fifth while the other rises: growth of a service alone is no step.
// Season cancels, for both columns have it. Of the months that pass, the one
// with the greatest root is named, and none within a year of it; where a step
// has fewer than six months on a side, a month near it that has them is. A step
// within two months of a declared date is known.
func Detect(months []Month, declared []Switch) []Step {
	by := map[string][]Month{}
	var providers []string
	for _, m := range months {
		m.Month = m.Month.Month()
		if by[m.Provider] == nil {
			providers = append(providers, m.Provider)
		}
		by[m.Provider] = append(by[m.Provider], m)
	}
	slices.Sort(providers)
	var out []Step
	for _, p := range providers {
		for _, s := range steps(p, by[p]) {
			known := false
			for _, d := range declared {
				day, ok := engine.ParseDay(d.Date)
				known = known || ok && d.Provider == p && abs(monthNumber(day)-monthNumber(s.Month)) <= 2
			}
			if !known {
				out = append(out, s)
			}
		}
	}
	return out
}

// Warning says a step for a run report.
func (s Step) Warning() *engine.Fault {
	return &engine.Fault{Code: "sdec-switch-undeclared", Say: fmt.Sprintf("provider %s seems to have changed how it records same-day emergency care in %s: it is %.0f %% of it and zero-night emergency admissions together from then on, and was %.0f %%. Ask the trust, and declare it as [[sdec_switch]] with provider and date; until then do not compare emergency admissions as recorded (emergency_bed) before and after",
		s.Provider, monthWords(s.Month), 100*s.After, 100*s.Before)}
}

func monthWords(d engine.Day) string {
	w := d.Words() // "1 March 2026"
	return w[2:]
}

func monthNumber(d engine.Day) int {
	y, m, _ := d.Date()
	return 12*y + m - 1
}

func abs(n int) int { return max(n, -n) }

// likelihoodRoot is the root of G of a two-by-two table of counts, rows a b and
// c d; 0 log 0 is 0.
func likelihoodRoot(a, b, c, d float64) float64 {
	n := a + b + c + d
	g := 0.0
	for _, x := range [...]struct{ seen, row, column float64 }{{a, a + b, a + c}, {b, a + b, b + d}, {c, c + d, a + c}, {d, c + d, b + d}} {
		if x.seen > 0 {
			g += x.seen * math.Log(x.seen*n/(x.row*x.column))
		}
	}
	return math.Sqrt(max(0, 2*g))
}

// steps of one provider, in order of month.
func steps(provider string, months []Month) []Step {
	type counts struct{ z, s int64 }
	at := map[int]counts{}
	first, last := math.MaxInt, math.MinInt
	for _, m := range months {
		n := monthNumber(m.Month)
		c := at[n]
		at[n] = counts{c.z + m.ZeroNight, c.s + m.SDEC}
		first, last = min(first, n), max(last, n)
	}
	side := func(from int) (c counts, whole bool) {
		for n := from; n < from+stepMonths; n++ {
			x, ok := at[n]
			if !ok || x.z+x.s == 0 {
				return c, false
			}
			c.z, c.s = c.z+x.z, c.s+x.s
		}
		return c, c.z+c.s >= stepLeast
	}
	var passed []Step
	for n := first + stepMonths; n+stepMonths-1 <= last; n++ {
		b, okB := side(n - stepMonths)
		a, okA := side(n)
		if !okA || !okB {
			continue
		}
		bz, bs, az, as := float64(b.z)+.5, float64(b.s)+.5, float64(a.z)+.5, float64(a.s)+.5
		odds := math.Log(as / az * bz / bs)
		z := math.Copysign(likelihoodRoot(float64(b.z), float64(b.s), float64(a.z), float64(a.s)), odds)
		from, to := az/bz, as/bs // what is taken from, and what it is given to
		if odds < 0 {
			from, to = to, from
		}
		if math.Abs(odds) < math.Log(stepOdds) || math.Abs(z) < stepZ || from > stepFall || to <= 1 {
			continue
		}
		month, _ := engine.MakeDay(n/12, n%12+1, 1)
		passed = append(passed, Step{provider, month, float64(b.s) / float64(b.z+b.s), float64(a.s) / float64(a.z+a.s), z})
	}
	// The greatest first; its neighbours show the same step.
	slices.SortFunc(passed, func(a, b Step) int {
		return cmp.Or(cmp.Compare(math.Abs(b.Z), math.Abs(a.Z)), cmp.Compare(a.Month, b.Month))
	})
	var out []Step
	for _, s := range passed {
		near := slices.ContainsFunc(out, func(o Step) bool { return abs(monthNumber(o.Month)-monthNumber(s.Month)) <= 2*stepMonths })
		if !near {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Step) int { return cmp.Compare(a.Month, b.Month) })
	return out
}

// Moves says whether an outcome counts emergency stays of no night but not
// same-day emergency care, so that a switch changes its rate.
func (c *Catalogue) Moves(o *Outcome) bool {
	if o.Source == FromOthers {
		return slices.ContainsFunc(o.Of, func(id string) bool { return c.Moves(c.Find(id)) })
	}
	return o.Source == FromSpell && o.Nights == 0 && slices.Contains(o.Spells, engine.Emergency) && !slices.Contains(o.Spells, engine.SDEC)
}

// Moved warns, for outcomes whose rate a declared switch changes, of every
// switch from the first day to the last on which labels look: such an outcome
// does not mean the same before and after. ids nil means every outcome.
// Switches without a readable date are left to the configuration's own check.
func Moved(c *Catalogue, ids []string, declared []Switch, first, last engine.Day) []*engine.Fault {
	if ids == nil {
		ids = c.IDs()
	}
	var out []*engine.Fault
	for _, id := range ids {
		o := c.Find(id)
		if o == nil || !c.Moves(o) {
			continue
		}
		for _, s := range declared {
			if day, ok := engine.ParseDay(s.Date); ok && first < day && day <= last {
				out = append(out, &engine.Fault{Code: "sdec-switch-within", Say: fmt.Sprintf("outcome %s counts emergency stays of no night, and provider %s moved same-day emergency care out of them on %s, among the days that labels look at: use emergency_admission or emergency_overnight, or index dates on one side of it", id, s.Provider, day.Words())})
			}
		}
	}
	return out
}
