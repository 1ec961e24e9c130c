package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"

	"leftshift/engine/durable"
	"leftshift/engine/identity"
)

// NewKeyFile makes the key that signs checkpoints: a key file like every
// other (identity.NewKeyFile: mode 0400, 64 hexadecimal digits), and beside
// it, with ".pub" added to the name, the public key that checks signatures:
// 64 hexadecimal digits and a line feed. The public key may be known to all;
// keep a copy where the copies of the checkpoints are. Files that are there
// are never overwritten.
func NewKeyFile(path string) error {
	if _, err := os.Lstat(path + ".pub"); !errors.Is(err, fs.ErrNotExist) {
		return fault("key-file-exists", "there is a file at "+path+".pub already; a key is never overwritten, so name another path", err)
	}
	if err := identity.NewKeyFile(path); err != nil {
		return err
	}
	return WritePublicKey(path)
}

// WritePublicKey writes the public key of a key file beside it, as NewKeyFile
// does, for when it is gone.
func WritePublicKey(path string) error {
	key, err := LoadKey(path)
	if err != nil {
		return err
	}
	text := hex.EncodeToString(key.Public().(ed25519.PublicKey)) + "\n"
	if err := durable.WriteFile(path+".pub", []byte(text)); err != nil {
		return fault("key-file-write", "the public key "+path+".pub cannot be written", err)
	}
	if err := os.Chmod(path+".pub", 0o444); err != nil {
		return fault("key-file-write", "the public key "+path+".pub cannot be made readable to all", err)
	}
	return nil
}

// LoadKey reads a signing key file, as identity.LoadKeyFile does. The Ed25519
// seed is a SHA-256 of the file's key under a name of its own, so that a key
// file that also serves for something else gives nothing away.
func LoadKey(path string) (ed25519.PrivateKey, error) {
	key, err := identity.LoadKeyFile(path)
	if err != nil {
		return nil, err
	}
	seed := sha256.Sum256(append([]byte("leftshift audit checkpoint key 1\n"), key...))
	return ed25519.NewKeyFromSeed(seed[:]), nil
}

// LoadPublicKey reads the public key that NewKeyFile made.
func LoadPublicKey(path string) (ed25519.PublicKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault("key-file-missing", "the public key "+path+" cannot be read: correct the path", err)
	}
	key, err := hex.DecodeString(strings.TrimRight(string(text), "\r\n"))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, fault("key-file-shape", "the public key "+path+" must hold 64 hexadecimal digits and nothing else", nil)
	}
	return key, nil
}

// keyID names a public key: the first 8 bytes of its SHA-256, in hexadecimal.
func keyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}
