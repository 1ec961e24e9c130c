//go:build duckdb_arrow

package serve

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/jobs/config"
)

func TestG17TheClientKeyIsReadFromAFileOfItsOwnersAlone(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "client.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &config.Config{}
	if k, err := clientKey(c); k != nil || err != nil {
		t.Errorf("none is named: %v, %v", k, err)
	}
	c.Serve.ClientKey = path
	if k, err := clientKey(c); err != nil || !strings.Contains(string(k.KeySet()), `"alg":"ES256"`) {
		t.Errorf("%v", err)
	}
	refused := func(why string) {
		t.Helper()
		var f *engine.Fault
		if k, err := clientKey(c); k != nil || !errors.As(err, &f) || f.Code != "client-key" {
			t.Errorf("%s: %v", why, err)
		}
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	refused("others can read it")
	c.Serve.ClientKey = path + ".none"
	refused("it is not there")
}
