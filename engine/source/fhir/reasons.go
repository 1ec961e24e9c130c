package fhir

// Reason is a stable code and what it means.
type Reason struct {
	Code string
	Kind string // stops, quarantined, reference or note
	Say  string
}

// Reasons lists every code of this package: what stops a file, what
// quarantines a record, what makes it reference only, and what is noted
// beside a record that was taken. The row checks of the schema add date-missing,
// date-out-of-range and value-missing.
var Reasons = []Reason{
	{"file-empty", "stops", "the file holds no records; check the export, or declare that it may be empty"},
	{"format-utf16", "stops", "the file is UTF-16; FHIR is UTF-8: export it again as UTF-8"},
	{"format-compressed", "stops", "the file is compressed; unpack it, or, if it is gzip, give it its suffix .gz"},
	{"format-xml", "stops", "the file is XML; have it exported as JSON"},
	{"format-array", "stops", "the file is a JSON array, which is no FHIR; send NDJSON or a Bundle"},
	{"read-failed", "stops", "the file could not be read to its end; check the disk and send it again"},
	{"bundle-truncated", "stops", "the Bundle breaks off, so its entries cannot be counted; send it again"},
	{"bundle-malformed", "stops", "the Bundle is not well formed outside its entries, so they cannot be counted; export it again"},
	{"bundle-too-large", "stops", "the Bundle is larger than the limit; export NDJSON, or raise the limit"},
	{"document-trailing", "stops", "more text follows after the JSON document; send one document a file, or NDJSON"},

	{"json-truncated", "quarantined", "the JSON breaks off"},
	{"json-syntax", "quarantined", "the JSON is not well formed"},
	{"json-trailing", "quarantined", "more text follows after the JSON"},
	{"json-duplicate-name", "quarantined", "an object has the same name twice, so what it says is not clear"},
	{"json-number", "quarantined", "a number is not written as JSON has it, such as 01"},
	{"json-control", "quarantined", "a string holds a bare control character"},
	{"json-depth", "quarantined", "nested deeper than the limit"},
	{"json-dense", "quarantined", "holds more values than its length can in any record"},
	{"json-not-object", "quarantined", "the record is not a JSON object"},
	{"utf8-invalid", "quarantined", "the text is not UTF-8"},
	{"nul", "quarantined", "a string holds a NUL"},
	{"line-too-long", "quarantined", "the line is longer than the limit; it was passed over"},
	{"resource-missing", "quarantined", "the entry holds no resource"},
	{"resource-type-missing", "quarantined", "the record has no resourceType"},
	{"resource-type-unknown", "quarantined", "the resourceType is none of FHIR's"},
	{"deletion-without-subject", "quarantined", "the entry deletes a record without saying whom it was about, so nothing is ended; ask for the record with status entered-in-error"},
	{"modifier-extension", "quarantined", "the record has a modifier extension, which may turn its meaning round"},
	{"type-wrong", "quarantined", "an element that is used has the wrong JSON type"},
	{"date-invalid", "quarantined", "a date that is used is no date"},
	{"date-missing", "quarantined", "no date says when it happened"},
	{"period-inverted", "quarantined", "a period ends before it begins"},
	{"subject-missing", "quarantined", "the record does not say whom it is about"},
	{"subject-unresolved", "quarantined", "the reference to the patient leads nowhere that can be told"},
	{"identifier-missing", "quarantined", "the patient has no identifier of the declared system"},
	{"identifier-ambiguous", "quarantined", "the patient has two current identifiers of the declared system"},
	{"nhs-number-invalid", "quarantined", "the NHS number fails the Modulus 11 check"},
	{"nhs-number-conflict", "quarantined", "the NHS number's verification status says that tracing failed or conflicts (04, 05)"},

	{"reference", "reference", "about no person, by type after the colon"},
	{"type-not-mapped", "reference", "holds no fact that the record keeps, by type after the colon"},
	{"subject-not-a-person", "reference", "about a group, a place or a device"},

	{"bom", "note", "the file begins with a byte order mark, which was passed over"},
	{"entered-in-error", "note", "withdrawn by its source: what it said before ends"},
	{"deleted", "note", "deleted at its source: what it said before ends"},
	{"condition-refuted", "note", "a condition that was refuted: no fact"},
	{"condition-provisional", "note", "a provisional condition: no fact"},
	{"condition-differential", "note", "a differential diagnosis: no fact"},
	{"condition-unconfirmed", "note", "an unconfirmed condition: no fact"},
	{"allergy-refuted", "note", "an allergy that was refuted: no fact"},
	{"none-known", "note", "states that none of its kind is known: no fact"},
	{"immunization-not-done", "note", "a vaccine not given: no fact"},
	{"procedure-not-done", "note", "a procedure not done: no fact"},
	{"observation-cancelled", "note", "an observation cancelled: no fact"},
	{"medication-not-taken", "note", "a medicine not taken: no fact"},
	{"medication-option", "note", "one of several medicines considered: no fact"},
	{"medication-unresolved", "note", "the medicine is a reference that leads elsewhere: an event without a code"},
	{"dispense-not-made", "note", "a supply owed or cancelled, without a date: no fact"},
	{"request-not-to-perform", "note", "a request not to do something: no fact"},
	{"request-for-test", "note", "a request for a test, which is no referral: no fact"},
	{"encounter-planned", "note", "a planned admission or attendance, or one without a date: no fact"},
	{"encounter-cancelled", "note", "a cancelled admission or attendance, or one without a date: no fact"},
	{"admission-method-missing", "note", "an admission without a method: whether it was an emergency is not known"},
	{"diagnosis-elsewhere", "note", "a diagnosis of an encounter is a Condition outside the Bundle: it lands with that Condition"},
	{"end-missing", "note", "finished, without an end date: stands as open"},
	{"end-never", "note", "an end in the year 9999 means none"},
	{"day-of-document", "note", "an undated statement of a document, dated by the document"},
	{"recorded-after-night", "note", "recorded after the as-of date of the night it landed in: not known before that day"},
	{"code-missing", "note", "a fact without a code"},
	{"code-malformed", "note", "a code that cannot be one of its system was passed over"},
	{"text-only", "note", "a concept in words only: kept as a keyed hash of them"},
	{"value-absent", "note", "the value is stated to be absent"},
	{"value-missing", "note", "a quantity without a value"},
	{"value-negated", "note", "observed not to be so: no fact"},
	{"value-text", "note", "a value in words is not kept"},
	{"value-form", "note", "a value in a form that is not kept (a range, a ratio, a time)"},
	{"value-comparator", "note", "a value beyond a limit of its method (<, >) is not kept"},
	{"value-not-a-number", "note", "a value that is no number that fits"},
	{"unit-missing", "note", "a value of a known analyte without a unit is not kept"},
	{"unit-unknown", "note", "a value of a known analyte in an unknown unit is not kept"},
	{"value-implausible", "note", "a value of a known analyte that no living person has is not kept"},
	{"section-without-entries", "note", "a section of a document in words only: its facts are not extracted"},
	{"restricted", "note", "labelled restricted: address, area and telephone are not kept"},
	{"nhs-number-not-verified", "note", "the NHS number's verification status is neither 01 nor a conflict"},
	{"birth-month-unknown", "note", "the birth date is a year only: no birth month"},
	{"ethnic-category-unknown", "note", "the ethnic category is none of the NHS Data Dictionary's"},
	{"death-removed", "note", "the death notification was removed: the person lives"},
	{"death-day-unknown", "note", "dead, without a date: by the day it was known"},
	{"practice-unresolved", "note", "the practice is a reference that leads elsewhere"},
	{"postcode-unknown", "note", "no area is known for the postcode"},
	{"organisation", "note", "an organisation with an ODS code, kept in the organisation table"},
	{"profile-stu3", "note", "declares an STU3 profile and was read as R4"},
}

func say(code string) string {
	for _, r := range Reasons {
		if r.Code == code {
			return r.Say
		}
	}
	return code
}
