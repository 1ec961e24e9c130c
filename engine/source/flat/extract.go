package flat

import (
	"context"
	"encoding/binary"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/zeebo/xxh3"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/source"
)

// Options of Extract. The zero value lands everything that needs no table.
type Options struct {
	// Analytes convert measured values. Nil: every value is kept in
	// thousandths of the unit given.
	Analytes *analyte.Table
	// AreaOf gives the LSOA code of a postcode (LoadPostcodes). Nil: no areas.
	AreaOf func(postcode string) (lsoa string, ok bool)
	// Stamp is the source's time of the file itself, microseconds since 1970
	// UTC, by which its records supersede those of earlier files that became
	// known on the same day; 0 when the source gives none. It stands where a
	// record has no recording date.
	Stamp int64
}

// Extract lands one file. format is "csv" or "parquet"; a Parquet file must
// be seekable. Every record gets exactly one disposition from the batch:
// held, reference or quarantined by position and one of Reasons.
//
// What makes the whole file unsure is a Fault and stops it: file-empty,
// file-encoding, file-read, file-format, header-malformed, header-duplicate,
// column-missing, column-type, quote-unclosed, parquet-unreadable,
// parquet-codec, parquet-needs-file. So does a cancelled context, or the
// batch's own error.
func Extract(ctx context.Context, r io.Reader, format string, m *Map, opt Options, b *source.Batch) error {
	var in records
	var err error
	switch format {
	case "csv":
		in, err = newCSV(r, m.comma, b.Flow, b.Note)
	case "parquet":
		in, err = newParquet(r, b.Flow, func(name string) bool { return m.slotOf(name) >= 0 })
	default:
		err = fault("file-format", "flow "+b.Flow+" says format "+format+"; it is csv or parquet")
	}
	if err != nil {
		return err
	}
	e := &extraction{m: m, opt: &opt, b: b}
	if err := e.bind(in); err != nil {
		return err
	}
	for n := 0; ; n++ {
		if n&1023 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		rec, err := in.next()
		if err != nil {
			return err
		}
		if rec == nil {
			if n == 0 {
				b.Note(headerOnly)
			}
			return nil
		}
		if err := e.one(rec); err != nil {
			return err
		}
	}
}

func (m *Map) slotOf(name string) int {
	for i := range m.columns {
		if m.columns[i].name == name {
			return i
		}
	}
	return -1
}

// extraction is one file under way. Slots are the map's declared columns.
type extraction struct {
	m   *Map
	opt *Options
	b   *source.Batch

	from   []int // field of the file by slot; -1 absent
	format []format
	seen   map[uint64]uint32 // times a record id (its hash) came, where file order counts; some 20 bytes an id

	text    []string
	day     []span
	number  []int64
	content []byte

	rec     *source.Record
	current int // slot of the column of each
	ordinal int // its index in each
	reason  string
	field   string
}

// bind finds the declared columns in the file.
func (e *extraction) bind(in records) error {
	n := len(e.m.columns)
	e.from, e.format = make([]int, n), make([]format, n)
	e.text, e.day, e.number = make([]string, n), make([]span, n), make([]int64, n)
	if e.m.inOrder {
		e.seen = map[uint64]uint32{}
	}
	at := map[string]int{}
	for i, name := range in.header() {
		if _, twice := at[name]; twice && name != "" {
			return fault("header-duplicate", "the file of flow "+e.b.Flow+" has two columns "+name+"; which one counts cannot be known, so have it sent with one")
		}
		at[name] = i
		if e.m.slotOf(name) < 0 {
			e.b.Note(columnNotDeclared)
		}
	}
	var missing []string
	for s := range e.m.columns {
		c := &e.m.columns[s]
		i, ok := at[c.name]
		if !ok {
			i = -1
			if !c.optional {
				missing = append(missing, c.name)
			}
		}
		e.from[s], e.format[s] = i, c.format
		if ok && in.iso(i) {
			e.format[s] = isoDate
		}
	}
	if len(missing) > 0 {
		return fault("column-missing", "the file of flow "+e.b.Flow+" lacks the column "+strings.Join(missing, ", ")+"; have it sent whole, or correct the map "+e.m.Name)
	}
	return nil
}

// blame says why the record cannot be used. It gives false.
func (e *extraction) blame(reason string, slot int) bool {
	e.reason, e.field = reason, ""
	if slot >= 0 {
		e.field = e.m.columns[slot].name
	}
	return false
}

// one lands one record.
func (e *extraction) one(rec *record) error {
	if rec.reason != "" {
		return e.b.Quarantine(rec.position, rec.reason, "")
	}
	if !e.read(rec) {
		return e.b.Quarantine(rec.position, e.reason, e.field)
	}
	subject, number, ok := e.subject()
	if !ok {
		return e.b.Quarantine(rec.position, e.reason, e.field)
	}
	id, ok := e.id()
	if !ok {
		return e.b.Quarantine(rec.position, e.reason, e.field)
	}
	recorded, happened := engine.NoDay, engine.NoDay
	stamp := e.opt.Stamp
	if e.m.recorded >= 0 {
		if recorded = e.day[e.m.recorded].last; recorded != engine.NoDay {
			stamp = int64(recorded) * 86_400_000_000
		}
	}
	for _, s := range e.m.happened {
		if happened = e.day[s].last; happened != engine.NoDay {
			break
		}
	}
	if len(e.m.inHand) > 0 && hold(e.m.inHand, e) {
		happened = e.b.InHand(happened)
	}
	if e.seen != nil {
		h := xxh3.HashString(id)
		n := e.seen[h]
		e.seen[h] = n + 1
		if n > 0 {
			e.b.Note(laterInFile)
			stamp += int64(n)
		}
	}
	e.rec = e.b.Open(rec.position, subject, id, e.content, stamp, recorded, happened)
	if len(e.m.retract) > 0 && hold(e.m.retract, e) {
		e.b.Note(retracted)
		return e.rec.Close(e.m.may)
	}
	var person engine.Person
	if e.m.identity != nil {
		key, _ := e.b.Keys.Key(identity.NHSNamespace, number)
		person = engine.Person(key)
		if e.m.local >= 0 {
			e.rec.Add(schema.TableLink, &schema.Link{Person: person})
		}
	}
	for i := range e.m.rows {
		if !e.row(&e.m.rows[i]) {
			return e.b.Quarantine(rec.position, e.reason, e.field)
		}
	}
	// Only a record that lands gives the vault an identity.
	if e.m.identity != nil && !e.rec.Broken() {
		known, _ := e.b.Known(recorded, happened)
		if _, err := e.b.Identify(identity.NHSNamespace, number, known, stamp, e.who(number)); err != nil {
			return err
		}
	}
	return e.rec.Close(e.m.may)
}

// read takes the declared columns from the record, checks them, and gathers
// the content by which versions are told apart: the values in the order of
// the column names, dates and whole numbers as what they mean, so that
// neither the order of columns nor the format of the file makes a version.
func (e *extraction) read(rec *record) bool {
	e.content = e.content[:0]
	for s := range e.m.columns {
		t := ""
		if i := e.from[s]; i >= 0 {
			t = strings.TrimSpace(rec.fields[i])
		}
		e.text[s] = t
		if t == "" {
			e.content = append(e.content, 0)
		} else {
			e.content = append(e.content, 1)
			if k := e.m.columns[s].kind; k == textColumn || k == decimalColumn {
				e.content = append(append(e.content, t...), 0)
			}
			if strings.IndexByte(t, 0) >= 0 {
				return e.blame(nulByte, s)
			}
			if !utf8.ValidString(t) {
				return e.blame(utf8Invalid, s)
			}
		}
		switch c := &e.m.columns[s]; c.kind {
		case dateColumn:
			e.day[s] = noSpan
			if t == "" {
				continue
			}
			d, ok := parseDate(t, e.format[s])
			switch {
			case !ok:
				return e.blame(dateMalformed, s)
			case d.first != d.last && !c.partial:
				return e.blame(datePartial, s)
			}
			e.day[s] = d
			e.content = binary.BigEndian.AppendUint64(e.content, uint64(uint32(d.first))<<32|uint64(uint32(d.last)))
		case intColumn:
			e.number[s] = 0
			if t == "" {
				continue
			}
			n, ok := wholeNumber(t)
			if !ok {
				return e.blame(numberMalformed, s)
			}
			e.number[s] = n
			e.content = binary.BigEndian.AppendUint64(e.content, uint64(n))
		}
	}
	for _, pair := range e.m.sequence {
		from, to := e.day[pair[0]], e.day[pair[1]]
		if from.first != engine.NoDay && to.last != engine.NoDay && to.last < from.first {
			return e.blame(datesOutOfOrder, pair[1])
		}
	}
	return true
}

// subject gives whom the record is about, and the checked NHS number where
// the map has one.
func (e *extraction) subject() (subject engine.Subject, number string, ok bool) {
	if e.m.identity != nil || e.m.nhs >= 0 {
		s := e.m.nhs
		if s < 0 {
			s = e.m.identity.nhs
		}
		if number = identity.CleanNHSNumber(e.text[s]); number == "" {
			return 0, "", e.blame(nhsNumberMissing, s)
		}
		if !identity.ValidNHSNumber(number) {
			return 0, "", e.blame(nhsNumberInvalid, s)
		}
	}
	switch {
	case e.m.nhs >= 0:
		subject = e.b.SubjectOfNHSNumber(number)
	case e.m.local >= 0:
		if e.text[e.m.local] == "" {
			return 0, "", e.blame(subjectMissing, e.m.local)
		}
		subject = e.b.Subject(e.text[e.m.local])
	}
	return subject, number, true
}

// id is the record's own identity: its flow, then the columns that name it,
// of which the first is never empty.
func (e *extraction) id() (string, bool) {
	if e.text[e.m.id[0]] == "" {
		return "", e.blame(recordIDMissing, e.m.id[0])
	}
	id := e.b.Flow
	for _, s := range e.m.id {
		id += "/" + e.text[s]
	}
	return id, true
}

// row makes the rows of one plan.
func (e *extraction) row(p *rowPlan) bool {
	if !hold(p.when, e) {
		return true
	}
	if p.each == nil {
		return e.make(p)
	}
	for i, s := range p.each {
		if e.text[s] == "" {
			continue
		}
		e.current, e.ordinal = s, i
		if !e.make(p) {
			return false
		}
	}
	return true
}

func (e *extraction) make(p *rowPlan) bool {
	at := reflect.New(p.row)
	row := at.Elem()
	row.Set(p.blank)
	for i := range p.cells {
		if !p.cells[i].fill(e, row) {
			return false
		}
	}
	out := at.Interface()
	if p.value != nil {
		p.value.measure(e, out.(*schema.Event))
	}
	e.rec.Add(p.table, out)
	return true
}

// who is the identity, in strings of its own: it outlives the record.
func (e *extraction) who(number string) identity.Identity {
	at := func(slot int) string {
		if slot < 0 {
			return ""
		}
		return strings.Clone(e.text[slot])
	}
	i := e.m.identity
	return identity.Identity{NHSNumber: strings.Clone(number), Family: at(i.family), Given: at(i.given), BirthDate: at(i.birth),
		Phone: at(i.phone), Address: at(i.address), Postcode: at(i.postcode)}
}
