// Package identity stands between source and lake: it checks NHS numbers,
// replaces identifiers by keyed pseudonyms, and keeps what identifies a
// person in a vault.
package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"leftshift/engine"
)

// NHSNamespace is the namespace of NHS numbers. A subject made in it is a
// person.
const NHSNamespace = "nhs"

// Keyer makes keyed pseudonyms: HMAC-SHA-256 over namespace, a zero byte and
// the identifier. Without the key a pseudonym cannot be made from a number or
// tested against one. A Keyer is not safe for concurrent use; Clone it.
type Keyer struct {
	key []byte
	mac hash.Hash
	sum []byte
	buf []byte
}

// NewKeyer makes a Keyer. The key has at least 32 bytes.
func NewKeyer(key []byte) (*Keyer, error) {
	if len(key) < 32 {
		return nil, &engine.Fault{Code: "pseudonym-key-short", Say: "the pseudonym key needs at least 32 bytes; make one with `leftshift keygen`"}
	}
	return &Keyer{key: key, mac: hmac.New(sha256.New, key)}, nil
}

// Clone gives a Keyer with the same key for another goroutine.
func (k *Keyer) Clone() *Keyer { return &Keyer{key: k.key, mac: hmac.New(sha256.New, k.key)} }

// Key gives the 63-bit pseudonym of an identifier in a namespace and eight
// more bytes of the same HMAC, by which the vault tells a collision. Never
// zero.
func (k *Keyer) Key(namespace, identifier string) (key int64, check uint64) {
	k.mac.Reset()
	k.buf = append(append(append(k.buf[:0], namespace...), 0), identifier...)
	k.mac.Write(k.buf)
	k.sum = k.mac.Sum(k.sum[:0])
	key = int64(binary.BigEndian.Uint64(k.sum) >> 1)
	if key == 0 {
		key = 1
	}
	return key, binary.BigEndian.Uint64(k.sum[8:])
}

// Subject is the pseudonym as a subject.
func (k *Keyer) Subject(namespace, identifier string) engine.Subject {
	key, _ := k.Key(namespace, identifier)
	return engine.Subject(key)
}
