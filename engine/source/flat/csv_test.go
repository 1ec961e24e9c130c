package flat

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

type row struct {
	line   int64
	reason string
	fields []string
}

func readAll(t testing.TB, in io.Reader) ([]string, []row, map[string]int, error) {
	t.Helper()
	notes := map[string]int{}
	r, err := newCSV(in, ',', "flow", func(why string) { notes[why]++ })
	if err != nil {
		return nil, nil, notes, err
	}
	var out []row
	for {
		rec, err := r.next()
		if err != nil {
			return r.header(), out, notes, err
		}
		if rec == nil {
			return r.header(), out, notes, nil
		}
		x := row{line: rec.position, reason: rec.reason}
		if rec.reason == "" {
			x.fields = append(x.fields, rec.fields...)
		}
		out = append(out, x)
	}
}

// What the standard library writes is read back, whatever is in it, in either
// kind of line, however the bytes arrive.
func TestCSVReadsWhatIsWritten(t *testing.T) {
	cellText := rapid.StringOf(rapid.SampledFrom([]rune{'a', 'é', '漢', ',', '"', '\n', ' ', ';', '0'}))
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 4).Draw(t, "width")
		table := rapid.SliceOfN(rapid.SliceOfN(cellText, width, width), 1, 8).Draw(t, "table")
		for i := range table[0] {
			table[0][i] = strings.Repeat("h", i+1)
		}
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.WriteAll(table)
		raw := text.Bytes()
		if rapid.Bool().Draw(t, "crlf") {
			// Only the ends of records: line feeds inside quotes stay.
			var out []byte
			quoted := false
			for _, c := range raw {
				if c == '"' {
					quoted = !quoted
				}
				if c == '\n' && !quoted {
					out = append(out, '\r')
				}
				out = append(out, c)
			}
			raw = out
		}
		if rapid.Bool().Draw(t, "no last line feed") {
			raw = bytes.TrimRight(raw, "\r\n")
		}
		var in io.Reader = bytes.NewReader(raw)
		if rapid.Bool().Draw(t, "byte by byte") {
			in = iotest.OneByteReader(in)
		}
		head, rows, _, err := readAll(nil2(t), in)
		if err != nil || !reflect.DeepEqual(head, table[0]) {
			t.Fatalf("header %q, %v", head, err)
		}
		if len(rows) != len(table)-1 {
			t.Fatalf("%d rows, want %d, of %q", len(rows), len(table)-1, raw)
		}
		for i, r := range rows {
			if r.reason != "" || !reflect.DeepEqual(r.fields, table[i+1]) {
				t.Fatalf("row %d: %s %q, want %q", i, r.reason, r.fields, table[i+1])
			}
		}
	})
}

// A giant field is left out without being held, and reading goes on behind
// it; a line feed inside its quotes does not make records of what follows.
func TestCSVLeavesOutGiants(t *testing.T) {
	giant := strings.Repeat("0123456789abcdef", limit/8) // 2 MiB
	injected := "x\nc9,injected\n"
	for name, text := range map[string]string{
		"plain":       "a,b\nc1,1\nc2," + giant + "\nc3,3\n",
		"quoted":      "a,b\nc1,1\nc2,\"" + giant + injected + "\"\nc3,3\n",
		"stray quote": "a,b\nc1,1\nc2," + giant + "\"\nc3,3\n",
	} {
		_, rows, _, err := readAll(t, strings.NewReader(text))
		if err != nil || len(rows) != 3 || rows[0].fields[0] != "c1" || rows[2].fields[0] != "c3" {
			t.Fatalf("%s: %d rows, %v", name, len(rows), err)
		}
		if rows[1].reason != recordTooLong && name != "stray quote" {
			t.Errorf("%s: %s", name, rows[1].reason)
		}
	}
	// A record of exactly the limit is read.
	edge := "c2," + strings.Repeat("x", limit-4)
	_, rows, _, err := readAll(t, strings.NewReader("a,b\n"+edge+"\nc3,3\n"))
	if err != nil || len(rows) != 2 || rows[0].reason != "" || len(rows[0].fields[1]) != limit-4 {
		t.Fatalf("edge: %v %v", err, rows[0].reason)
	}
	// Memory grows neither with a field nor with how many there are.
	for _, over := range []string{"x", "x,", `"",`, `"x",`} {
		r, err := newCSV(io.MultiReader(strings.NewReader("a,b\n"), io.LimitReader(&endless{text: over}, 32<<20)), ',', "flow", func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if rec, err := r.next(); err != nil || rec.reason != recordTooLong || cap(r.text) > 4*limit || cap(r.ends) > 2*limit {
			t.Fatalf("%s: %v, kept %d bytes of %d fields", over, err, cap(r.text), cap(r.ends))
		}
	}
}

// endless is a text over and over.
type endless struct {
	text string
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = e.text[e.at%len(e.text)]
		e.at++
	}
	return len(b), nil
}

func TestCSVFaults(t *testing.T) {
	for text, code := range map[string]string{
		"":                       "file-empty",
		"\ufeff":                 "file-empty",
		"\n\n":                   "file-empty",
		"\xff\xfea\x00,\x00":     "file-encoding",
		"\xfe\xff\x00a\x00,":     "file-encoding",
		"a,\"b\nc,d":             "quote-unclosed",
		"a,b\n\"c,d\n":           "quote-unclosed",
		"a\x00,b\nc,d\n":         "header-malformed",
		"a,b\"\nc,d\n":           "header-malformed",
		"a,b\nc,\"d\n\"\nc,\"d ": "quote-unclosed",
	} {
		_, _, _, err := readAll(t, strings.NewReader(text))
		wantFault(t, err, code)
	}
	_, rows, _, err := readAll(t, io.MultiReader(strings.NewReader("a,b\nc,d\ne,"), iotest.ErrReader(errors.New("disk"))))
	wantFault(t, err, "file-read")
	if len(rows) != 1 {
		t.Errorf("%d rows before the fault", len(rows))
	}
}

// nil2 gives rapid's T where a testing.TB is wanted only to mark a helper.
func nil2(t *rapid.T) testing.TB { return quiet{} }

type quiet struct{ testing.TB }

func (quiet) Helper() {}
