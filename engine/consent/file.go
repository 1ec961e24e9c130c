package consent

import (
	"bufio"
	"errors"
	"io"
	"sort"
	"strconv"

	"leftshift/engine"
	"leftshift/engine/identity"
)

// Refusal is a line of an opt-out file that names nobody.
type Refusal struct {
	Line   int64  // from 1
	Reason string // line-shape, nhs-number-invalid
}

// Numbers is a file of NHS numbers as pseudonyms. It cannot be printed or
// marshalled: what it holds is who opted out.
type Numbers struct {
	Lines   int64     // lines in the file
	Refused []Refusal // lines that name nobody, in order
	people  map[engine.Person]struct{}
}

// People is how many different persons the file names.
func (n *Numbers) People() int { return len(n.people) }

func (n *Numbers) String() string { return "opt-out numbers (not shown)" }

// GoString keeps %#v from showing who is listed.
func (n *Numbers) GoString() string { return n.String() }

// MarshalJSON refuses: opt-out status is not stored.
func (n *Numbers) MarshalJSON() ([]byte, error) {
	return nil, fault("optout-not-stored", "opt-out status is never stored; read the list anew at each run")
}

// maxLine bounds what of one line is kept; a right line has 11 bytes.
const maxLine = 64

// ReadNumbers reads a file in the shape of the national data opt-out check
// over MESH: an NHS number, a comma and a line feed on each line, nothing
// else. A carriage return anywhere, or a last line without its line feed,
// stops it with a Fault: such a file was changed on its way or cut short. A
// line that is not ten digits and a comma, or whose number fails Modulus 11,
// is refused by number of line; no value is kept. An empty file names nobody.
func ReadNumbers(r io.Reader, keys *identity.Keyer) (*Numbers, error) {
	out := &Numbers{people: map[engine.Person]struct{}{}}
	in := bufio.NewReaderSize(r, 1<<16)
	line := make([]byte, 0, maxLine)
	for {
		line = line[:0]
		length, ended := 0, false
		for !ended {
			c, err := in.ReadByte()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, &engine.Fault{Code: "optout-read", Say: "the opt-out file cannot be read to its end; the run stops rather than use part of it", Err: err}
			}
			switch {
			case c == '\n':
				ended = true
			case c == '\r':
				return nil, fault("optout-crlf", "line "+strconv.FormatInt(out.Lines+1, 10)+" of the opt-out file holds a carriage return; lines end with a comma and a line feed only, so have it sent again unchanged")
			default:
				if length++; len(line) < maxLine {
					line = append(line, c)
				}
			}
		}
		if !ended {
			if length > 0 {
				return nil, fault("optout-truncated", "the last line of the opt-out file has no line feed, so the file may be cut short; have it sent again")
			}
			return out, nil
		}
		out.Lines++
		if length != 11 || line[10] != ',' || !digits(line[:10]) {
			out.Refused = append(out.Refused, Refusal{out.Lines, "line-shape"})
			continue
		}
		number := string(line[:10])
		if !identity.ValidNHSNumber(number) {
			out.Refused = append(out.Refused, Refusal{out.Lines, "nhs-number-invalid"})
			continue
		}
		key, _ := keys.Key(identity.NHSNamespace, number)
		out.people[engine.Person(key)] = struct{}{}
	}
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// WriteCheck writes the file that asks the national service about numbers:
// each once, in ascending order, comma and line feed. An invalid number stops
// it before anything is written.
func WriteCheck(w io.Writer, numbers []string) error {
	sorted := append([]string(nil), numbers...)
	sort.Strings(sorted)
	for _, n := range sorted {
		if !identity.ValidNHSNumber(n) {
			return fault("nhs-number-invalid", "a number to be checked for opt-outs fails Modulus 11; only checked numbers belong in the vault")
		}
	}
	out := bufio.NewWriter(w)
	for i, n := range sorted {
		if i > 0 && n == sorted[i-1] {
			continue
		}
		out.WriteString(n)
		out.WriteString(",\n")
	}
	return out.Flush()
}
