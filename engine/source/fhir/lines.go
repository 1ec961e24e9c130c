package fhir

import (
	"bytes"
	"io"
)

// lines cuts a stream into lines in bounded memory. A line longer than max is
// passed over to its end and reported as too long.
type lines struct {
	r    io.Reader
	max  int
	buf  []byte
	from int   // start of what is not yet given
	to   int   // end of what is read
	err  error // of the last read; io.EOF at the end

	line []byte // what look found
}

const chunk = 1 << 20

func newLines(r io.Reader, max int) *lines {
	return &lines{r: r, max: max, buf: make([]byte, min(chunk, max+2))}
}

// fill reads more behind what is held; false at the end of the stream.
func (l *lines) fill() bool {
	if l.err != nil {
		return false
	}
	if l.to == len(l.buf) {
		if l.from > 0 {
			copy(l.buf, l.buf[l.from:l.to])
			l.from, l.to = 0, l.to-l.from
		} else {
			grown := make([]byte, min(2*len(l.buf), max(l.max+2, len(l.buf)+1)))
			copy(grown, l.buf[:l.to])
			l.buf = grown
		}
	}
	for tries := 0; tries < 100; tries++ {
		n, err := l.r.Read(l.buf[l.to:])
		l.to += n
		l.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	l.err = io.ErrNoProgress
	return false
}

// next gives a line without its line end. ok is false at the end; then err
// is nil or the reading error. A line is a view until the next call.
func (l *lines) next() (line []byte, tooLong, ok bool, err error) {
	scanned := 0
	l.line = nil
	for {
		if i := bytes.IndexByte(l.buf[l.from+scanned:l.to], '\n'); i >= 0 {
			line = l.buf[l.from : l.from+scanned+i]
			l.from += scanned + i + 1
			return l.trim(line), len(line) > l.max, true, nil
		}
		scanned = l.to - l.from
		if scanned > l.max {
			if err := l.skip(); err != nil {
				return nil, true, false, err
			}
			return nil, true, true, nil
		}
		if !l.fill() {
			if l.err != io.EOF {
				return nil, false, false, l.err
			}
			if l.from == l.to {
				return nil, false, false, nil
			}
			line = l.buf[l.from:l.to]
			l.from = l.to
			return l.trim(line), len(line) > l.max, true, nil
		}
	}
}

func (l *lines) trim(line []byte) []byte { return bytes.TrimRight(line, "\r") }

// skip passes over the rest of a line.
func (l *lines) skip() error {
	for {
		if i := bytes.IndexByte(l.buf[l.from:l.to], '\n'); i >= 0 {
			l.from += i + 1
			return nil
		}
		l.from, l.to = 0, 0
		if !l.fill() {
			if l.err != io.EOF {
				return l.err
			}
			return nil
		}
	}
}

// peek gives up to n bytes of what comes next, without taking them.
func (l *lines) peek(n int) []byte {
	for l.to-l.from < n && l.fill() {
	}
	return l.buf[l.from:min(l.to, l.from+n)]
}

// look passes over blank lines and shows the first line that is not blank,
// in line, without taking it: number is its number from 1. long is true when
// it goes on beyond max; line then holds its beginning.
func (l *lines) look() (number int64, long bool, err error) {
	number = 1
	for {
		held := l.buf[l.from:l.to]
		i := bytes.IndexByte(held, '\n')
		switch {
		case i >= 0:
			if line := bytes.Trim(held[:i], " \t\r"); len(line) > 0 {
				l.line = line
				return number, i > l.max, nil
			}
			l.from += i + 1
			number++
			continue
		case len(held) > l.max:
			l.line = bytes.TrimLeft(held, " \t\r")
			return number, true, nil
		case l.fill():
			continue
		case l.err != io.EOF:
			return number, false, l.err
		}
		l.line = bytes.Trim(l.buf[l.from:l.to], " \t\r")
		return number, false, nil
	}
}

// after gives the first byte of the next line that is not blank, after the
// line that look found (or, once that is taken, of what is left); 0 when
// there is none.
func (l *lines) after() byte {
	at := l.from
	if l.line != nil {
		for {
			if i := bytes.IndexByte(l.buf[at:l.to], '\n'); i >= 0 {
				at += i + 1
				break
			}
			if !l.more(&at) {
				return 0
			}
		}
	}
	for {
		for ; at < l.to; at++ {
			if c := l.buf[at]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
				return c
			}
		}
		if !l.more(&at) {
			return 0
		}
	}
}

// more fills, keeping at in its place; false at the end, and when as much is
// held as may be.
func (l *lines) more(at *int) bool {
	from := l.from
	if l.to-l.from > l.max {
		return false
	}
	ok := l.fill()
	*at -= from - l.from
	return ok
}

// rest takes everything that is left, up to limit bytes; over is true when
// there is more.
func (l *lines) rest(limit int) (all []byte, over bool, err error) {
	all = append(all, l.buf[l.from:l.to]...)
	l.from, l.to = 0, 0
	for len(all) <= limit && l.fill() {
		all = append(all, l.buf[:l.to]...)
		l.from, l.to = 0, 0
	}
	if l.err != nil && l.err != io.EOF {
		return nil, false, l.err
	}
	return all, len(all) > limit, nil
}
