// Package flatout writes the records of place B: flat files of the practices in a
// shape of their own, and hospital activity as the Secondary Uses Service has it.
//
// Practice files (dates are ISO, an empty cell is missing; a later row with the
// same record_id supersedes an earlier one; status entered-in-error withdraws):
//
//	patients.csv   one row for each registration, again when it changes; registered_to is the day on which it ended
//	problems.csv   status active or resolved; onset_date may be a year or a year and month
//	medicines.csv  status issued
//	values.csv     status final; value or unit may be missing; a coded statement (smoking) has neither
//	contacts.csv   mode surgery, telephone, home or online; outcome attended, did-not-attend or cancelled; status recorded
//
// Hospital files have the NHS Data Dictionary's names in upper snake case and the
// NHS number, but no date of receipt: a row is known 45 days after the end of the
// stay or attendance. apc.csv has one row for each consultant episode; a spell
// still open on the night has neither end nor discharge, and comes again with the
// same CDS_RECORD_ID when it is over. ICD-10 has four characters without a dot.
// Same-day emergency care is in apc.csv with LOCAL_SDEC_FLAG Y until the trust
// changed over, then in ecds.csv with DEPARTMENT_TYPE 05.
//
// Other services have a file each, with the NHS number and no date of receipt
// (a row is known world.CareLags days after the call, the contact or the end of
// the interval; an interval that lasts longer comes first while it is open, known
// so many days after its start, and again with the same identifiers):
//
//	nhs111.csv         111 calls, in the words of one provider's extract
//	ambulance.csv      incidents, by the Ambulance Data Set's items
//	community.csv      referrals and care contacts of the Community Services Data Set
//	mental_health.csv  the same of the Mental Health Services Data Set
//	social_care.csv    client level data: requests, assessments, services, reviews
//	drug_alcohol.csv   treatment, with the national drug treatment data set's names; the NHS number is the service's own
//	documents.csv      pointers to documents and care plans, in a shape of its own
package flatout

import (
	"path/filepath"
	"strconv"

	"leftshift/engine/synth/stream"
	"leftshift/engine/synth/world"
)

const (
	patients = iota
	problems
	medicines
	values
	contacts
	apc
	ecds
	outpatients
	nhs111
	ambulance
	community
	mentalHealth
	socialCare
	drugAlcohol
	documents
	files
)

var names = [files]string{"patients.csv", "problems.csv", "medicines.csv", "values.csv", "contacts.csv", "apc.csv", "ecds.csv", "outpatients.csv",
	"nhs111.csv", "ambulance.csv", "community.csv", "mental_health.csv", "social_care.csv", "drug_alcohol.csv", "documents.csv"}

var headers = [files]string{
	"record_id,patient_id,nhs_number,birth_date,sex,ethnic_category,family_name,given_name,phone,postcode,practice_code,registered_from,registered_to,care_home,death_date,recorded_date\n",
	"record_id,patient_id,snomed_code,term,onset_date,end_date,status,recorded_date\n",
	"record_id,patient_id,dmd_code,bnf_code,medicine,issue_date,quantity,status,recorded_date\n",
	"record_id,patient_id,snomed_code,term,value,unit,taken_date,status,recorded_date\n",
	"record_id,patient_id,contact_date,mode,role,outcome,status,recorded_date\n",
	"CDS_RECORD_ID,NHS_NUMBER,PROVIDER_CODE,HOSPITAL_PROVIDER_SPELL_NUMBER,EPISODE_NUMBER,PATIENT_CLASSIFICATION_CODE,ADMISSION_METHOD_CODE,SOURCE_OF_ADMISSION_CODE,START_DATE_HOSPITAL_PROVIDER_SPELL,START_DATE_EPISODE,END_DATE_EPISODE,DISCHARGE_DATE_HOSPITAL_PROVIDER_SPELL,DISCHARGE_METHOD_CODE,DISCHARGE_DESTINATION_CODE,TREATMENT_FUNCTION_CODE,LOCAL_SDEC_FLAG,PRIMARY_DIAGNOSIS_ICD,SECONDARY_DIAGNOSIS_ICD_1,SECONDARY_DIAGNOSIS_ICD_2,SECONDARY_DIAGNOSIS_ICD_3,SECONDARY_DIAGNOSIS_ICD_4,SECONDARY_DIAGNOSIS_ICD_5,SECONDARY_DIAGNOSIS_ICD_6,SECONDARY_DIAGNOSIS_ICD_7,SECONDARY_DIAGNOSIS_ICD_8,SECONDARY_DIAGNOSIS_ICD_9,SECONDARY_DIAGNOSIS_ICD_10,SECONDARY_DIAGNOSIS_ICD_11,SECONDARY_DIAGNOSIS_ICD_12,PRIMARY_PROCEDURE_OPCS,PRIMARY_PROCEDURE_DATE\n",
	"CDS_RECORD_ID,NHS_NUMBER,PROVIDER_CODE,DEPARTMENT_TYPE,ARRIVAL_DATE,ARRIVAL_TIME,DEPARTURE_DATE,DEPARTURE_TIME,ARRIVAL_MODE_CODE,ACUITY_CODE,CHIEF_COMPLAINT_CODE,DIAGNOSIS_CODE_1,DISCHARGE_STATUS_CODE,DISCHARGE_DESTINATION_CODE\n",
	"CDS_RECORD_ID,NHS_NUMBER,PROVIDER_CODE,APPOINTMENT_DATE,FIRST_ATTENDANCE_CODE,ATTENDED_CODE,TREATMENT_FUNCTION_CODE\n",
	"CASE_REF,NHS_NUMBER,PROVIDER_CODE,CALL_DATE,CALL_TIME,FINAL_DX_GROUP\n",
	"CALL_IDENTIFIER,NHS_NUMBER,PROVIDER_ORGANISATION_CODE,CALL_DATE,TIME_CALL_CONNECTED,REPORTING_RESPONSE_CATEGORY,TREATMENT_TYPE,CHIEF_COMPLAINT_CODE,RECEIVING_SITE_CODE\n",
	"ORGANISATION_IDENTIFIER_CODE_OF_PROVIDER,SERVICE_REQUEST_IDENTIFIER,CARE_CONTACT_IDENTIFIER,NHS_NUMBER,SERVICE_OR_TEAM_TYPE_REFERRED_TO_COMMUNITY_CARE,REFERRAL_REQUEST_RECEIVED_DATE,SERVICE_DISCHARGE_DATE,CARE_CONTACT_DATE,ATTENDANCE_STATUS,CONSULTATION_MECHANISM\n",
	"ORGANISATION_IDENTIFIER_CODE_OF_PROVIDER,SERVICE_REQUEST_IDENTIFIER,CARE_CONTACT_IDENTIFIER,NHS_NUMBER,SERVICE_OR_TEAM_TYPE_REFERRED_TO_MENTAL_HEALTH,REFERRAL_REQUEST_RECEIVED_DATE,SERVICE_DISCHARGE_DATE,CARE_CONTACT_DATE,ATTENDANCE_STATUS,CONSULTATION_MECHANISM_MENTAL_HEALTH\n",
	"Record_ID,LA_Code,NHS_Number,Event_Type,Event_Start_Date,Event_End_Date,Service_Type,Service_Component,Planned_units_per_week,Cost_Frequency_(Unit_Type)\n",
	"AGNCY,EPISODID,NHS_NUMBER,REFLD,MODAL,DISD\n",
	"record_id,nhs_number,type_code,type_term,category,made_date,end_date,status,custodian,recorded_date\n",
}

// Writer is the sink of place B.
type Writer struct {
	stream.Split // by the files of names

	w    *world.World
	hold world.Day
	b    []byte
}

// New writes into folder what is known by the day hold, and into later (no files
// when hold is the last day) the rest.
func New(w *world.World, folder, later string, hold world.Day) *Writer {
	x := &Writer{w: w, hold: hold, Split: stream.Split{NoLater: hold >= w.Calendar.End()}}
	for i := range names {
		x.Base = append(x.Base, stream.File(filepath.Clean(folder), names[i], headers[i]))
		x.Later = append(x.Later, stream.File(filepath.Clean(later), names[i], headers[i]))
	}
	return x
}

// put ends the row and writes it.
func (x *Writer) put(file int, known world.Day, b []byte) {
	b[len(b)-1] = '\n' // in place of the last comma
	x.Split.Write(file, known > x.hold, b)
	x.b = b
}

// AppendID writes a record number as 16 hexadecimal digits.
func AppendID(b []byte, id uint64) []byte {
	const hex = "0123456789abcdef"
	for s := 60; s >= 0; s -= 4 {
		b = append(b, hex[id>>s&15])
	}
	return b
}

func appendID(b []byte, id uint64) []byte { return append(AppendID(b, id), ',') }

// AppendPatient writes the place's own number of the person.
func AppendPatient(b []byte, index int) []byte {
	n := uint64(index)*7 + 10_000_003
	b = append(b, 'B')
	return strconv.AppendUint(b, n, 10)
}

func appendPatient(b []byte, index int) []byte { return append(AppendPatient(b, index), ',') }

func appendText(b []byte, s string) []byte { return append(append(b, s...), ',') }

func appendDay(b []byte, d world.Day) []byte {
	if d != world.Never {
		b = d.AppendDate(b)
	}
	return append(b, ',')
}

func (x *Writer) start(h *world.Header) []byte {
	return appendPatient(appendID(x.b[:0], h.ID), h.Person.Index)
}

func status(h *world.Header, otherwise string) string {
	if h.Withdrawn {
		return "entered-in-error"
	}
	return otherwise
}

// Number is the NHS number as a hospital row has it: a spoilt one differs in
// one digit, which one depends on the row.
func Number(h *world.Header) [10]byte {
	n := h.Person.Recorded
	if h.Spoilt {
		i := 3 + int(h.ID%7)
		n[i] = '0' + (n[i]-'0'+1)%10
	}
	return n
}

func number(b []byte, h *world.Header) []byte {
	n := Number(h)
	return append(append(b, n[:]...), ',')
}

// RegistrationID is the number of the row of a person's ith registration in
// the place, from 0.
func RegistrationID(index, i int) uint64 { return uint64(index)<<16 | uint64(i) + 1<<60 }
