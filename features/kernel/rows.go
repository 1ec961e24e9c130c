package kernel

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"leftshift/engine"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// streams are the six cursors with the columns of their batches.
type streams struct {
	person       cursor
	birth, death days
	sex, sources []uint8
	ethnic       *array.String

	registration     cursor
	practice         []int64
	regFrom, regTo   days
	residence        cursor
	area             []int64
	careHome, decile []uint8
	resFrom, resTo   days

	spell                      cursor
	spellKind, first, attended []uint8
	start, end                 days
	cis, specialty             []int64
	spellFrom, spellTo         days
	destination                *array.String
	arrival                    []int64

	document               cursor
	docDay, docEnd         days
	docFrom, docTo         days
	docType                []int64
	docCategory, docStatus []uint8

	event                        cursor
	day, lastDay                 []arrow.Date32
	kind, status, mode, position []uint8
	code, value                  []int64
	values                       *array.Int64
	noValues, someNull           bool
	knownFrom                    []arrow.Date32
	knownTo                      days
}

func (s *streams) open(in Input) error {
	if err := s.person.open("person", in.Person, PersonColumns, func(b arrow.RecordBatch, at []int) {
		s.birth.of(b.Column(at[1]))
		s.sex = uint8s(b.Column(at[2]))
		s.ethnic = b.Column(at[3]).(*array.String)
		s.death.of(b.Column(at[4]))
		s.sources = uint8s(b.Column(at[5]))
	}); err != nil {
		return err
	}
	if err := s.registration.open("registration", in.Registration, RegistrationColumns, func(b arrow.RecordBatch, at []int) {
		s.practice = int64s(b.Column(at[1]))
		s.regFrom.of(b.Column(at[2]))
		s.regTo.of(b.Column(at[3]))
	}); err != nil {
		return err
	}
	if err := s.residence.open("residence", in.Residence, ResidenceColumns, func(b arrow.RecordBatch, at []int) {
		s.area = int64s(b.Column(at[1]))
		s.careHome = uint8s(b.Column(at[2]))
		s.resFrom.of(b.Column(at[3]))
		s.resTo.of(b.Column(at[4]))
		s.decile = uint8s(b.Column(at[5]))
	}); err != nil {
		return err
	}
	if err := s.spell.open("spell", in.Spell, SpellColumns, func(b arrow.RecordBatch, at []int) {
		s.spellKind = uint8s(b.Column(at[1]))
		s.start.of(b.Column(at[2]))
		s.end.of(b.Column(at[3]))
		s.cis = int64s(b.Column(at[4]))
		s.first = uint8s(b.Column(at[5]))
		s.specialty = int64s(b.Column(at[6]))
		s.attended = uint8s(b.Column(at[7]))
		s.spellFrom.of(b.Column(at[8]))
		s.spellTo.of(b.Column(at[9]))
		s.destination = b.Column(at[10]).(*array.String)
		s.arrival = int64s(b.Column(at[11]))
	}); err != nil {
		return err
	}
	if err := s.document.open("document", in.Document, DocumentColumns, func(b arrow.RecordBatch, at []int) {
		s.docDay.of(b.Column(at[1]))
		s.docEnd.of(b.Column(at[2]))
		s.docType = int64s(b.Column(at[3]))
		s.docCategory = uint8s(b.Column(at[4]))
		s.docStatus = uint8s(b.Column(at[5]))
		s.docFrom.of(b.Column(at[6]))
		s.docTo.of(b.Column(at[7]))
	}); err != nil {
		return err
	}
	return s.event.open("event", in.Event, EventColumns, func(b arrow.RecordBatch, at []int) {
		s.day = b.Column(at[1]).(*array.Date32).Date32Values()
		s.lastDay = b.Column(at[2]).(*array.Date32).Date32Values()
		s.kind = uint8s(b.Column(at[3]))
		s.code = int64s(b.Column(at[4]))
		s.values = b.Column(at[5]).(*array.Int64)
		s.value, s.someNull, s.noValues = s.values.Int64Values(), s.values.NullN() > 0, s.values.NullN() == s.values.Len()
		s.status = uint8s(b.Column(at[6]))
		s.mode = uint8s(b.Column(at[7]))
		s.position = uint8s(b.Column(at[8]))
		s.knownFrom = b.Column(at[9]).(*array.Date32).Date32Values()
		s.knownTo.of(b.Column(at[10]))
	})
}

// held is what is kept of one person while events stream by.
type held struct {
	who           population.Person
	registrations []population.Interval
	residences    []population.Interval
	spells        []population.Spell // in order of start
	documents     []document         // in order of day
	sources       uint8
}

// document is one version of a document.
type document struct {
	day, end           engine.Day // end is Forever while it goes on
	code               engine.Code
	category, status   uint8
	knownFrom, knownTo engine.Day
}

// hold reads the person at the cursor and all rows but events.
func (s *streams) hold(h *held) error {
	i := s.person.i
	h.who = population.Person{ID: engine.Person(s.person.person[i]), BirthMonth: s.birth.at(i, engine.NoDay), DeathDay: s.death.at(i, engine.NoDay), Sex: engine.Sex(s.sex[i])}
	if e := s.ethnic.Value(i); e != "" && s.ethnic.IsValid(i) {
		h.who.Ethnic = e[0]
	}
	p := int64(h.who.ID)
	h.sources = s.sources[i]
	h.registrations, h.residences, h.spells, h.documents = h.registrations[:0], h.residences[:0], h.spells[:0], h.documents[:0]
	if err := s.registration.each(p, func(from, to int) error {
		for i := from; i < to; i++ {
			h.registrations = append(h.registrations, population.Interval{Code: engine.Code(s.practice[i]),
				From: s.regFrom.at(i, engine.NoDay), To: s.regTo.at(i, population.Forever)})
		}
		return nil
	}); err != nil {
		return err
	}
	if err := s.residence.each(p, func(from, to int) error {
		for i := from; i < to; i++ {
			h.residences = append(h.residences, population.Interval{Code: engine.Code(s.area[i]), CareHome: s.careHome[i], IMD: s.decile[i],
				From: s.resFrom.at(i, engine.NoDay), To: s.resTo.at(i, population.Forever)})
		}
		return nil
	}); err != nil {
		return err
	}
	if err := s.spell.each(p, func(from, to int) error {
		for i := from; i < to; i++ {
			x := population.Spell{Kind: engine.SpellKind(s.spellKind[i]), Start: s.start.at(i, engine.NoDay), End: s.end.at(i, engine.NoDay),
				CIS: s.cis[i], First: s.first[i] == 1, Specialty: engine.Code(s.specialty[i]), Attended: s.attended[i],
				KnownFrom: s.spellFrom.at(i, engine.NoDay), KnownTo: s.spellTo.at(i, population.Forever), Arrival: engine.Code(s.arrival[i])}
			if s.destination.IsValid(i) {
				x.Destination = uint64(plan.Shorten(s.destination.Value(i)))
			}
			if n := len(h.spells); n > 0 && h.spells[n-1].Start > x.Start {
				return s.spell.disorder()
			}
			h.spells = append(h.spells, x)
		}
		return nil
	}); err != nil {
		return err
	}
	return s.document.each(p, func(from, to int) error {
		for i := from; i < to; i++ {
			x := document{day: s.docDay.at(i, engine.NoDay), end: s.docEnd.at(i, population.Forever), code: engine.Code(s.docType[i]),
				category: s.docCategory[i], status: s.docStatus[i], knownFrom: s.docFrom.at(i, engine.NoDay), knownTo: s.docTo.at(i, population.Forever)}
			if n := len(h.documents); n > 0 && h.documents[n-1].day > x.day {
				return s.document.disorder()
			}
			h.documents = append(h.documents, x)
		}
		return nil
	})
}
