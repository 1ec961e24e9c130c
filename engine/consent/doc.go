// Package consent decides, before data is used and again at each run, which
// flows may be used for a purpose and whose data is withheld from it.
//
// Nothing here is stored on a person. An opt-out list is read, used for one
// run and forgotten; the next run reads it again, so that a new opt-out
// removes a person and a withdrawn one brings them back. Doubt withholds: a
// purpose that is not declared and signed, a list that is missing, stale or
// cut short stops the run.
package consent

import "leftshift/engine"

// Kind is a kind of opt-out.
type Kind uint8

const (
	// National is the national data opt-out.
	National Kind = iota
	// Type1 is a Type 1 opt-out, held by the practice: the person's GP data
	// is not used beyond direct care.
	Type1
	// Objection is a local objection to profiling (UK GDPR Article 21).
	Objection
	numKinds
)

var kindNames = [numKinds]string{"national", "type1", "objection"}

func (k Kind) String() string { return kindNames[k] }

// ParseKind is the inverse of String.
func ParseKind(name string) (Kind, bool) {
	for k, n := range kindNames {
		if n == name {
			return Kind(k), true
		}
	}
	return 0, false
}

// The reasons for which a person is withheld.
const (
	ReasonNational   = "national-opt-out"
	ReasonNotChecked = "national-not-checked" // not among those asked about
	ReasonType1      = "type1-opt-out"
	ReasonObjection  = "objection-to-profiling"
	ReasonNoPurpose  = "purpose-refused" // the run itself is refused
)

var kindReasons = [numKinds]string{ReasonNational, ReasonType1, ReasonObjection}

func fault(code, say string) *engine.Fault { return &engine.Fault{Code: code, Say: say} }
