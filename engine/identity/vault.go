package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"time"

	"leftshift/engine"
	"leftshift/engine/store"
)

// Vault keeps identities by person, each sealed by AES-256-GCM under a random
// nonce, in one SQLite file of mode 0600 in a folder of mode 0700. What is
// readable without the key: how many persons there are, their pseudonyms and
// check bytes. It may live under another account than the lake. Safe for
// concurrent use: writers queue.
type Vault struct {
	mu    sync.Mutex
	db    *sql.DB
	seal  cipher.AEAD
	keyID string
}

const vaultSchema = `
CREATE TABLE IF NOT EXISTS vault (
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	key_id TEXT NOT NULL,
	probe  BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS identity (
	person INTEGER PRIMARY KEY,
	more   INTEGER NOT NULL,
	key_id TEXT NOT NULL,
	sealed BLOB NOT NULL
) STRICT;`

// OpenVault opens the vault at path, or makes it. key has KeyBytes bytes
// (LoadKeyFile) and is not the pseudonym key. A vault that others may read, or
// that another key sealed, is refused.
func OpenVault(path string, key []byte) (*Vault, error) {
	if len(key) != KeyBytes {
		return nil, &engine.Fault{Code: "vault-key-length", Say: "the vault key needs exactly 32 bytes; make one with `leftshift keygen`"}
	}
	if err := private(path); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(append([]byte("leftshift vault key\x00"), key...))
	db, err := store.Writer(path, 30*time.Second)
	if err != nil {
		return nil, &engine.Fault{Code: "vault-open", Say: "the vault cannot be opened", Err: err}
	}
	v := &Vault{db: db, seal: seal, keyID: hex.EncodeToString(id[:8])}
	if err := v.start(); err != nil {
		db.Close()
		return nil, err
	}
	return v, nil
}

// private makes folder and file for their owner only, or refuses what is open
// to others. SQLite gives its -wal and -shm files the mode of the file.
func private(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &engine.Fault{Code: "vault-open", Say: "the vault's folder " + dir + " cannot be made", Err: err}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return &engine.Fault{Code: "vault-open", Say: "the vault " + path + " cannot be opened for writing", Err: err}
	}
	defer f.Close()
	for _, p := range []string{dir, path} {
		info, err := os.Stat(p)
		if err != nil {
			return &engine.Fault{Code: "vault-open", Say: "the vault " + path + " cannot be opened", Err: err}
		}
		if info.Mode().Perm()&0o077 != 0 {
			return &engine.Fault{Code: "vault-open-to-others", Say: p + " is open to others than its owner; run chmod 0700 on the vault's folder and 0600 on the vault"}
		}
	}
	return nil
}

const probeText = "leftshift vault"

func (v *Vault) start() error {
	tx, err := v.db.Begin()
	if err != nil {
		return &engine.Fault{Code: "vault-open", Say: "the vault is no SQLite file of ours or is held by another process", Err: err}
	}
	defer tx.Rollback()
	if _, err := tx.Exec(vaultSchema); err != nil {
		return &engine.Fault{Code: "vault-open", Say: "the vault is no SQLite file of ours", Err: err}
	}
	var keyID string
	var probe []byte
	switch err := tx.QueryRow(`SELECT key_id, probe FROM vault`).Scan(&keyID, &probe); {
	case errors.Is(err, sql.ErrNoRows):
		if _, err := tx.Exec(`INSERT INTO vault VALUES (1, ?, ?)`, v.keyID, v.close([]byte(probeText), nil)); err != nil {
			return &engine.Fault{Code: "vault-write", Say: "the vault cannot be written", Err: err}
		}
	case err != nil:
		return &engine.Fault{Code: "vault-open", Say: "the vault cannot be read", Err: err}
	default:
		if text, ok := v.open(probe, nil); keyID != v.keyID || !ok || string(text) != probeText {
			return &engine.Fault{Code: "vault-wrong-key", Say: "another key sealed this vault; give the key file that was made for it"}
		}
	}
	if err := tx.Commit(); err != nil {
		return &engine.Fault{Code: "vault-write", Say: "the vault cannot be written", Err: err}
	}
	return nil
}

// close seals a text: nonce, then ciphertext and tag.
func (v *Vault) close(text, about []byte) []byte {
	nonce := make([]byte, v.seal.NonceSize(), v.seal.NonceSize()+len(text)+v.seal.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		panic(err) // crypto/rand.Read never returns an error
	}
	return v.seal.Seal(nonce, nonce, text, about)
}

func (v *Vault) open(sealed, about []byte) ([]byte, bool) {
	n := v.seal.NonceSize()
	if len(sealed) < n {
		return nil, false
	}
	text, err := v.seal.Open(nil, sealed[:n], sealed[n:], about)
	return text, err == nil
}

// about is what a seal is bound to: a row moved to another person, or with
// other check bytes, does not open.
func (v *Vault) about(person engine.Person, check uint64) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(person))
	return append(binary.BigEndian.AppendUint64(b, check), v.keyID...)
}

func (v *Vault) unseal(person engine.Person, check uint64, sealed []byte) (held, error) {
	var h held
	text, ok := v.open(sealed, v.about(person, check))
	if !ok || json.Unmarshal(text, &h) != nil {
		return held{}, &engine.Fault{Code: "vault-tampered", Say: "a row of the vault was changed outside leftshift or is damaged; restore the vault from its last good copy and run again"}
	}
	return h, nil
}

// Put merges entries into the vault, all or none: the newest of each field
// group stays (later Known, then later Stamp, then greater content); empty
// groups change nothing. The outcome does not depend on the order of entries
// or calls, and a repeated Put changes nothing. Two identifiers under one
// person stop it with the Fault "pseudonym-collision".
func (v *Vault) Put(entries []Entry) error {
	type one struct {
		check uint64
		held
	}
	fresh := make(map[engine.Person]*one, len(entries))
	people := make([]engine.Person, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		h := groupsOf(e)
		switch old := fresh[e.Person]; {
		case e.Person <= 0:
			return &engine.Fault{Code: "vault-no-person", Say: "an identity came without a person; this is a fault of an extractor"}
		case old == nil:
			fresh[e.Person] = &one{e.Check, h}
			people = append(people, e.Person)
		case old.check != e.Check:
			return collision()
		default:
			old.merge(&h)
		}
	}
	sort.Slice(people, func(i, j int) bool { return people[i] < people[j] })

	v.mu.Lock()
	defer v.mu.Unlock()
	tx, err := v.db.Begin()
	if err != nil {
		return &engine.Fault{Code: "vault-write", Say: "the vault is held by another process or its disk is full; nothing of this part was kept, run again", Err: err}
	}
	defer tx.Rollback()
	find, err := tx.Prepare(`SELECT more, sealed FROM identity WHERE person = ?`)
	if err != nil {
		return err
	}
	defer find.Close()
	keep, err := tx.Prepare(`INSERT INTO identity VALUES (?1, ?2, ?3, ?4) ON CONFLICT (person) DO UPDATE SET key_id = ?3, sealed = ?4`)
	if err != nil {
		return err
	}
	defer keep.Close()
	for _, p := range people {
		in := fresh[p]
		var more int64
		var sealed []byte
		switch err := find.QueryRow(int64(p)).Scan(&more, &sealed); {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return &engine.Fault{Code: "vault-read", Say: "the vault cannot be read", Err: err}
		case uint64(more) != in.check:
			return collision()
		default:
			old, err := v.unseal(p, in.check, sealed)
			if err != nil {
				return err
			}
			if !old.merge(&in.held) {
				continue
			}
			in.held = old
		}
		if _, err := keep.Exec(int64(p), int64(in.check), v.keyID, v.close(in.bytes(), v.about(p, in.check))); err != nil {
			return &engine.Fault{Code: "vault-write", Say: "the vault cannot be written; nothing of this part was kept, run again", Err: err}
		}
	}
	if err := tx.Commit(); err != nil {
		return &engine.Fault{Code: "vault-write", Say: "the vault cannot be written; nothing of this part was kept, run again", Err: err}
	}
	return nil
}

func collision() error {
	return &engine.Fault{Code: "pseudonym-collision", Say: "two identifiers give one pseudonym: two people would be joined; stop, change the pseudonym key and land everything again"}
}

// Open gives the identity of a person. It records nothing itself: call it
// only behind a door that has checked the right to it and written the audit
// entry. A person who is not in the vault is the Fault "vault-not-found".
func (v *Vault) Open(person engine.Person) (Identity, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var more int64
	var sealed []byte
	switch err := v.db.QueryRow(`SELECT more, sealed FROM identity WHERE person = ?`, int64(person)).Scan(&more, &sealed); {
	case errors.Is(err, sql.ErrNoRows):
		return Identity{}, &engine.Fault{Code: "vault-not-found", Say: "the vault holds no identity for this person"}
	case err != nil:
		return Identity{}, &engine.Fault{Code: "vault-read", Say: "the vault cannot be read", Err: err}
	}
	h, err := v.unseal(person, uint64(more), sealed)
	if err != nil {
		return Identity{}, err
	}
	return h.identity(), nil
}

// Count is the number of persons held.
func (v *Vault) Count() (int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var n int64
	if err := v.db.QueryRow(`SELECT count(*) FROM identity`).Scan(&n); err != nil {
		return 0, &engine.Fault{Code: "vault-read", Say: "the vault cannot be read", Err: err}
	}
	return n, nil
}

// Close folds the write-ahead log into the file and closes it.
func (v *Vault) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, err := v.db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		v.db.Close()
		return &engine.Fault{Code: "vault-write", Say: "the vault's log cannot be folded into its file; nothing is lost, the next opening does it", Err: err}
	}
	return v.db.Close()
}
