// Package schedule starts the night run: a cron expression in Europe/London
// time, the run ledger as the truth of what ran, and a loop that looks at the
// wall clock at least every half minute, so that a machine that slept or a
// clock that was set is noticed.
//
// Of github.com/robfig/cron it uses the parser and Schedule.Next only, and
// those on a clock face without clock changes: its own loop keeps nothing
// across restarts, and in Europe/London it passes over slots in the hour that
// the clocks skip and runs those in the repeated hour twice.
package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"leftshift/engine"
)

// Spec is when a job runs: five cron fields (minute, hour, day of month,
// month, day of week; where both days are given, either fits) or @daily,
// @weekly, @monthly, @yearly or @hourly, of the clock face in Europe/London.
//
// Each time of the clock face counts once. One that the clocks skip in March
// runs at the first moment after the jump, together with any other that falls
// there; one that comes twice in October runs the first time. So an hourly
// job, too, rests during the repeated hour.
type Spec struct {
	text string
	face *cron.SpecSchedule // on a clock face: its times are written as UTC
}

// maxSpec is far more than a sensible expression needs.
const maxSpec = 200

// Parse reads a spec. It refuses time zones, @every, and times that never
// come.
func Parse(text string) (spec *Spec, err error) {
	refuse := func(why string) error {
		return &engine.Fault{Code: "schedule-cron", Say: fmt.Sprintf("the schedule %q is not usable: %s; expected five fields such as \"30 2 * * *\" for 02:30 each day", text, why)}
	}
	if len(text) > maxSpec {
		text = text[:20] + "..."
		return nil, refuse("it is too long")
	}
	if strings.Contains(text, "TZ=") {
		return nil, refuse("times are those of Europe/London, a zone cannot be given")
	}
	defer func() { // the parser panics on some texts
		if recover() != nil {
			spec, err = nil, refuse("it cannot be read")
		}
	}()
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	parsed, err := parser.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, refuse(err.Error())
	}
	face, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, refuse("it is an interval, not a time of day")
	}
	face.Location = time.UTC
	s := &Spec{strings.TrimSpace(text), face}
	if s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, refuse("no such day ever comes")
	}
	return s, nil
}

func (s *Spec) String() string { return s.text }

// Next is the first slot after a moment, in UTC. Zero when none comes within
// five years.
func (s *Spec) Next(after time.Time) time.Time {
	l := after.In(engine.London)
	face := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
	for {
		face = s.face.Next(face)
		if face.IsZero() {
			return time.Time{}
		}
		// In the repeated hour the face shows times whose slot is over.
		if t := instant(face, engine.London); t.After(after) {
			return t
		}
	}
}

// Upcoming is the next n slots after a moment, fewer where no more come.
func (s *Spec) Upcoming(after time.Time, n int) []time.Time {
	var out []time.Time
	for range n {
		if after = s.Next(after); after.IsZero() {
			break
		}
		out = append(out, after)
	}
	return out
}

// instant is the moment at which the clock face of a zone first shows a time
// (given as if it were UTC), or, where the clocks skip that time, the moment
// of the jump. A zone changes its clocks at most once in two days.
func instant(face time.Time, zone *time.Location) time.Time {
	_, before := face.Add(-24 * time.Hour).In(zone).Zone()
	_, after := face.Add(24 * time.Hour).In(zone).Zone()
	early := face.Add(-time.Duration(max(before, after)) * time.Second)
	late := face.Add(-time.Duration(min(before, after)) * time.Second)
	for _, t := range []time.Time{early, late} {
		if _, offset := t.In(zone).Zone(); t.Add(time.Duration(offset) * time.Second).Equal(face) {
			return t
		}
	}
	jump, _ := late.In(zone).ZoneBounds() // late lies behind the jump
	return jump.UTC()
}
