package flat

import "sort"

// Reason is a coded reason that a batch of this package may count.
type Reason struct {
	Code string
	Say  string
	// Quarantines says that a record with it cannot be used; otherwise the
	// reason is counted beside a record that is.
	Quarantines bool
}

const (
	utf8Invalid       = "utf8-invalid"
	nulByte           = "nul-byte"
	controlCharacter  = "control-character"
	quoteMalformed    = "quote-malformed"
	recordTooLong     = "record-too-long"
	rowWidth          = "row-width"
	recordIDMissing   = "record-id-missing"
	subjectMissing    = "subject-missing"
	nhsNumberMissing  = "nhs-number-missing"
	nhsNumberInvalid  = "nhs-number-invalid"
	dateMalformed     = "date-malformed"
	datePartial       = "date-partial"
	numberMalformed   = "number-malformed"
	numberOutOfRange  = "number-out-of-range"
	datesOutOfOrder   = "dates-out-of-order"
	valueNotListed    = "value-not-listed"
	valueUnmapped     = "value-unmapped"
	valueAbsent       = "value-absent"
	codeMalformed     = "code-malformed"
	postcodeUnknown   = "postcode-unknown"
	keyIncomplete     = "key-incomplete"
	retracted         = "retracted"
	byteOrderMark     = "byte-order-mark"
	blankLine         = "blank-line"
	headerOnly        = "header-only"
	columnNotDeclared = "column-not-declared"
	laterInFile       = "superseded-in-file"
)

var reasons = []Reason{
	{utf8Invalid, "the record is not UTF-8; have the file exported as UTF-8", true},
	{nulByte, "the record holds a zero byte", true},
	{controlCharacter, "the record holds a carriage return outside quotes that ends no line", true},
	{quoteMalformed, "a quote stands inside a field without quotes, or text follows a closing quote; the line is left out and reading goes on at the next", true},
	{recordTooLong, "the record is longer than 1 MiB", true},
	{rowWidth, "the record has not as many fields as the header", true},
	{recordIDMissing, "the record does not name itself", true},
	{subjectMissing, "the record does not say whom it is about", true},
	{nhsNumberMissing, "the record has no NHS number", true},
	{nhsNumberInvalid, "the NHS number is not ten digits that pass Modulus 11", true},
	{dateMalformed, "a date is not in the declared format, or there is no such day", true},
	{datePartial, "a date gives a year or month only where a whole date is declared", true},
	{numberMalformed, "a number is not a whole number in digits", true},
	{numberOutOfRange, "a number does not fit its column", true},
	{datesOutOfOrder, "an end lies before its start", true},
	{valueNotListed, "a value is not among those that the map lists", true},
	{"date-missing", "a date that the record needs is empty", true},
	{"date-out-of-range", "a date lies outside 1900 to 2199", true},
	{"value-missing", "a value that the record needs is empty", true},

	{valueUnmapped, "a value is not among those that the map lists and was left blank", false},
	{valueAbsent, "a measurement came without a value", false},
	{"value-not-a-number", "a measurement's value is not a number; the event has no value", false},
	{"value-implausible", "a measurement's value is beyond what a person can have; the event has no value", false},
	{"unit-missing", "a measurement's unit is empty; the event has no value", false},
	{"unit-unknown", "a measurement's unit has no declared conversion; the event has no value", false},
	{codeMalformed, "a code has not the shape of its system; it was kept as it is", false},
	{postcodeUnknown, "a postcode is not in the postcode table; the area is not known", false},
	{keyIncomplete, "a part of a key to other records is empty; the record stands by itself", false},
	{retracted, "a record was withdrawn by its source", false},
	{byteOrderMark, "the file began with a byte order mark", false},
	{blankLine, "an empty line was passed over", false},
	{headerOnly, "the file has a header and no records", false},
	{columnNotDeclared, "the file has a column that the map does not declare; it was not read", false},
	{laterInFile, "a later row of the file has the same record id", false},
}

// Reasons lists every coded reason, by code.
func Reasons() []Reason {
	out := append([]Reason(nil), reasons...)
	sort.Slice(out, func(i, j int) bool { return out[i].Code < out[j].Code })
	return out
}
