package web

import (
	"crypto/aes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"

	"leftshift/engine"
)

// references stand for people in the paths of pages. One is good for one
// session alone, says nothing to whoever finds it in a log or a history, and
// cannot be guessed or counted through.
type references struct{ key [32]byte }

// block is 16 bytes: the person, and 8 bytes that prove the session.
func (r *references) cipher(session string) (proof [8]byte, seal func(dst, src []byte), open func(dst, src []byte)) {
	mac := hmac.New(sha256.New, r.key[:])
	mac.Write([]byte("person in session\x00" + session))
	sum := mac.Sum(nil)
	block, err := aes.NewCipher(sum[:16])
	if err != nil {
		panic(err) // 16 bytes are a key
	}
	copy(proof[:], sum[16:24])
	return proof, block.Encrypt, block.Decrypt
}

// of gives the reference of a person in a session.
func (r *references) of(session string, p engine.Person) string {
	proof, seal, _ := r.cipher(session)
	var text [16]byte
	binary.BigEndian.PutUint64(text[:8], uint64(p))
	copy(text[8:], proof[:])
	seal(text[:], text[:])
	return base64.RawURLEncoding.EncodeToString(text[:])
}

// person reads a reference back. What is none, or is another session's, is
// nobody: 0, to be asked for like anyone else.
func (r *references) person(session, reference string) engine.Person {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(reference)
	if err != nil || len(sealed) != 16 {
		return 0
	}
	proof, _, open := r.cipher(session)
	var text [16]byte
	open(text[:], sealed)
	if subtle.ConstantTimeCompare(text[8:], proof[:]) != 1 {
		return 0
	}
	return engine.Person(binary.BigEndian.Uint64(text[:8]) & (1<<63 - 1))
}
