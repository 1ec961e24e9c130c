package cohort

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"leftshift/engine"
)

// Wrong is one thing wrong with a definition's file.
type Wrong struct {
	Line int // 0: the whole
	Code string
	Say  string
}

var (
	fieldKey = regexp.MustCompile(`(^|[\s{,])"?field"?\s*=`)
	testKey  = regexp.MustCompile(`^\s*\[\[\s*tests\s*\]\]`)
	atTest   = regexp.MustCompile(`^test (\d+) `)
	atLine   = regexp.MustCompile(`\(line (\d+)\)`)
)

// CheckText reads a definition's file and runs its tests: what is wrong with it,
// by line; nil for nothing. A line is that of the condition or test that is
// meant, where there is one.
func (d *Dictionary) CheckText(text []byte, clinical bool) []Wrong {
	var conditions, tests []int // lines
	for i, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		if testKey.MatchString(line) {
			tests = append(tests, i+1)
		}
		for range fieldKey.FindAllString(line, -1) {
			conditions = append(conditions, i+1)
		}
	}
	def, err := d.Parse(text, clinical)
	if err != nil {
		if all := d.conditions(text, clinical, conditions); all != nil {
			return all
		}
		w := wrong(err, 0)
		if m := atTest.FindStringSubmatch(w.Say); m != nil {
			if k, _ := strconv.Atoi(m[1]); k >= 1 && k <= len(tests) {
				w.Line = tests[k-1]
			}
		} else if m := atLine.FindStringSubmatch(w.Say); m != nil {
			w.Line, _ = strconv.Atoi(m[1])
		}
		return []Wrong{w}
	}
	var out []Wrong
	for i, t := range def.Tests {
		got := d.Eval(def.Where, func(id string) Value { return t.Person[id] })
		if (got == True) == t.In {
			continue
		}
		w := Wrong{Code: "cohort-test-fails", Say: fmt.Sprintf("test %d: its person is %s, and the test says in = %t", i+1, [...]string{"not in", "not in, for something asked is not known", "in"}[got], t.In)}
		if i < len(tests) {
			w.Line = tests[i]
		}
		out = append(out, w)
	}
	if out == nil {
		if err := d.Check(def); err != nil { // no test of one kind
			out = append(out, wrong(err, 0))
		}
	}
	return out
}

// conditions are the faults of single conditions, each at its line.
func (d *Dictionary) conditions(text []byte, clinical bool, lines []int) []Wrong {
	var file map[string]any
	if toml.Unmarshal(text, &file) != nil {
		return nil
	}
	var out []Wrong
	k := 0
	var walk func(any)
	walk = func(x any) {
		m, _ := x.(map[string]any)
		if _, ok := m["field"]; ok {
			if _, err := d.ParseNode(m, clinical); err != nil {
				w := wrong(err, 0)
				if k < len(lines) {
					w.Line = lines[k]
				}
				out = append(out, w)
			}
			k++
			return
		}
		if len(m) != 1 {
			return // its own fault; the order within is not known
		}
		for _, list := range m {
			kids, _ := list.([]any)
			for _, c := range kids {
				walk(c)
			}
		}
	}
	walk(file["where"])
	return out
}

func wrong(err error, line int) Wrong {
	w := Wrong{Line: line, Code: "cohort-file", Say: err.Error()}
	if f := (*engine.Fault)(nil); errors.As(err, &f) {
		w.Code, w.Say = f.Code, f.Say
	}
	return w
}
