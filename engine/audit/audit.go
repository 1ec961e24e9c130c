// Package audit is the record of who looked at whom: append-only entries in
// one SQLite file, each hashed together with the one before it, and signed
// checkpoints of the chain in a text file that an operator copies elsewhere.
//
// Fail closed. Append returns without error only when the entry is on disk.
// When it returns an error the caller must not show, send or do what the
// entry was about. The opposite may happen: a crash between the disk and the
// screen leaves an entry of something never seen. The audit may say more than
// was seen, never less.
//
// What it promises, shown by Verify:
//   - an entry or its persons changed, added, removed, moved or renumbered in
//     the file is noticed, by the hash chain alone, unless everything after it
//     was recomputed or removed too;
//   - entries cut from the end, and a chain recomputed from some entry on, are
//     noticed from the first signed checkpoint after that place, given the
//     copy of the checkpoints that was kept elsewhere.
//
// What it cannot promise:
//   - who holds the file and the signing key may write any history, but for
//     what the copied checkpoints already state: copy them, often, to where
//     that person cannot write;
//   - entries after the newest copied checkpoint can be cut from the end, and
//     the file's write-ahead log with them, without a trace;
//   - it records what callers tell it; that every look passes through it is
//     the caller's promise.
//
// An entry holds pseudonyms of persons, never a patient's NHS number or name
// or a clinical value. Append refuses text that holds a valid NHS number where
// no member of staff's own number can stand.
//
// Nothing here deletes an entry, and the file itself refuses UPDATE and
// DELETE: the audit stays when data, lists and scores of a person go. How long
// the whole file is kept is the controller's decision, carried out by hand.
package audit

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"io/fs"
	"os"
	"sync"
	"time"

	"leftshift/engine"
)

// Options of an audit. The zero value signs no checkpoints.
type Options struct {
	// Checkpoints is the path of the checkpoint file, made when it does not
	// exist, and Key what signs it (LoadKey): both or neither. A new key begins
	// a new file; Verify takes the files of all keys one after another.
	Checkpoints string
	Key         ed25519.PrivateKey
	Every       int64         // entries between checkpoints; 0: 1000
	Age         time.Duration // a checkpoint older than this is followed by one at the next entry; 0: an hour

	// Wait is how long an entry waits for another program that has the file
	// locked, and a reader likewise; 0: 20 seconds. Then it is refused, and for
	// as long again every other at once: see held.
	Wait time.Duration

	Now  func() time.Time // nil: time.Now
	Warn func(error)      // told of a due checkpoint that could not be written, at every append until it can; from the one writer, so it must not call the Log; nil: nobody
}

// Log is an open audit. Safe for concurrent use, and other processes may have
// the file open and append to it.
type Log struct {
	path  string
	opt   Options
	file  fs.FileInfo // what path named when it was opened
	wal   fs.FileInfo // its write-ahead log, once there is one; of the writer
	id    []byte
	write *sql.DB // one connection, of the writer
	read  *sql.DB

	queue chan *request
	held  held
	stop  chan struct{}
	once  sync.Once
	ended sync.WaitGroup

	// of the writer
	head head
	mark mark
}

// head is the newest entry of the chain.
type head struct {
	seq  int64 // 0: none
	hash [sha256.Size]byte
}

// mark is the newest checkpoint.
type mark struct {
	seq  int64
	time time.Time // zero: none
}

// Open opens the audit at path, or makes it, readable by this user only, with
// its folder. It refuses (Fault) a file or folder that others may change, a
// file of a newer version, and a file that contradicts the newest line of the
// checkpoint file: entries cut away or rewritten, or a new file put in the
// old one's place.
func Open(path string, opt Options) (*Log, error) {
	if (opt.Checkpoints == "") != (len(opt.Key) == 0) {
		return nil, fault("audit-options", "the audit needs both a checkpoint file and a key to sign it, or neither", nil)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Every <= 0 {
		opt.Every = 1000
	}
	if opt.Wait <= 0 {
		opt.Wait = 20 * time.Second
	}
	if opt.Age <= 0 {
		opt.Age = time.Hour
	}
	l := &Log{path: path, opt: opt, queue: make(chan *request), stop: make(chan struct{})}
	if err := l.open(); err != nil {
		l.close()
		return nil, err
	}
	l.ended.Go(l.writer)
	return l, nil
}

// Close waits for what is being written and closes the file. Appends that
// still wait fail.
func (l *Log) Close() error {
	var err error
	l.once.Do(func() {
		close(l.stop)
		l.ended.Wait()
		err = l.close()
	})
	return err
}

// replaced says whether path no longer names the file that was opened, or what
// stands beside it is no longer its write-ahead log: what would be appended now
// would be gone. The log stays as long as the writer has the file open.
func (l *Log) replaced() bool {
	info, err := os.Stat(l.path)
	if err != nil || !os.SameFile(info, l.file) {
		return true
	}
	wal, err := os.Stat(l.path + "-wal")
	if l.wal == nil {
		l.wal = wal // nil until something was written
		return false
	}
	return err != nil || !os.SameFile(wal, l.wal)
}

func fault(code, say string, err error) error {
	return &engine.Fault{Code: code, Say: say, Err: err}
}

// Append records an entry and returns it with its sequence number, time and
// hash. It returns once the entry is on disk. On any error the caller must not
// show, send or do what the entry is about. A context that ends before the
// entry is taken up leaves nothing written; later, the entry is written all
// the same.
//
// Persons are sorted and each kept once; the caller's slice is left alone.
// Sequence, Time, People and Hash of e are ignored.
func (l *Log) Append(ctx context.Context, e Entry) (Entry, error) {
	if err := e.prepare(); err != nil {
		return Entry{}, err
	}
	r := &request{entry: &e, done: make(chan error, 1)}
	if err := l.ask(ctx, r); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// Checkpoint signs the newest entry's sequence and hash and adds the line to
// the checkpoint file, on disk when it returns. The log does so itself on
// append, every Options.Every entries or when the last is older than
// Options.Age.
func (l *Log) Checkpoint(ctx context.Context) (Checkpoint, error) {
	if l.opt.Checkpoints == "" {
		return Checkpoint{}, fault("audit-options", "the audit was opened without a checkpoint file and key: configure both", nil)
	}
	r := &request{done: make(chan error, 1)}
	if err := l.ask(ctx, r); err != nil {
		return Checkpoint{}, err
	}
	return r.checkpoint, nil
}
