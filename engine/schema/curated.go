package schema

import "leftshift/engine"

// Knowledge is the interval in which a curated row is what the record knew:
// from KnownFrom, up to and not including KnownTo.
type Knowledge struct {
	Source     string            `col:"source" say:"the source, as named in the configuration; the first by name where several hold the same fact"`
	KnownFrom  engine.Day        `col:"known_from" check:"required" say:"the day this version became known"`
	KnownTo    engine.Day        `col:"known_to" say:"the day a later version or a retraction ended it; null while it stands"`
	KnownBasis engine.KnownBasis `col:"known_basis" say:"1 received that night, 2 recorded by the source, 3 declared lag model"`
}

// CuratedPerson is one row a person, as known on the night.
type CuratedPerson struct {
	Person         engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	BirthMonth     engine.Day    `col:"birth_month" say:"first day of the month of birth"`
	Sex            engine.Sex    `col:"sex" say:"1 male, 2 female, 9 indeterminate, 0 not known"`
	EthnicCategory string        `col:"ethnic_category" say:"A to S; Z not stated; empty not known"`
	DeathDay       engine.Day    `col:"death_day" say:"day of death; null when no death is known"`
	DeathKnown     engine.Day    `col:"death_known" say:"the day on which the death became known"`
	Sources        uint8         `col:"sources" say:"number of sources that describe the person"`
}

// CuratedRegistration is an interval at a practice; a practice that closed
// into a successor ends there and goes on at the successor.
type CuratedRegistration struct {
	Person   engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Practice engine.Code   `col:"practice" check:"required" say:"ODS code of the practice"`
	FromDay  engine.Day    `col:"from_day" say:"first day; null when not known"`
	ToDay    engine.Day    `col:"to_day" say:"last day; null while it goes on"`
}

// CuratedResidence is an interval in a small area.
type CuratedResidence struct {
	Person    engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Area      engine.Code   `col:"area" say:"LSOA; 0 not known"`
	CareHome  uint8         `col:"care_home" say:"1 lives in a care home"`
	FromDay   engine.Day    `col:"from_day" say:"first day; null when not known"`
	ToDay     engine.Day    `col:"to_day" say:"last day; null while it goes on"`
	IMDDecile uint8         `col:"imd_decile" say:"tenth of deprivation in the newest edition held, 1 the most deprived; 0 not known"`
}

// CuratedEvent is a dated coded fact. Facts alike in person, kind, days,
// code, value, unit, status, mode, position and (for contacts) organisation
// are one fact.
type CuratedEvent struct {
	Person       engine.Person    `col:"person" check:"required" say:"keyed pseudonym"`
	Day          engine.Day       `col:"day" check:"required" say:"the day it happened; the first possible day of a partial date"`
	LastDay      engine.Day       `col:"last_day" check:"required" say:"the last possible day it happened"`
	Kind         engine.EventKind `col:"kind" check:"required" say:"see the landed table"`
	Code         engine.Code      `col:"code" say:"key of system and code; 0 none"`
	Value        Number           `col:"value" say:"integer in the analyte's canonical unit and scale"`
	Unit         engine.Code      `col:"unit" say:"unit as given, when the code is no known analyte"`
	Status       engine.Status    `col:"status" say:"see the landed table"`
	Mode         engine.Mode      `col:"mode" say:"medium of a contact"`
	Position     uint8            `col:"position" say:"1 primary, 2 and on secondary"`
	EndDay       engine.Day       `col:"end_day" say:"the day it ended"`
	Episode      int64            `col:"episode" say:"record of the episode that holds it"`
	Organisation engine.Code      `col:"organisation" say:"who did or recorded it"`
	Knowledge
}

// CuratedSpell is a provider spell, or one attendance, appointment, call,
// incident, contact or interval of care.
type CuratedSpell struct {
	Person          engine.Person    `col:"person" check:"required" say:"keyed pseudonym"`
	StartDay        engine.Day       `col:"start_day" check:"required" say:"admission, arrival, call, contact or start of the interval"`
	EndDay          engine.Day       `col:"end_day" say:"discharge, departure or end of the interval; null while open"`
	Kind            engine.SpellKind `col:"kind" check:"required" say:"1 emergency, 2 elective, 3 day case, 4 maternity, 5 birth, 6 transfer, 7 same-day emergency care, 8 emergency department, 9 outpatient, 10 other, 11 111, 12 ambulance, 13 community, 14 mental health, 15 social care, 16 drug and alcohol"`
	Spell           int64            `col:"spell" check:"required" say:"key of the provider spell"`
	CIS             int64            `col:"cis" say:"key of the continuous inpatient spell: that of its first provider spell; 0 for what is no admission"`
	CISFirst        uint8            `col:"cis_first" say:"1 when this spell begins its continuous inpatient spell"`
	Episodes        uint8            `col:"episodes" say:"consultant episodes in the spell"`
	AdmissionMethod string           `col:"admission_method" say:"of the first episode"`
	Classification  uint8            `col:"classification" say:"patient classification of the first episode"`
	AdmissionSource string           `col:"admission_source" say:"of the first episode"`
	DischargeMethod string           `col:"discharge_method" say:"of the last episode"`
	Destination     string           `col:"destination" say:"of the last episode"`
	Specialty       engine.Code      `col:"specialty" say:"treatment function of the first episode, or type of service; see the landed table"`
	Attended        uint8            `col:"attended" say:"outcome; see the landed table"`
	ArrivalMode     engine.Code      `col:"arrival_mode" say:"emergency arrival mode; see the landed table for other kinds"`
	Provider        engine.Code      `col:"provider" say:"provider of the first episode"`
	Knowledge
}

// CuratedDocument is a pointer to a document, plan or summary.
type CuratedDocument struct {
	Person    engine.Person `col:"person" check:"required" say:"keyed pseudonym"`
	Day       engine.Day    `col:"day" check:"required" say:"the day it was made"`
	EndDay    engine.Day    `col:"end_day" say:"the day it ceases"`
	Type      engine.Code   `col:"type" say:"kind of document or plan"`
	Category  uint8         `col:"category" say:"1 document pointer, 2 care plan, 3 composition or summary"`
	Status    engine.Status `col:"status" say:"see the landed table"`
	Custodian engine.Code   `col:"custodian" say:"who holds it"`
	Knowledge
}

// CuratedOrganisation, CuratedTeam and CuratedArea are the newest versions of
// the reference tables.
type CuratedOrganisation struct {
	Organisation engine.Code `col:"organisation" check:"required" say:"key of its ODS code"`
	ODS          string      `col:"ods_code" say:"its ODS code"`
	Name         string      `col:"name" say:"its name"`
	Role         string      `col:"role" say:"gp_practice, pcn, nhs_trust, icb or empty"`
	Parent       engine.Code `col:"parent" say:"parent; 0 none"`
	Successor    engine.Code `col:"successor" say:"successor; 0 none"`
	FromDay      engine.Day  `col:"from_day" say:"opened"`
	ToDay        engine.Day  `col:"to_day" say:"closed; null open"`
}

type CuratedTeam struct {
	Team     string      `col:"team" check:"required" say:"the team's identifier"`
	Name     string      `col:"name" say:"its name"`
	Practice engine.Code `col:"practice" check:"required" say:"practice it serves"`
	Capacity int64       `col:"capacity" say:"people it can work from one list; 0 not given"`
	FromDay  engine.Day  `col:"from_day" say:"first day"`
	ToDay    engine.Day  `col:"to_day" say:"last day"`
}

type CuratedArea struct {
	Area    engine.Code `col:"area" check:"required" say:"key of the LSOA code"`
	LSOA    string      `col:"lsoa" say:"LSOA code"`
	Name    string      `col:"name" say:"its name"`
	Edition int64       `col:"imd_edition" say:"year of the index"`
	Rank    int64       `col:"imd_rank" say:"1 the most deprived"`
	Decile  int64       `col:"imd_decile" say:"1 the most deprived tenth"`
}

// Bucketed is how many of the curated tables are kept in buckets.
const Bucketed = 6

// Curated lists the curated tables. The first six (Bucketed) are kept in buckets by
// person; the rest are one file each.
var Curated = []*Table{
	declare("person", "One row a person, as known on the night.", CuratedPerson{}),
	declare("registration", "Intervals of registration with a practice, as finally known.", CuratedRegistration{}),
	declare("residence", "Intervals of residence, as finally known.", CuratedResidence{}),
	declare("event", "Dated coded facts, by version.", CuratedEvent{}),
	declare("spell", "Provider spells, attendances, appointments and other care, by version.", CuratedSpell{}),
	declare("document", "Pointers to documents and plans, by version.", CuratedDocument{}),
	declare("organisation", "Organisations, newest version.", CuratedOrganisation{}),
	declare("team", "Neighbourhood teams and their practices, newest version.", CuratedTeam{}),
	declare("area", "Small areas and deprivation, by edition.", CuratedArea{}),
	declare("code", "Dictionary of code keys.", CodeText{}),
}

// CuratedTable finds a curated table by name, or nil.
func CuratedTable(name string) *Table {
	for _, t := range Curated {
		if t.Name == name {
			return t
		}
	}
	return nil
}
