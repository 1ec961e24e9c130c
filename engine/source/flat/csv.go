package flat

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"leftshift/engine"
)

// csvReader reads RFC 4180 records in bounded memory. encoding/csv does not
// do here: it holds a record of any length, passes over zero bytes and bad
// UTF-8, and on a stray quote loses its place.
type csvReader struct {
	in    *bufio.Reader
	comma byte
	note  func(reason string)
	names []string
	lines int64 // line feeds passed

	rec  record
	text []byte // of the fields, without quotes, one after the other
	ends []int
}

// newCSV reads the header. note counts what is passed over.
func newCSV(in io.Reader, comma byte, flow string, note func(string)) (*csvReader, error) {
	r := &csvReader{in: bufio.NewReaderSize(in, 1<<16), comma: comma, note: note}
	switch start, _ := r.in.Peek(3); {
	case bytes.HasPrefix(start, []byte{0xEF, 0xBB, 0xBF}):
		r.in.Discard(3)
		note(byteOrderMark)
	case bytes.HasPrefix(start, []byte{0xFF, 0xFE}), bytes.HasPrefix(start, []byte{0xFE, 0xFF}):
		return nil, fault("file-encoding", "the file of flow "+flow+" is UTF-16; have it exported as UTF-8")
	}
	head, err := r.next()
	if err != nil {
		return nil, err
	}
	if head == nil {
		return nil, fault("file-empty", "the file of flow "+flow+" is empty: not even a header came; have it sent again")
	}
	if head.reason != "" {
		return nil, fault("header-malformed", "the header of the file of flow "+flow+" cannot be read ("+head.reason+"); have it sent again")
	}
	r.names = make([]string, len(head.fields))
	for i, f := range head.fields {
		r.names[i] = strings.TrimSpace(f)
	}
	r.rec.fields = nil
	return r, nil
}

func (r *csvReader) header() []string { return r.names }
func (r *csvReader) iso(int) bool     { return false }

func (r *csvReader) next() (*record, error) {
	for {
		r.rec = record{position: r.lines + 1, fields: r.rec.fields[:0]}
		chunk, err := r.in.ReadSlice('\n')
		switch {
		case err == nil, errors.Is(err, io.EOF):
			if len(chunk) == 0 {
				return nil, nil
			}
			if bytes.IndexByte(chunk, '"') >= 0 {
				return r.quoted(chunk, err)
			}
			if err == nil {
				r.lines++
			}
			line := bytes.TrimSuffix(chunk, []byte{'\n'})
			if len(line) < len(chunk) {
				line = bytes.TrimSuffix(line, []byte{'\r'})
			}
			if len(line) == 0 {
				r.note(blankLine)
				continue
			}
			r.plain(line)
			return &r.rec, nil
		case errors.Is(err, bufio.ErrBufferFull):
			return r.quoted(chunk, nil)
		default:
			return nil, r.broken(err)
		}
	}
}

// broken is of an error of the stream; a fault of it says more already.
func (r *csvReader) broken(err error) error {
	if own := (*engine.Fault)(nil); errors.As(err, &own) {
		return err
	}
	return &engine.Fault{Code: "file-read", Say: fmt.Sprintf("the file cannot be read beyond line %d; the run stops rather than land part of it", r.lines), Err: err}
}

// plain splits a whole line that has no quotes.
func (r *csvReader) plain(line []byte) {
	switch {
	case bytes.IndexByte(line, 0) >= 0:
		r.rec.reason = nulByte
	case bytes.IndexByte(line, '\r') >= 0:
		r.rec.reason = controlCharacter
	case !utf8.Valid(line):
		r.rec.reason = utf8Invalid
	default:
		text := string(line)
		for {
			i := strings.IndexByte(text, r.comma)
			if i < 0 {
				break
			}
			r.rec.fields = append(r.rec.fields, text[:i])
			text = text[i+1:]
		}
		r.rec.fields = append(r.rec.fields, text)
		r.width()
	}
}

func (r *csvReader) width() {
	if r.names != nil && len(r.rec.fields) != len(r.names) {
		r.rec.reason = rowWidth
	}
}

// quoted reads a record byte by byte: one with quotes, or longer than the
// reader's buffer. Beyond limit bytes it keeps nothing and only looks for the
// end. A stray quote makes the line a bad record and reading goes on at the
// next line.
func (r *csvReader) quoted(chunk []byte, err error) (*record, error) {
	const (
		fieldStart = iota
		inPlain
		inQuotes
		afterQuote  // a quote inside quotes: the end, or half of a pair
		afterReturn // a carriage return outside quotes
		inBadLine
	)
	state, size, reason := fieldStart, 0, ""
	r.text, r.ends = r.text[:0], r.ends[:0]
	keep := func(c byte) {
		if size <= limit {
			r.text = append(r.text, c)
		}
	}
	blame := func(why string) {
		if reason == "" {
			reason = why
		}
	}
	ended := false
	for {
		for _, c := range chunk {
			size++
			if c == 0 {
				blame(nulByte)
			}
			if c == '\n' {
				r.lines++
				if state != inQuotes {
					ended = true
					break
				}
				keep(c)
				continue
			}
			switch state {
			case afterReturn:
				blame(controlCharacter)
				state = inBadLine
			case inBadLine:
			case inQuotes:
				if c == '"' {
					state = afterQuote
				} else {
					keep(c)
				}
			case afterQuote:
				switch c {
				case '"':
					keep(c)
					state = inQuotes
				case r.comma:
					if size <= limit {
						r.ends = append(r.ends, len(r.text))
					}
					state = fieldStart
				case '\r':
					state = afterReturn
				default:
					blame(quoteMalformed)
					state = inBadLine
				}
			default:
				switch {
				case c == '"' && state == fieldStart:
					state = inQuotes
				case c == '"':
					blame(quoteMalformed)
					state = inBadLine
				case c == r.comma:
					if size <= limit {
						r.ends = append(r.ends, len(r.text))
					}
					state = fieldStart
				case c == '\r':
					state = afterReturn
				default:
					keep(c)
					state = inPlain
				}
			}
		}
		if ended || errors.Is(err, io.EOF) {
			break
		}
		chunk, err = r.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, r.broken(err)
		}
	}
	if !ended && state == inQuotes {
		return nil, fault("quote-unclosed", fmt.Sprintf("the file ends inside a quoted field of the record that began on line %d: it was cut short or has a stray quote; have it sent again", r.rec.position))
	}
	if size > limit {
		blame(recordTooLong)
	}
	if reason == "" && !utf8.Valid(r.text) {
		reason = utf8Invalid
	}
	if r.rec.reason = reason; reason != "" {
		return &r.rec, nil
	}
	text, from := string(r.text), 0
	for _, end := range append(r.ends, len(r.text)) {
		r.rec.fields = append(r.rec.fields, text[from:end])
		from = end
	}
	r.width()
	return &r.rec, nil
}
