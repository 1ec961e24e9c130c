package fhir

import (
	"strings"

	"leftshift/engine"
	"leftshift/engine/schema"
)

// record is one source record while it is mapped. Rows are gathered first,
// for the day on which they became known depends on when they happened, and
// land only when nothing was found wrong.
type record struct {
	res   Element
	meta  Element
	notes []string
	gone  bool // withdrawn: its recording date is that of what was withdrawn

	happened  engine.Day // when what the record says happened
	events    []schema.Event
	episodes  []schema.Episode
	documents []schema.Document
}

// within stands in an event's Episode for the record's own key.
const within = int64(-1)

// mapping says what a kind of resource means.
type mapping struct {
	subject  string   // the member that names the subject
	may      int64    // tables in which it can have rows
	recorded []string // members with the day of recording, best first
	fact     func(x *extractor)
}

func (x *extractor) note(reason string) { x.notes = append(x.notes, reason) }

// resource lands one resource, and gives it one disposition.
func (x *extractor) resource(res Element, position int64, fullURL string) error {
	x.doc.trouble = flaw{}
	if res.kind() != object {
		return x.quarantine(position, "json-not-object", "")
	}
	kind := res.Text("resourceType")
	switch {
	case x.doc.trouble.code != "":
		return x.quarantine(position, x.doc.trouble.code, "resourceType")
	case kind == "":
		return x.quarantine(position, "resource-type-missing", "resourceType")
	case !resourceTypes[kind]:
		return x.quarantine(position, "resource-type-unknown", "resourceType")
	}
	x.units++
	x.typed(kind)
	x.record = record{res: res, meta: res.Get("meta"), happened: engine.NoDay, notes: x.notes[:0],
		events: x.events[:0], episodes: x.episodes[:0], documents: x.documents[:0]}
	if res.Get("modifierExtension").First().Is() {
		return x.b.Quarantine(position, "modifier-extension", "modifierExtension")
	}
	if kind == "Patient" {
		return x.patient(position, fullURL)
	}
	if kind == "Organization" {
		return x.organization(position)
	}
	m := mappings[kind]
	if m == nil {
		if referenceTypes[kind] {
			x.b.Reference("reference:" + kind)
		} else {
			x.b.Reference("type-not-mapped:" + kind)
		}
		return nil
	}
	subject, none := x.subject(res.Get(m.subject), m.subject)
	if none.reference {
		x.b.Reference(none.code)
		return nil
	}
	if none.code != "" {
		x.doc.blame(none.code, m.subject)
		return x.b.Quarantine(position, x.doc.trouble.code, x.doc.trouble.field)
	}
	x.profile()
	m.fact(x)
	recorded := m.recorded
	if x.gone {
		recorded = nil
	}
	day, stamp := x.known(recorded)
	key := x.key(kind, fullURL)
	if x.doc.isTroubled() {
		return x.b.Quarantine(position, x.doc.trouble.code, x.doc.trouble.field)
	}
	return x.land(position, subject, key, m.may, day, stamp)
}

func (d *document) isTroubled() bool { return d.trouble.code != "" }

// profile notes what says that the resource is not R4.
func (x *extractor) profile() {
	for p := x.meta.Get("profile").First(); p.Is(); p = p.Next() {
		if s := p.Word(); strings.Contains(s, "/STU3/") || strings.Contains(s, "CareConnect") {
			x.note("profile-stu3")
			return
		}
	}
}

// key is the record's own identity: "Type/id", else "Type/uuid" by its
// fullUrl, else "" for its content.
func (x *extractor) key(kind, fullURL string) string {
	if id := x.res.Text("id"); id != "" {
		return x.scope + kind + "/" + id
	}
	if len(fullURL) > 9 && strings.EqualFold(fullURL[:9], "urn:uuid:") {
		return x.scope + kind + "/" + strings.ToLower(fullURL[9:])
	}
	if k, id := tail(fullURL); k == kind {
		return x.scope + kind + "/" + id
	}
	return ""
}

// land writes the rows gathered.
func (x *extractor) land(position int64, subject engine.Subject, key string, may int64, day engine.Day, stamp int64) error {
	r := x.b.Open(position, subject, key, x.res.Raw(), stamp, day, x.happened)
	for i := range x.events {
		if e := &x.events[i]; e.Episode == within {
			e.Episode = r.Key()
		}
		r.Add(schema.TableEvent, &x.events[i])
	}
	for i := range x.episodes {
		if e := &x.episodes[i]; e.Spell == within {
			e.Spell = r.Key()
		}
		r.Add(schema.TableEpisode, &x.episodes[i])
	}
	for i := range x.documents {
		r.Add(schema.TableDocument, &x.documents[i])
	}
	if !r.Broken() {
		for _, n := range x.notes {
			x.b.Note(n)
		}
	}
	return r.Close(may)
}

// event begins a fact of a kind on a day.
func (x *extractor) event(kind engine.EventKind, when span) *schema.Event {
	e := schema.NewEvent(kind)
	e.Day, e.LastDay = when.first, when.last
	x.events = append(x.events, e)
	if x.happened == engine.NoDay {
		x.happened = when.last
	}
	return &x.events[len(x.events)-1]
}

// withdrawn says whether a status withdraws the record: it then lands without
// a fact, which ends what its earlier versions said.
func (x *extractor) withdrawn(status string) bool {
	if status == "entered-in-error" {
		x.note("entered-in-error")
		x.gone = true
		return true
	}
	return false
}
