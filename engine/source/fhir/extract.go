package fhir

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"leftshift/engine"
	"leftshift/engine/source"
)

// Extract reads one file and lands its rows in a batch. A record that cannot
// be used is quarantined in the batch and is no error. An error is a Fault:
// the file cannot be read, or its records cannot be counted (an empty or
// truncated file, a broken Bundle, another format), and the batch must not be
// finished.
func Extract(ctx context.Context, r io.Reader, opt Options, b *source.Batch) error {
	opt.fill()
	x := &extractor{ctx: ctx, opt: opt, b: b}
	return x.file(newLines(r, opt.MaxLine))
}

// extractor is the work on one file.
type extractor struct {
	ctx context.Context
	opt Options
	b   *source.Batch
	doc document

	index *index // of the Bundle, nil outside one
	scope string // put before ids when they mean something only in the Bundle
	units int64

	record
}

func (x *extractor) file(l *lines) error {
	head := l.peek(4)
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		l.from += 3
		x.b.Note("bom")
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return fault("format-utf16")
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}), bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return fault("format-compressed")
	}
	number, long, err := l.look()
	if err != nil {
		return readFault(err)
	}
	first := l.line
	switch {
	case len(first) == 0 && !long:
		if x.opt.AllowEmpty {
			return nil
		}
		return fault("file-empty")
	case first[0] == '<':
		return fault("format-xml")
	case first[0] == '[':
		return fault("format-array")
	}
	bad := x.doc.parse(first, x.opt.MaxDepth)
	if bad == nil && !long {
		return x.ndjson(l, number)
	}
	oneText, bundle := false, x.isBundle() // first is a view: look before reading on
	switch {
	case long:
		// Only a Bundle may be longer than a line.
		oneText = bundle
	case bad.code != "json-truncated":
	case bad.end == wantsValue:
		oneText = true
	default:
		next := l.after()
		oneText = next == 0 || bad.end != midToken && next != '{'
	}
	if !oneText && !(bundle && l.after() == 0) {
		return x.ndjson(l, number)
	}
	return x.text(l)
}

// isBundle says whether what was parsed, perhaps in part, is a Bundle.
func (x *extractor) isBundle() bool {
	x.doc.trouble = flaw{}
	root := x.doc.root()
	if len(x.doc.nodes) < 2 || root.kind() != object {
		return false
	}
	t := root.Text("resourceType")
	return t == "Bundle" || t == "" && root.Get("entry").Is()
}

// text takes all that is left as one JSON text: a Bundle or one resource.
func (x *extractor) text(l *lines) error {
	all, over, err := l.rest(x.opt.MaxBundle)
	if err != nil {
		return readFault(err)
	}
	if over {
		return fault("bundle-too-large")
	}
	if bad := x.doc.parse(all, x.opt.MaxDepth); bad != nil {
		if bad.code == "json-trailing" {
			return fault("document-trailing")
		}
		known := len(x.doc.nodes) > 1 && x.doc.root().kind() == object && x.doc.root().Get("resourceType").kind() == text
		if known && !x.isBundle() {
			return x.quarantine(1, bad.code, "")
		}
		if bad.code == "json-truncated" {
			return fault("bundle-truncated")
		}
		return fault("bundle-malformed")
	}
	root := x.doc.root()
	if root.Text("resourceType") == "Bundle" {
		return x.bundle(root, 0)
	}
	return x.line(1)
}

// ndjson takes one resource a line.
func (x *extractor) ndjson(l *lines, number int64) error {
	for ; ; number++ {
		if number&1023 == 0 && x.ctx.Err() != nil {
			return x.ctx.Err()
		}
		line, long, ok, err := l.next()
		if err != nil {
			return readFault(err)
		}
		if !ok {
			return x.ctx.Err()
		}
		if long {
			if err := x.quarantine(number, "line-too-long", ""); err != nil {
				return err
			}
			continue
		}
		if line = bytes.Trim(line, " \t\r"); len(line) == 0 {
			continue
		}
		if bad := x.doc.parse(line, x.opt.MaxDepth); bad != nil {
			code := bad.code
			if len(x.doc.soft) > 0 {
				code = x.doc.soft[0].code
			}
			if err := x.quarantine(number, code, ""); err != nil {
				return err
			}
			continue
		}
		if root := x.doc.root(); root.kind() == object && root.Text("resourceType") == "Bundle" {
			// Entries are numbered when the Bundle is the whole file; else
			// they go by their line.
			line = bytes.Clone(line)
			x.doc.parse(line, x.opt.MaxDepth)
			at := number
			if x.units == 0 && l.after() == 0 {
				at = 0
			} else if len(x.doc.soft) > 0 {
				if err := x.quarantine(number, x.doc.soft[0].code, ""); err != nil {
					return err
				}
				continue
			}
			if err := x.bundle(x.doc.root(), at); err != nil {
				return err
			}
			continue
		}
		if err := x.line(number); err != nil {
			return err
		}
	}
}

// line lands the document as one record.
func (x *extractor) line(number int64) error {
	if len(x.doc.soft) > 0 {
		return x.quarantine(number, x.doc.soft[0].code, "")
	}
	return x.resource(x.doc.root(), number, "")
}

func (x *extractor) quarantine(position int64, code, field string) error {
	x.units++
	x.typed("")
	return x.b.Quarantine(position, code, field)
}

func (x *extractor) typed(resourceType string) {
	if x.opt.Types != nil {
		if _, ok := x.opt.Types[resourceType]; !ok {
			resourceType = strings.Clone(resourceType)
		}
		x.opt.Types[resourceType]++
	}
}

func fault(code string) error { return &engine.Fault{Code: code, Say: say(code)} }

// readFault is of an error of the stream; a fault of it says more already.
func readFault(err error) error {
	if own := (*engine.Fault)(nil); errors.As(err, &own) {
		return err
	}
	return &engine.Fault{Code: "read-failed", Say: say("read-failed"), Err: err}
}
