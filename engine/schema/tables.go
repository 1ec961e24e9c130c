package schema

import "leftshift/engine"

// The landed tables. Each is declared once, as a struct whose fields carry
// the column's name, meaning and constraint; Arrow schema, row checks,
// SCHEMA.md and the curated form come from here.
//
// Column types follow from Go types: engine.Day is DATE (NoDay is null),
// int64 kinds are BIGINT, uint8 kinds UTINYINT, string VARCHAR, Number a
// nullable BIGINT, float64 a nullable DOUBLE (NaN is null). Constraints in `check`: required (not zero, not null),
// from1900 (a day between 1900-01-01 and 2199-12-31 if not null).

// Number is an integer that may be absent.
type Number struct {
	N     int64
	Known bool
}

// Version is what every landed row says about the record it came from. The
// writer fills it; extractors do not.
type Version struct {
	Subject    engine.Subject    `col:"subject" check:"required" say:"whom the source record is about, in the source's own terms"`
	Record     int64             `col:"record" check:"required" say:"the source record's own identity: the same for every version of it"`
	Version    int64             `col:"version" check:"required" say:"hash of the content of this version of the source record"`
	Stamp      int64             `col:"stamp" say:"the source's own time of this version, microseconds since 1970 UTC; 0 when it gives none"`
	Known      engine.Day        `col:"known" check:"required,from1900" say:"the day this version became known to the record"`
	KnownBasis engine.KnownBasis `col:"known_basis" check:"required" say:"1 received that night, 2 recorded by the source, 3 declared lag model"`
}

// Link ties a subject to a person.
type Link struct {
	Version
	Person engine.Person `col:"person" check:"required" say:"the person whom the subject is"`
}

// PersonFact is what does not change about a person.
type PersonFact struct {
	Version
	BirthMonth     engine.Day `col:"birth_month" check:"from1900" say:"first day of the month of birth"`
	Sex            engine.Sex `col:"sex" say:"person stated gender: 1 male, 2 female, 9 indeterminate, 0 not known"`
	EthnicCategory string     `col:"ethnic_category" say:"NHS Data Dictionary ethnic category A to S; Z not stated; empty not known"`
	DeathDay       engine.Day `col:"death_day" check:"from1900" say:"day of death; null when no death is known; the last possible day when only a month or year is known"`
}

// Registration is an interval at a practice.
type Registration struct {
	Version
	Practice engine.Code `col:"practice" check:"required" say:"ODS code of the practice"`
	FromDay  engine.Day  `col:"from_day" check:"from1900" say:"first day registered; null when not known"`
	ToDay    engine.Day  `col:"to_day" check:"from1900" say:"last day registered; null while it goes on"`
}

// Residence is an interval in a small area.
type Residence struct {
	Version
	Area     engine.Code `col:"area" say:"LSOA code; 0 when the address gives none"`
	CareHome uint8       `col:"care_home" say:"1 lives in a care home, 0 does not or not known"`
	FromDay  engine.Day  `col:"from_day" check:"from1900" say:"first day; null when not known"`
	ToDay    engine.Day  `col:"to_day" check:"from1900" say:"last day; null while it goes on"`
}

// Event is a dated coded fact.
type Event struct {
	Version
	Kind         engine.EventKind `col:"kind" check:"required" say:"1 problem, 2 observation, 3 medication, 4 allergy, 5 immunisation, 6 procedure, 7 referral, 8 contact, 9 diagnosis, 10 flag"`
	Day          engine.Day       `col:"day" check:"required,from1900" say:"the day it happened; the first possible day of a partial date"`
	LastDay      engine.Day       `col:"last_day" check:"required,from1900" say:"the last possible day it happened; equal to day when the date is whole"`
	EndDay       engine.Day       `col:"end_day" check:"from1900" say:"the day it ended or was resolved; null when it goes on or has no length"`
	Code         engine.Code      `col:"code" say:"key of system and code (dictionary table code); 0 when there is none"`
	Value        Number           `col:"value" say:"measured value: an integer in the analyte's canonical unit and scale, or thousandths of the unit given when the code is no known analyte"`
	Unit         engine.Code      `col:"unit" say:"key of the UCUM unit as given, when the code is no known analyte; 0 otherwise"`
	Status       engine.Status    `col:"status" say:"1 active, 2 ended, 3 completed, 4 did not attend, 5 cancelled, 6 planned, 0 none given"`
	Mode         engine.Mode      `col:"mode" say:"medium of a contact: 1 face to face, 2 telephone, 3 home visit, 4 online"`
	Position     uint8            `col:"position" say:"of a diagnosis or procedure in its episode: 1 primary, 2 and on secondary; 0 otherwise"`
	Episode      int64            `col:"episode" say:"record of the episode that holds it; 0 for none"`
	Organisation engine.Code      `col:"organisation" say:"ODS code of who did or recorded it; 0 not known"`
}

// Episode is one consultant episode, attendance, appointment, call, incident,
// contact or interval of care, as sent. Curation makes provider spells and
// continuous inpatient spells of consultant episodes; every other is a spell.
type Episode struct {
	Version
	Kind            engine.EpisodeKind `col:"kind" check:"required" say:"1 admitted, 2 emergency department, 3 same-day emergency care, 4 outpatient, 5 111, 6 ambulance, 7 community, 8 mental health, 9 social care, 10 drug and alcohol"`
	Spell           int64              `col:"spell" check:"required" say:"key of provider and provider spell number; the record itself when the source has no spells"`
	Number          int64              `col:"number" say:"episode number within the spell, from 1; 0 when not given"`
	StartDay        engine.Day         `col:"start_day" check:"required,from1900" say:"start of the episode"`
	EndDay          engine.Day         `col:"end_day" check:"from1900" say:"end of the episode; null while open"`
	SpellStart      engine.Day         `col:"spell_start" check:"from1900" say:"start of the spell; null when the source has no spells"`
	SpellEnd        engine.Day         `col:"spell_end" check:"from1900" say:"discharge; null while open or not given"`
	AdmissionMethod string             `col:"admission_method" say:"NHS Data Dictionary admission method; empty when not given"`
	Classification  uint8              `col:"classification" say:"patient classification: 1 ordinary, 2 day case, 3 regular day, 4 regular night, 5 mother and baby using delivery facilities only; 0 not given"`
	AdmissionSource string             `col:"admission_source" say:"source of admission; empty when not given"`
	DischargeMethod string             `col:"discharge_method" say:"method of discharge; 4 died; empty when not given"`
	Destination     string             `col:"destination" say:"discharge destination; of an ambulance incident the site that received the person; empty when not given"`
	Specialty       engine.Code        `col:"specialty" say:"treatment function (nhsdd); of a community or mental health service its type (nhsdd), of social care and of drug and alcohol care the kind of service or treatment (text), of an ambulance incident the complaint (snomed); 0 not given"`
	Attended        uint8              `col:"attended" say:"appointment or contact: 5 or 6 seen, 3 did not attend, 2 cancelled by patient, 4 cancelled by provider, 7 patient late not seen; community, mental health, drug and alcohol: 8 an interval under the service, from referral to discharge; ambulance: 10 conveyed to an emergency department, 11 conveyed elsewhere, 12 seen and not conveyed, 13 closed by telephone; 111: 14 ambulance sent, 15 to an emergency department, 16 to primary care, 17 to another service, 18 self-care; social care: 20 request, 21 assessment, 22 service, 23 review; 0 not given"`
	ArrivalMode     engine.Code        `col:"arrival_mode" say:"emergency arrival mode (snomed or nhsdd); of a community or mental health contact its consultation mechanism, of an ambulance incident its response category (nhsdd); 0 not given"`
	Provider        engine.Code        `col:"provider" say:"ODS code of the provider; 0 not known"`
}

// Document is a pointer to a document, plan or summary: never its text.
type Document struct {
	Version
	Type      engine.Code   `col:"type" say:"kind of document or plan"`
	Day       engine.Day    `col:"day" check:"required,from1900" say:"the day it was made"`
	EndDay    engine.Day    `col:"end_day" check:"from1900" say:"the day it ceases or is superseded; null while current"`
	Status    engine.Status `col:"status" say:"1 active, 2 ended, 3 completed, 5 cancelled, 6 planned"`
	Category  uint8         `col:"category" say:"1 document pointer, 2 care plan, 3 composition or summary"`
	Custodian engine.Code   `col:"custodian" say:"ODS code of who holds it; 0 not known"`
}

// Organisation is a dated fact about an ODS organisation.
type Organisation struct {
	Version
	Code      engine.Code `col:"organisation" check:"required" say:"key of its ODS code"`
	ODS       string      `col:"ods_code" check:"required" say:"its ODS code"`
	Name      string      `col:"name" say:"its name"`
	Role      string      `col:"role" say:"gp_practice, pcn, nhs_trust, icb or empty"`
	Parent    engine.Code `col:"parent" say:"ODS code of the parent; 0 none"`
	Successor engine.Code `col:"successor" say:"ODS code of the successor; 0 none"`
	FromDay   engine.Day  `col:"from_day" check:"from1900" say:"opened; null not known"`
	ToDay     engine.Day  `col:"to_day" check:"from1900" say:"closed; null open"`
}

// Team ties a neighbourhood team to a practice for an interval; many to many.
type Team struct {
	Version
	Team     string      `col:"team" check:"required" say:"the team's identifier"`
	Name     string      `col:"name" say:"its name"`
	Practice engine.Code `col:"practice" check:"required" say:"ODS code of the practice"`
	Capacity int64       `col:"capacity" say:"people the team can work from one list; 0 not given"`
	FromDay  engine.Day  `col:"from_day" check:"from1900" say:"first day; null not known"`
	ToDay    engine.Day  `col:"to_day" check:"from1900" say:"last day; null goes on"`
}

// Area is a small area in one edition of the index of multiple deprivation.
type Area struct {
	Version
	Area    engine.Code `col:"area" check:"required" say:"key of the LSOA code"`
	LSOA    string      `col:"lsoa" check:"required" say:"LSOA code"`
	Name    string      `col:"name" say:"its name"`
	Edition int64       `col:"imd_edition" say:"year of the index of multiple deprivation"`
	Rank    int64       `col:"imd_rank" say:"1 is the most deprived; 0 not given"`
	Decile  int64       `col:"imd_decile" say:"1 is the most deprived tenth; 0 not given"`
}

// CodeText is the dictionary of code keys.
type CodeText struct {
	Key     engine.Code   `col:"code" check:"required" say:"key of system and code"`
	System  engine.System `col:"system" check:"required" say:"code system"`
	Text    string        `col:"text" check:"required" say:"the code as text"`
	Display string        `col:"display" say:"the source's words for it, where given; not for coded facts that stand as text only"`
}

// Retraction ends every row of earlier versions of a record in the tables of
// the mask.
type Retraction struct {
	Version
	Tables int64 `col:"tables" check:"required" say:"bit mask of schema.TableID: the tables in which earlier versions of the record end"`
}

// SubjectCount counts the source records of one batch about one subject.
type SubjectCount struct {
	Subject engine.Subject `col:"subject" check:"required" say:"the subject"`
	Records int64          `col:"records" check:"required" say:"source records of the batch about the subject"`
}

// Quarantine is one source record that could not be used.
type Quarantine struct {
	Position int64  `col:"position" say:"line (from 1) of a text file, row of a table, entry of a Bundle (from 1)"`
	Reason   string `col:"reason" check:"required" say:"coded reason"`
	Field    string `col:"field" say:"the element or column at fault; empty for the whole record"`
}

// TableID numbers the landed tables.
type TableID uint8

const (
	TableLink TableID = iota
	TablePerson
	TableRegistration
	TableResidence
	TableEvent
	TableEpisode
	TableDocument
	TableOrganisation
	TableTeam
	TableArea
	TableCode
	TableRetraction
	TableSubject
	TableQuarantine
	NumTables
)

// Landed lists the landed tables by TableID.
var Landed = [NumTables]*Table{
	declare("link", "Which person a source's subject is.", Link{}),
	declare("person", "What does not change about a person.", PersonFact{}),
	declare("registration", "Intervals of registration with a practice.", Registration{}),
	declare("residence", "Intervals of residence in a small area or care home.", Residence{}),
	declare("event", "Dated coded facts.", Event{}),
	declare("episode", "Episodes of care as sent: consultant episodes, attendances, appointments, calls, incidents, referrals, contacts, services.", Episode{}),
	declare("document", "Pointers to documents, care plans and summaries; never their text.", Document{}),
	declare("organisation", "Organisations, with parents and successors.", Organisation{}),
	declare("team", "Neighbourhood teams and their practices.", Team{}),
	declare("area", "Small areas and deprivation, by edition.", Area{}),
	declare("code", "Dictionary of code keys.", CodeText{}),
	declare("retraction", "Records withdrawn or emptied by a later version.", Retraction{}),
	declare("subject", "Source records of a batch by subject.", SubjectCount{}),
	declare("quarantine", "Source records that could not be used, by position and reason.", Quarantine{}),
}
