package trace

import (
	"fmt"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/features/catalogue"
)

// spells traces a definition of spells.
func (x *tracer) spells() {
	d := x.d
	stays := d.Aggregate == catalogue.BedDays || d.Aggregate == catalogue.LongestStay || d.Aggregate == catalogue.DaysSinceEnd
	var hits []hit
	var counted []*schema.CuratedSpell
	for i := range x.r.Spells {
		s := &x.r.Spells[i]
		if !slices.Contains(d.Spells, s.Kind) {
			continue
		}
		row := Row{Table: "spell", Day: s.StartDay, Last: s.EndDay, Kind: s.Kind.String(), Source: s.Source, KnownFrom: s.KnownFrom, KnownTo: s.KnownTo, place: i}
		row.Code, row.Words = x.word(s.Specialty)
		why := ""
		if stays {
			why = x.outside(s)
		} else {
			why = x.whyNot(s.Knowledge, s.StartDay, s.StartDay)
		}
		if why == "" {
			why = x.unlike(s)
		}
		row.Counts, row.Why = why == "", why
		if row.Counts {
			row.Why = x.because(nil)
			hits = append(hits, hit{first: s.StartDay, last: s.StartDay, code: s.Specialty, member: -1, spell: s.CIS})
			counted = append(counted, s)
		}
		x.out.Rows = append(x.out.Rows, row)
	}
	if stays {
		x.stays(counted)
		return
	}
	x.finish(hits)
}

// outside is whyNot of an aggregate that looks at nights and ends.
func (x *tracer) outside(s *schema.CuratedSpell) string {
	from := engine.NoDay // the first day of the window
	if x.d.Days > 0 {
		from = x.on - engine.Day(x.d.Days) + 1
	}
	switch {
	case s.KnownFrom > x.on:
		return fmt.Sprintf("not yet known on %s: it became known on %s", x.on, s.KnownFrom)
	case s.KnownTo != engine.NoDay && s.KnownTo <= x.on:
		return fmt.Sprintf("superseded or withdrawn on %s", s.KnownTo)
	case s.StartDay > x.on:
		return fmt.Sprintf("after %s", x.on)
	}
	switch x.d.Aggregate {
	case catalogue.LongestStay:
		if from != engine.NoDay && s.StartDay < from {
			return fmt.Sprintf("it began before the window, which begins on %s", from)
		}
	case catalogue.DaysSinceEnd:
		switch {
		case s.EndDay == engine.NoDay || s.EndDay > x.on:
			return fmt.Sprintf("it had not ended on %s", x.on)
		case from != engine.NoDay && s.EndDay < from:
			return fmt.Sprintf("it ended before the window, which begins on %s", from)
		}
	case catalogue.BedDays:
		switch {
		case s.EndDay == s.StartDay:
			return "it holds no night"
		case from != engine.NoDay && s.EndDay != engine.NoDay && s.EndDay <= from:
			return fmt.Sprintf("its nights lie before the window, which begins on %s", from)
		case s.StartDay == x.on:
			return "no night of it had passed"
		}
	}
	return ""
}

// unlike says why a spell does not count for what it is, or "".
func (x *tracer) unlike(s *schema.CuratedSpell) string {
	d := x.d
	code := func(c engine.Code) string {
		w, _ := x.word(c)
		return w
	}
	has := func(set []string, c engine.Code) bool {
		return slices.ContainsFunc(set, func(written string) bool {
			system, text, _ := strings.Cut(written, ":")
			return engine.CodeKey(engine.ParseSystem(system), text) == c && c != 0
		})
	}
	switch {
	case d.FirstOfCIS && s.CISFirst != 1:
		return "it continues a stay that began in another spell, so it is no new admission"
	case len(d.Attended) > 0 && !slices.Contains(d.Attended, s.Attended):
		return fmt.Sprintf("its outcome is %d, which the feature does not ask for", s.Attended)
	case len(d.Destinations) > 0 && !slices.Contains(d.Destinations, s.Destination):
		return fmt.Sprintf("its discharge destination is %q, which the feature does not ask for", s.Destination)
	case len(d.Specialties) > 0 && !has(d.Specialties, s.Specialty):
		return fmt.Sprintf("its specialty is %q, which the feature does not ask for", code(s.Specialty))
	case len(d.Arrivals) > 0 && !has(d.Arrivals, s.ArrivalMode):
		return fmt.Sprintf("its mode of arrival is %q, which the feature does not ask for", code(s.ArrivalMode))
	case d.Current && s.EndDay != engine.NoDay && s.EndDay <= x.on:
		return fmt.Sprintf("it ended on %s, and the feature reads what has not ended", s.EndDay)
	case d.NoAdmission && x.admitted(s):
		return "an emergency admission followed by the day after"
	case d.Readmission > 0 && !x.readmitted(s):
		return "it did not begin less than " + engine.Plural(d.Readmission, "day") + " after the end of another stay"
	}
	return ""
}

// admitted says whether an emergency admission known on the day began while
// an attendance lasted or the day after it ended.
func (x *tracer) admitted(a *schema.CuratedSpell) bool {
	end := max(a.StartDay, a.EndDay) // NoDay is before every day
	return slices.ContainsFunc(x.r.Spells, func(s schema.CuratedSpell) bool {
		return s.Kind == engine.Emergency && known(s.Knowledge, x.on) && s.StartDay >= a.StartDay && s.StartDay <= end+1 && s.StartDay <= x.on
	})
}

// readmitted says whether a spell began on the day on which a stay of another
// continuous inpatient spell ended, or less than so many days after it.
func (x *tracer) readmitted(s *schema.CuratedSpell) bool {
	stay := func(p *schema.CuratedSpell) bool {
		return (p.Kind == engine.Emergency || p.Kind == engine.Elective || p.Kind == engine.Transfer || p.Kind == engine.OtherSpell) && known(p.Knowledge, x.on)
	}
	// The end of each other stay: the last end of its spells, once all ended.
	ends, open := map[int64]engine.Day{}, map[int64]bool{}
	for i := range x.r.Spells {
		p := &x.r.Spells[i]
		if !stay(p) || p.CIS == s.CIS {
			continue
		}
		if p.EndDay == engine.NoDay || p.EndDay > x.on {
			open[p.CIS] = true
			continue
		}
		if end, ok := ends[p.CIS]; !ok || p.EndDay > end {
			ends[p.CIS] = p.EndDay
		}
	}
	for cis, end := range ends {
		if !open[cis] && end <= s.StartDay && int(s.StartDay-end) < x.d.Readmission {
			return true
		}
	}
	return false
}

// stays finishes what looks at nights and ends.
func (x *tracer) stays(counted []*schema.CuratedSpell) {
	t, d := x.out, x.d
	if len(counted) == 0 {
		t.Value, t.How = x.absent(), "no stay counts"
		return
	}
	until := func(s *schema.CuratedSpell) engine.Day {
		if s.EndDay == engine.NoDay || s.EndDay > x.on {
			return x.on
		}
		return s.EndDay
	}
	switch d.Aggregate {
	case catalogue.LongestStay:
		longest := engine.Day(0)
		for _, s := range counted {
			longest = max(longest, until(s)-s.StartDay)
		}
		t.Value, t.How = float64(longest), "nights of the longest stay that began in the window"
	case catalogue.DaysSinceEnd:
		latest := engine.NoDay
		for _, s := range counted {
			latest = max(latest, s.EndDay)
		}
		t.Value, t.How = float64(x.on-latest), fmt.Sprintf("%s minus %s, the latest end", x.on, latest)
	case catalogue.BedDays:
		nights := map[engine.Day]bool{}
		for _, s := range counted {
			for n := s.StartDay; n < until(s); n++ {
				if d.Days == 0 || n > x.on-engine.Day(d.Days) {
					nights[n] = true
				}
			}
		}
		t.Value, t.How = float64(len(nights)), "different nights in the window"
		if len(nights) == 0 {
			t.Value = x.absent()
		}
	}
}
