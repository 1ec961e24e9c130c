package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Terminal is the listener for a person who waits: a bar where f is a
// terminal, a plain line every few seconds where it is a file or a pipe.
func Terminal(f *os.File) Listener {
	if term.IsTerminal(int(f.Fd())) {
		return Bar(f)
	}
	return Lines(f, 5*time.Second, time.Now)
}

// Lines writes one line when a step starts and ends, and at most one in every
// interval while it works. Now is the clock.
func Lines(w io.Writer, every time.Duration, now func() time.Time) Listener {
	var last time.Time
	return func(e Event) {
		switch e := e.(type) {
		case StepStarted:
			last = now()
			fmt.Fprintf(w, "%s: started\n", e.Step)
		case StepAdvanced:
			if t := now(); t.Sub(last) >= every {
				last = t
				fmt.Fprintf(w, "%s: %s\n", e.Step, far(e))
			}
		default:
			closing(w, e)
		}
	}
}

// far puts how far a step is into words.
func far(e StepAdvanced) string {
	if e.Total > 0 {
		return fmt.Sprintf("%d of %d %s (%d %%)", e.Done, e.Total, e.Unit, int64(float64(e.Done)/float64(e.Total)*100))
	}
	return fmt.Sprintf("%d %s", e.Done, e.Unit)
}

// closing writes the lines that a bar and plain lines have in common.
func closing(w io.Writer, e Event) {
	switch e := e.(type) {
	case StepEnded:
		switch {
		case e.Code != "":
			fmt.Fprintf(w, "%s: failed after %s: %s [%s]\n", e.Step, short(e.Took), e.Say, e.Code)
		case e.Reused:
			fmt.Fprintf(w, "%s: done before\n", e.Step)
		case len(e.Summary) > 0:
			fmt.Fprintf(w, "%s: done in %s: %s\n", e.Step, short(e.Took), e.Summary)
		default:
			fmt.Fprintf(w, "%s: done in %s\n", e.Step, short(e.Took))
		}
	case Warning:
		fmt.Fprintf(w, "%s: warning: %s [%s]\n", e.Step, e.Say, e.Code)
	case RunEnded:
		fmt.Fprintf(w, "%s %s in %s", e.Job, e.State, short(e.Took))
		if e.Code != "" {
			fmt.Fprintf(w, ": %s [%s]", e.Say, e.Code)
		}
		fmt.Fprintln(w)
	}
}

func short(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// Bar draws the step at work on the last line of a terminal, and leaves one
// line for each step that ended.
func Bar(w io.Writer) Listener {
	var bar *progressbar.ProgressBar
	step, total := "", int64(-1)
	start := func(name string, n int64) {
		step, total = name, n
		bar = progressbar.NewOptions64(n,
			progressbar.OptionSetWriter(w),
			progressbar.OptionSetDescription(name),
			progressbar.OptionSetWidth(30),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetSpinnerChangeInterval(0), // no goroutine of its own
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish())
	}
	clear := func() {
		if bar != nil {
			_ = bar.Clear()
		}
	}
	return func(e Event) {
		switch e := e.(type) {
		case StepStarted:
			start(e.Step, -1)
		case StepAdvanced:
			if bar == nil || e.Step != step {
				return
			}
			if e.Total > 0 && e.Total != total {
				clear()
				start(e.Step, e.Total)
			}
			if total < 0 || e.Done < total { // a full bar is drawn by the line of its end
				_ = bar.Set64(e.Done)
			}
		case StepEnded:
			clear()
			bar = nil
			closing(w, e)
		default:
			clear()
			closing(w, e)
		}
	}
}
