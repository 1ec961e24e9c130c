//go:build duckdb_arrow

package cli

import (
	"os"
	"strconv"
	"strings"
	"sync"

	"leftshift/jobs/progress"
)

// peaks listens to steps and keeps the peak resident memory of each in MiB,
// as Linux tells it; elsewhere it stays empty.
type peaks struct {
	mu  sync.Mutex
	MiB map[string]int64
}

func (p *peaks) hear(e progress.Event) {
	switch e := e.(type) {
	case progress.StepStarted:
		_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // starts the high-water mark anew
	case progress.StepEnded:
		if e.Reused {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if peak := highWater(); peak > p.MiB[e.Step] {
			p.MiB[e.Step] = peak
		}
	}
}

// highWater is the peak resident set of this process in MiB; 0 not known.
func highWater() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib / 1024
		}
	}
	return 0
}
