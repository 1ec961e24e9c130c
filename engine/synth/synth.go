package synth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"leftshift/engine/synth/fhirout"
	"leftshift/engine/synth/flatout"
	"leftshift/engine/synth/truth"
	"leftshift/engine/synth/world"
)

// Defaults of Options.
const (
	DefaultPeople = 20_000
	DefaultYears  = 6
	DefaultEnd    = "2026-09-30"
)

// Options say what to make.
type Options struct {
	// People ever registered; 0 means DefaultPeople.
	People int
	// Seed of everything; the same seed and options give the same bytes.
	Seed uint64
	// Years simulated, 3 to 20; 0 means DefaultYears.
	Years int
	// Out is the folder to fill. It must not exist, or be empty.
	Out string
	// End is the last day, YYYY-MM-DD, the last of a month; empty means
	// DefaultEnd.
	End string
	// HoldBackDays: what becomes known in the last so many days goes to
	// Out/later, as a second night's delivery. 0 means none.
	HoldBackDays int
	// Progress is told now and then how many people are done; may be nil.
	Progress func(done, total int)
	// Config is called at the end with Out, to write settings for what was
	// made; may be nil.
	Config func(out string) error
	// Places makes what takes the records of place A and of place B, once Out
	// is there; nil means source files (packages fhirout and flatout).
	Places func(w *world.World) ([world.Places]Place, error)
}

// Place takes the records of one place. Close ends it and gives its first
// error; Bytes is what it has written by then.
type Place interface {
	world.Sink
	Close() error
	Bytes() int64
}

// Summary is what was made.
type Summary struct {
	People      int
	Records     int64
	Bytes       int64
	PersonYears float64
	Report      *truth.Report
}

// Error is a failure with a code and a sentence that says what to do.
type Error struct{ Code, Text string }

func (e *Error) Error() string { return e.Code + ": " + e.Text }

func (o *Options) fill() (world.Day, error) {
	if o.People == 0 {
		o.People = DefaultPeople
	}
	if o.Years == 0 {
		o.Years = DefaultYears
	}
	if o.End == "" {
		o.End = DefaultEnd
	}
	var faults []error
	if o.People < 100 || o.People > 20_000_000 {
		faults = append(faults, &Error{"synth/people", "give --people a number from 100 to 20000000"})
	}
	if o.Years < 3 || o.Years > 20 {
		faults = append(faults, &Error{"synth/years", "give --years a number from 3 to 20"})
	}
	if o.HoldBackDays < 0 || o.HoldBackDays > 365 {
		faults = append(faults, &Error{"synth/hold-back", "hold back from 0 to 365 days"})
	}
	if o.Out == "" {
		faults = append(faults, &Error{"synth/out", "name a folder with --out"})
	} else if in, err := os.ReadDir(o.Out); err == nil && len(in) > 0 {
		faults = append(faults, &Error{"synth/out", "the folder given with --out is not empty: name a new one"})
	}
	t, err := time.Parse(time.DateOnly, o.End)
	end := world.DayOf(t.Year(), int(t.Month()), t.Day())
	if _, _, d := (end + 1).Civil(); err != nil || d != 1 {
		faults = append(faults, &Error{"synth/end", "give the end as the last day of a month, such as " + DefaultEnd})
	}
	return end, errors.Join(faults...)
}

// Run makes a synthetic integrated care system in o.Out. It stops early, and
// leaves what it has written, when ctx ends or a file cannot be written.
func Run(ctx context.Context, o Options) (Summary, error) {
	end, err := o.fill()
	if err != nil {
		return Summary{}, err
	}
	if err := os.MkdirAll(o.Out, 0o700); err != nil {
		return Summary{}, err
	}
	sources, later := filepath.Join(o.Out, "sources"), filepath.Join(o.Out, "later")
	w := world.New(o.People, o.Years, o.Seed, end)
	if err := reference(w, filepath.Join(sources, "reference")); err != nil {
		return Summary{}, err
	}
	hold := end - world.Day(o.HoldBackDays)
	if o.Places == nil {
		o.Places = func(w *world.World) ([world.Places]Place, error) {
			return [world.Places]Place{
				fhirout.New(w, filepath.Join(sources, "place_a"), filepath.Join(later, "place_a"), hold),
				flatout.New(w, filepath.Join(sources, "place_b"), filepath.Join(later, "place_b"), hold)}, nil
		}
	}
	places, err := o.Places(w)
	if err != nil {
		return Summary{}, err
	}
	a, b := places[world.PlaceA], places[world.PlaceB]
	m := maker{w: w, o: &o, recorder: world.NewRecorder(w, [world.Places]world.Sink{a, b}, o.HoldBackDays), no: newObjections(filepath.Join(sources, "optouts")), judge: truth.NewJudge(w)}
	if m.file, err = truth.Create(filepath.Join(o.Out, "truth.parquet")); err != nil {
		return Summary{}, err
	}
	for _, d := range truth.Dates(&w.Calendar) {
		m.measures = append(m.measures, &truth.Measure{Date: d})
	}
	err = m.people(ctx, a, b)
	for _, shut := range []func() error{a.Close, b.Close, m.no.close, m.file.Close} {
		if e := shut(); err == nil {
			err = e
		}
	}
	if err != nil {
		return Summary{}, fmt.Errorf("synth/write: check the space and the rights on the folder: %w", err)
	}
	s := Summary{People: o.People, Records: m.recorder.Records, Bytes: a.Bytes() + b.Bytes(), PersonYears: m.years,
		Report: truth.NewReport(w, o.People, m.measures)}
	if err := s.Report.Save(filepath.Join(o.Out, "truth.json")); err != nil {
		return Summary{}, err
	}
	if o.Config != nil {
		if err := o.Config(o.Out); err != nil {
			return Summary{}, err
		}
	}
	return s, nil
}

// maker makes one person after another.
type maker struct {
	w        *world.World
	o        *Options
	recorder *world.Recorder
	no       *objections
	judge    *truth.Judge
	file     *truth.File
	measures []*truth.Measure
	years    float64
}

// every is how many people pass between looks at the context and at errors.
const every = 256

func (m *maker) people(ctx context.Context, sinks ...world.Sink) error {
	p := m.w.NewPerson()
	for i := 0; i < m.o.People; i++ {
		if i%every == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			for _, s := range sinks {
				if err := s.Err(); err != nil {
					return err
				}
			}
			if m.o.Progress != nil {
				m.o.Progress(i, m.o.People)
			}
		}
		m.w.Live(i, p)
		m.recorder.Record(p)
		m.no.add(m.w, p)
		m.years += (min(float64(p.Exit), p.DeathT) - float64(p.Entry)) / 12
		for _, x := range m.measures {
			row, ok := m.judge.On(p, x.Date)
			if !ok {
				continue
			}
			x.Add(&row)
			if err := m.file.Add(p, x.Date, &row); err != nil {
				return err
			}
		}
	}
	if m.o.Progress != nil {
		m.o.Progress(m.o.People, m.o.People)
	}
	return nil
}
