//go:build duckdb_arrow

package landedout

import (
	"slices"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/source"
	"leftshift/engine/synth/flatout"
	"leftshift/engine/synth/world"
)

// flows lists those of both places.
var flows = []string{fhirFlow, "patients", "problems", "medicines", "values", "contacts", "apc", "ecds", "outpatients",
	"nhs111", "ambulance", "community", "mental_health", "social_care", "drug_alcohol", "documents"}

const microsecondsOfDay = 24 * 60 * 60 * 1_000_000

// placeB lands what flatout writes, as package flat reads it by the maps
// place_b/*.
type placeB struct {
	*place
	local string // the person's number in the practices
	// sent counts the rows of the person with one record id in one file, which
	// go by their order.
	sent map[row]int64
}

type row struct {
	flow string
	id   uint64
}

func newPlaceB(p *place) *placeB { return &placeB{place: p, sent: map[row]int64{}} }

// batch gives the batch of a flow for a record of a person, nil after an error.
func (b *placeB) batch(flow string, index int) *landing {
	if b.turn(index) {
		b.local = string(flatout.AppendPatient(nil, index))
		b.subject = b.keys.Subject("subject/"+b.source, b.local)
		clear(b.sent)
	}
	lag := -1
	if flow == "apc" || flow == "ecds" || flow == "outpatients" {
		lag = world.SUSLag
	} else if i := slices.Index(world.CareNames[:], flow); i >= 0 {
		lag = world.CareLags[i]
	}
	return b.flow(flow, lag)
}

// order counts a row and adds to its stamp, so that a later one supersedes.
func (b *placeB) order(l *landing, id uint64, stamp int64) int64 {
	k := row{l.Flow, id}
	n := b.sent[k]
	b.sent[k] = n + 1
	if n > 0 {
		l.Note("superseded-in-file")
	}
	return stamp + n
}

func name(l *landing, id uint64) string { return l.Flow + "/" + string(flatout.AppendID(nil, id)) }

// fact lands a row of a practice's file that is one event, or none when it is
// withdrawn.
func (b *placeB) fact(flow string, h *world.Header, make func(*source.Batch) *schema.Event) {
	l := b.batch(flow, h.Person.Index)
	if l == nil {
		return
	}
	stamp := b.order(l, h.ID, int64(h.Known)*microsecondsOfDay)
	r := l.Open(l.records, b.subject, name(l, h.ID), b.versionOf(int64(h.ID), int64(h.Known), flag(h.Withdrawn)), stamp, engine.Day(h.Known), engine.NoDay)
	if h.Withdrawn {
		l.Note("retracted")
	} else {
		r.Add(schema.TableEvent, make(l.Batch))
	}
	b.keep(r.Close(mayEvent))
}

// Patient lands a row for each registration that is new or changed: link,
// person, registration and home; and sends the identity to the vault.
func (b *placeB) Patient(v *world.PatientVersion) {
	p := v.Person
	number := string(p.Recorded[:])
	for i := range v.Registrations {
		if !v.Fresh[i] {
			continue
		}
		l := b.batch("patients", p.Index)
		if l == nil {
			return
		}
		if !identity.ValidNHSNumber(number) {
			b.keep(l.Quarantine(l.records, "nhs-number-invalid", "nhs_number"))
			continue
		}
		g := &v.Registrations[i]
		id := flatout.RegistrationID(p.Index, i)
		stamp := b.order(l, id, int64(v.Known)*microsecondsOfDay)
		r := l.Open(l.records, b.subject, name(l, id), b.versionOf(int64(id), int64(v.Known)), stamp, engine.Day(v.Known), engine.NoDay)
		key, _ := b.keys.Key(identity.NHSNamespace, number)
		r.Add(schema.TableLink, &schema.Link{Person: engine.Person(key)})
		fact := personFact(v)
		r.Add(schema.TablePerson, &fact)
		at := schema.NewRegistration()
		at.Practice, at.FromDay, at.ToDay = b.practice(l.Batch, g.Practice), day(g.From), day(g.To)
		r.Add(schema.TableRegistration, &at)
		home := schema.NewResidence()
		home.Area, home.FromDay, home.ToDay = b.area(l.Batch, g.Postcode), day(g.From), day(g.To)
		home.CareHome = uint8(flag(v.CareHome))
		r.Add(schema.TableResidence, &home)
		who := identityOf(p, number)
		who.Postcode = b.postcode(g.Postcode)
		_, err := l.Identify(identity.NHSNamespace, number, engine.Day(v.Known), stamp, who)
		b.keep(err)
		b.keep(r.Close(mayPatient))
	}
}

// Problem lands a row of problems.csv.
func (b *placeB) Problem(p *world.Problem) {
	b.fact("problems", &p.Header, func(to *source.Batch) *schema.Event {
		e := event(engine.Problem, p.Onset, to.Code(engine.SNOMED, p.Code.Code, p.Code.Term))
		b.onset(e, p)
		e.Status, e.EndDay = engine.Active, day(p.End)
		if p.End != world.Never {
			e.Status = engine.Ended
		}
		return e
	})
}

// Medicine lands a row of medicines.csv, with its quantity in thousandths.
func (b *placeB) Medicine(i *world.Issue) {
	b.fact("medicines", &i.Header, func(to *source.Batch) *schema.Event {
		m := i.Medicine
		code := to.Code(engine.DMD, m.DMD, m.Name)
		if m.DMD == "" {
			code = to.Code(engine.BNF, m.BNF, m.Name)
		}
		e := event(engine.Medication, i.Day, code)
		e.Value, e.Status = schema.Number{N: int64(m.Quantity) * 1000, Known: true}, engine.Completed
		return e
	})
}

// Value lands a row of values.csv.
func (b *placeB) Value(v *world.Value) {
	b.fact("values", &v.Header, func(to *source.Batch) *schema.Event {
		code := to.Code(engine.SNOMED, v.Code.Code, v.Code.Term)
		e := event(engine.Observation, v.Day, code)
		e.Status = engine.Completed
		quantity := b.analyte(code)
		switch {
		case v.Missing || v.Coded():
			if quantity != nil {
				to.Note("value-absent")
			}
		case quantity == nil:
			e.Value, e.Unit = b.thousandths(v), to.Code(engine.UCUM, v.Unit.Text, "")
		default:
			n, why := b.convert(quantity, code, v, v.Unit.Text)
			if why != "" {
				to.Note(why)
				break
			}
			e.Value = schema.Number{N: n, Known: true}
		}
		return e
	})
}

// Contact lands a row of contacts.csv.
func (b *placeB) Contact(c *world.Contact) {
	b.fact("contacts", &c.Header, func(to *source.Batch) *schema.Event {
		e := event(engine.Contact, c.Day, to.Code(engine.TextOnly, c.Role, ""))
		e.Mode = modes[c.Mode]
		e.Status = [...]engine.Status{world.Attended: engine.Completed, world.DidNotAttend: engine.DidNotAttend, world.Cancelled: engine.Cancelled}[c.Outcome]
		return e
	})
}

// Place B's practices send none of these.

func (b *placeB) Allergy(*world.Note)      {}
func (b *placeB) Immunisation(*world.Note) {}
func (b *placeB) Procedure(*world.Note)    {}
func (b *placeB) Referral(*world.Note)     {}
func (b *placeB) Flag(*world.Note)         {}
