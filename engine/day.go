package engine

import (
	"fmt"
	"math"
	"time"

	_ "time/tzdata" // Europe/London must not depend on the machine
)

// Day is a civil day in Europe/London, counted from 1970-01-01 (day 0).
type Day int32

// NoDay is the absent day: not known, or has not happened.
const NoDay Day = math.MinInt32

// London is the time zone in which a moment becomes a civil day.
var London = mustLoad("Europe/London")

func mustLoad(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return l
}

// MakeDay is the day of a proleptic Gregorian date; ok is false when there is
// no such date (2024-02-30).
func MakeDay(year, month, day int) (d Day, ok bool) {
	if month < 1 || month > 12 || day < 1 || day > DaysIn(year, month) {
		return NoDay, false
	}
	return dayOf(year, month, day), true
}

// DaysIn is the number of days in a month.
func DaysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// dayOf counts days by eras of 400 years (Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms", days_from_civil).
func dayOf(y, m, d int) Day {
	if m <= 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	mp := (m + 9) % 12
	doy := (153*mp+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Day(era*146097 + doe - 719468)
}

// Date is the Gregorian date of a day (civil_from_days, same source).
func (d Day) Date() (year, month, day int) {
	z := int(d) + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	y := yoe + era*400
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	if month <= 2 {
		y++
	}
	return y, month, day
}

// String writes ISO 8601, or "" for NoDay.
func (d Day) String() string {
	if d == NoDay {
		return ""
	}
	y, m, dd := d.Date()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, dd)
}

// Month is the first day of the month of d.
func (d Day) Month() Day {
	y, m, _ := d.Date()
	return dayOf(y, m, 1)
}

// Words writes "4 March 2026".
func (d Day) Words() string {
	y, m, dd := d.Date()
	return fmt.Sprintf("%d %s %d", dd, time.Month(m), y)
}

// DayOf is the civil day in Europe/London of a moment.
func DayOf(t time.Time) Day {
	y, m, d := t.In(London).Date()
	return dayOf(y, int(m), d)
}

// Age is whole years from a birth month to a day, the birthday taken as the
// first of the month. Negative before birth.
func Age(birthMonth, on Day) int {
	by, bm, _ := birthMonth.Date()
	y, m, _ := on.Date()
	age := y - by
	if m < bm {
		age--
	}
	return age
}

// ParseDay reads "2026-03-04" exactly.
func ParseDay(s string) (Day, bool) {
	first, last, ok := ParsePartial(s)
	if !ok || first != last {
		return NoDay, false
	}
	return first, true
}

// ParsePartial reads a FHIR date or dateTime, whole or partial: "2026",
// "2026-03", "2026-03-04", "2026-03-04T10:00:00+01:00". It gives the first
// and the last possible civil day in Europe/London. A time without an offset
// is taken as London's. Nothing is guessed: an impossible date is not ok.
func ParsePartial(s string) (first, last Day, ok bool) {
	num := func(i, n int) (int, bool) {
		if len(s) < i+n {
			return 0, false
		}
		v := 0
		for _, c := range []byte(s[i : i+n]) {
			if c < '0' || c > '9' {
				return 0, false
			}
			v = v*10 + int(c-'0')
		}
		return v, true
	}
	y, okY := num(0, 4)
	if !okY || y == 0 {
		return NoDay, NoDay, false
	}
	if len(s) == 4 {
		return dayOf(y, 1, 1), dayOf(y, 12, 31), true
	}
	m, okM := num(5, 2)
	if !okM || s[4] != '-' || m < 1 || m > 12 {
		return NoDay, NoDay, false
	}
	if len(s) == 7 {
		return dayOf(y, m, 1), dayOf(y, m, DaysIn(y, m)), true
	}
	d, okD := num(8, 2)
	if !okD || s[7] != '-' || d < 1 || d > DaysIn(y, m) {
		return NoDay, NoDay, false
	}
	if len(s) == 10 {
		day := dayOf(y, m, d)
		return day, day, true
	}
	t, ok := ParseMoment(s)
	if !ok {
		return NoDay, NoDay, false
	}
	day := DayOf(t)
	return day, day, true
}

// ParseMoment reads a FHIR dateTime or instant with a time. Seconds may be
// missing; without an offset the time is London's.
func ParseMoment(s string) (time.Time, bool) {
	if len(s) < 16 || s[10] != 'T' {
		return time.Time{}, false
	}
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	for _, layout := range [...]string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, London); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
