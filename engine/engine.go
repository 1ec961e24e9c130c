// Package engine is the vocabulary of leftshift: persons, days, codes, and
// what became of each source record. It holds no behaviour beyond what keeps
// those words exact.
package engine

import "strconv"

// Person is the 63-bit keyed pseudonym of one person: the leading bits of an
// HMAC over a namespace and an identifier (package identity makes it). Never
// negative; zero means "no person".
type Person int64

// Subject is whom a source record is about, in the source's own terms: a
// keyed 63-bit hash of the source's namespace and its local identifier. A
// landed link ties a Subject to a Person; a Subject made from a national
// identifier is itself the Person.
type Subject int64

// Bucket gives the partition of a person among 1<<bits: the leading bits of
// the 63. bits is 0 to 16.
func (p Person) Bucket(bits uint) int { return int(uint64(p) >> (63 - bits)) }

// String is the key in decimal digits, as the lake's tables have it.
func (p Person) String() string { return strconv.FormatInt(int64(p), 10) }

// KnownBasis says how the day on which a row became known is known.
type KnownBasis uint8

const (
	// KnownReceived: the night on which the record landed here.
	KnownReceived KnownBasis = 1
	// KnownSource: the source's own recording or update date.
	KnownSource KnownBasis = 2
	// KnownLagModel: the day it happened plus the lag declared for that
	// source and flow.
	KnownLagModel KnownBasis = 3
)

// Disposition is what became of one source record. Every record has exactly
// one, and they add up to what came in.
type Disposition uint8

const (
	// Accepted: its facts are in the record of a known person.
	Accepted Disposition = iota
	// Reference: about no person (an organisation, a practitioner), or of a
	// kind that carries no fact that the canonical record holds.
	Reference
	// Pending: about a subject whom no landed record ties to a person yet;
	// tried again each night.
	Pending
	// Quarantined: cannot be used; kept by file, position and coded reason.
	Quarantined
	// Withheld: not used, for consent or legal basis.
	Withheld
)

var dispositionNames = [...]string{"accepted", "reference", "pending", "quarantined", "withheld"}

func (d Disposition) String() string { return dispositionNames[d] }

// Fault is an error with a stable code and a sentence that says what is wrong
// and what to do. It never carries a person's values.
type Fault struct {
	Code string // lower-kebab, stable
	Say  string
	Err  error // cause, or nil
}

func (f *Fault) Error() string {
	s := f.Say + " [" + f.Code + "]"
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

func (f *Fault) Unwrap() error { return f.Err }
