package outcome

import (
	"fmt"
	"sort"
	"strings"

	"leftshift/engine"
)

// Fault is one thing wrong in a file of outcomes. Line counts from 1; 0 means
// the file as a whole.
type Fault struct {
	File string
	Line int
	Code string // stable, for programs
	Text string // a sentence that says what was expected
}

func (f Fault) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s (%s)", f.File, f.Text, f.Code)
	}
	return fmt.Sprintf("%s:%d: %s (%s)", f.File, f.Line, f.Text, f.Code)
}

// Faults is the error of Load: every fault, in order of line.
type Faults struct{ List []Fault }

func (f *Faults) Error() string {
	lines := make([]string, len(f.List))
	for i, x := range f.List {
		lines[i] = x.String()
	}
	return fmt.Sprintf("the outcomes have %s:\n%s", engine.Plural(len(f.List), "fault"), strings.Join(lines, "\n"))
}

func (f *Faults) add(file string, line int, code, text string, args ...any) {
	x := Fault{file, line, code, fmt.Sprintf(text, args...)}
	for _, y := range f.List {
		if y == x {
			return
		}
	}
	f.List = append(f.List, x)
}

func (f *Faults) sort() {
	sort.SliceStable(f.List, func(i, j int) bool {
		a, b := f.List[i], f.List[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Code+a.Text < b.Code+b.Text
	})
}
