//go:build duckdb_arrow

package snapshot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"leftshift/engine"
)

// Holder keeps the current snapshot of a data folder open, and opens the next
// when a night has published it.
type Holder struct {
	// Warn is told once why what is current cannot be opened; nil: nobody.
	Warn func(error)

	data string

	mu     sync.Mutex
	open   *held
	failed failure
}

type held struct {
	*Snapshot
	users int
	gone  bool // another is current: close when the last user leaves
}

// failure is what the last try to open a snapshot came to.
type failure struct {
	name string // of its folder
	mark string // of its manifest
	at   time.Time
	err  error
	told string // what Warn was told last
}

// again is how long a snapshot that could not be opened is not tried again, so
// that not every request reads it through.
const again = 5 * time.Second

// Hold watches a data folder. Nothing is opened until it is asked for.
func Hold(data string) *Holder { return &Holder{data: data} }

// Use gives the current snapshot, and done, to be called when its user has
// finished with it. A Fault with code no-snapshot says that nothing is
// published. Where the current one cannot be found or opened, the one that is
// open goes on being given, and says so (Behind), unless it was recalled; what
// cannot be opened is never shown in part. A current snapshot that was recalled
// is always an error.
func (h *Holder) Use(ctx context.Context) (s *Snapshot, done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	err = h.follow(ctx)
	if err != nil {
		if text := err.Error(); text != h.failed.told && (h.open != nil || !coded(err, "no-snapshot")) {
			h.failed.told = text
			if h.Warn != nil {
				h.Warn(err)
			}
		}
		if !h.stands(err) {
			return nil, nil, err
		}
	} else {
		h.failed = failure{}
	}
	h.open.behind.Store(err != nil)
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

// follow opens what is current, where it is not open already. The lock is held.
func (h *Holder) follow(ctx context.Context) error {
	dir, err := Current(h.data)
	if err != nil {
		return err
	}
	if dir == "" {
		return &engine.Fault{Code: "no-snapshot", Say: "nothing has been published yet: run `leftshift run`"}
	}
	name := filepath.Base(dir)
	if h.open != nil && h.open.Name == name {
		return nil
	}
	mark := ""
	if info, err := os.Stat(filepath.Join(dir, manifestFile)); err == nil {
		mark = info.ModTime().String() + " " + strconv.FormatInt(info.Size(), 10)
	}
	if f := &h.failed; f.err != nil && f.name == name && f.mark == mark && time.Since(f.at) < again {
		return f.err
	}
	// Who asks first may leave; the others want it too.
	next, err := Open(context.WithoutCancel(ctx), dir)
	if err != nil {
		h.failed.name, h.failed.mark, h.failed.at, h.failed.err = name, mark, time.Now(), err
		return err
	}
	h.retire()
	h.open = &held{Snapshot: next}
	return nil
}

// stands says whether what is open may be given in the stead of what could not
// be. The lock is held.
func (h *Holder) stands(err error) bool {
	if h.open == nil || coded(err, "snapshot-recalled") || coded(err, "recall-unreadable") {
		return false
	}
	if r, err := Recalled(h.data, h.open.Name); err != nil || r != nil {
		h.retire()
		return false
	}
	return true
}

func coded(err error, code string) bool {
	var f *engine.Fault
	return errors.As(err, &f) && f.Code == code
}

// Behind says that another snapshot is current, or none that can be found, and
// that it could not be opened.
func (s *Snapshot) Behind() bool { return s.behind.Load() }

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
