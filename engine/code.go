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

// NormaliseICD10 removes what national extracts add to an ICD-10 code: the
// dot, a dagger or asterisk, spaces, and the filler X that makes a three
// character code four long ("I10X"). Letters become capitals.
func NormaliseICD10(s string) string {
	b := make([]byte, 0, 6)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z':
			b = append(b, c-'a'+'A')
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			b = append(b, c)
		}
	}
	// In a CDS code the fifth and sixth characters may hold D or A for
	// dagger and asterisk.
	if len(b) > 4 && (b[len(b)-1] == 'D' || b[len(b)-1] == 'A') {
		b = b[:len(b)-1]
	}
	for len(b) > 3 && (b[len(b)-1] == 'X' || b[len(b)-1] == '-') {
		b = b[:len(b)-1]
	}
	return string(b)
}

// ValidICD10 says whether s, normalised, has the shape of an ICD-10 code:
// a letter, two digits (or a digit and a letter), then up to two digits.
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
