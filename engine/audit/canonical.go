package audit

import (
	"crypto/sha256"
	"encoding/binary"

	"leftshift/engine"
)

// The canonical bytes of an entry, version 1:
//
//	"leftshift audit entry 1\n"
//	sequence                         8 bytes
//	time, milliseconds from 1970 UTC 8 bytes
//	16 texts in the order of texts() each 4 bytes of length, then its UTF-8
//	rows                             8 bytes
//	people                           8 bytes
//	digest of the persons            32 bytes
//
// Integers are big-endian two's complement. Every part has a fixed length or
// says its length first, so that the bytes can be read back in one way only:
// no two entries share them. The digest of the persons is the SHA-256 of
// "leftshift audit persons 1\n" and each person, 8 bytes, rising; of that line
// alone when there are none.
//
// h(0) = SHA-256("leftshift audit log 1\n" and the 16 bytes of the log's id);
// h(n) = SHA-256(h(n-1) and the canonical bytes of entry n).
const (
	entryForm   = "leftshift audit entry 1\n"
	personsForm = "leftshift audit persons 1\n"
	logForm     = "leftshift audit log 1\n"
)

// appendCanonical appends the canonical bytes; digest is that of e's persons.
func (e *Entry) appendCanonical(dst []byte, digest [sha256.Size]byte) []byte {
	dst = append(dst, entryForm...)
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.Sequence))
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.Time.UnixMilli()))
	for _, t := range e.texts() {
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(*t.value)))
		dst = append(dst, *t.value...)
	}
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.Rows))
	dst = binary.BigEndian.AppendUint64(dst, uint64(e.People))
	return append(dst, digest[:]...)
}

// chain is h(n) from h(n-1).
func (e *Entry) chain(before, digest [sha256.Size]byte) [sha256.Size]byte {
	return sha256.Sum256(e.appendCanonical(before[:], digest)) // the array is a copy
}

// digestOf is the digest of persons that rise.
func digestOf(persons []engine.Person) [sha256.Size]byte {
	h := sha256.New()
	h.Write([]byte(personsForm))
	var b [8]byte
	for _, p := range persons {
		binary.BigEndian.PutUint64(b[:], uint64(p))
		h.Write(b[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// start is h(0).
func start(id []byte) [sha256.Size]byte {
	return sha256.Sum256(append([]byte(logForm), id...))
}
