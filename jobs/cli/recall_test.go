//go:build duckdb_arrow

package cli

import (
	"context"
	"path/filepath"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
)

// Whoever was told of people of a snapshot is named when it is recalled: by a list,
// a file, one person's page or the API; not who was refused or told of nobody.
func TestWhoHadASnapshotIsNamed(t *testing.T) {
	log, err := audit.Open(filepath.Join(t.TempDir(), "audit.db"), audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	one := []engine.Person{7310000001}
	for _, e := range []audit.Entry{
		{User: "a", Event: string(access.OpenList), Snapshot: "s", Persons: one},
		{User: "b", Event: string(access.OpenPerson), Snapshot: "s", Persons: one},
		{User: "c", Event: string(access.ReadScoresAPI), Snapshot: "s", Persons: one},
		{User: "c", Event: string(access.ReadScoresAPI), Snapshot: "s"},
		{User: "d", Event: string(access.ExportList), Snapshot: "s", Persons: one},
		{User: "nobody told", Event: string(access.ReadScoresAPI), Snapshot: "s"},
		{User: "refused", Event: string(access.OpenList), Snapshot: "s", Outcome: "team-refused"},
		{User: "another", Event: string(access.OpenList), Snapshot: "t", Persons: one},
	} {
		if e.Outcome == "" {
			e.Outcome = audit.Allowed
		}
		e.Name, e.Role, e.Organisation, e.Authoriser, e.Purpose, e.Session, e.Device, e.Route = "N", "coordinator", "o", "i", "case-finding", "x", "y", "GET /"
		if _, err := log.Append(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	had, err := readers(context.Background(), log, "s")
	if err != nil || len(had) != 4 {
		t.Fatalf("%v, %v", had, err)
	}
	for i, want := range []reader{{"a", "N", "o", 1, 0}, {"b", "N", "o", 1, 0}, {"c", "N", "o", 0, 1}, {"d", "N", "o", 0, 1}} {
		if had[i] != want {
			t.Errorf("%+v, not %+v", had[i], want)
		}
	}
}
