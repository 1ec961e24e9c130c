// Package source is what every extractor writes to: a batch, the landing of
// one source file. A batch gathers rows of the landed tables and gives each
// source record one disposition; it knows nothing of any data model.
package source

import (
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zeebo/xxh3"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
)

// TableFile is one landed Parquet file.
type TableFile struct {
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// Meta says what a batch lands.
type Meta struct {
	Source string     // the source's name in the configuration
	Flow   string     // which of its flows
	Night  engine.Day // the as-of date of the night it lands in
	// Lag is the declared lag model of the flow in days: a row that carries no
	// recording date became known Lag days after it happened. Negative: no
	// model, such rows became known on Night.
	Lag int
	// IgnoreRecorded makes the batch pass over the source's recording dates.
	IgnoreRecorded bool
}

// Batch is the landing of one source file. Not safe for concurrent use.
type Batch struct {
	Meta
	Keys *identity.Keyer

	tables   [schema.NumTables]*schema.File
	counts   Counts
	subjects map[engine.Subject]int64
	direct   map[engine.Subject]bool // subjects that are persons: made from an NHS number
	codes    map[engine.Code]codeText
	ids      []identity.Entry
	vault    identity.Store
	rec      Record
}

type codeText struct {
	system        engine.System
	text, display string
}

// Counts of source records. Held is what is about a subject: accepted,
// pending or withheld, as links and opt-outs decide at curation.
type Counts struct {
	In          int64            `json:"in"`
	Held        int64            `json:"held"`
	Reference   int64            `json:"reference"`
	Quarantined int64            `json:"quarantined"`
	Reasons     map[string]int64 `json:"reasons"`
}

// NewBatch starts a batch whose Parquet files go to dir, which exists.
func NewBatch(dir string, meta Meta, keys *identity.Keyer, vault identity.Store) *Batch {
	b := &Batch{Meta: meta, Keys: keys, vault: vault,
		subjects: map[engine.Subject]int64{}, direct: map[engine.Subject]bool{}, codes: map[engine.Code]codeText{}}
	b.counts.Reasons = map[string]int64{}
	for id := range b.tables {
		b.tables[id] = &schema.File{Path: filepath.Join(dir, schema.Landed[id].Name+".parquet"), Table: schema.Landed[id]}
	}
	return b
}

// Reference gives a record the disposition "reference only": about no person,
// or of a kind that holds no fact of ours. The reason is counted.
func (b *Batch) Reference(reason string) {
	b.counts.In++
	b.counts.Reference++
	b.counts.Reasons[reason]++
}

// Note counts a reason beside a record's disposition (an unknown unit, an
// entered-in-error version), without changing it.
func (b *Batch) Note(reason string) { b.counts.Reasons[reason]++ }

// Quarantine gives a record the disposition "quarantined". Position is its
// line, row or entry from 1; field the element at fault or "". Neither reason
// nor field may hold a value from the record.
func (b *Batch) Quarantine(position int64, reason, field string) error {
	b.counts.In++
	b.counts.Quarantined++
	b.counts.Reasons[reason]++
	return b.tables[schema.TableQuarantine].Append(&schema.Quarantine{Position: position, Reason: reason, Field: field})
}

// Code gives the key of a code and enters its text in the dictionary. Returns
// 0 for an empty code, and, with a reason counted (Reasons), for one that may
// be an identifier. Words that hold one are left out, and counted too.
func (b *Batch) Code(system engine.System, code, display string) engine.Code {
	if system == engine.DMD {
		system = engine.SNOMED
	}
	key := engine.CodeKey(system, code)
	if key == 0 {
		return 0
	}
	if _, ok := b.codes[key]; !ok {
		if reason := refuse(system, code); reason != "" {
			b.Note(reason)
			return 0
		}
		b.words(&display)
		// The caller's strings may be views of a buffer that it uses again.
		b.codes[key] = codeText{system, strings.Clone(code), strings.Clone(display)}
	}
	return key
}

// Subject is the subject of a local identifier in this source.
func (b *Batch) Subject(localID string) engine.Subject {
	return b.Keys.Subject("subject/"+b.Source, localID)
}

// SubjectOfNHSNumber is the subject, and person, of a checked NHS number.
// The batch lands the link of the subject to itself.
func (b *Batch) SubjectOfNHSNumber(number string) engine.Subject {
	return b.SubjectOf(identity.NHSNamespace, number)
}

// SubjectOf is the subject, and person, of an identifier that the source's
// rule declares to be one person's, in the rule's namespace. The batch lands
// the link of the subject to itself.
func (b *Batch) SubjectOf(namespace, identifier string) engine.Subject {
	s := b.Keys.Subject(namespace, identifier)
	b.direct[s] = true
	return s
}

// Known gives the day on which a row became known: the source's recording day
// if there is one, else the flow's lag model over the day it happened, else
// tonight.
func (b *Batch) Known(recorded, happened engine.Day) (engine.Day, engine.KnownBasis) {
	switch {
	case recorded != engine.NoDay && !b.IgnoreRecorded:
		return recorded, engine.KnownSource
	case b.Lag >= 0 && happened != engine.NoDay:
		return happened + engine.Day(b.Lag), engine.KnownLagModel
	default:
		return b.Night, engine.KnownReceived
	}
}

// InHand is the day to give Open as the day it happened, for a record that
// says how things stand tonight (a stay that has no end yet): happened, but
// never so late that the lag model would make the record known after the night
// that brought it. Such a record is known by its night as well as by what it
// says, so one that lands in an earlier night is known earlier. It is for what
// decides who is in hospital now, and for nothing that a model learns from.
func (b *Batch) InHand(happened engine.Day) engine.Day {
	if b.Lag >= 0 && happened != engine.NoDay && happened+engine.Day(b.Lag) > b.Night {
		return b.Night - engine.Day(b.Lag)
	}
	return happened
}

// Identify sends an identity to the vault and gives the person. The namespace
// is identity.NHSNamespace for a checked NHS number, or the one that the
// source's identifier rule declares.
func (b *Batch) Identify(namespace, identifier string, known engine.Day, stamp int64, id identity.Identity) (engine.Person, error) {
	key, check := b.Keys.Key(namespace, identifier)
	b.ids = append(b.ids, identity.Entry{Person: engine.Person(key), Check: check, Known: known, Stamp: stamp, Identity: id})
	if len(b.ids) >= 4096 {
		if err := b.flushIdentities(); err != nil {
			return 0, err
		}
	}
	return engine.Person(key), nil
}

func (b *Batch) flushIdentities() error {
	if len(b.ids) == 0 || b.vault == nil {
		b.ids = b.ids[:0]
		return nil
	}
	err := b.vault.Put(b.ids)
	b.ids = b.ids[:0]
	return err
}

// Record is one version of one source record about a subject, open for rows.
type Record struct {
	b        *Batch
	position int64
	version  schema.Version
	rows     [schema.NumTables][]any
	has      int64
	bad      *schema.Violation
}

// Open starts a record. key is the record's own identity in the source ("" to
// use its content), content its bytes, stamp the source's time of this
// version in microseconds (0 for none). The subject may be zero for reference
// rows (organisation, team, area). One record is open at a time.
func (b *Batch) Open(position int64, subject engine.Subject, key string, content []byte, stamp int64, recorded, happened engine.Day) *Record {
	r := &b.rec
	r.b, r.position, r.has, r.bad = b, position, 0, nil
	for i := range r.rows {
		r.rows[i] = r.rows[i][:0]
	}
	// The hash is keyed: content holds identifiers, and a plain hash of them
	// in the lake could be tested against guesses.
	v, _ := b.Keys.Key("version", string(binary.BigEndian.AppendUint64(nil, xxh3.Hash(content))))
	known, basis := b.Known(recorded, happened)
	r.version = schema.Version{Subject: subject, Version: v, Stamp: stamp, Known: known, KnownBasis: basis}
	if key == "" {
		r.version.Record = v
	} else {
		r.version.Record = b.RecordKey(key)
	}
	return r
}

// RecordKey is the key of a record of this source, by its own identity.
func (b *Batch) RecordKey(key string) int64 {
	k, _ := b.Keys.Key("record/"+b.Source, key)
	return k
}

// Key is this record's key, by which rows of other records may refer to it.
func (r *Record) Key() int64 { return r.version.Record }

// Add gives the record a row: a pointer to a landed table's struct. The
// record's version is filled in, and texts that may be identifiers are emptied
// and counted (Reasons). A row that breaks a constraint quarantines the whole
// record when it closes.
func (r *Record) Add(id schema.TableID, row any) {
	r.b.clean(row)
	if r.bad == nil {
		// A reference row has no subject, and must be whole in all else.
		v := r.version
		if v.Subject == 0 && referenceTable(id) {
			v.Subject = 1
		}
		setVersion(row, v)
		if bad := schema.Landed[id].Check(row); bad != nil {
			r.bad = bad
		}
	}
	setVersion(row, r.version)
	r.rows[id] = append(r.rows[id], row)
	r.has |= 1 << id
}

func setVersion(row any, v schema.Version) {
	switch x := row.(type) {
	case *schema.Link:
		x.Version = v
	case *schema.PersonFact:
		x.Version = v
	case *schema.Registration:
		x.Version = v
	case *schema.Residence:
		x.Version = v
	case *schema.Event:
		x.Version = v
	case *schema.Episode:
		x.Version = v
	case *schema.Document:
		x.Version = v
	case *schema.Organisation:
		x.Version = v
	case *schema.Team:
		x.Version = v
	case *schema.Area:
		x.Version = v
	default:
		panic(fmt.Sprintf("source: %T is no row of a record", row))
	}
}

// Alias ties one more subject to a person, for a record that its source names
// in several ways (an id, and the UUID of its entry in a Bundle).
func (r *Record) Alias(subject engine.Subject, person engine.Person) {
	l := &schema.Link{Version: r.version, Person: person}
	l.Subject = subject
	r.rows[schema.TableLink] = append(r.rows[schema.TableLink], l)
	r.has |= 1 << schema.TableLink
}

// Broken says whether a row added so far broke a constraint, so that Close
// will quarantine the record.
func (r *Record) Broken() bool { return r.bad != nil }

func referenceTable(id schema.TableID) bool {
	return id == schema.TableOrganisation || id == schema.TableTeam || id == schema.TableArea
}

// Close lands the record. may is the mask (1<<TableID) of the tables in which
// this kind of record can have rows: in those where it has none, earlier
// versions' rows end. An error is an input or disk failure that stops the
// run; a bad record is quarantined and is none.
func (r *Record) Close(may int64) error {
	b := r.b
	if r.bad != nil {
		return b.Quarantine(r.position, r.bad.Rule, r.bad.Column)
	}
	b.counts.In++
	if r.version.Subject == 0 {
		b.counts.Reference++
	} else {
		b.counts.Held++
		b.subjects[r.version.Subject]++
	}
	for id, rows := range r.rows {
		for _, row := range rows {
			if err := b.tables[id].Append(row); err != nil {
				return err
			}
		}
	}
	if gone := may &^ r.has; gone != 0 {
		v := r.version
		return b.tables[schema.TableRetraction].Append(&schema.Retraction{Version: v, Tables: gone})
	}
	return nil
}

// directKnown is the day of a link that holds by construction.
var directKnown, _ = engine.MakeDay(1900, 1, 1)

func sortedKeys[K ~int64, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Finish writes what is left and gives the counts and, for each table that
// has rows, its rows and file checksum.
func (b *Batch) Finish() (Counts, map[string]TableFile, error) {
	if err := b.flushIdentities(); err != nil {
		return Counts{}, nil, err
	}
	for _, s := range sortedKeys(b.direct) {
		// The least of versions: any link that a record declares goes before it.
		v := schema.Version{Subject: s, Record: int64(s), Version: 1, Known: directKnown, KnownBasis: engine.KnownReceived}
		if err := b.tables[schema.TableLink].Append(&schema.Link{Version: v, Person: engine.Person(s)}); err != nil {
			return Counts{}, nil, err
		}
	}
	for _, k := range sortedKeys(b.codes) {
		c := b.codes[k]
		if err := b.tables[schema.TableCode].Append(&schema.CodeText{Key: k, System: c.system, Text: c.text, Display: c.display}); err != nil {
			return Counts{}, nil, err
		}
	}
	for _, s := range sortedKeys(b.subjects) {
		if err := b.tables[schema.TableSubject].Append(&schema.SubjectCount{Subject: s, Records: b.subjects[s]}); err != nil {
			return Counts{}, nil, err
		}
	}
	files := map[string]TableFile{}
	for _, w := range b.tables {
		rows, sum, err := w.Close()
		if err != nil {
			return Counts{}, nil, err
		}
		if rows > 0 {
			files[w.Table.Name] = TableFile{Rows: rows, SHA256: sum}
		}
	}
	return b.counts, files, nil
}

// Scale multiplies a decimal string by 10^decimals, exactly, rounding half
// away from zero. ok is false for what is no plain decimal or does not fit.
func Scale(s string, decimals int) (n int64, ok bool) {
	i, neg := 0, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	digits, frac, seenDot, any := int64(0), 0, false, false
	round := false
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '.' && !seenDot:
			seenDot = true
		case c >= '0' && c <= '9':
			any = true
			if seenDot && frac == decimals {
				if frac >= 0 {
					round = c >= '5'
					frac = -1 - decimals // only the first digit past the scale decides
				}
				continue
			}
			if seenDot && frac < 0 {
				continue
			}
			if digits > (math.MaxInt64-9)/10 {
				return 0, false
			}
			digits = digits*10 + int64(c-'0')
			if seenDot {
				frac++
			}
		default:
			return 0, false
		}
	}
	if !any {
		return 0, false
	}
	if frac < 0 {
		frac = decimals
	}
	for ; frac < decimals; frac++ {
		if digits > math.MaxInt64/10 {
			return 0, false
		}
		digits *= 10
	}
	if round {
		digits++
	}
	if neg {
		digits = -digits
	}
	return digits, true
}
