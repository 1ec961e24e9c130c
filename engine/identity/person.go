package identity

import "leftshift/engine"

// Identity is what identifies a person. It lives only in the vault, sealed,
// and never in a log, an error or the lake. Empty fields are not known.
type Identity struct {
	NHSNumber string `json:"nhs_number,omitempty"` // ten digits
	Family    string `json:"family,omitempty"`
	Given     string `json:"given,omitempty"`
	BirthDate string `json:"birth_date,omitempty"` // ISO 8601, as given
	Phone     string `json:"phone,omitempty"`
	Address   string `json:"address,omitempty"`
	Postcode  string `json:"postcode,omitempty"`
}

// Entry is an identity on its way to the vault.
type Entry struct {
	Person   engine.Person
	Check    uint64 // more bytes of the person's HMAC: tells a collision
	Known    engine.Day
	Stamp    int64 // the source's time of this version; the newest wins
	Identity Identity
}

// Store takes identities: the vault. Put stops with a Fault on a collision.
type Store interface {
	Put(entries []Entry) error
}
