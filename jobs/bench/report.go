//go:build duckdb_arrow

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// report is features.json. Times are the least of the rounds, in seconds of
// wall time; legs holds the medians and the processor times.
type report struct {
	Events     int64               `json:"events"`
	Spells     int64               `json:"spells"`
	Persons    int64               `json:"persons"`
	Scan       float64             `json:"scan_s"`
	Kernel60   float64             `json:"kernel_60_s"`
	Kernel150  float64             `json:"kernel_150_s"`
	KernelAll  float64             `json:"kernel_all_s"`
	All        int                 `json:"features_all"`
	Statement  float64             `json:"sql_one_statement_s"`
	ByBucket   float64             `json:"sql_one_statement_by_bucket_s"`
	Long       float64             `json:"sql_long_s"`
	Executor   float64             `json:"sql_executor_s"`
	Polars     float64             `json:"polars_s"`
	PeerCount  int                 `json:"peer_features"` // of the 150: the others are the kernel's alone
	OneDate    float64             `json:"one_date_s"`
	Dates      float64             `json:"twelve_dates_s"`
	Written    float64             `json:"kernel_all_written_s"`
	PeakMiB    float64             `json:"peak_mib"` // of kernel_all with its files written
	PerSecond  float64             `json:"events_per_second"`
	Machine    machine             `json:"machine"`
	Rounds     int                 `json:"rounds"`
	Threads    int                 `json:"threads"`
	Choice     string              `json:"choice"`
	Reach      map[string]*reach   `json:"reach"`
	Linearity  []size              `json:"linearity"`
	Ratios     map[string]ratio    `json:"ratios"`
	Agreement  map[string]agreed   `json:"agreement"`
	Legs       map[string]*measure `json:"legs"`
	Pilot      map[string]*measure `json:"pilot"` // forms of the peers, tried on the smallest part
	Matched    float64             `json:"matched_share"`
	PerMatched float64             `json:"features_per_matched_code"`
}

type size struct {
	Events    int64   `json:"events"`
	Scan      float64 `json:"scan_s"`
	KernelAll float64 `json:"kernel_all_s"`
	CPU       float64 `json:"kernel_all_cpu_s"`
	// PerMillion is kernel_all's seconds a million events.
	PerMillion float64 `json:"kernel_all_s_per_million"`
}

// ratio is one target.
type ratio struct {
	Value  float64 `json:"value"`     // of least wall times
	CPU    float64 `json:"cpu_value"` // of least processor times
	Target string  `json:"target"`
	Met    bool    `json:"met"`

	say string
}

// agreed says in how many values a peer differs from the kernel on the part.
type agreed struct {
	People   int64 `json:"people"`
	Features int   `json:"features_with_values"`
	Differ   int64 `json:"values_that_differ"`
}

type machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory int    `json:"memory_mib"`
	System string `json:"system"`
	Go     string `json:"go"`
	Load   string `json:"load_average"` // before and after
}

func thisMachine() machine {
	m := machine{Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Load: load()}
	field := func(path, key string) string {
		f, err := os.Open(path)
		if err != nil {
			return ""
		}
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if name, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(name) == key {
				return strings.TrimSpace(value)
			}
		}
		return ""
	}
	m.CPU = field("/proc/cpuinfo", "model name")
	if kib, _, ok := strings.Cut(field("/proc/meminfo", "MemTotal"), " "); ok {
		n, _ := strconv.Atoi(kib)
		m.Memory = n / 1024
	}
	return m
}

func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// order is that of the table.
var order = []struct{ name, say string }{
	{"scan", "scan: DuckDB to Arrow, the columns that the kernel reads"},
	{"kernel_60", "kernel, 60 features"},
	{"kernel_150", "kernel, 150 features"},
	{"kernel_all", "kernel, all features"},
	{"kernel_all_written", "kernel, all features, files written"},
	{"twelve_dates", "kernel, all features, twelve monthly index dates"},
	{"sql_one_statement", "DuckDB, one statement, conditional aggregates"},
	{"sql_by_bucket", "the same statement bucket by bucket"},
	{"sql_long", "DuckDB, long: by person and family, bucket by bucket"},
	{"sql_executor", "DuckDB, SQL of the second executor, exact, bucket by bucket"},
	{"polars", "Polars, streaming"},
}

// print writes the table, the bars and the targets.
func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "\n%d events and %d spells of %d synthetic people; %d threads; %s, %d cores, load %s\n", r.Events, r.Spells, r.Persons, r.Threads, r.Machine.CPU, r.Machine.Cores, r.Machine.Load)
	fmt.Fprintf(w, "%.0f %% of the events reach a family of the %d features; a code that reaches any reaches %.1f features\n\n", 100*r.Matched, r.All, r.PerMatched)
	fmt.Fprintf(w, "%-58s %8s %10s %8s %10s %8s %8s\n", "", "features", "wall min", "median", "processor", "x scan", "MiB")
	most := 0.0
	for _, o := range order {
		if m := r.Legs[o.name]; m != nil {
			most = max(most, m.MinSeconds)
		}
	}
	for _, o := range order {
		m := r.Legs[o.name]
		if m == nil {
			continue
		}
		note := ""
		if m.TimedOut {
			note = " (stopped)"
		}
		fmt.Fprintf(w, "%-58s %8d %8.2f s %6.2f s %8.2f s %8.2f %8.0f%s\n", o.say, m.Features, m.MinSeconds, m.MedianSeconds, m.MinCPU, m.MinSeconds/r.Scan, m.PeakMiB, note)
	}
	fmt.Fprintln(w)
	for _, o := range order {
		m := r.Legs[o.name]
		if m == nil {
			continue
		}
		fmt.Fprintf(w, "%-20s %s %.1f s\n", o.name, strings.Repeat("#", max(1, int(60*m.MinSeconds/most+0.5))), m.MinSeconds)
	}
	fmt.Fprintln(w)
	for _, name := range targets {
		t, ok := r.Ratios[name]
		if !ok {
			continue
		}
		word := "not met"
		if t.Met {
			word = "met"
		}
		fmt.Fprintf(w, "%-52s %8.2f (processor %6.2f)  target %-9s %s\n", t.say, t.Value, t.CPU, t.Target, word)
	}
	fmt.Fprintln(w)
	for _, s := range r.Linearity {
		fmt.Fprintf(w, "%11d events: scan %6.2f s, kernel %6.2f s wall %6.2f s processor, %.3f s a million\n", s.Events, s.Scan, s.KernelAll, s.CPU, s.PerMillion)
	}
	if r.PeerCount == 0 {
		return
	}
	for _, name := range []string{"sql_one_statement", "sql_long", "polars"} {
		a := r.Agreement[name]
		fmt.Fprintf(w, "%s and the kernel: %d values of %d people and %d features that someone has differ\n", name, a.Differ, a.People, a.Features)
	}
	fmt.Fprintf(w, "the peers make %d of the 150 features; the kernel makes all, with the days of the newest rows\n", r.PeerCount)
}

// targets are the keys of Ratios in order.
var targets = []string{"kernel_150_to_scan", "kernel_all_to_scan", "sql_one_statement_to_kernel_150", "polars_to_kernel_150", "peak_mib", "linearity", "twelve_dates_to_one"}

func (r *report) judge() {
	d := func(a, b string) (float64, float64) {
		x, y := r.Legs[a], r.Legs[b]
		return x.MinSeconds / y.MinSeconds, x.MinCPU / y.MinCPU
	}
	r.Ratios = map[string]ratio{}
	add := func(name, say string, value, cpu float64, most bool, target float64) {
		t := ratio{Value: value, CPU: cpu, Target: fmt.Sprintf("<= %g", target), Met: value <= target, say: say}
		if !most {
			t.Target, t.Met = fmt.Sprintf(">= %g", target), value >= target
		}
		r.Ratios[name] = t
	}
	v, c := d("kernel_150", "scan")
	add(targets[0], "kernel of 150 features to the bare scan", v, c, true, 1.5)
	v, c = d("kernel_all", "scan")
	add(targets[1], "kernel of all features to the bare scan", v, c, true, 2.5)
	if r.PeerCount > 0 {
		v, c = d("sql_one_statement", "kernel_150")
		add(targets[2], "one SQL statement to the kernel, 150 features", v, c, false, 20)
		v, c = d("polars", "kernel_150")
		add(targets[3], "Polars to the kernel, 150 features", v, c, false, 5)
	}
	add(targets[4], "peak memory in MiB, all features written", r.PeakMiB, r.PeakMiB, true, 2048)
	first, last := r.Linearity[0], r.Linearity[len(r.Linearity)-1]
	add(targets[5], "time an event, most events to fewest", last.PerMillion/first.PerMillion, last.CPU/float64(last.Events)/(first.CPU/float64(first.Events)), true, 1.2)
	v, c = d("twelve_dates", "kernel_all")
	add(targets[6], "twelve index dates to one", v, c, true, 3)
}
