//go:build duckdb_arrow

package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"leftshift/jobs/config"
	"leftshift/jobs/ledger"
	"leftshift/jobs/progress"
	"leftshift/jobs/retain"
	"leftshift/jobs/schedule"
)

// A scheduled night deletes only where the configuration says so, and only when
// the night itself is done.
func TestG33AScheduledNightDeletesOnlyWhenTold(t *testing.T) {
	failed := errors.New("no night")
	for name, x := range map[string]struct {
		apply string
		night error
		gone  bool
	}{
		"told":     {"apply = true\n", nil, true},
		"not told": {"", nil, false},
		"failed":   {"apply = true\n", failed, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text := "[site]\nname = \"s\"\nsynthetic = true\n[retention]\noutbox = \"out\"\n" + x.apply + "[retention.delivered]\nperiod = \"1 year\"\nby = \"b\"\nreason = \"r\"\n"
			box := filepath.Join(dir, "out", "f")
			if err := errors.Join(os.WriteFile(filepath.Join(dir, "c.toml"), []byte(text), 0o600), os.Mkdir(filepath.Dir(box), 0o700), os.WriteFile(box, []byte("x"), 0o600)); err != nil {
				t.Fatal(err)
			}
			if old := time.Now().AddDate(-2, 0, 0); os.Chtimes(box, old, old) != nil {
				t.Fatal("no time")
			}
			c, err := config.Load(filepath.Join(dir, "c.toml"))
			if err != nil {
				t.Fatal(err)
			}
			a := &app{out: io.Discard, err: io.Discard}
			job := a.thenRetain(c, schedule.Job{Name: "night", Do: func(context.Context, *ledger.Run, <-chan struct{}) error { return x.night }}, func(e progress.Event) { t.Errorf("%+v", e) })
			if err := job.Do(context.Background(), nil, nil); err != x.night {
				t.Errorf("%v", err)
			}
			if _, err := os.Stat(box); os.IsNotExist(err) != x.gone {
				t.Errorf("gone %v, want %v", os.IsNotExist(err), x.gone)
			}
			certificates, _ := filepath.Glob(filepath.Join(retain.Folder(c), "*.json"))
			if (len(certificates) == 1) != x.gone {
				t.Errorf("%v", certificates)
			}
		})
	}
}
