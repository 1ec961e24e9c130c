//go:build duckdb_arrow

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// limit is how long one leg may take.
const limit = 10 * time.Minute

// bench runs legs in child processes, so that the memory of one is not that
// of another.
type bench struct {
	self, python, script string
	rounds               int
	peers                bool // measure SQL and Polars too
	log                  io.Writer
}

// entry is one line of a benchmark: a leg on a task.
type entry struct {
	name string
	task task
	form string // of polars_features.py; "" for a leg of this program
}

// measure is what the rounds of an entry took.
type measure struct {
	MinSeconds    float64 `json:"min_s"`
	MedianSeconds float64 `json:"median_s"`
	MinCPU        float64 `json:"min_cpu_s"`
	MedianCPU     float64 `json:"median_cpu_s"`
	PeakMiB       float64 `json:"peak_mib"`
	Rows          int64   `json:"rows"`
	Features      int     `json:"features,omitempty"`
	Form          string  `json:"form,omitempty"`
	// TimedOut: the leg did not end within the limit; its times are the limit.
	TimedOut bool `json:"timed_out,omitempty"`

	seconds, cpu []float64
}

// once runs an entry in a process of its own.
func (b *bench) once(ctx context.Context, e entry) (got taken, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var cmd *exec.Cmd
	if e.form != "" {
		args := []string{b.script, e.form, e.task.Lake, e.task.Peers, e.task.AsOf, fmt.Sprint(e.task.Threads)}
		if e.task.Check != "" {
			args = append(args, e.task.Check)
		}
		cmd = exec.CommandContext(ctx, b.python, args...)
	} else {
		text, err := json.Marshal(e.task)
		if err != nil {
			return got, err
		}
		cmd = exec.CommandContext(ctx, b.self, "leg")
		cmd.Stdin = bytes.NewReader(text)
		cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", e.task.Threads))
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return got, ctx.Err()
	}
	if err != nil {
		return got, fmt.Errorf("%s: %w\n%s", e.name, err, strings.TrimSpace(errs.String()))
	}
	if errs.Len() > 0 {
		fmt.Fprintf(b.log, "%s: %s\n", e.name, strings.TrimSpace(errs.String()))
	}
	return got, json.Unmarshal(out, &got)
}

// run measures entries in interleaved rounds: each once, then each again, so
// that what else the machine does falls on all.
func (b *bench) run(ctx context.Context, entries []entry) (map[string]*measure, error) {
	out := map[string]*measure{}
	for round := range b.rounds {
		for _, e := range entries {
			m := out[e.name]
			if m == nil {
				m = &measure{Form: e.form}
				if e.form == "" {
					m.Form = e.task.Leg
				}
				out[e.name] = m
			}
			if m.TimedOut {
				continue
			}
			got, err := b.once(ctx, e)
			if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
				m.TimedOut = true
				got.Seconds, got.CPU = limit.Seconds(), limit.Seconds()
			} else if err != nil {
				return nil, err
			}
			m.seconds, m.cpu = append(m.seconds, got.Seconds), append(m.cpu, got.CPU)
			m.PeakMiB = max(m.PeakMiB, got.PeakMiB)
			m.Rows, m.Features = got.Rows, got.Columns
			fmt.Fprintf(b.log, "round %d of %d: %-22s %7.2f s wall %7.2f s processor %6.0f MiB\n", round+1, b.rounds, e.name, got.Seconds, got.CPU, got.PeakMiB)
		}
	}
	for _, m := range out {
		m.MinSeconds, m.MedianSeconds = least(m.seconds)
		m.MinCPU, m.MedianCPU = least(m.cpu)
	}
	return out, nil
}

// least gives the least and the median; of an even number the lower of the
// two in the middle.
func least(v []float64) (least, median float64) {
	s := slices.Sorted(slices.Values(v))
	return s[0], s[(len(s)-1)/2]
}

// faster runs entries and gives the one with the least wall time.
func (b *bench) faster(ctx context.Context, entries []entry) (entry, map[string]*measure, error) {
	got, err := b.run(ctx, entries)
	if err != nil {
		return entry{}, nil, err
	}
	best := entries[0]
	for _, e := range entries[1:] {
		if got[e.name].MinSeconds < got[best.name].MinSeconds {
			best = e
		}
	}
	return best, got, nil
}
