//go:build duckdb_arrow

package serve

import (
	"os"

	"leftshift/engine"
	"leftshift/engine/web/signin"
	"leftshift/jobs/config"
)

// clientKey reads the private key of serve.client_key_file; nil where none is
// named. A file that others than its owner can read is refused.
func clientKey(c *config.Config) (*signin.ClientKey, error) {
	if c.Serve.ClientKey == "" {
		return nil, nil
	}
	path := c.At(c.Serve.ClientKey)
	info, err := os.Stat(path)
	if err != nil {
		return nil, &engine.Fault{Code: "client-key", Say: "the file of serve.client_key_file cannot be read: correct the path", Err: err}
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, &engine.Fault{Code: "client-key", Say: "the file of serve.client_key_file can be read by others than its owner: run chmod 0600 on it"}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &engine.Fault{Code: "client-key", Say: "the file of serve.client_key_file cannot be read: check who may read it", Err: err}
	}
	return signin.ParseClientKey(text)
}
