//go:build duckdb_arrow

package cli

import (
	"encoding/hex"
	"io"
	"os"
	"sync"

	"github.com/zeebo/xxh3"
)

// Version of the program.
const Version = "0.1.0"

// build is the version and a hash of the executable: the outputs of another
// build are not reused, for it may compute them otherwise.
var build = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err != nil {
		return Version
	}
	f, err := os.Open(path)
	if err != nil {
		return Version
	}
	defer f.Close()
	h := xxh3.New()
	if _, err := io.Copy(h, f); err != nil {
		return Version
	}
	return Version + "+" + hex.EncodeToString(h.Sum(nil))
})
