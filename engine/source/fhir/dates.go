package fhir

import (
	"strings"

	"leftshift/engine"
)

// span is the first and last possible day of a date; zero when there is none.
type span struct {
	first, last engine.Day
	ok          bool
}

// date reads a date, dateTime or instant. One that is no date makes the
// record unusable: "date-invalid".
func (x *extractor) date(e Element, name string) span {
	s := e.Text(name)
	if s == "" {
		return span{}
	}
	first, last, ok := engine.ParsePartial(s)
	if !ok {
		x.doc.blame("date-invalid", name)
	}
	return span{first, last, ok}
}

// choice reads the first date that is there. A name may lead into a period:
// "onsetPeriod.start".
func (x *extractor) choice(names ...string) span {
	for _, name := range names {
		e, last := x.res, name
		for {
			head, rest, deeper := strings.Cut(last, ".")
			if !deeper {
				break
			}
			e, last = e.Get(head), rest
		}
		if d := x.date(e, last); d.ok || x.doc.isTroubled() {
			return d
		}
	}
	return span{}
}

// end gives the last possible day on which something ended: NoDay when it
// goes on. Sources write the year 9999 for an end that is not.
func (x *extractor) end(e Element, name string, began span) engine.Day {
	if strings.HasPrefix(e.Text(name), "9999") {
		x.note("end-never")
		return engine.NoDay
	}
	d := x.date(e, name)
	if !d.ok {
		return engine.NoDay
	}
	if began.ok && d.last < began.first {
		x.doc.blame("period-inverted", name)
	}
	return d.last
}

// need blames the record when it has no day.
func (x *extractor) need(when span, field string) bool {
	if !when.ok {
		x.doc.blame("date-missing", field)
	}
	return when.ok
}

// stated is the day of what a document attests without a date of its own
// (a problem, an allergy, a medicine taken): it held by the document's day.
func (x *extractor) stated(when span) span {
	if !when.ok && !x.doc.isTroubled() && x.index != nil && x.index.assembled != engine.NoDay {
		x.note("day-of-document")
		d := x.index.assembled
		return span{d, d, true}
	}
	return when
}

// updated reads a moment: its day, and its microseconds since 1970. NoDay and
// 0 when there is none.
func (x *extractor) updated(e Element, name string) (engine.Day, int64) {
	s := e.Text(name)
	if s == "" {
		return engine.NoDay, 0
	}
	if t, ok := engine.ParseMoment(s); ok {
		return engine.DayOf(t), t.UnixMicro()
	}
	if d := x.date(e, name); d.ok {
		return d.last, 0
	}
	return engine.NoDay, 0
}

// known gives the day on which the source recorded this version, by the rule
// of the options, and the version's stamp. A day after tonight is noted and
// stands: what a source knew later is not known tonight, though its file, or
// a whole history, is read tonight.
func (x *extractor) known(recorded []string) (engine.Day, int64) {
	day, stamp := x.updated(x.meta, "lastUpdated")
	if stamp == 0 && x.index != nil {
		stamp = x.index.stamp
	}
	if day == engine.NoDay || x.opt.Known == KnownRecorded {
		for _, name := range recorded {
			if d := x.date(x.res, name); d.ok {
				day = d.last
				break
			}
		}
	}
	if day > x.b.Night && day != engine.NoDay {
		x.note("recorded-after-night")
	}
	return day, stamp
}
