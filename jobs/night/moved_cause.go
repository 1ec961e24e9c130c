//go:build duckdb_arrow

package night

import (
	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
)

// causeOf says why a value is another than on the as-of day of before. last is
// the day of the newest row behind the value now (engine.NoDay: none, or not
// told), redefined that the definition or a code list of it is another now.
//
// A value that fell in a window may have aged out or been corrected away: the
// values alone do not tell which, and ByGone is said of both. on is the as-of day
// of now.
func causeOf(d *catalogue.Definition, redefined bool, was, is float32, last, before, on engine.Day) schema.Cause {
	switch {
	case redefined:
		return schema.ByDefinitions
	case (matrix.StateOf(was) == matrix.Unobservable) != (matrix.StateOf(is) == matrix.Unobservable):
		return schema.BySources
	}
	fresh := last != engine.NoDay && last > before
	window := d.Days > 0 || d.Recent > 0
	rose := is > was || was != was && is == is
	switch d.Source {
	case catalogue.Demographic:
		if (d.Item == catalogue.Age || d.Item == catalogue.MonthsRegistered || d.Item == catalogue.MonthsObservable) && is > was {
			return schema.ByTime
		}
		return schema.ByChanged
	case catalogue.Derived: // of several things at once
		return schema.ByChanged
	}
	switch d.Aggregate {
	case catalogue.DaysSince, catalogue.DaysSinceFirst, catalogue.DaysSinceEnd:
		switch passed := float32(on - before); { // the days themselves tell
		case is == was+passed:
			return schema.ByTime
		case is < passed || fresh && !(is > was+passed):
			return schema.ByNew
		case is != is && window, d.Aggregate != catalogue.DaysSinceFirst && is > was+passed:
			return schema.ByGone
		}
	case catalogue.LatestValue, catalogue.Mean, catalogue.Min, catalogue.Max, catalogue.Spread, catalogue.Slope, catalogue.SlopeError, catalogue.LatestMember, catalogue.LatestIs, catalogue.Acceleration:
		switch {
		case fresh:
			return schema.ByNew
		case window && (is != is || d.Aggregate != catalogue.LatestValue):
			return schema.ByGone
		}
	case catalogue.Stopped: // rises as what was taken is longer ago
		switch {
		case rose:
			return schema.ByGone
		case fresh:
			return schema.ByNew
		}
	default: // counts of what is in the window
		switch {
		case rose && d.Gap > 0 && !fresh: // it became old enough to count
			return schema.ByTime
		case rose && (fresh || !d.Dated()):
			return schema.ByNew
		case !rose && window:
			return schema.ByGone
		}
	}
	return schema.ByChanged
}

// moveText says a change of one value in plain words: it starts with a capital
// and has no full stop.
func moveText(cause schema.Cause, col matrix.Column, was, is float32, last, on engine.Day) string {
	now := catalogue.Sentence(col, is, last, on)
	before := func() string {
		if then := catalogue.Sentence(col, was, engine.NoDay, on); then != now {
			return now + "; before: " + then
		}
		return now
	}
	switch cause {
	case schema.BySources:
		if matrix.StateOf(is) == matrix.Unobservable {
			return col.Title + ": cannot be seen now, and could be before"
		}
		return col.Title + ": can be seen now, and could not be before"
	case schema.ByGone:
		if is == 0 || is != is {
			return col.Title + ": no longer counts"
		}
		return before()
	case schema.ByChanged:
		return before()
	}
	return now
}
