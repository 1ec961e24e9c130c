package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Checkpoint states that at a time the entry with this sequence had this
// hash. As a line it is
//
//	leftshift-audit-checkpoint-1 LOG SEQUENCE HASH TIME KEY SIGNATURE
//
// with single spaces: the log's id and the hash in lower-case hexadecimal
// digits, the time in RFC 3339 UTC with milliseconds, the first 16 digits of
// the SHA-256 of the public key, and in base64 the Ed25519 signature of
// everything before the space in front of it.
type Checkpoint struct {
	Log       string            // id of the log
	Sequence  int64             // 0: the log was empty
	Hash      [sha256.Size]byte // of that entry; h(0) when the log was empty
	Time      time.Time         // of signing, UTC
	Key       string            // of whom it is signed
	Signature []byte
}

const (
	checkpointForm = "leftshift-audit-checkpoint-1"
	checkpointTime = "2006-01-02T15:04:05.000Z"
)

// signed is what the signature is over.
func (c Checkpoint) signed() string {
	return fmt.Sprintf("%s %s %d %x %s %s", checkpointForm, c.Log, c.Sequence, c.Hash, c.Time.UTC().Format(checkpointTime), c.Key)
}

// String is the line, without a line feed.
func (c Checkpoint) String() string {
	return c.signed() + " " + base64.StdEncoding.EncodeToString(c.Signature)
}

// ParseCheckpoint reads a line, without its line feed. It does not check the
// signature. No error shows what the line holds.
func ParseCheckpoint(line string) (Checkpoint, error) {
	var c Checkpoint
	f := strings.Split(line, " ")
	if len(f) == 7 && f[0] == checkpointForm {
		hash, e1 := hex.DecodeString(f[3])
		seq, e2 := strconv.ParseInt(f[2], 10, 64)
		at, e3 := time.Parse(checkpointTime, f[4])
		sig, e4 := base64.StdEncoding.DecodeString(f[6])
		if e1 == nil && e2 == nil && e3 == nil && e4 == nil && len(hash) == sha256.Size {
			c = Checkpoint{Log: f[1], Sequence: seq, Hash: [sha256.Size]byte(hash), Time: at, Key: f[5], Signature: sig}
		}
	}
	if c.Sequence < 0 || c.Log == "" || c.String() != line {
		return Checkpoint{}, fault("audit-checkpoint-line", "the line is no audit checkpoint: it was changed, or is of another file", nil)
	}
	return c, nil
}

// sign makes the checkpoint of a head.
func sign(key ed25519.PrivateKey, log []byte, h head, now time.Time) Checkpoint {
	c := Checkpoint{Log: hex.EncodeToString(log), Sequence: h.seq, Hash: h.hash,
		Time: now.UTC().Truncate(time.Millisecond), Key: keyID(key.Public().(ed25519.PublicKey))}
	c.Signature = ed25519.Sign(key, []byte(c.signed()))
	return c
}

// signedBy says whether one of the keys signed it.
func (c Checkpoint) signedBy(keys ...ed25519.PublicKey) bool {
	for _, key := range keys {
		if len(key) == ed25519.PublicKeySize && keyID(key) == c.Key && ed25519.Verify(key, []byte(c.signed()), c.Signature) {
			return true
		}
	}
	return false
}
