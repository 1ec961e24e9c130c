// Package progress is what a run tells while it works: typed events, and the
// listeners that show them on a terminal, as plain lines, or as a log. Events
// hold names, counts and durations, never a person's values, and no clock:
// whoever listens has one.
package progress

import (
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Event is one of the types of this file.
type Event interface{ event() }

// RunStarted opens a run.
type RunStarted struct {
	Run string // identifier of the run
	Job string
}

// StepStarted opens a step. Index counts from 1.
type StepStarted struct {
	Run   string
	Step  string
	Index int
}

// StepAdvanced says how far the step is. Total 0 means not known; Unit is a
// plural noun such as "rows".
type StepAdvanced struct {
	Step        string
	Done, Total int64
	Unit        string
}

// StepEnded closes a step. Reused: its output was there already. Code and Say
// are of its failure, "" for none.
type StepEnded struct {
	Run, Step string
	Took      time.Duration
	Reused    bool
	Summary   Counts
	Code, Say string
}

// Warning is something that a person should look at; the run goes on.
type Warning struct {
	Step      string
	Code, Say string
}

// RunEnded closes a run. State is the ledger's word: succeeded, failed or
// cancelled.
type RunEnded struct {
	Run, Job, State string
	Took            time.Duration
	Code, Say       string
}

func (RunStarted) event()   {}
func (StepStarted) event()  {}
func (StepAdvanced) event() {}
func (StepEnded) event()    {}
func (Warning) event()      {}
func (RunEnded) event()     {}

// Counts are named numbers: rows read, records quarantined. Names are words
// of the program, never of a record.
type Counts map[string]int64

// String writes the counts by name: "held 12, in 14".
func (c Counts) String() string {
	var b strings.Builder
	for i, k := range c.keys() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k + " " + strconv.FormatInt(c[k], 10))
	}
	return b.String()
}

func (c Counts) keys() []string {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Listener hears events, one at a time.
type Listener func(Event)

// Tee passes each event to all listeners in turn, nil ones left out. It may
// be called from several goroutines; the listeners are not called at once.
func Tee(listeners ...Listener) Listener {
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		for _, l := range listeners {
			if l != nil {
				l(e)
			}
		}
	}
}
