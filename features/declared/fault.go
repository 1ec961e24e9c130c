// Package declared reads files in which a site or the program declares things:
// TOML tables with a fixed set of keys. The struct that a table is read into
// is the one declaration of its keys; the page that explains them is made from
// it, and every fault of a file is told at once, with file and line and what
// was expected. A syntax error stops its own file only.
package declared

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/identity"
)

// Fault is one thing wrong in one file. Line counts from 1; 0 means the file
// as a whole.
type Fault struct {
	File string
	Line int
	Code string // stable, for programs: such as "snomed-identifier"
	Text string // a sentence that says what to do
}

func (f Fault) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s (%s)", f.File, f.Text, f.Code)
	}
	return fmt.Sprintf("%s:%d: %s (%s)", f.File, f.Line, f.Text, f.Code)
}

// Faults is an error of everything that is wrong in a set of files. The zero
// value has none.
type Faults struct {
	Of   string // what has them, as "the outcomes have"; "" is "the files have"
	List []Fault
}

func (f *Faults) Error() string {
	lines := make([]string, len(f.List))
	for i, x := range f.List {
		lines[i] = x.String()
	}
	return fmt.Sprintf("%s %s:\n%s", cmp.Or(f.Of, "the files have"), engine.Plural(len(f.List), "fault"), strings.Join(lines, "\n"))
}

// Add notes a fault; text and args are as for fmt.Sprintf. What may be an NHS
// number is masked, in the text and in the file's name: a fault quotes what
// someone wrote.
func (f *Faults) Add(file string, line int, code, text string, args ...any) {
	f.List = append(f.List, Fault{identity.Mask(file), line, code, identity.Mask(fmt.Sprintf(text, args...))})
}

// Err gives the faults in order of file, line, code and text, each once; nil
// when there is none.
func (f *Faults) Err() error {
	slices.SortFunc(f.List, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text, b.Text))
	})
	if f.List = slices.Compact(f.List); len(f.List) == 0 {
		return nil
	}
	return f
}
