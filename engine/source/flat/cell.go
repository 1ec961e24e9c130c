package flat

import (
	"reflect"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/schema"
	"leftshift/engine/source"
)

// kind is what a column of a landed table holds.
type kind uint8

const (
	kInt kind = iota // int64
	kSmall
	kText
	kDay
	kNumber
	kCode
)

// target is what a value of the source becomes.
type target struct {
	n int64
	s string
}

// keyPart is literal text, or a column when slot is not negative.
type keyPart struct {
	text string
	slot int
}

// cell is a compiled way to one value.
type cell struct {
	name  string // column of the landed table
	field []int  // of its struct
	kind  kind

	constant   *target
	slots      []int // first that is filled
	current    bool
	ordinal    int
	key        []keyPart
	thisRecord bool

	values     map[string]target
	missing    *target
	otherwise  *target
	refuse     bool
	system     engine.System
	display    int // slot or -1
	normalise  func(string) string
	valid      func(string) bool
	month      bool
	last       bool
	area       bool
	analyte    bool
	unit       int // slot or -1
	lastFields []int
}

// fill sets the cell's field of row. It gives false when the record cannot be
// used, and has said why in e.
func (c *cell) fill(e *extraction, row reflect.Value) bool {
	f := row.FieldByIndex(c.field)
	slot := e.current
	if !c.current {
		slot = -1
		for _, s := range c.slots {
			slot = s
			if e.text[s] != "" {
				break
			}
		}
	}
	switch {
	case c.constant != nil:
		c.put(e, f, *c.constant)
		return true
	case c.ordinal > 0:
		c.put(e, f, target{n: int64(c.ordinal + e.ordinal)})
		return true
	case c.thisRecord:
		f.SetInt(e.rec.Key())
		return true
	case c.key != nil:
		f.SetInt(c.recordKey(e))
		return true
	case c.kind == kNumber:
		return true // a measured value is filled last, by measure
	}
	text := e.text[slot]
	if text == "" {
		if c.missing != nil {
			c.put(e, f, *c.missing)
		}
		return true
	}
	if c.values != nil {
		t, ok := c.values[text]
		switch {
		case ok:
			c.put(e, f, t)
		case c.otherwise != nil:
			c.put(e, f, *c.otherwise)
		case c.refuse:
			return e.blame(valueNotListed, slot)
		default:
			e.b.Note(valueUnmapped)
		}
		return true
	}
	switch c.kind {
	case kDay:
		d := e.day[slot]
		on := d.first
		if c.last {
			on = d.last
		}
		if c.month {
			on = on.Month()
		}
		f.SetInt(int64(on))
		if c.lastFields != nil {
			row.FieldByIndex(c.lastFields).SetInt(int64(d.last))
		}
	case kInt:
		f.SetInt(e.number[slot])
	case kSmall:
		n := e.number[slot]
		if n < 0 || n > 255 {
			return e.blame(numberOutOfRange, slot)
		}
		f.SetUint(uint64(n))
	case kText:
		f.SetString(text)
	case kCode:
		if c.area {
			lsoa, ok := "", false
			if e.opt.AreaOf != nil {
				lsoa, ok = e.opt.AreaOf(text)
			}
			if !ok {
				e.b.Note(postcodeUnknown)
				return true
			}
			text = lsoa
		}
		c.put(e, f, target{s: text})
	}
	return true
}

func (c *cell) put(e *extraction, f reflect.Value, t target) {
	switch c.kind {
	case kText:
		f.SetString(t.s)
	case kSmall:
		f.SetUint(uint64(t.n))
	case kCode:
		text := t.s
		if c.normalise != nil {
			text = c.normalise(text)
			if !c.valid(text) && text != "" {
				e.b.Note(codeMalformed)
			}
		}
		display := ""
		if c.display >= 0 {
			display = e.text[c.display]
		}
		f.SetInt(int64(e.b.Code(c.system, text, display)))
	default:
		f.SetInt(t.n)
	}
}

// recordKey is the key that the parts make, or this record's own when a part
// is empty.
func (c *cell) recordKey(e *extraction) int64 {
	var b strings.Builder
	for _, p := range c.key {
		if p.slot < 0 {
			b.WriteString(p.text)
			continue
		}
		if e.text[p.slot] == "" {
			e.b.Note(keyIncomplete)
			return e.rec.Key()
		}
		b.WriteString(e.text[p.slot])
	}
	return e.b.RecordKey(b.String())
}

// measure fills the value of an event: through the analyte that its code
// names, else in thousandths of the unit given. What cannot be converted is
// counted and the event stays without a value.
func (c *cell) measure(e *extraction, ev *schema.Event) {
	text, unit := e.text[c.slots[0]], ""
	if c.unit >= 0 {
		unit = e.text[c.unit]
	}
	if c.analyte && e.opt.Analytes != nil {
		if a := e.opt.Analytes.Of(ev.Code); a != nil {
			if text == "" {
				e.b.Note(valueAbsent)
				return
			}
			n, why := a.Convert(text, unit)
			if why != "" {
				e.b.Note(why)
				return
			}
			ev.Value = schema.Number{N: n, Known: true}
			return
		}
	}
	if text == "" {
		return
	}
	n, ok := source.Scale(text, 3)
	if !ok {
		e.b.Note("value-not-a-number")
		return
	}
	ev.Value, ev.Unit = schema.Number{N: n, Known: true}, e.b.Code(engine.UCUM, unit, "")
}

// cond is a compiled condition.
type cond struct {
	slot    int
	in, out map[string]bool
	filled  *bool
}

func (c *cond) holds(e *extraction) bool {
	text := e.text[c.slot]
	return (c.filled == nil || *c.filled == (text != "")) && (c.in == nil || c.in[text]) && !c.out[text]
}

func hold(all []cond, e *extraction) bool {
	for i := range all {
		if !all[i].holds(e) {
			return false
		}
	}
	return true
}

func wholeNumber(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && s[0] != '+'
}
