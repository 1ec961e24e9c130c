// Package scenario reads a few lines about one made-up person and the values
// that a reader would expect of features on a day, and checks them with the
// kernel. It is how a feature is shown to do what it says:
//
//	person birth=1940-03 sex=female ethnic=A died=2024-05-01
//	registration from=2015-01-01 to=2020-01-01 practice=A81001
//	residence from=2015-01-01 to=2020-01-01 imd=3 care_home
//	event 2024-03-01 problem snomed:44054006 value=7.5 status=planned mode=telephone position=1 known=2024-03-05 until=2024-06-01
//	spell emergency 2024-03-01..2024-03-05 cis=1 continues attended=5 specialty=300
//	document 2024-03-01 care_plan snomed:735324008 end=2025-03-01 status=active
//	on 2024-06-30 data=2015-01-01
//	  emergency_admissions_365d = 1 on 2024-03-01
//	  hba1c_latest_1095d = ?
//	  emergency_admissions_365d says 1 emergency admission in the last 12 months, the last on 1 March 2024
//
// Lines without "person" or "registration" mean someone born in 1950 and
// registered since 2000. A row is known on the day it happened (its last
// possible day), unless known= says otherwise; until= is the day on which it
// is withdrawn. A spell continues when it does not begin its continuous
// inpatient spell; without an end (2024-03-01..) it is open. A number sign
// begins a comment. "?" is unknown.
package scenario

import (
	"fmt"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/declared"
	"leftshift/features/record"
)

// Scenario is one made-up record and what is asked of it.
type Scenario struct {
	Record record.Record
	Asks   []Ask
	// Doubts are codes that have not the shape of their system, and values that no
	// source's row has. They were read: a row may have them, and what is made of it
	// can be asked; in a worked case they are slips.
	Doubts []Fault
}

// Ask is an as-of day with what is expected on it.
type Ask struct {
	Line     int
	On, Data engine.Day // Data is the first day with data; 0 not known
	Expects  []Expect
}

// Expect is one expectation: a value, with the day of its newest row where
// that was written, or a sentence.
type Expect struct {
	Line    int
	Feature string
	Says    string // the sentence; "" when a value is expected
	Value   string // a number, or ?
	Last    string // a day, or ""
}

// Fault is a line that cannot be read.
type Fault struct {
	Line int
	Text string
}

// Read reads a scenario; line is the number of its first line. Every line that
// cannot be read is a fault. analytes scale the values of measurements.
func Read(text string, line int, analytes *analyte.Table) (*Scenario, []Fault) {
	s := &Scenario{}
	var faults []Fault
	r := &reader{to: &s.Record, analytes: analytes}
	for i, l := range strings.Split(text, "\n") {
		at := line + i
		r.doubts = nil
		full := l
		if k := strings.Index(l, "#"); k >= 0 && (k == 0 || l[k-1] == ' ' || l[k-1] == '\t') {
			l = l[:k]
		}
		words := strings.Fields(l)
		var err error
		switch {
		case len(words) == 0:
		case words[0] == "on":
			var a Ask
			if a, err = r.ask(words[1:]); err == nil {
				a.Line = at
				s.Asks = append(s.Asks, a)
			}
		case kinds[words[0]] != nil && !expects(words):
			err = kinds[words[0]](r, words[1:])
		case !expects(words):
			err = begins(words)
		case len(s.Asks) == 0:
			err = fmt.Errorf("an expected value stands before the day it holds on: write on YYYY-MM-DD above it")
		default:
			var e Expect
			if e, err = expectation(words, strings.TrimSpace(full)); err == nil {
				e.Line = at
				a := &s.Asks[len(s.Asks)-1]
				a.Expects = append(a.Expects, e)
			}
		}
		if err != nil {
			faults = append(faults, Fault{at, err.Error()})
		}
		for _, d := range r.doubts {
			s.Doubts = append(s.Doubts, Fault{at, d})
		}
	}
	r.finish()
	if len(s.Asks) == 0 && len(faults) == 0 {
		faults = append(faults, Fault{line, "the case asks nothing: write on YYYY-MM-DD, and below it FEATURE = VALUE"})
	}
	return s, faults
}

// lines are the words that begin a line, but for features.
var lines = []string{"person", "registration", "residence", "event", "spell", "document", "on"}

// begins says what is wrong with a line that is none.
func begins(words []string) error {
	feature, _, compares := strings.Cut(words[0], "=")
	if len(words) > 1 && strings.ContainsAny(words[1], "=<>:") {
		compares = true
	}
	feature = strings.TrimRight(feature, "<>:!")
	if len(words) > 1 && strings.EqualFold(words[1], "is") {
		compares = true
	}
	if compares && !slices.Contains(lines, feature) {
		return fmt.Errorf("write %s = VALUE, with one = and a space on each side: a case says which value is expected, and compares nothing", feature)
	}
	if meant := declared.Nearest(words[0], lines); meant != "" {
		return fmt.Errorf("%q begins no line of a case: did you mean %s?", words[0], meant)
	}
	return fmt.Errorf("%q begins no line of a case: write %s, or FEATURE = VALUE", words[0], strings.Join(lines, ", "))
}

// expects says whether words are FEATURE = VALUE or FEATURE says SENTENCE.
func expects(words []string) bool {
	return len(words) > 1 && (words[1] == "=" || words[1] == "says")
}

// expectation reads one; the sentence is the line as written, for it may hold
// a number sign.
func expectation(words []string, line string) (Expect, error) {
	e := Expect{Feature: words[0]}
	if words[1] == "says" {
		_, e.Says, _ = strings.Cut(line, " says ")
		if e.Says = strings.TrimSpace(e.Says); e.Says == "" {
			return e, fmt.Errorf("%s says nothing: write the sentence", e.Feature)
		}
		return e, nil
	}
	switch {
	case len(words) == 3:
	case len(words) == 5 && words[3] == "on":
		e.Last = words[4]
		if _, ok := engine.ParseDay(e.Last); !ok {
			return e, fmt.Errorf("%q is no day like 2024-03-01", e.Last)
		}
	default:
		return e, fmt.Errorf("write FEATURE = VALUE, or FEATURE = VALUE on YYYY-MM-DD, or FEATURE says SENTENCE")
	}
	e.Value = words[2]
	if e.Value != Unknown {
		if _, err := number(e.Value); err != nil {
			return e, err
		}
	}
	return e, nil
}

// Unknown is how an unknown value is written.
const Unknown = "?"

// File is a scenario of a file of several, each under a line "== what it
// shows".
type File struct {
	Name string // what it shows
	*Scenario
}

// ReadFile reads a file of scenarios.
func ReadFile(text string, analytes *analyte.Table) ([]File, []Fault) {
	var out []File
	var faults []Fault
	lines := strings.Split(text, "\n")
	at := func(i int) bool { return strings.HasPrefix(lines[i], "== ") }
	for i := range lines {
		if !at(i) {
			continue
		}
		end := i + 1
		for end < len(lines) && !at(end) {
			end++
		}
		s, f := Read(strings.Join(lines[i+1:end], "\n"), i+2, analytes)
		out, faults = append(out, File{strings.TrimSpace(lines[i][3:]), s}), append(faults, f...)
	}
	return out, faults
}
