// Package finish turns what an executor gathered into values: the one stage
// that the kernel and the generated SQL share.
//
// An executor gives exact integers (Statistics); a Rule makes one float32 of
// them. Every value is an integer, one division of integers, or the square
// root of one, worked out in 128-bit integers and rounded at the end, so two
// executors that gather the same integers give the same bits.
package finish

import (
	"math"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
)

// Statistics are what is gathered of the rows that one feature reads for one
// person on one index date D. Count 0 means that nothing was found, and the
// rest is not read.
//
// Of aggregates without rows to count: bed_days has its nights in Count;
// longest_stay the spells in Count and the most nights in Most; days_since_end
// the ended spells in Count and the latest end in Last; a demographic item has
// Count 1 when it is known and its whole number in V.
type Statistics struct {
	Count, Days int64 // rows; different first possible days
	First, Last int64 // least last possible day and greatest first possible day, since 1970-01-01

	N, V, VV, U, UU, UV int64 // rows with a value; sums of scaled value v, v², age u = D-day, u², u·v
	Least, Most         int64 // of the values
	Newest, NewestN     int64 // sum and number of the values of the newest day with one

	Members, Weight int64 // different members of the group; sum of the weights of the different members
	Pick            int64 // member, from 0, of the newest day: the greatest
	Distinct        int64 // different keys: codes, continuous inpatient spells, treatment functions
	Recent          int64 // rows of the recent window of an acceleration

	// Of started and stopped: different keys (or members) of the recent period
	// in Recent, of the period before it in Earlier, of both together in Distinct.
	Earlier int64
}

// yearDays is the length of the year of a slope.
const yearDays = 365.25

// op is an aggregate as a small number.
type op uint8

const (
	opCount op = iota
	opDays
	opAny
	opDistinct
	opSince
	opSinceFirst
	opSinceEnd
	opLongest
	opLatest
	opMean
	opMin
	opMax
	opSpread
	opSlope
	opSlopeError
	opMembers
	opLatestMember
	opLatestIs
	opWeight
	opAcceleration
	opStarted
	opStopped
	opWhole
	opMonths
)

var ops = map[catalogue.Aggregate]op{
	catalogue.Count: opCount, catalogue.Days: opDays, catalogue.Any: opAny, catalogue.DistinctCodes: opDistinct,
	catalogue.DistinctSpells: opDistinct, catalogue.DaysSince: opSince, catalogue.DaysSinceFirst: opSinceFirst,
	catalogue.DaysSinceEnd: opSinceEnd, catalogue.BedDays: opCount, catalogue.LongestStay: opLongest,
	catalogue.LatestValue: opLatest, catalogue.Mean: opMean, catalogue.Min: opMin, catalogue.Max: opMax,
	catalogue.Spread: opSpread, catalogue.Slope: opSlope, catalogue.SlopeError: opSlopeError, catalogue.Members: opMembers,
	catalogue.LatestMember: opLatestMember, catalogue.LatestIs: opLatestIs,
	catalogue.WeightedSumDistinct: opWeight, catalogue.Acceleration: opAcceleration, catalogue.Started: opStarted,
	catalogue.Stopped: opStopped, catalogue.Value: opWhole, catalogue.Holds: opCount,
}

// Rule finishes one feature.
type Rule struct {
	op    op
	pick  int64
	days  int64   // of an acceleration's recent window
	scale float64 // of the analyte: a value of 1 is this many
	blank float32
}

// Of gives the rule of a definition.
func Of(d *catalogue.Definition) Rule {
	o, ok := ops[d.Aggregate]
	if !ok {
		panic("finish: aggregate " + string(d.Aggregate) + " has no rule")
	}
	if o == opWhole && (d.Item == catalogue.MonthsRegistered || d.Item == catalogue.MonthsObservable) {
		o = opMonths
	}
	r := Rule{op: o, days: int64(d.Recent), scale: math.Pow10(d.Decimals)}
	for i, m := range d.Members {
		if m.ID == d.Pick {
			r.pick = int64(i)
		}
	}
	if d.Absence == matrix.AbsenceUnknown {
		r.blank = matrix.NaN
	}
	return r
}

// Blank is the value of a person of whom nothing was found: 0 or NaN by the
// definition's absence.
func (r *Rule) Blank() float32 { return r.blank }

// Ages says whether the value, where there is one, grows by a day each day as
// long as the same rows are read. All others then stay as they are.
func (r *Rule) Ages() bool { return r.op == opSince || r.op == opSinceFirst }

// Value gives the feature's value on a day; NaN is unknown.
func (r *Rule) Value(on engine.Day, s *Statistics) float32 {
	if s.Count == 0 {
		return r.blank
	}
	switch r.op {
	case opCount:
		return float32(s.Count)
	case opDays:
		return float32(s.Days)
	case opAny:
		return 1
	case opDistinct:
		return float32(s.Distinct)
	case opSince, opSinceEnd:
		return float32(int64(on) - s.Last)
	case opSinceFirst:
		return float32(int64(on) - s.First)
	case opLongest:
		return float32(s.Most)
	case opLatest:
		return float32(float64(s.Newest) / (float64(s.NewestN) * r.scale))
	case opMean:
		return float32(float64(s.V) / (float64(s.N) * r.scale))
	case opMin:
		return float32(float64(s.Least) / r.scale)
	case opMax:
		return float32(float64(s.Most) / r.scale)
	case opSpread:
		return r.spread(s)
	case opSlope:
		return r.slope(s)
	case opSlopeError:
		return r.slopeError(s)
	case opMembers:
		return float32(s.Members)
	case opLatestMember:
		return float32(s.Pick + 1)
	case opLatestIs:
		if s.Pick == r.pick {
			return 1
		}
		return 0
	case opWeight:
		return float32(s.Weight)
	case opAcceleration:
		// recent/days*year - earlier/year*year
		return float32(float64(s.Recent*catalogue.RateYear-(s.Count-s.Recent)*r.days) / float64(r.days))
	case opStarted:
		return float32(s.Distinct - s.Earlier)
	case opStopped:
		return float32(s.Distinct - s.Recent)
	case opMonths:
		return float32(s.V * 16 / 487) // whole months of 30.4375 days
	}
	return float32(s.V)
}

// spread is the sample standard deviation; NaN below three values.
func (r *Rule) spread(s *Statistics) float32 {
	if s.N < 3 {
		return matrix.NaN
	}
	ss := times(s.N, s.VV).minus(times(s.V, s.V))
	return float32(math.Sqrt(ss.float()/(float64(s.N)*float64(s.N-1))) / r.scale)
}

// slope is the least-squares change a year; NaN where the values lie on too
// few days or too close together.
func (r *Rule) slope(s *Statistics) float32 {
	if !trend(s) {
		return matrix.NaN
	}
	// Ages run backwards, so a fall with age is a rise in time.
	up := times(s.U, s.V).minus(times(s.N, s.UV))
	down := times(s.N, s.UU).minus(times(s.U, s.U))
	return float32(up.float() / down.float() * yearDays / r.scale)
}

// slopeError is the standard error of the slope: of n values the residual sum
// of squares over n-2, over the sum of squares of the ages (Draper and Smith,
// Applied Regression Analysis, section 1.4). Each of the three sums is exact.
func (r *Rule) slopeError(s *Statistics) float32 {
	if !trend(s) {
		return matrix.NaN
	}
	vv := times(s.N, s.VV).minus(times(s.V, s.V)).float()
	uv := times(s.N, s.UV).minus(times(s.U, s.V)).float()
	uu := times(s.N, s.UU).minus(times(s.U, s.U)).float()
	residual := max(vv-uv/uu*uv, 0) // below 0 by rounding where all values lie on a line
	return float32(math.Sqrt(residual/uu/float64(s.N-2)) * yearDays / r.scale)
}

// trend says whether the values lie on enough days, far enough apart.
func trend(s *Statistics) bool {
	return s.Days >= catalogue.SlopeDays && s.Last-s.First >= catalogue.SlopeSpan
}
