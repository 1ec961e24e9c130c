//go:build duckdb_arrow

package landedout

import (
	"encoding/binary"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/schema"
	"leftshift/engine/source"
	"leftshift/engine/synth/world"
)

// may masks: the tables in which a kind of record can have rows.
const (
	mayEvent    = 1 << schema.TableEvent
	mayEpisode  = 1<<schema.TableEvent | 1<<schema.TableEpisode
	mayDocument = 1 << schema.TableDocument
	mayPatient  = 1<<schema.TableLink | 1<<schema.TablePerson | 1<<schema.TableRegistration | 1<<schema.TableResidence
)

// day is a day of the world as a day of the record: Never has not happened.
func day(d world.Day) engine.Day {
	if d == world.Never {
		return engine.NoDay
	}
	return engine.Day(d)
}

// event begins a fact of a kind on a day.
func event(kind engine.EventKind, on world.Day, code engine.Code) *schema.Event {
	e := schema.NewEvent(kind)
	e.Day, e.LastDay, e.Code = engine.Day(on), engine.Day(on), code
	return &e
}

// versionOf is what a version of a record is told by: the numbers that can
// differ between two versions.
func (p *place) versionOf(numbers ...int64) []byte {
	p.content = p.content[:0]
	for _, n := range numbers {
		p.content = binary.BigEndian.AppendUint64(p.content, uint64(n))
	}
	return p.content
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// onset sets the days of a problem, which a partial date leaves open.
func (p *place) onset(e *schema.Event, pr *world.Problem) {
	p.text = p.w.AppendOnset(p.text[:0], pr)
	e.Day, e.LastDay, _ = engine.ParsePartial(string(p.text))
}

// area is the small area of a postcode.
func (p *place) area(b *source.Batch, postcode int) engine.Code {
	g := p.w.Geography
	return b.Code(engine.ONS, g.Areas[g.AreaOfPostcode(postcode)].Code, "")
}

func (p *place) postcode(i int) string { return string(p.w.Geography.AppendPostcode(nil, i)) }

// practice is the code of a practice.
func (p *place) practice(b *source.Batch, i int) engine.Code {
	return b.Code(engine.ODS, p.w.Geography.Practices[i].Code, "")
}

// reading is a value as it stands in a record; measured what it means.
type reading struct {
	code             engine.Code
	number, decimals int
	unit             string
}

type measured struct {
	n      int64
	reason string // why there is no value
}

// analyte is the measured quantity that a code names, or nil.
func (p *place) analyte(code engine.Code) *analyte.Analyte {
	if p.to.Analytes == nil {
		return nil
	}
	return p.to.Analytes.Of(code)
}

// convert is Analyte.Convert, remembered: the same readings come again and
// again, and conversion is exact and slow.
func (p *place) convert(a *analyte.Analyte, code engine.Code, v *world.Value, unit string) (int64, string) {
	key := reading{code, v.Number, v.Decimals, unit}
	m, ok := p.values[key]
	if !ok {
		p.text = v.AppendNumber(p.text[:0])
		m.n, m.reason = a.Convert(string(p.text), unit)
		if len(p.values) < 1<<18 {
			p.values[key] = m
		}
	}
	return m.n, m.reason
}

// thousandths is the value of what is no known analyte.
func (p *place) thousandths(v *world.Value) schema.Number {
	p.text = v.AppendNumber(p.text[:0])
	n, ok := source.Scale(string(p.text), 3)
	return schema.Number{N: n, Known: ok}
}
