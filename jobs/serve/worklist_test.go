//go:build duckdb_arrow

package serve

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"leftshift/engine/snapshot"
	"leftshift/engine/snapshot/made"
	"leftshift/engine/worklist"
	"leftshift/jobs/config"
)

func TestR7TheWorklistFollowsTheSnapshot(t *testing.T) {
	dir := t.TempDir()
	c := &config.Config{}
	c.Site.Data, c.Serve.State = filepath.Join(dir, "data"), filepath.Join(dir, "state")
	made.Publish(t, c.Site.Data, 40, "Test")
	if err := os.MkdirAll(c.Serve.State, 0o700); err != nil {
		t.Fatal(err)
	}
	store, err := worklist.Open(c.Serve.State, worklist.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := &Site{c: c, snapshots: snapshot.Hold(c.Site.Data), worklist: store, log: slog.Default()}
	defer s.snapshots.Close()
	ctx := context.Background()
	for range 2 { // the second changes nothing
		if err := s.Sync(ctx); err != nil {
			t.Fatal(err)
		}
		items, err := store.Items(ctx, worklist.Query{Listed: true})
		if err != nil || len(items) != 8 {
			t.Fatalf("%d items, %v", len(items), err)
		}
		for _, it := range items {
			k := int(it.Person - made.Person(0))
			if it.State != worklist.New || it.List != []string{"team-0", "team-1"}[k%2] || it.Practice != []string{"P0", "P1", "P2"}[k%3] || it.Reasons == "" || it.Version != 1 {
				t.Errorf("%+v", it)
			}
		}
	}
	// Another snapshot, with fewer people, is followed.
	made.Publish(t, c.Site.Data, 20, "Test")
	if err := s.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if items, err := store.Items(ctx, worklist.Query{Listed: true}); err != nil || len(items) != 4 {
		t.Errorf("%d items, %v", len(items), err)
	}
}
