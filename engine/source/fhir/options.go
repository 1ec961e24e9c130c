package fhir

import (
	"strings"

	"leftshift/engine/analyte"
	"leftshift/engine/identity"
)

// NHSNumberSystem is the identifier system of NHS numbers in FHIR.
const NHSNumberSystem = "https://fhir.nhs.uk/Id/nhs-number"

// Identifier is the rule by which a source names persons: the identifier
// system, and the namespace of the pseudonyms made of its values. In
// identity.NHSNamespace a value must pass the Modulus 11 check; in any other
// it is taken as it is.
type Identifier struct {
	System    string
	Namespace string
}

// Known says which date of a resource tells when it became known.
type Known string

const (
	// KnownUpdated takes meta.lastUpdated, else the resource's own recording
	// date (recordedDate, issued, authoredOn...).
	KnownUpdated Known = "updated"
	// KnownRecorded takes the resource's own recording date, else
	// meta.lastUpdated: for servers that restamp what they import.
	KnownRecorded Known = "recorded"
)

// Options of Extract. The zero value is that of an English source with NHS
// numbers.
type Options struct {
	Identifier Identifier // zero: NHS numbers
	Known      Known      // zero: KnownUpdated

	// AreaOf gives the LSOA code of a postcode (capitals, one space). Nil: no
	// areas.
	AreaOf func(postcode string) (lsoa string, ok bool)
	// Analytes convert measured values. Nil: every value is kept in
	// thousandths of the unit given.
	Analytes *analyte.Table

	// BundleScope says that ids mean something only within their Bundle (as
	// in documents that number their entries p1, c1...): subjects and records
	// are then named under the Bundle's own identifier, id or content.
	BundleScope bool

	MaxLine    int  // longest NDJSON line in bytes; 0: 16 MiB
	MaxBundle  int  // largest Bundle or single document in bytes; 0: 1 GiB
	MaxDepth   int  // deepest nesting; 0: 64
	AllowEmpty bool // a file without records is no fault

	// Types, when not nil, gets the number of source records by resource
	// type; "" counts those whose type cannot be read.
	Types map[string]int64
}

func (o *Options) fill() {
	if o.Identifier == (Identifier{}) {
		o.Identifier = Identifier{NHSNumberSystem, identity.NHSNamespace}
	}
	if o.Known == "" {
		o.Known = KnownUpdated
	}
	if o.MaxLine <= 0 {
		o.MaxLine = 16 << 20
	}
	if o.MaxBundle <= 0 || o.MaxBundle > 4<<30-1 {
		o.MaxBundle = 1 << 30
	}
	if o.MaxDepth <= 0 {
		o.MaxDepth = 64
	}
}

// sameSystem compares two system URLs: scheme, letter case and a closing
// slash do not matter.
func sameSystem(a, b string) bool { return a == b || strings.EqualFold(bareURL(a), bareURL(b)) }

func bareURL(s string) string {
	s = strings.TrimSuffix(s, "/")
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	return s
}
