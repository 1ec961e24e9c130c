//go:build unix

package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"leftshift/engine"
)

// Lock is the right of one process to work on a data folder. The kernel
// releases it when the process ends, however it ends.
type Lock struct{ file *os.File }

// holder is what the lock's file says about who has it.
type holder struct {
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
}

// The locks of a data folder.
const (
	WorkLock     = "lock"          // held by a run
	ScheduleLock = "schedule.lock" // held by a scheduler for its life
)

// Acquire takes a lock of a data folder, or refuses at once with a Fault
// "folder-in-use" that names the process that has it. The folder is made when
// it does not exist. The file stays after Release: it is the lock on it that
// counts. The folder must be on a local file system, or one whose locks the
// machines that use it share.
func Acquire(folder, name string, now time.Time) (*Lock, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, broken("the data folder cannot be made", err)
	}
	f, err := os.OpenFile(filepath.Join(folder, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, broken("the data folder's lock cannot be opened: check who may write the folder", err)
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err != unix.EINTR {
			break
		}
	}
	if errors.Is(err, unix.EWOULDBLOCK) {
		defer f.Close()
		return nil, inUse(f, name)
	}
	if err != nil {
		f.Close()
		return nil, broken("the data folder cannot be locked: it must be on a file system with locks", err)
	}
	text, err := json.Marshal(holder{os.Getpid(), now.UTC().Truncate(time.Second)})
	if err == nil {
		if err = f.Truncate(0); err == nil {
			_, err = f.WriteAt(append(text, '\n'), 0)
		}
	}
	if err != nil {
		f.Close()
		return nil, broken("the data folder's lock cannot be written", err)
	}
	return &Lock{f}, nil
}

// Held says whether a process has a lock of a data folder now.
func Held(folder, name string) bool {
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}

func inUse(f *os.File, name string) error {
	what, then := "another run", "wait until it ends"
	if name == ScheduleLock {
		what, then = "another scheduler", "stop it first"
	}
	var h holder
	text, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil || json.Unmarshal(text, &h) != nil || h.PID == 0 {
		return &engine.Fault{Code: "folder-in-use", Say: what + " is using this data folder: " + then}
	}
	return &engine.Fault{Code: "folder-in-use", Say: fmt.Sprintf("%s (process %d, since %s) is using this data folder: %s",
		what, h.PID, h.Started.In(engine.London).Format("15:04:05 on 2 January 2006"), then)}
}

// Release gives the lock back. Nil does nothing.
func (l *Lock) Release() error {
	if l == nil {
		return nil
	}
	_ = l.file.Truncate(0)
	return l.file.Close()
}
