package catalogue

// Aggregate is what a definition makes of its rows.
type Aggregate string

const (
	// Value is an item of the person, registration or residence on D.
	Value Aggregate = "value"
	// Count is the number of rows.
	Count Aggregate = "count"
	// Days is the number of different days (first possible day) with a row, so
	// two rows of one code on one day count once.
	Days Aggregate = "days"
	// Any is 1 when there is a row.
	Any Aggregate = "any"
	// DistinctCodes is the number of different codes; of spells, of treatment
	// functions.
	DistinctCodes Aggregate = "distinct_codes"
	// DistinctSpells is the number of different continuous inpatient spells that
	// the events fall within; it needs `within`.
	DistinctSpells Aggregate = "distinct_spells"
	// DaysSince is D minus the newest row's day.
	DaysSince Aggregate = "days_since"
	// DaysSinceFirst is D minus the day of the first mention.
	DaysSinceFirst Aggregate = "days_since_first"
	// DaysSinceEnd is D minus the latest end, on or before D, of a spell.
	DaysSinceEnd Aggregate = "days_since_end"
	// BedDays is the number of different nights in the window spent in the
	// spells: nights of d to d+1 with start <= d < end and d inside the window,
	// an open spell reaching D. A night in two spells counts once.
	BedDays Aggregate = "bed_days"
	// LongestStay is the most nights of one spell that starts in the window, up
	// to D when open.
	LongestStay Aggregate = "longest_stay"
	// LatestValue is the mean of the values of the newest day with a value.
	LatestValue Aggregate = "latest_value"
	// Mean, Min and Max are over all values in the window.
	Mean Aggregate = "mean"
	Min  Aggregate = "min"
	Max  Aggregate = "max"
	// Spread is the sample standard deviation; it needs three values.
	Spread Aggregate = "spread"
	// Slope is the least-squares change a year of 365.25 days. It needs values
	// on three different days that span at least 90 days.
	Slope Aggregate = "slope"
	// SlopeError is the standard error of that slope, under the same conditions:
	// how far a trend may be chance.
	SlopeError Aggregate = "slope_error"
	// Members is the number of members of the group with a row.
	Members Aggregate = "members"
	// LatestMember is the place (from 1) in the group of the member with the
	// newest row; of several on that day, the last in the group's order.
	LatestMember Aggregate = "latest_member"
	// LatestIs is 1 when that member is the one named by `pick`, else 0.
	LatestIs Aggregate = "latest_is"
	// WeightedSumDistinct is the sum of the weights of the different codes of a
	// weighted list that rows match.
	WeightedSumDistinct Aggregate = "weighted_sum_distinct"
	// Started is the number of different codes (with a group, of its members)
	// that have a row in the last `recent` days and none in the 365 days before
	// those. A row belongs to the period of its first possible day.
	Started Aggregate = "started"
	// Stopped is the number of those that have a row in the 365 days before the
	// last `recent` days and none in the last `recent` days.
	Stopped Aggregate = "stopped"
	// Holds is the number of terms that hold, where they are decided; see Term.
	Holds Aggregate = "holds"
	// Acceleration is the yearly rate of rows in the last `recent` days minus
	// the yearly rate in the 365 days before those.
	Acceleration Aggregate = "acceleration"
)

// Ever is the number of days of a window that has no beginning.
const Ever = 0

// RateYear is the number of days of the earlier period of Acceleration,
// Started and Stopped, and of the year that both rates of the first are for.
const RateYear = 365

// SlopeSpan is the least number of days between the first and the newest
// value of a Slope; SlopeDays the least number of different days.
const (
	SlopeSpan = 90
	SlopeDays = 3
)
