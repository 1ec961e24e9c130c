package engine

import (
	"strings"

	"github.com/zeebo/xxh3"
)

// System is a code system. Systems are types: a code of one never equals a
// code of another.
type System uint8

const (
	NoSystem    System = 0
	SNOMED      System = 1  // SNOMED CT concept identifiers (UK edition)
	ICD10       System = 2  // ICD-10 5th edition, without dot or filler
	OPCS4       System = 3  // OPCS-4, without dot
	DMD         System = 4  // dm+d; its VMP and AMP identifiers are SNOMED CT's
	BNF         System = 5  // BNF presentation or section codes
	ODS         System = 6  // organisation codes
	NHSDD       System = 7  // NHS Data Dictionary values
	LOINC       System = 8  // LOINC
	RxNorm      System = 9  // RxNorm
	CVX         System = 10 // CDC vaccine codes
	UCUM        System = 11 // units
	ICD10CM     System = 12 // US clinical modification: not ICD-10
	OtherSystem System = 13 // a system that has no type here; the text keeps its URL
	TextOnly    System = 14 // a concept with words and no code
	ReadV2      System = 15
	CTV3        System = 16
	ATC         System = 17
	ONS         System = 18 // ONS geography codes: lower layer super output areas
)

var systemNames = [...]string{"none", "snomed", "icd10", "opcs4", "dmd", "bnf", "ods", "nhsdd", "loinc", "rxnorm", "cvx", "ucum", "icd10cm", "other", "text", "readv2", "ctv3", "atc", "ons"}

func (s System) String() string { return systemNames[s] }

// ParseSystem is the inverse of String; NoSystem when there is none.
func ParseSystem(name string) System {
	for i, n := range systemNames {
		if n == name {
			return System(i)
		}
	}
	return NoSystem
}

var systemURLs = map[string]System{
	"snomed.info/sct":                       SNOMED,
	"dmd.nhs.uk":                            DMD,
	"hl7.org/fhir/sid/icd-10":               ICD10,
	"hl7.org/fhir/sid/icd-10-cm":            ICD10CM,
	"loinc.org":                             LOINC,
	"www.nlm.nih.gov/research/umls/rxnorm":  RxNorm,
	"hl7.org/fhir/sid/cvx":                  CVX,
	"unitsofmeasure.org":                    UCUM,
	"read.info/readv2":                      ReadV2,
	"read.info/ctv3":                        CTV3,
	"www.whocc.no/atc":                      ATC,
	"fhir.nhs.uk/id/ods-organization-code":  ODS,
	"fhir.hl7.org.uk/codesystem/opcs-4":     OPCS4,
	"hl7.org/fhir/sid/opcs-4":               OPCS4,
	"fhir.hl7.org.uk/codesystem/ukcore-bnf": BNF,
	"www.nhsbsa.nhs.uk/prescription-data/understanding-our-data/bnf-snomed-mapping": BNF,
}

// SystemOf gives the type of a code system URL; scheme, letter case and a
// closing slash do not matter. OtherSystem when it has none.
func SystemOf(url string) System {
	u := strings.ToLower(strings.TrimSuffix(url, "/"))
	u = strings.TrimPrefix(strings.TrimPrefix(u, "https://"), "http://")
	if s, ok := systemURLs[u]; ok {
		return s
	}
	return OtherSystem
}

// Code is the 64-bit key of a system and a code: the same whatever the order
// of arrival. Never negative; zero means "no code". The lake keeps its text
// in a dictionary, and refuses two texts under one key.
type Code int64

// CodeKey makes the key. dm+d identifiers are SNOMED CT identifiers, so both
// systems share keys. ICD-10 and OPCS-4 codes are normalised by the caller
// with NormaliseICD10.
func CodeKey(system System, code string) Code {
	if code == "" || system == NoSystem {
		return 0
	}
	if system == DMD {
		system = SNOMED
	}
	h := xxh3.HashStringSeed(code, uint64(system)) >> 1
	if h == 0 {
		h = 1
	}
	return Code(h)
}

// NormaliseICD10 removes what hospital data add to an ICD-10 code: dots,
// spaces, a hyphen or X that fills the fourth character (I10X, "E10.-"), a
// dagger, asterisk or plus, and the letter D or A that stands for dagger or
// asterisk at the end of a Commissioning Data Set code. Small letters become
// capitals. A text with any other character is given back as it is, which
// ValidICD10 refuses.
func NormaliseICD10(s string) string {
	b := make([]byte, 0, 8)
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z':
			b = append(b, byte(r-'a'+'A'))
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b = append(b, byte(r))
		case r == '-':
			b = append(b, 'X')
		case r == '.' || r == ' ' || r == '\t' || r == '*' || r == '+' || r == '†' || r == '‡' || r == '\u00a0':
		default:
			return s
		}
	}
	if n := len(b); n > 4 && n <= 6 && (b[n-1] == 'D' || b[n-1] == 'A') {
		b = b[:n-1]
	}
	// A filler in the fourth place means that the code has three characters,
	// whatever follows; one in the fifth, that it has four.
	if len(b) > 3 && len(b) <= 6 && b[3] == 'X' {
		b = b[:3]
	}
	if n := len(b); n == 5 && b[4] == 'X' {
		b = b[:4]
	}
	return string(b)
}

// ValidICD10 says whether s, normalised, has the shape of an ICD-10 code: a
// letter, two digits, then up to two digits. An ICD-10-CM code with letters
// further on, or a seventh character, has not.
func ValidICD10(s string) bool {
	if len(s) < 3 || len(s) > 5 || s[0] < 'A' || s[0] > 'Z' || s[1] < '0' || s[1] > '9' {
		return false
	}
	for _, c := range []byte(s[2:]) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
