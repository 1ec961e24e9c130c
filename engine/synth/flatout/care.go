package flatout

import (
	"strconv"

	"leftshift/engine"
	"leftshift/engine/synth/world"
)

var careFiles = [world.CareKinds]int{world.NHS111: nhs111, world.Ambulance: ambulance, world.Community: community,
	world.MentalHealth: mentalHealth, world.SocialCare: socialCare, world.DrugAlcohol: drugAlcohol}

// Care writes a row of the file of its kind.
func (x *Writer) Care(c *world.Care) {
	var b []byte
	switch c.Kind {
	case world.NHS111:
		b = appendID(x.b[:0], c.ID)
		b = number(b, &c.Header)
		b = appendText(b, world.CareProviders[c.Kind])
		b = appendDay(b, c.Day)
		b = appendClock(b, c.Minute)
		b = appendText(b, Dispositions[c.Outcome])
	case world.Ambulance:
		b = appendID(x.b[:0], c.ID)
		b = number(b, &c.Header)
		b = appendText(b, world.CareProviders[c.Kind])
		b = appendDay(b, c.Day)
		b = appendClock(b, c.Minute)
		b = appendText(b, c.How)
		b = appendText(b, TreatmentTypes[c.Outcome])
		b = appendText(b, c.Service)
		b = appendText(b, c.To)
	case world.Community, world.MentalHealth:
		b = x.contact(c)
	case world.SocialCare:
		b = x.council(c)
	case world.DrugAlcohol:
		b = appendText(x.b[:0], world.CareProviders[c.Kind])
		b = appendID(b, c.ID)
		b = number(b, &c.Header)
		b = appendDay(b, c.Day)
		b = appendText(b, c.Service)
		b = appendDay(b, c.End)
	}
	x.put(careFiles[c.Kind], c.Known, b)
}

// Dispositions are the groups of final dispositions of a 111 call.
var Dispositions = map[uint8]string{engine.OutcomeAmbulanceSent: "Ambulance", engine.OutcomeToED: "Emergency department",
	engine.OutcomePrimaryCare: "Primary care", engine.OutcomeOtherService: "Other service", engine.OutcomeSelfCare: "Self care"}

// TreatmentTypes say how an ambulance incident ended.
var TreatmentTypes = map[uint8]string{engine.OutcomeConveyedToED: "See and convey to ED", engine.OutcomeConveyedElsewhere: "See and convey elsewhere",
	engine.OutcomeNotConveyed: "See and treat", engine.OutcomeHearAndTreat: "Hear and treat"}

// contact is a referral or a care contact, which belongs to one.
func (x *Writer) contact(c *world.Care) []byte {
	b := appendText(x.b[:0], world.CareProviders[c.Kind])
	b = appendID(b, c.Request)
	if c.Interval() {
		b = append(b, ',')
		b = number(b, &c.Header)
		b = appendText(b, c.Service)
		b = appendDay(b, c.Day)
		b = appendDay(b, c.End)
		return append(b, ",,,"...)
	}
	b = appendID(b, c.ID)
	b = number(b, &c.Header)
	b = appendText(b, c.Service)
	b = append(b, ",,"...)
	b = appendDay(b, c.Day)
	b = append(b, '0'+c.Outcome, ',')
	return appendText(b, c.How)
}

// EventTypes are those of client level data.
var EventTypes = map[uint8]string{engine.OutcomeRequest: "Request", engine.OutcomeAssessment: "Assessment", engine.OutcomeService: "Service", engine.OutcomeReview: "Review"}

func (x *Writer) council(c *world.Care) []byte {
	b := appendID(x.b[:0], c.ID)
	b = appendText(b, world.CareProviders[c.Kind])
	b = number(b, &c.Header)
	b = appendText(b, EventTypes[c.Outcome])
	b = appendDay(b, c.Day)
	b = appendDay(b, c.End)
	b = appendText(b, c.Service)
	b = appendText(b, c.Part)
	if c.Hours > 0 {
		b = strconv.AppendInt(b, int64(c.Hours), 10)
		return append(b, ",Hourly,"...)
	}
	return append(b, ",,"...)
}

// CarePlan writes a row of documents.csv.
func (x *Writer) CarePlan(n *world.Note) { x.paper(n, "care-plan") }

// Document writes a row of documents.csv.
func (x *Writer) Document(n *world.Note) { x.paper(n, "document") }

func (x *Writer) paper(n *world.Note, category string) {
	by := n.Provider
	if by == "" {
		by = x.w.Geography.Practices[n.Practice].Code
	}
	b := appendID(x.b[:0], n.ID)
	b = number(b, &n.Header)
	b = appendText(b, n.Code.Code)
	b = appendText(b, n.Code.Term)
	b = appendText(b, category)
	b = appendDay(b, n.Day)
	b = append(b, ',') // no plan here has a last day
	b = appendText(b, status(&n.Header, "current"))
	b = appendText(b, by)
	b = appendDay(b, n.Known)
	x.put(documents, n.Known, b)
}
