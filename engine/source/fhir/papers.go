package fhir

import (
	"leftshift/engine"
	"leftshift/engine/schema"
)

// Pointers to documents, plans and summaries; never their text.

const (
	pointer = 1
	plan    = 2
	summary = 3
)

func (x *extractor) paper(category uint8, when span) *schema.Document {
	d := schema.NewDocument()
	d.Category, d.Day = category, when.first
	x.happened = when.last
	x.documents = append(x.documents, d)
	return &x.documents[len(x.documents)-1]
}

// carePlan: a plan of care.
func carePlan(x *extractor) {
	s := x.res.Text("status")
	if x.withdrawn(s) {
		return
	}
	when := x.choice("period.start", "created")
	if !x.need(when, "period.start") {
		return
	}
	kind := x.first(x.res.Get("category"))
	custodian := x.organisation(x.res.Get("author"))
	end := x.end(x.res.Get("period"), "end", when)
	d := x.paper(plan, when)
	d.Type, d.Custodian, d.EndDay = kind, custodian, end
	switch s {
	case "active", "on-hold":
		d.Status = engine.Active
	case "completed":
		d.Status = engine.Completed
	case "revoked", "cancelled":
		d.Status = engine.Cancelled
	case "draft", "proposed":
		d.Status = engine.Planned
	}
}

// documentReference: a pointer, such as a National Record Locator pointer to
// a crisis plan.
func documentReference(x *extractor) {
	s := x.res.Text("status")
	if x.withdrawn(s) || x.withdrawn(x.res.Text("docStatus")) {
		return
	}
	x.guarded(x.res.Get("securityLabel"))
	when := x.choice("date", "indexed", "created")
	if !when.ok && !x.doc.isTroubled() {
		if when = x.date(x.res.Get("content").First().Get("attachment"), "creation"); !when.ok && !x.doc.isTroubled() {
			when = x.choice("context.period.start")
		}
	}
	if !when.ok && !x.doc.isTroubled() {
		if d, _ := x.updated(x.meta, "lastUpdated"); d != engine.NoDay {
			when = span{d, d, true}
		}
	}
	if !x.need(when, "date") {
		return
	}
	kind := x.code(x.res.Get("type"))
	custodian := x.organisation(x.res.Get("custodian"))
	d := x.paper(pointer, when)
	d.Type, d.Custodian = kind, custodian
	switch s {
	case "current":
		d.Status = engine.Active
	case "superseded":
		d.Status = engine.Ended
	}
}

// composition: a summary or letter whose entries are records of their own.
func composition(x *extractor) {
	s := x.res.Text("status")
	if x.withdrawn(s) {
		return
	}
	when := x.choice("date")
	if !x.need(when, "date") {
		return
	}
	kind := x.code(x.res.Get("type"))
	custodian := x.organisation(x.res.Get("custodian"))
	d := x.paper(summary, when)
	d.Type, d.Custodian = kind, custodian
	switch s {
	case "final", "amended":
		d.Status = engine.Completed
	case "preliminary":
		d.Status = engine.Active
	}
	for c := x.res.Get("section").First(); c.Is(); c = c.Next() {
		if !c.Get("entry").First().Is() && !c.Get("section").First().Is() {
			x.note("section-without-entries") // facts that stand in its words are not extracted
		}
	}
}

// guarded notes a label that restricts who may see the record.
func (x *extractor) guarded(labels Element) {
	for l := labels.First(); l.Is(); l = l.Next() {
		k := l
		if c := l.Get("coding"); c.Is() {
			k = c.First()
		}
		switch k.Text("code") {
		case "R", "V":
			x.note("restricted")
			return
		}
	}
}
