package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leftshift/engine"
)

// The bytes can be read back in one way, whatever the texts hold: so no two
// entries have the same bytes.
func TestB22CanonicalBytesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e Entry
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a", "\x00", "\x00\x00\x00\x01a", "é"}))
		for _, f := range e.texts() {
			*f.value = text.Draw(t, f.column)
		}
		e.Sequence, e.Rows, e.People = rapid.Int64().Draw(t, "sequence"), rapid.Int64().Draw(t, "rows"), rapid.Int64().Draw(t, "people")
		e.Time = time.UnixMilli(rapid.Int64Range(-1<<50, 1<<50).Draw(t, "time")).UTC()
		digest := sha256.Sum256([]byte(text.Draw(t, "digest")))

		b := e.appendCanonical(nil, digest)
		take := func(n int) []byte {
			part := b[:n]
			b = b[n:]
			return part
		}
		number := func() int64 { return int64(binary.BigEndian.Uint64(take(8))) }
		if string(take(len("leftshift audit entry 1\n"))) != "leftshift audit entry 1\n" {
			t.Fatal("another form")
		}
		var got Entry
		got.Sequence, got.Time = number(), time.UnixMilli(number()).UTC()
		for _, f := range got.texts() {
			*f.value = string(take(int(binary.BigEndian.Uint32(take(4)))))
		}
		got.Rows, got.People = number(), number()
		if string(take(32)) != string(digest[:]) || len(b) != 0 || !reflect.DeepEqual(got, e) {
			t.Fatalf("read back %+v of %+v", got, e)
		}
	})
}

// Every field of an entry that is not given by the log is in texts or a number
// of the canonical bytes: a field added to Entry and forgotten there fails.
func TestG22EveryFieldIsCovered(t *testing.T) {
	digest := func(e *Entry) [32]byte { return digestOf(e.Persons) }
	bytesOf := func(e *Entry) string { return string(e.appendCanonical(nil, digest(e))) }
	base := look("u", 1)
	typ := reflect.TypeOf(base)
	for i := range typ.NumField() {
		e := base
		v := reflect.ValueOf(&e).Elem().Field(i)
		switch p := v.Addr().Interface().(type) {
		case *string:
			*p += "x"
		case *int64:
			*p++
		case *time.Time:
			*p = p.Add(time.Millisecond)
		case *[]engine.Person:
			*p = []engine.Person{2}
		case *[sha256.Size]byte:
			continue // is the hash itself
		default:
			t.Fatalf("field %s has a type that is not hashed", typ.Field(i).Name)
		}
		if bytesOf(&e) == bytesOf(&base) {
			t.Errorf("a change of %s does not change the canonical bytes", typ.Field(i).Name)
		}
	}
}

// The expected values were computed with Python's hashlib and struct, from the
// description of the bytes alone.
func TestB22KnownHashes(t *testing.T) {
	e := Entry{Sequence: 1, Time: time.UnixMilli(1772591400000).UTC(), User: "u1", Name: "Zoë", RoleProfile: "rp", Role: "coordinator", Organisation: "A81001",
		Authoriser: "cis2", Purpose: "direct care", Reason: "", Session: "s", Device: "d", Event: "open_person", Route: "/p", Object: "", Snapshot: "n1",
		Query: "", Outcome: "allowed", Rows: 2, People: 2, Persons: []engine.Person{3, 1 << 62}}
	id := make([]byte, 16)
	for i := range id {
		id[i] = byte(i)
	}
	zero := start(id)
	digest := digestOf(e.Persons)
	hash := e.chain(zero, digest)
	none := digestOf(nil)
	for name, c := range map[string]struct {
		got  [32]byte
		want string
	}{
		"h(0)":    {zero, wantZero},
		"persons": {digest, wantDigest},
		"nobody":  {none, wantNobody},
		"h(1)":    {hash, wantHash},
	} {
		if got := hex.EncodeToString(c.got[:]); got != c.want {
			t.Errorf("%s is %s, want %s", name, got, c.want)
		}
	}
}

const (
	wantZero   = "6a9cc3785c226cb4238b7b54cb1027901206ad450da2a0ad7998ed14956713e0"
	wantDigest = "ca022c9edb02b9f6f6d95886732b04da29e809529688893ea9a1a91b315e11a3"
	wantNobody = "8dbc1f97a8f93445c89ef22919f5923773f4ffb8974084bc0e2b87d32fff7ecd"
	wantHash   = "74e83c02afcc87aa868ecf676622aa20eabdb5e4efdcc3eec7a6d079d4206c74"
)
