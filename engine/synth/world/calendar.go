package world

import "leftshift/engine"

// Day is a civil day in Europe/London: days since 1970-01-01. Never is a day
// after every other one.
type Day int32

// Never marks a date that has not come.
const Never Day = 1 << 30

// DayOf returns the day of a Gregorian date; month is 1 to 12. It panics when
// there is no such date.
func DayOf(year, month, day int) Day {
	d, ok := engine.MakeDay(year, month, day)
	if !ok {
		panic("world: no such date")
	}
	return Day(d)
}

// Civil returns year, month (1 to 12) and day of the month.
func (d Day) Civil() (year, month, day int) { return engine.Day(d).Date() }

// AppendDate appends the day as YYYY-MM-DD.
func (d Day) AppendDate(b []byte) []byte {
	y, m, dd := d.Civil()
	return append(b,
		byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-',
		byte('0'+dd/10), byte('0'+dd%10))
}

// String is the day as YYYY-MM-DD, or "never".
func (d Day) String() string {
	if d == Never {
		return "never"
	}
	return string(d.AppendDate(nil))
}

// weekday is 0 for Sunday.
func (d Day) weekday() int { return int(((d+4)%7 + 7) % 7) }

// Summer says whether the hour (0 to 23, wall clock) of the day lies in British
// Summer Time: from 01:00 UTC on the last Sunday of March to 01:00 UTC on the
// last Sunday of October. The wall hour 01:00 of the autumn Sunday, which
// happens twice, counts as its first time (still summer).
func (d Day) Summer(hour int) bool {
	y, m, _ := d.Civil()
	switch {
	case m < 3 || m > 10:
		return false
	case m > 3 && m < 10:
		return true
	}
	last := DayOf(y, m, 31)
	change := last - Day(last.weekday())
	if d != change {
		return (d > change) == (m == 3)
	}
	if m == 3 {
		return hour >= 2
	}
	return hour < 2
}

// Calendar holds the months of the simulated period and the thirteen after it,
// which the risk at the last day needs. Month 0 is the first.
type Calendar struct {
	// Months is the number of simulated months.
	Months int
	// Starts is the first day of month i, for i from 0 to Months+13.
	Starts []Day
	first  int // year*12 + month-1 of month 0
}

// NewCalendar makes the calendar of the years ending on the day end, which must
// be the last day of a month.
func NewCalendar(end Day, years int) Calendar {
	y, m, _ := (end + 1).Civil()
	c := Calendar{Months: 12 * years, first: y*12 + m - 1 - 12*years}
	c.Starts = make([]Day, c.Months+15)
	for i := range c.Starts {
		c.Starts[i] = c.monthStart(i)
	}
	return c
}

func (c *Calendar) monthStart(i int) Day {
	n := c.first + i
	return DayOf(n/12, n%12+1, 1)
}

// Begin is the first simulated day.
func (c *Calendar) Begin() Day { return c.Starts[0] }

// End is the last simulated day.
func (c *Calendar) End() Day { return c.Starts[c.Months] - 1 }

// Days is the number of days in month i.
func (c *Calendar) Days(i int) int { return int(c.Starts[i+1] - c.Starts[i]) }

// MonthOf returns the index of the month of a day; negative before month 0.
func (c *Calendar) MonthOf(d Day) int {
	y, m, _ := d.Civil()
	return y*12 + m - 1 - c.first
}

// MonthOfYear is 0 for January.
func (c *Calendar) MonthOfYear(i int) int { return ((c.first+i)%12 + 12) % 12 }

// At turns a time in months (2.5 is the middle of month 2) into its day.
func (c *Calendar) At(t float64) Day {
	m := int(t)
	d := c.Starts[m] + Day((t-float64(m))*float64(c.Days(m)))
	if d >= c.Starts[m+1] {
		d = c.Starts[m+1] - 1
	}
	return d
}

// TimeOf is the time in months at which the day begins.
func (c *Calendar) TimeOf(d Day) float64 {
	m := c.MonthOf(d)
	if m < 0 {
		return 0
	}
	return float64(m) + float64(d-c.Starts[m])/float64(c.Days(m))
}
