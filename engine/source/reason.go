package source

// Reason is a coded reason that any batch may count, whatever extractor fills
// it. Each is counted beside the record, whether that is then taken or, for
// want of what was dropped, quarantined.
type Reason struct{ Code, Say string }

const (
	odsMalformed        = "ods-code-malformed"
	identifierInCode    = "identifier-in-code"
	identifierInDisplay = "identifier-in-display"
	ethnicUnknown       = "ethnic-category-unknown"
)

// Reasons lists them, by code.
var Reasons = []Reason{
	{ethnicUnknown, "an ethnic category is neither one capital letter nor 99; it was left blank"},
	{identifierInCode, "a code is ten digits that pass the check of an NHS number; there is no code"},
	{identifierInDisplay, "a name, or the words for a code, hold ten digits that pass the check of an NHS number; they were left out. Words of one code count once a file"},
	{odsMalformed, "an organisation code is not 3 to 9 letters and digits, or has the form of a postcode; there is no code"},
}
