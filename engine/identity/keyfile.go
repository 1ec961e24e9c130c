package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"leftshift/engine"
)

// KeyBytes is the length of every key: the pseudonym key of a Keyer and the
// sealing key of a Vault.
const KeyBytes = 32

// NewKeyFile makes a key from the system's random source and writes it to a
// new file that only its owner can read (mode 0400): 64 hexadecimal digits
// and a line feed. A file that is there already is never overwritten: its key
// may be the only way back to what it sealed.
func NewKeyFile(path string) error {
	key := make([]byte, KeyBytes)
	if _, err := rand.Read(key); err != nil {
		return &engine.Fault{Code: "key-file-random", Say: "the system gave no random bytes for a key; try again", Err: err}
	}
	return writeKey(path, key)
}

// SyntheticKeyFile is NewKeyFile with a key made from a seed, so that a
// synthetic site made twice is the same. It protects nothing.
func SyntheticKeyFile(path, name string, seed uint64) error {
	key := sha256.Sum256(fmt.Appendf(nil, "leftshift synthetic site, %s, seed %d", name, seed))
	return writeKey(path, key[:])
}

func writeKey(path string, key []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o400)
	if errors.Is(err, fs.ErrExist) {
		return &engine.Fault{Code: "key-file-exists", Say: "there is a file at " + path + " already; a key is never overwritten, so name another path"}
	}
	if err != nil {
		return &engine.Fault{Code: "key-file-write", Say: "the key file " + path + " cannot be made; its folder must exist and be writable", Err: err}
	}
	_, err = f.WriteString(hex.EncodeToString(key) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(path)
		return &engine.Fault{Code: "key-file-write", Say: "the key file " + path + " cannot be written whole; free some space and make it again", Err: err}
	}
	return nil
}

// LoadKeyFile reads a key made by NewKeyFile. It refuses a file that anyone
// but its owner can read or write, and one that does not hold exactly 64
// hexadecimal digits. No error shows any of what the file holds.
func LoadKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &engine.Fault{Code: "key-file-missing", Say: "the key file " + path + " cannot be opened; make one with `leftshift keygen` or correct the path", Err: err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, &engine.Fault{Code: "key-file-missing", Say: "the key file " + path + " cannot be read", Err: err}
	}
	if !info.Mode().IsRegular() {
		return nil, &engine.Fault{Code: "key-file-shape", Say: path + " is no regular file; a key is a file of 64 hexadecimal digits"}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, &engine.Fault{Code: "key-file-open", Say: "others than its owner may read or write the key file " + path + "; run chmod 0400 on it, and make a new key if it may have been read"}
	}
	text, err := io.ReadAll(io.LimitReader(f, 2*KeyBytes+3))
	if err != nil {
		return nil, &engine.Fault{Code: "key-file-missing", Say: "the key file " + path + " cannot be read", Err: err}
	}
	key := make([]byte, KeyBytes)
	digits := strings.TrimRight(string(text), "\r\n")
	if len(digits) != 2*KeyBytes {
		return nil, &engine.Fault{Code: "key-file-shape", Say: "the key file " + path + " must hold 64 hexadecimal digits and nothing else; make one with `leftshift keygen`"}
	}
	if _, err := hex.Decode(key, []byte(digits)); err != nil {
		return nil, &engine.Fault{Code: "key-file-shape", Say: "the key file " + path + " must hold 64 hexadecimal digits and nothing else; make one with `leftshift keygen`"}
	}
	return key, nil
}
