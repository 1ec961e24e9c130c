package config

import (
	"fmt"
	"sort"
	"strings"
)

// Fault is one thing wrong with a configuration. Line counts from 1; 0 means
// that the place has no line (a key that is absent from a file without its
// table, or a Config made in code).
type Fault struct {
	Line int
	Path string // such as source[0].format; "" for the file as a whole
	Code string // stable: config-syntax, config-unknown-key, config-type, ...
	Text string // what was expected
}

func (f Fault) String() string {
	where := f.Path
	if where != "" {
		where += ": "
	}
	return fmt.Sprintf("%s%s (%s)", where, f.Text, f.Code)
}

// Faults is the error of Load, Parse and Validate: every fault, by line.
type Faults struct {
	File string
	List []Fault
}

func (f *Faults) Error() string {
	var b strings.Builder
	noun := "faults"
	if len(f.List) == 1 {
		noun = "fault"
	}
	file := f.File
	if file == "" {
		file = "configuration"
	}
	fmt.Fprintf(&b, "the configuration has %d %s:", len(f.List), noun)
	for _, x := range f.List {
		b.WriteString("\n" + file)
		if x.Line > 0 {
			fmt.Fprintf(&b, ":%d", x.Line)
		}
		b.WriteString(": " + x.String())
	}
	return b.String()
}

// faults gathers while a configuration is read and checked.
type faults struct {
	list  []Fault
	lines map[string]int
}

// add reports a fault at a path. The line is that of the key, or of the
// nearest table that holds it.
func (f *faults) add(path, code, text string, args ...any) {
	f.list = append(f.list, Fault{f.line(path), path, code, fmt.Sprintf(text, args...)})
}

func (f *faults) line(path string) int {
	for path != "" {
		if n, ok := f.lines[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	return 0
}

// has says whether a fault is already reported at the path.
func (f *faults) has(path string) bool {
	for _, x := range f.list {
		if x.Path == path {
			return true
		}
	}
	return false
}

// err is the error of all, or nil.
func (f *faults) err(file string) error {
	if len(f.list) == 0 {
		return nil
	}
	sort.SliceStable(f.list, func(i, j int) bool {
		a, b := f.list[i], f.list[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Path < b.Path
	})
	return &Faults{file, f.list}
}
