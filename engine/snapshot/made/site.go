//go:build duckdb_arrow

package made

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/snapshot"
)

// Site is what the doors of a test need beside what it tries: the snapshots of a
// data folder, an audit of its own, and the day of all snapshots made here.
type Site struct {
	Snapshots *snapshot.Holder
	Audit     *audit.Log
	AuditFile string
	Today     engine.Day
}

// Open opens a data folder until the test ends.
func Open(t testing.TB, data string, opt audit.Options) Site {
	t.Helper()
	s := Site{Snapshots: snapshot.Hold(data), AuditFile: filepath.Join(t.TempDir(), "audit", "audit.db")}
	t.Cleanup(s.Snapshots.Close)
	var err error
	if s.Audit, err = audit.Open(s.AuditFile, opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Audit.Close() })
	s.Today, _ = engine.ParseDay(AsOf)
	return s
}

// Size is how many people a crowd has: LEFTSHIFT_CROWD of the environment, or
// otherwise.
func Size(otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv("LEFTSHIFT_CROWD")); err == nil {
		return n
	}
	return otherwise
}
