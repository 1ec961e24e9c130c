package audit

import (
	"bytes"
	"crypto/ed25519"
	"database/sql"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"

	"leftshift/engine/durable"
)

// checkpoints answers those who asked for one, and makes one that is due. It
// is the writer's.
func (l *Log) checkpoints(asked []*request) {
	if l.opt.Checkpoints == "" || len(asked) == 0 && !l.due() {
		return
	}
	c, err := l.checkpoint(len(asked) > 0)
	for _, r := range asked {
		r.checkpoint = c
		r.done <- err
	}
	if len(asked) == 0 && err != nil && l.opt.Warn != nil {
		l.opt.Warn(err)
	}
}

// due says whether the entries since the newest checkpoint, or its age, ask
// for another.
func (l *Log) due() bool {
	if l.head.seq <= l.mark.seq && !l.mark.time.IsZero() {
		return false
	}
	age := l.opt.Now().Sub(l.mark.time)
	return l.mark.time.IsZero() || l.head.seq-l.mark.seq >= l.opt.Every || age >= l.opt.Age || age <= -l.opt.Age
}

// checkpoint adds a line to the file, unless another process has done what was
// due. It holds SQLite's write lock meanwhile, so that one process at a time
// does, and what it signs is on disk.
func (l *Log) checkpoint(asked bool) (Checkpoint, error) {
	if l.replaced() {
		return Checkpoint{}, fault("audit-replaced", "the audit's file was moved, removed or replaced while it was in use: put it back and start again", nil)
	}
	tx, err := l.write.Begin()
	if err != nil {
		return Checkpoint{}, unusable("the audit cannot be read for a checkpoint", err)
	}
	defer tx.Rollback()
	if err := l.compare(tx); err != nil {
		return Checkpoint{}, err
	}
	if l.head, err = l.follow(tx); err != nil {
		return Checkpoint{}, err
	}
	if !asked && !l.due() {
		return Checkpoint{}, nil
	}
	c := sign(l.opt.Key, l.id, l.head, l.opt.Now())
	if err := l.add(c); err != nil {
		return Checkpoint{}, fault("audit-checkpoint-write", "the audit checkpoint file cannot be written: entries are recorded, but not signed, until it can", err)
	}
	l.mark = mark{c.Sequence, c.Time}
	return c, nil
}

// compare reads the newest checkpoint and refuses a log that contradicts it.
func (l *Log) compare(tx *sql.Tx) error {
	f, err := os.Open(l.opt.Checkpoints)
	if errors.Is(err, os.ErrNotExist) {
		l.mark = mark{}
		return nil
	}
	if err != nil {
		return fault("audit-checkpoint-read", "the audit checkpoint file cannot be read: check its path and who may read it", err)
	}
	defer f.Close()
	line, _, err := lastLine(f)
	if err != nil {
		return fault("audit-checkpoint-read", "the audit checkpoint file cannot be read", err)
	}
	if line == "" {
		l.mark = mark{}
		return nil
	}
	c, err := ParseCheckpoint(line)
	if err != nil || !c.signedBy(l.opt.Key.Public().(ed25519.PublicKey)) {
		return fault("audit-checkpoint-changed", "the last line of the audit checkpoint file was changed, or another key signed it: compare it with the copy kept elsewhere and restore it; after a change of key name a new checkpoint file and keep the old", nil)
	}
	if c.Log != hex.EncodeToString(l.id) {
		return fault("audit-other", "the checkpoint file is of another audit: restore the audit that belongs to it, or name a new checkpoint file", nil)
	}
	switch hash, found, err := hashAt(tx, l.id, c.Sequence); {
	case err != nil:
		return err
	case !found:
		return fault("audit-cut", "the audit has lost entries that a signed checkpoint knows: run a verification and restore the audit", nil)
	case !bytes.Equal(hash, c.Hash[:]):
		return fault("audit-rewritten", "the audit contradicts a signed checkpoint: it was rewritten; run a verification and restore the audit", nil)
	}
	l.mark = mark{c.Sequence, c.Time}
	return nil
}

// add writes the line at the end of the file and forces it to disk. What a
// crash left of a line that was never finished is overwritten.
func (l *Log) add(c Checkpoint) error {
	_, err := os.Stat(l.opt.Checkpoints)
	fresh := errors.Is(err, os.ErrNotExist)
	f, err := os.OpenFile(l.opt.Checkpoints, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	_, end, err := lastLine(f)
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.WriteAt([]byte(c.String()+"\n"), end)
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil && fresh {
		err = durable.SyncDir(filepath.Dir(l.opt.Checkpoints))
	}
	return err
}

// lineBytes is more than any checkpoint line has.
const lineBytes = 4096

// lastLine reads the last line that has its line feed, and where it ends.
func lastLine(f *os.File) (line string, end int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return "", 0, err
	}
	from := max(0, info.Size()-2*lineBytes)
	b := make([]byte, info.Size()-from)
	if _, err := f.ReadAt(b, from); err != nil && err != io.EOF {
		return "", 0, err
	}
	stop := bytes.LastIndexByte(b, '\n')
	if stop < 0 {
		if from > 0 {
			return "", 0, errors.New("it ends in a line longer than any checkpoint")
		}
		return "", 0, nil
	}
	b = b[:stop]
	return string(b[bytes.LastIndexByte(b, '\n')+1:]), from + int64(stop) + 1, nil
}
