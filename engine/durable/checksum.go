package durable

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
)

// Checksum is the SHA-256 of a file, in hexadecimal, and its length in bytes.
func Checksum(path string) (sum string, bytes int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	if bytes, err = io.Copy(h, f); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(h.Sum(nil)), bytes, nil
}
