//go:build duckdb_arrow

package landedout

import (
	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/synth/flatout"
	"leftshift/engine/synth/world"
)

var careEpisodes = [world.CareKinds]engine.EpisodeKind{engine.NHS111Call, engine.AmbulanceIncident, engine.CommunityCare,
	engine.MentalHealthCare, engine.SocialCareEvent, engine.DrugAlcoholTreatment}

// careID is what names a record of the file of its kind.
func careID(l *landing, c *world.Care) string {
	id := string(flatout.AppendID(nil, c.ID))
	switch by := "/" + world.CareProviders[c.Kind]; c.Kind {
	case world.Community, world.MentalHealth:
		request := l.Flow + "/" + string(flatout.AppendID(nil, c.Request)) + "/"
		if c.Interval() {
			return request + by
		}
		return request + id + by
	case world.DrugAlcohol, world.SocialCare:
		return l.Flow + "/" + id + by
	}
	return l.Flow + "/" + id
}

// Care lands a row of the file of its kind.
func (b *placeB) Care(c *world.Care) {
	l := b.batch(world.CareNames[c.Kind], c.Person.Index)
	if l == nil {
		return
	}
	n := flatout.Number(&c.Header)
	number := string(n[:])
	if !identity.ValidNHSNumber(number) {
		column := "NHS_NUMBER"
		if c.Kind == world.SocialCare {
			column = "NHS_Number"
		}
		b.keep(l.Quarantine(l.records, "nhs-number-invalid", column))
		return
	}
	happened := day(c.End)
	if happened == engine.NoDay {
		happened = engine.Day(c.Day)
	}
	content := b.versionOf(int64(c.ID), int64(c.End))
	r := l.Open(l.records, l.SubjectOfNHSNumber(number), careID(l, c), content, b.order(l, c.ID, 0), engine.NoDay, happened)
	e := schema.NewEpisode(careEpisodes[c.Kind])
	e.Spell, e.StartDay, e.EndDay, e.Attended = r.Key(), engine.Day(c.Day), day(c.End), c.Outcome
	e.Provider = l.Code(engine.ODS, world.CareProviders[c.Kind], "")
	may := int64(1) << schema.TableEpisode
	switch c.Kind {
	case world.Ambulance:
		e.Specialty, e.ArrivalMode, e.Destination = l.Code(engine.SNOMED, c.Service, ""), l.Code(engine.NHSDD, c.How, ""), c.To
	case world.Community, world.MentalHealth:
		e.Specialty, e.ArrivalMode = l.Code(engine.NHSDD, c.Service, ""), l.Code(engine.NHSDD, c.How, "")
	case world.SocialCare:
		e.Specialty = l.Code(engine.TextOnly, c.Service, "")
		may = mayEpisode
	case world.DrugAlcohol:
		e.Specialty = l.Code(engine.TextOnly, c.Service, "")
	}
	r.Add(schema.TableEpisode, &e)
	if c.Hours > 0 {
		f := event(engine.Observation, c.Day, l.Code(engine.TextOnly, "Planned_units_per_week", ""))
		f.EndDay, f.Status, f.Episode, f.Organisation = e.EndDay, engine.Completed, r.Key(), e.Provider
		f.Value, f.Unit = schema.Number{N: int64(c.Hours) * 1000, Known: true}, l.Code(engine.UCUM, "Hourly", "")
		r.Add(schema.TableEvent, f)
	}
	b.keep(r.Close(may))
}

// CarePlan lands a row of documents.csv.
func (b *placeB) CarePlan(n *world.Note) { b.paper(n, 2) }

// Document lands a row of documents.csv.
func (b *placeB) Document(n *world.Note) { b.paper(n, 1) }

func (b *placeB) paper(n *world.Note, category uint8) {
	l := b.batch("documents", n.Person.Index)
	if l == nil {
		return
	}
	of := flatout.Number(&n.Header)
	number := string(of[:])
	if !identity.ValidNHSNumber(number) {
		b.keep(l.Quarantine(l.records, "nhs-number-invalid", "nhs_number"))
		return
	}
	content := b.versionOf(int64(n.ID), int64(n.Known), flag(n.Withdrawn))
	stamp := b.order(l, n.ID, int64(n.Known)*microsecondsOfDay)
	r := l.Open(l.records, l.SubjectOfNHSNumber(number), name(l, n.ID), content, stamp, engine.Day(n.Known), engine.NoDay)
	if n.Withdrawn {
		l.Note("retracted")
		b.keep(r.Close(mayDocument))
		return
	}
	by := n.Provider
	if by == "" {
		by = b.w.Geography.Practices[n.Practice].Code
	}
	d := schema.NewDocument()
	d.Type, d.Day, d.Status, d.Category = l.Code(engine.SNOMED, n.Code.Code, n.Code.Term), engine.Day(n.Day), engine.Active, category
	d.Custodian = l.Code(engine.ODS, by, "")
	r.Add(schema.TableDocument, &d)
	b.keep(r.Close(mayDocument))
}
