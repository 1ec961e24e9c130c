package fhir

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// The JSON reader: one pass that parses and checks at once (RFC 8259 and no
// more). A syntax error ends it. What leaves the shape of the document clear
// (a duplicate name, bad UTF-8, a NUL, "01", too deep) is kept as a soft flaw
// with its place, so that one bad entry does not cost a whole Bundle.

// ending says where the text broke off, when it did.
type ending uint8

const (
	whole      ending = iota
	wantsValue        // a value may follow: after "[", ":" or a comma in a list
	wantsName         // a name or a closing brace may follow
	wantsMore         // a comma or a closing brace may follow
	midToken          // inside a string, number or literal
)

// open is one container being parsed.
type open struct {
	at    int32 // its node; -1 when too deep to keep
	last  int32 // its last child
	count int32
	kind  kind
	bloom uint64 // of its names
	names map[string]struct{}
}

// hard is a syntax error.
type hard struct {
	code string // json-truncated, json-syntax, json-trailing, json-depth, json-dense
	at   int
	end  ending
}

func (d *document) reset(src []byte) {
	d.src, d.side = src, d.side[:0]
	d.nodes = append(d.nodes[:0], node{})
	d.soft, d.trouble = d.soft[:0], flaw{}
	d.stack = d.stack[:0]
}

func (d *document) flaw(code string, at int) {
	if len(d.soft) < 1<<12 {
		d.soft = append(d.soft, flaw{code: code, at: at})
	}
}

func skipSpace(src []byte, i int) int {
	for i < len(src) && (src[i] == ' ' || src[i] == '\n' || src[i] == '\r' || src[i] == '\t') {
		i++
	}
	return i
}

// mostValues is how many values a text may hold: one in eight bytes beyond the
// first million. FHIR names its values, and so comes nowhere near; "[1,1,1" would
// take twelve times its length in memory.
func mostValues(text []byte) int { return 1<<20 + len(text)/8 }

// parse fills the document from one JSON text. maxDepth is the deepest
// nesting kept; deeper is a soft flaw. More than mostValues is a hard one.
func (d *document) parse(src []byte, maxDepth int) *hard {
	d.reset(src)
	if !utf8.Valid(src) {
		for i := 0; i < len(src); {
			r, n := utf8.DecodeRune(src[i:])
			if r == utf8.RuneError && n == 1 {
				d.flaw("utf8-invalid", i)
			}
			i += n
		}
	}
	var (
		name, nameLen uint32
		flags         uint8
		i             = skipSpace(src, 0)
		most          = mostValues(src)
		cut           = func(e ending) *hard { return &hard{"json-truncated", len(src), e} }
	)
value:
	if i = skipSpace(src, i); i >= len(src) {
		return cut(wantsValue)
	}
	if len(d.nodes) > most {
		return &hard{"json-dense", i, whole}
	}
	switch c := src[i]; {
	case c == '"':
		end, fl, bad := d.str(i + 1)
		if bad != nil {
			return bad
		}
		d.add(node{name: name, nameLen: nameLen, off: uint32(i + 1), size: uint32(end - i - 1), kind: text, flags: flags | fl})
		i = end + 1
	case c == '{' || c == '[':
		k := object
		if c == '[' {
			k = list
		}
		at := int32(-1)
		if len(d.stack) < maxDepth {
			at = d.add(node{name: name, nameLen: nameLen, off: uint32(i), kind: k, flags: flags})
		} else if len(d.stack) == maxDepth {
			d.flaw("json-depth", i)
		} else if len(d.stack) == 100000 {
			return &hard{"json-depth", i, whole}
		}
		d.stack = append(d.stack, open{at: at, kind: k})
		i = skipSpace(src, i+1)
		if i >= len(src) {
			if k == list {
				return cut(wantsValue)
			}
			return cut(wantsName)
		}
		if src[i] == c+2 { // } or ]
			i++
			d.close(i)
			break
		}
		if k == list {
			name, nameLen, flags = 0, 0, inList
			goto value
		}
		goto key
	case c == '-' || c >= '0' && c <= '9':
		end := i + 1
		for end < len(src) && numeric[src[end]] {
			end++
		}
		if !strictNumber(src[i:end]) {
			if end == len(src) {
				return cut(midToken)
			}
			d.flaw("json-number", i)
		}
		d.add(node{name: name, nameLen: nameLen, off: uint32(i), size: uint32(end - i), kind: number, flags: flags})
		i = end
	case c == 't', c == 'f', c == 'n':
		word, k := "true", yes
		if c == 'f' {
			word, k = "false", no
		} else if c == 'n' {
			word, k = "null", null
		}
		n := min(len(word), len(src)-i)
		if string(src[i:i+n]) != word[:n] {
			return &hard{"json-syntax", i, whole}
		}
		if n < len(word) {
			return cut(midToken)
		}
		d.add(node{name: name, nameLen: nameLen, off: uint32(i), size: uint32(n), kind: k, flags: flags})
		i += n
	default:
		return &hard{"json-syntax", i, whole}
	}
after:
	if i = skipSpace(src, i); len(d.stack) == 0 {
		if i < len(src) {
			return &hard{"json-trailing", i, whole}
		}
		return nil
	}
	if i >= len(src) {
		return cut(wantsMore)
	}
	{
		top := &d.stack[len(d.stack)-1]
		switch c := src[i]; {
		case c == ',' && top.kind == list:
			i++
			name, nameLen, flags = 0, 0, inList
			goto value
		case c == ',':
			if i = skipSpace(src, i+1); i >= len(src) {
				return cut(wantsName)
			}
			goto key
		case c == '}' && top.kind == object, c == ']' && top.kind == list:
			i++
			d.close(i)
			goto after
		}
		return &hard{"json-syntax", i, whole}
	}
key:
	if src[i] != '"' {
		return &hard{"json-syntax", i, whole}
	}
	{
		end, fl, bad := d.str(i + 1)
		if bad != nil {
			return bad
		}
		name, nameLen, flags = uint32(i+1), uint32(end-i-1), 0
		if fl&escaped != 0 {
			at := len(d.side)
			d.side = unescape(d.side, src[i+1:end])
			name, nameLen, flags = uint32(at), uint32(len(d.side)-at), sideName
		}
		d.unique(name, nameLen, flags, i)
		if i = skipSpace(src, end+1); i >= len(src) {
			return cut(midToken)
		}
		if src[i] != ':' {
			return &hard{"json-syntax", i, whole}
		}
		i++
		goto value
	}
}

// add appends a node and links it to its sibling; its index, or -1 when its
// container is too deep to be kept.
func (d *document) add(n node) int32 {
	at := int32(len(d.nodes))
	if len(d.stack) > 0 {
		top := &d.stack[len(d.stack)-1]
		if top.at < 0 {
			return -1
		}
		if top.last != 0 {
			d.nodes[top.last].next = at
		} else {
			d.nodes[top.at].flags |= hasChild
		}
		top.last = at
	}
	d.nodes = append(d.nodes, n)
	return at
}

// close ends the innermost container; end is just past its bracket.
func (d *document) close(end int) {
	top := &d.stack[len(d.stack)-1]
	if top.at >= 0 {
		n := &d.nodes[top.at]
		n.size = uint32(end) - n.off
	}
	top.names = nil
	d.stack = d.stack[:len(d.stack)-1]
}

// unique flags a name that its object already has. A small filter passes most
// names; an object of many names gets a set, so that none costs a square.
func (d *document) unique(name, nameLen uint32, flags uint8, at int) {
	top := &d.stack[len(d.stack)-1]
	if top.at < 0 {
		return
	}
	n := node{name: name, nameLen: nameLen, flags: flags}
	s := d.nameOf(&n)
	top.count++
	if top.names != nil {
		if _, twice := top.names[s]; twice {
			d.flaw("json-duplicate-name", at)
		}
		top.names[string(s)] = struct{}{}
		return
	}
	var bit uint64 = 1
	if len(s) > 0 {
		bit = 1 << ((uint(s[0])*7 + uint(s[len(s)-1])*5 + uint(s[len(s)/2])*3 + uint(len(s))) & 63)
	}
	seen := top.bloom&bit != 0
	top.bloom |= bit
	if !seen && top.count < 64 {
		return
	}
	if top.count == 64 {
		top.names = map[string]struct{}{string(s): {}}
	}
	if top.last == 0 {
		return
	}
	for j := top.at + 1; j != 0; j = d.nodes[j].next {
		other := d.nameOf(&d.nodes[j])
		if other == s {
			d.flaw("json-duplicate-name", at)
		}
		if top.names != nil {
			top.names[string(other)] = struct{}{}
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// str scans a string from just past its opening quote; end is its closing
// quote. Eight bytes at a time: the lowest marked byte is a quote, a
// backslash or a control character.
func (d *document) str(i int) (end int, flags uint8, bad *hard) {
	src := d.src
	for {
		for i+8 <= len(src) {
			x := binary.LittleEndian.Uint64(src[i:])
			q := x ^ 0x2222222222222222
			b := x ^ 0x5c5c5c5c5c5c5c5c
			m := ((q-ones)&^q | (b-ones)&^b | (x-0x2020202020202020)&^x) & highs
			if m != 0 {
				i += bits.TrailingZeros64(m) >> 3
				break
			}
			i += 8
		}
		if i >= len(src) {
			return 0, 0, &hard{"json-truncated", len(src), midToken}
		}
		switch c := src[i]; {
		case c == '"':
			return i, flags, nil
		case c == '\\':
			flags |= escaped
			n := d.escape(i)
			if n == 0 {
				if i+12 > len(src) {
					return 0, 0, &hard{"json-truncated", len(src), midToken}
				}
				return 0, 0, &hard{"json-syntax", i, whole}
			}
			i += n
		case c == 0:
			d.flaw("nul", i)
			i++
		case c < 0x20:
			d.flaw("json-control", i)
			i++
		default:
			i++
		}
	}
}

// escape gives the length of the escape at i, 0 when it is none. A NUL or
// half a surrogate pair is a soft flaw.
func (d *document) escape(i int) int {
	src := d.src
	if i+1 >= len(src) {
		return 0
	}
	switch src[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		r, ok := hex4(src, i+2)
		if !ok {
			return 0
		}
		switch {
		case r == 0:
			d.flaw("nul", i)
		case r >= 0xd800 && r < 0xdc00:
			if i+7 < len(src) && src[i+6] == '\\' && src[i+7] == 'u' {
				if low, ok := hex4(src, i+8); ok && low >= 0xdc00 && low < 0xe000 {
					return 12
				}
			}
			d.flaw("utf8-invalid", i)
		case r >= 0xdc00 && r < 0xe000:
			d.flaw("utf8-invalid", i)
		}
		return 6
	}
	return 0
}

func hex4(src []byte, i int) (r rune, ok bool) {
	if i+4 > len(src) {
		return 0, false
	}
	for _, c := range src[i : i+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// unescape appends the decoded string; src is known to be well formed.
func unescape(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		if src[i] != '\\' {
			dst = append(dst, src[i])
			i++
			continue
		}
		switch c := src[i+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(src, i+2)
			i += 6
			if r >= 0xd800 && r < 0xdc00 && i+6 <= len(src) && src[i] == '\\' && src[i+1] == 'u' {
				if low, ok := hex4(src, i+2); ok && low >= 0xdc00 && low < 0xe000 {
					r = 0x10000 + (r-0xd800)<<10 + (low - 0xdc00)
					i += 6
				}
			}
			dst = utf8.AppendRune(dst, r) // half a pair becomes U+FFFD
			continue
		default:
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}

var numeric = func() (t [256]bool) {
	for _, c := range "0123456789+-.eE" {
		t[c] = true
	}
	return
}()

// strictNumber says whether s is a JSON number: no leading zero, no bare
// point, no plus.
func strictNumber(s []byte) bool {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if !digits() {
		return false
	}
	if i < len(s) && s[i] == '.' {
		if i++; !digits() {
			return false
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(s)
}
