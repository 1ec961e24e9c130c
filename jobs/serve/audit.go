//go:build duckdb_arrow

package serve

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/jobs/config"
)

// AuditFile is where a site's audit is, and Checkpoints its checkpoints.
func AuditFile(c *config.Config) string {
	return filepath.Join(c.At(c.Serve.State), "audit", "audit.db")
}

// Checkpoints is the file of signed checkpoints, for an operator to copy
// elsewhere.
func Checkpoints(c *config.Config) string {
	return filepath.Join(c.At(c.Serve.State), "audit", "checkpoints.txt")
}

// AuditPublicKey is the file of the key that checks the checkpoints.
func AuditPublicKey(c *config.Config) string { return c.At(c.Serve.AuditKey) + ".pub" }

// OpenAudit opens a site's audit, or makes it. warn is told of checkpoints that
// were due and could not be written.
func OpenAudit(c *config.Config, warn func(error)) (*audit.Log, error) {
	if err := os.MkdirAll(c.At(c.Serve.State), 0o700); err != nil {
		return nil, err
	}
	key, err := auditKey(c)
	if err != nil {
		return nil, err
	}
	return audit.Open(AuditFile(c), audit.Options{Key: key, Checkpoints: Checkpoints(c), Warn: warn, Wait: auditWait})
}

// auditWait is how long a look waits while another program has the audit's file
// locked: as long as somebody waits for a page.
const auditWait = 2 * time.Second

// auditKey reads the key that signs checkpoints. A synthetic site without one
// gets it made; anywhere else it is for a person to make.
func auditKey(c *config.Config) (ed25519.PrivateKey, error) {
	path := c.At(c.Serve.AuditKey)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) && c.Site.Synthetic {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := audit.NewKeyFile(path); err != nil {
			return nil, err
		}
	}
	return audit.LoadKey(path)
}

// VerifyAudit checks a site's audit against a copy of its checkpoints and the
// public keys that may have signed them; "" and none take the site's own.
// signed says whether there were checkpoints: without, a cut end is not
// noticed.
func VerifyAudit(ctx context.Context, c *config.Config, checkpoints string, keys []string, each func(audit.Break)) (report audit.Report, signed bool, err error) {
	own := checkpoints == ""
	if own {
		checkpoints = Checkpoints(c)
	}
	if len(keys) == 0 {
		keys = []string{AuditPublicKey(c)}
	}
	var proof audit.Proof
	f, err := os.Open(checkpoints)
	switch {
	case err == nil:
		defer f.Close()
		proof.Checkpoints = f
		for _, path := range keys {
			public, err := audit.LoadPublicKey(path)
			if err != nil {
				return report, false, err
			}
			proof.Keys = append(proof.Keys, public)
		}
	case !own || !errors.Is(err, fs.ErrNotExist):
		return report, false, &engine.Fault{Code: "audit-checkpoint-read", Say: "the file of checkpoints cannot be read: correct the path", Err: err}
	}
	report, err = audit.Verify(ctx, AuditFile(c), proof, each)
	return report, report.Checkpoints > 0, err
}
