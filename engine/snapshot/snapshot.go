//go:build duckdb_arrow

package snapshot

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"leftshift/engine"
	"leftshift/engine/lake"
)

// Snapshot is an opened snapshot. It is safe for use by many at once.
type Snapshot struct {
	Manifest
	AsOf  engine.Day
	Model Model // zero when no fitted model served

	dir       string
	behind    atomic.Bool // see Behind
	places    *Places
	lists     []*List
	byTeam    map[string]*List
	listed    map[engine.Person]*Told
	cuts      map[string]*Cut
	quality   Quality
	counted   counted
	measuring measuring

	mu sync.Mutex // over db, which has one connection
	db *lake.DB
}

// Model is the fitted model by which lists are ranked.
type Model struct {
	Name    string // as in the score table: boost_365
	Horizon int    // days ahead
	Outcome string // in words; "" where the snapshot does not say
}

// Quality is how each source stands on the as-of date.
type Quality struct {
	Sources []Source `json:"sources"`
}

// Source is one feed.
type Source struct {
	Name        string `json:"source"`
	Facts       int64  `json:"facts"`
	NewestFact  string `json:"newest_fact"`  // ISO date
	NewestKnown string `json:"newest_known"` // ISO date: what freshness means
}

// Open reads a snapshot's folder. Every file that it holds in memory is held
// to its checksum, the others to their length. A Fault says what is damaged
// and what to do.
func Open(ctx context.Context, dir string) (*Snapshot, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Manifest: m, dir: dir, byTeam: map[string]*List{}, listed: map[engine.Person]*Told{}}
	var ok bool
	if s.AsOf, ok = engine.ParseDay(m.AsOf); !ok {
		return nil, &engine.Fault{Code: "snapshot-manifest", Say: "the manifest of snapshot " + m.Name + " has no as-of date: publish again"}
	}
	for file := range m.Files {
		if err := m.Held(dir, file, false); err != nil {
			return nil, err
		}
	}
	if s.db, err = lake.Open(ctx, lake.Options{Threads: 2, MemoryMiB: 1024}); err != nil {
		return nil, err
	}
	if err := s.read(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// read fills what is held in memory.
func (s *Snapshot) read(ctx context.Context) (err error) {
	if err := s.JSON("quality.json", &s.quality); err != nil {
		return err
	}
	var fitted []struct {
		Name    string `json:"name"`
		Horizon int    `json:"horizon_days"`
		Outcome string `json:"outcome"`
	}
	if err := s.JSON("evaluation.json", &fitted); err != nil {
		return err
	}
	if len(fitted) > 0 {
		s.Model = Model{Name: fitted[0].Name, Horizon: fitted[0].Horizon, Outcome: fitted[0].Outcome}
	}
	if s.places, err = s.readPlaces(ctx); err != nil {
		return err
	}
	if err := s.readCuts(); err != nil {
		return err
	}
	return s.readLists(ctx)
}

// Close frees what Open took. Nobody may use the snapshot after.
func (s *Snapshot) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db != nil {
		_ = s.db.Close()
		s.db = nil
	}
}

// Dir is the folder.
func (s *Snapshot) Dir() string { return s.dir }

// Sources says how fresh each feed is.
func (s *Snapshot) Sources() []Source { return s.quality.Sources }

// JSON reads one of the snapshot's JSON files, held to its checksum.
func (s *Snapshot) JSON(file string, into any) error {
	text, err := s.Text(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return &engine.Fault{Code: "snapshot-damaged", Say: "snapshots/" + s.Name + "/" + file + " cannot be read: publish again", Err: err}
	}
	return nil
}

// Text reads one of the snapshot's files whole, held to its checksum.
func (s *Snapshot) Text(file string) ([]byte, error) {
	if err := s.Held(s.dir, file, true); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(file)))
}

// Has says whether the snapshot has a file.
func (s *Snapshot) Has(file string) bool {
	_, ok := s.Files[file]
	return ok
}

// rows reads one of the snapshot's Parquet files; none where it has no such
// file. where is "" or a condition of ours.
func rows[T any](ctx context.Context, s *Snapshot, file, where string, order ...string) ([]T, error) {
	if !s.Has(file) {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db == nil {
		return nil, &engine.Fault{Code: "snapshot-closed", Say: "the snapshot " + s.Name + " is no longer open: ask again"}
	}
	out, err := lake.Rows[T](ctx, s.db, filepath.Join(s.dir, file), where, order...)
	if err != nil && ctx.Err() == nil {
		return nil, &engine.Fault{Code: "snapshot-damaged", Say: "snapshots/" + s.Name + "/" + file + " cannot be read: run again for the snapshot's as-of date, which publishes it anew, or restore the file", Err: err}
	}
	return out, err
}
