// Package pipeline runs steps in order so that a kill at any moment loses no
// finished work and shows no unfinished work.
//
// The output of a step is a folder named by the digest of the step's inputs:
//
//	<data folder>/steps/<step>/<identity>
//
// It is built under another name, synced to disk, given a manifest, and gets
// its name by one rename. So a folder with such a name is whole, and a run
// that finds it goes on behind it. What was left half done is swept when the
// next run starts. The caller holds the data folder's lock.
package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path/filepath"
	"sync"

	"leftshift/engine"
	"leftshift/jobs/progress"
)

// Step is one piece of a run.
type Step struct {
	Name string // small letters, digits, - and _

	// Folder holds the outputs, relative to the data folder, and nothing else
	// but a pointer; "" means steps/<name>.
	Folder string

	// Digest is of everything that the output depends on, but for the version
	// of the program, which the runner adds: the Identity of the steps whose
	// output it reads, files, parameters. Equal digests mean equal bytes. Nil:
	// the step has no output folder and is done each time; it must be
	// idempotent, as publishing is.
	Digest func(context.Context, *Run) (string, error)

	// Do writes the output into dir, which exists and is empty ("" without
	// Digest). The output depends on neither clock nor run. It need not sync.
	Do func(ctx context.Context, r *Run, dir string) error

	// Check reads the output back before it gets its name; an error keeps it
	// from being used. Nil: none.
	Check func(ctx context.Context, r *Run, dir string) error

	// Keep is how many outputs are kept after a run that succeeded, that run's
	// among them: the newest used. 0 keeps all.
	Keep int
}

// Run is what a step sees of the run it is in. Its methods may be called from
// several goroutines.
type Run struct {
	ID   string
	Root string // the data folder

	disk disk
	stop <-chan struct{}
	hear progress.Listener

	mu       sync.Mutex
	step     string
	identity map[string]string
	output   map[string]string
	counts   progress.Counts
}

// Identity is the name of the output folder of an earlier step: what a
// Digest takes in for having it as input. "" when there is none.
func (r *Run) Identity(step string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.identity[step]
}

// Output is the output folder of an earlier step of this run. It panics when
// there is none: the steps are in a wrong order.
func (r *Run) Output(step string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	dir := r.output[step]
	if dir == "" {
		panic("pipeline: no earlier step " + step)
	}
	return dir
}

// Count adds to a count of the step, which goes to its summary, its manifest
// and the ledger. Names are words of the program, never of a record.
func (r *Run) Count(name string, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[name] += n
}

// Advance tells how far the step is. Total 0: not known.
func (r *Run) Advance(done, total int64, unit string) {
	r.hear(progress.StepAdvanced{Step: r.step, Done: done, Total: total, Unit: unit})
}

// Warn tells of something that a person should look at.
func (r *Run) Warn(code, say string) {
	r.hear(progress.Warning{Step: r.step, Code: code, Say: progress.Mask(say)})
}

// Stopping says whether the run was asked to stop. The runner looks between
// steps; a long step may look too, at a point from which it can go on, and
// return ledger.ErrStopped.
func (r *Run) Stopping() bool {
	select {
	case <-r.stop:
		return true
	default:
		return false
	}
}

// Op announces an operation of a step on the disk, so that a test can fail or
// kill there. It does nothing else; steps pass on its error.
func (r *Run) Op(op, path string) error { return r.disk.before(op, path) }

// home is the folder of a step's outputs.
func (s Step) home(root string) string {
	if s.Folder != "" {
		return filepath.Join(root, s.Folder)
	}
	return filepath.Join(root, "steps", s.Name)
}

// DigestOf is the SHA-256, in hex, of parts and their lengths.
func DigestOf(parts ...string) string {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func fault(code, say string, err error) error {
	return &engine.Fault{Code: code, Say: say, Err: err}
}
