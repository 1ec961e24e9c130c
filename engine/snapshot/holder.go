//go:build duckdb_arrow

package snapshot

import (
	"context"
	"path/filepath"
	"sync"

	"leftshift/engine"
)

// Holder keeps the current snapshot of a data folder open, and opens the next
// when a night has published it.
type Holder struct {
	data string

	mu   sync.Mutex
	open *held
}

type held struct {
	*Snapshot
	users int
	gone  bool // another is current: close when the last user leaves
}

// Hold watches a data folder. Nothing is opened until it is asked for.
func Hold(data string) *Holder { return &Holder{data: data} }

// Use gives the current snapshot, and done, to be called when its user has
// finished with it. A Fault with code no-snapshot says that nothing is
// published; a snapshot that is damaged is an error and the one before is not
// shown in its stead.
func (h *Holder) Use(ctx context.Context) (s *Snapshot, done func(), err error) {
	dir, err := Current(h.data)
	if err != nil {
		return nil, nil, err
	}
	if dir == "" {
		return nil, nil, &engine.Fault{Code: "no-snapshot", Say: "nothing has been published yet: run `leftshift run`"}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open == nil || h.open.Name != filepath.Base(dir) {
		next, err := Open(ctx, dir)
		if err != nil {
			return nil, nil, err
		}
		h.retire()
		h.open = &held{Snapshot: next}
	}
	now := h.open
	now.users++
	var once sync.Once
	return now.Snapshot, func() {
		once.Do(func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			now.users--
			if now.gone && now.users == 0 {
				now.Close()
			}
		})
	}, nil
}

// retire lets go of what is open. The lock is held.
func (h *Holder) retire() {
	if h.open == nil {
		return
	}
	h.open.gone = true
	if h.open.users == 0 {
		h.open.Close()
	}
	h.open = nil
}

// Close lets go of what is open; who still uses it may finish.
func (h *Holder) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.retire()
}
