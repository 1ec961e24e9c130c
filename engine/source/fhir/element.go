package fhir

import (
	"strings"
	"unsafe"
)

// kind is the form of an element.
type kind uint8

const (
	absent kind = iota
	null
	object
	list
	text
	number
	yes // true
	no  // false
)

// node is one value of a document. Nodes stand in document order: the first
// child of node i is i+1, and next leads to the sibling.
type node struct {
	name, nameLen uint32 // in src, or in side when sideName
	off, size     uint32 // the value in src: a string without its quotes
	next          int32  // next sibling; 0 for none
	kind          kind
	flags         uint8
}

const (
	escaped  = 1 << iota // the string has escapes
	sideName             // the name had escapes: it is in side
	inList               // an item of a list
	hasChild             // an object or list that is not empty
)

// document is one parsed text. The mapping sees it only through Element, so
// that a reader of another syntax has but to fill it.
type document struct {
	src   []byte
	side  []byte // names that had escapes, decoded
	nodes []node // nodes[0] is no element, nodes[1] the root

	soft    []flaw // flaws that leave the shape of the document clear
	trouble flaw   // first thing that the mapping could not use

	stack []open // the parser's own
}

// flaw is a coded reason at a place: an offset in the source while parsing,
// an element's name while mapping.
type flaw struct {
	code  string
	field string
	at    int
}

// Element is one value of a document, or nothing (the zero Element). Reading
// what is absent gives nothing; reading a value of the wrong form gives
// nothing and notes "type-wrong" on the document, for the record to be
// quarantined.
type Element struct {
	d *document
	i int32
}

func (d *document) root() Element { return Element{d, 1} }

// blame keeps the first reason for which the record cannot be used.
func (d *document) blame(code, field string) {
	if d.trouble.code == "" {
		d.trouble = flaw{code: code, field: field}
	}
}

func (d *document) nameOf(n *node) string {
	if n.nameLen == 0 {
		return ""
	}
	if n.flags&sideName != 0 {
		return view(d.side[n.name : n.name+n.nameLen])
	}
	return view(d.src[n.name : n.name+n.nameLen])
}

// view is a string over bytes that do not change while it lives.
func view(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}

func (e Element) node() *node { return &e.d.nodes[e.i] }

func (e Element) kind() kind {
	if e.i == 0 {
		return absent
	}
	return e.node().kind
}

// Is says whether there is an element, and it is not null.
func (e Element) Is() bool { return e.kind() > null }

// Raw is the element's text in the source.
func (e Element) Raw() []byte {
	if e.i == 0 {
		return nil
	}
	n := e.node()
	return e.d.src[n.off : n.off+n.size]
}

// single unwraps a list of one, where a single element is due.
func (e Element) single() Element {
	if e.kind() != list {
		return e
	}
	first := e.First()
	if first.Next().Is() {
		e.wrong()
		return Element{}
	}
	return first
}

// wrong notes that the element has the wrong form. An item of a list goes by
// the name of the list. The name is one that the mapping asked for.
func (e Element) wrong() {
	self := e.node()
	n := self
	for i := e.i; i > 1 && n.nameLen == 0; {
		i--
		if c := &e.d.nodes[i]; c.kind == list && c.off <= self.off && self.off+self.size <= c.off+c.size {
			n = c
		}
	}
	e.d.blame("type-wrong", strings.Clone(e.d.nameOf(n)))
}

// Get gives the member of an object.
func (e Element) Get(name string) Element {
	if e.i == 0 {
		return e
	}
	switch e.kind() {
	case object:
	case list:
		if e = e.single(); e.kind() != object {
			if e.Is() {
				e.wrong()
			}
			return Element{}
		}
	case null:
		return Element{}
	default:
		e.wrong()
		return Element{}
	}
	n := e.node()
	if n.flags&hasChild == 0 {
		return Element{}
	}
	for i := e.i + 1; i != 0; {
		c := &e.d.nodes[i]
		if int(c.nameLen) == len(name) && e.d.nameOf(c) == name {
			if c.kind == null {
				return Element{}
			}
			return Element{e.d, i}
		}
		i = c.next
	}
	return Element{}
}

// First begins a walk over the items of a list; an element that is no list is
// its own only item. Go on with Next until Is is false.
func (e Element) First() Element {
	if e.kind() != list {
		return e
	}
	if e.node().flags&hasChild == 0 {
		return Element{}
	}
	c := Element{e.d, e.i + 1}
	if c.kind() == null {
		return c.Next()
	}
	return c
}

// Next gives the item after e, passing over nulls.
func (e Element) Next() Element {
	for e.i != 0 && e.node().flags&inList != 0 {
		if e.i = e.node().next; e.i == 0 {
			break
		}
		if e.kind() != null {
			return e
		}
	}
	return Element{}
}

// Text gives the string of a member, "" when there is none.
func (e Element) Text(name string) string { return e.Get(name).Word() }

// Word gives the element's own string, "" when there is none. It may be a
// view of the source: whoever keeps it clones it.
func (e Element) Word() string {
	if e.i == 0 {
		return ""
	}
	e = e.single()
	switch e.kind() {
	case text:
		n := e.node()
		raw := e.d.src[n.off : n.off+n.size]
		if n.flags&escaped != 0 {
			return string(unescape(nil, raw))
		}
		return view(raw)
	case absent, null:
		return ""
	}
	e.wrong()
	return ""
}

// Number gives the digits of a number exactly as written; false when there is
// none.
func (e Element) Number() (string, bool) {
	switch e.kind() {
	case number:
		return view(e.Raw()), true
	case absent, null:
		return "", false
	}
	e.wrong()
	return "", false
}

// Bool gives a truth value; known is false when there is none.
func (e Element) Bool() (value, known bool) {
	switch e.kind() {
	case yes:
		return true, true
	case no:
		return false, true
	case absent, null:
		return false, false
	}
	e.wrong()
	return false, false
}
