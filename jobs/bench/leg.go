//go:build duckdb_arrow

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"leftshift/engine"
)

// task is what one child process measures.
type task struct {
	Leg      string `json:"leg"`
	Lake     string `json:"lake"`     // folder of curated tables
	Peers    string `json:"peers"`    // folder of what the peers read of the plan
	Temp     string `json:"temp"`     // folder for what a leg writes
	AsOf     string `json:"as_of"`    // index date
	Features int    `json:"features"` // how many of the catalogue; 0 all
	Dates    int    `json:"dates"`    // monthly index dates
	Threads  int    `json:"threads"`
	Check    string `json:"check"` // file for the values, to compare; "" none
}

// taken is what a child process says of its leg.
type taken struct {
	Seconds float64 `json:"seconds"` // wall time of the leg alone
	CPU     float64 `json:"cpu"`     // user and system time of the leg
	PeakMiB float64 `json:"peak_mib"`
	Rows    int64   `json:"rows"`    // rows read, or rows of the result
	Columns int     `json:"columns"` // features made
	// Sum is of some values of every column read or made.
	Sum float64 `json:"sum"`
}

// legs are what a child process can be asked to measure.
var legs = map[string]func(context.Context, *task, *taken) error{}

// runLeg is the child process: a task as JSON on standard input, what it took
// on standard output.
func runLeg(ctx context.Context, in io.Reader, out io.Writer) error {
	var t task
	if err := json.NewDecoder(in).Decode(&t); err != nil {
		return err
	}
	f := legs[t.Leg]
	if f == nil {
		return fmt.Errorf("no leg %q", t.Leg)
	}
	var got taken
	if err := f(ctx, &t, &got); err != nil {
		return err
	}
	got.PeakMiB = highWater()
	return json.NewEncoder(out).Encode(got)
}

// timed measures f alone: what a leg prepares before it is not counted.
func (t *taken) timed(f func() error) error {
	cpu, start := cpuSeconds(), time.Now()
	err := f()
	t.Seconds, t.CPU = time.Since(start).Seconds(), cpuSeconds()-cpu
	return err
}

// cpuSeconds is the user and system time of this process.
func cpuSeconds() float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	s := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return s(r.Utime) + s(r.Stime)
}

// highWater is the peak resident set of this process in MiB as Linux tells
// it; 0 not known.
func highWater() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024
		}
	}
	return 0
}

// dates are the index dates of a task, ascending: its as-of date and the ends
// of the months before it.
func (t *task) dates() ([]engine.Day, error) {
	day, ok := engine.ParseDay(t.AsOf)
	if !ok {
		return nil, fmt.Errorf("%q is no day", t.AsOf)
	}
	out := make([]engine.Day, max(t.Dates, 1))
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = day
		day = day.Month() - 1
	}
	return out, nil
}
