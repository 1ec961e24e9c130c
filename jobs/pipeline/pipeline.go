package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"leftshift/jobs/ledger"
	"leftshift/jobs/progress"
)

// Pipeline is steps in order, and where they work.
type Pipeline struct {
	Steps   []Step
	Root    string // the data folder
	Version string // of the program: another version reuses no output
	MinFree int64  // bytes that must be free before a run; 0: not looked at

	Record *ledger.Run                 // where steps are recorded; nil: nowhere
	Hear   progress.Listener           // nil: nobody
	Stop   <-chan struct{}             // closed to stop before the next step; nil: never
	Hook   func(op, path string) error // before each operation on the disk; nil: none. For tests
}

var stepName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)

// Execute runs the steps. It returns the error of the first that fails,
// ledger.ErrStopped when it was asked to stop, or what the context says. ID
// names the run, and no other run of the folder.
func (p *Pipeline) Execute(ctx context.Context, id string) error {
	r := &Run{ID: id, Root: p.Root, disk: disk{p.Hook}, stop: p.Stop, hear: p.Hear, identity: map[string]string{}, output: map[string]string{}}
	if r.hear == nil {
		r.hear = func(progress.Event) {}
	}
	seen := map[string]bool{}
	for _, s := range p.Steps {
		if !stepName.MatchString(s.Name) || seen[s.Name] || s.Do == nil {
			panic("pipeline: a step without a name of its own or without Do: " + s.Name)
		}
		seen[s.Name] = true
	}
	if err := p.ready(r); err != nil {
		return err
	}
	for i, s := range p.Steps {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if r.Stopping() {
			return ledger.ErrStopped
		}
		if err := p.step(ctx, r, s, i+1); err != nil {
			return err
		}
	}
	return p.prune(r)
}

// ready sweeps what dead runs left and looks at the free space.
func (p *Pipeline) ready(r *Run) error {
	for _, s := range p.Steps {
		if s.Digest == nil {
			continue
		}
		home := s.home(p.Root)
		err := r.disk.mkdir(home)
		for dir := home; err == nil && dir != p.Root; {
			dir = filepath.Dir(dir)
			err = r.disk.sync(dir)
		}
		if err != nil {
			return fault("data-folder", "the data folder cannot be written", err)
		}
		left, err := os.ReadDir(home)
		if err != nil {
			return fault("data-folder", "the data folder cannot be read", err)
		}
		for _, e := range left {
			if !strings.Contains(e.Name(), ".tmp-") {
				continue
			}
			if err := r.disk.remove(filepath.Join(home, e.Name())); err != nil {
				return fault("data-folder", "what a dead run left cannot be removed", err)
			}
		}
	}
	if p.MinFree > 0 {
		free, err := freeBytes(p.Root)
		if err != nil {
			return fault("data-folder", "the free space of the data folder cannot be told", err)
		}
		if free < p.MinFree {
			return fault("disk-full", "the data folder's disk has less free space than run.min_free_mib asks for: free some", nil)
		}
	}
	return nil
}

// step does or reuses one step, and tells of it.
func (p *Pipeline) step(ctx context.Context, r *Run, s Step, index int) error {
	r.mu.Lock()
	r.step, r.counts = s.Name, progress.Counts{}
	r.mu.Unlock()
	start := time.Now()
	r.hear(progress.StepStarted{Run: r.ID, Step: s.Name, Index: index})
	id, err := p.identify(ctx, r, s)
	if p.Record != nil {
		err = errors.Join(p.Record.StepStarted(s.Name, id), err)
	}
	reused := false
	if err == nil {
		if s.Digest == nil {
			err = guarded(func() error { return s.Do(ctx, r, "") })
		} else {
			reused, err = p.produce(ctx, r, s, id)
		}
	}
	if err == nil {
		// A step that the context ended may have returned nil all the same.
		err = context.Cause(ctx)
	}
	state := ledger.Outcome(ctx, err)
	if reused {
		state = ledger.Reused
	}
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = context.Cause(ctx)
	}
	if p.Record != nil {
		if e := p.Record.StepEnded(state, r.counts, err); err == nil {
			err = e
		}
	}
	code, say := progress.Explain(err)
	r.hear(progress.StepEnded{Run: r.ID, Step: s.Name, Took: time.Since(start), Reused: reused, Summary: r.counts, Code: code, Say: say})
	return err
}

// identify names the output folder: the digest of the step, the program's
// version and the inputs.
func (p *Pipeline) identify(ctx context.Context, r *Run, s Step) (id string, err error) {
	if s.Digest == nil {
		return "", nil
	}
	var digest string
	if err := guarded(func() (err error) { digest, err = s.Digest(ctx, r); return err }); err != nil {
		return "", err
	}
	return DigestOf("leftshift step 1", s.Name, p.Version, digest)[:32], nil
}

// produce finds or makes the output folder.
func (p *Pipeline) produce(ctx context.Context, r *Run, s Step, id string) (reused bool, err error) {
	home := s.home(p.Root)
	final := filepath.Join(home, id)
	switch m, found, err := whole(final, s.Name, id); {
	case !found && err != nil:
		return false, err
	case found && err == nil:
		if err := r.disk.sync(home); err != nil { // a killed run may have renamed only
			return false, err
		}
		for name, n := range m.Counts {
			r.Count(name, n)
		}
		r.done(s.Name, id, final)
		return true, nil
	case found:
		r.Warn("output-damaged", "an output folder was damaged after it was finished: it is put aside under the ending .damaged and made again; look at the disk: "+said(err))
		if err := r.disk.rename(final, final+".damaged-"+r.ID); err != nil {
			return false, err
		}
	}
	tmp := final + ".tmp-" + r.ID
	if err := r.disk.mkdir(tmp); err != nil {
		return false, err
	}
	if err := p.build(ctx, r, s, tmp, final, id); err != nil {
		_ = r.disk.remove(tmp) // else the next run sweeps it
		return false, err
	}
	r.done(s.Name, id, final)
	return false, nil
}

// whole says whether a folder has the name, and reads its manifest; the error
// says that it does not fit.
func whole(dir, step, id string) (m *Manifest, found bool, err error) {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	if m, err = ReadManifest(dir); err != nil {
		return nil, true, fault("manifest-damaged", "an output folder has no manifest that can be read", err)
	}
	if m.Step != step || m.Identity != id {
		return nil, true, fault("manifest-damaged", "a manifest is of another folder", nil)
	}
	// All of its bytes: what is damaged would go into every output made from it.
	return m, true, m.Verify(dir, true)
}

// said is what is wrong with a folder, without what to do about it.
func said(err error) string {
	_, say := progress.Explain(err)
	say, _, _ = strings.Cut(say, again)
	return say
}

func (p *Pipeline) build(ctx context.Context, r *Run, s Step, tmp, final, id string) error {
	if err := guarded(func() error { return s.Do(ctx, r, tmp) }); err != nil {
		return err
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if s.Check != nil {
		if err := guarded(func() error { return s.Check(ctx, r, tmp) }); err != nil {
			return err
		}
	}
	files, folders, err := survey(tmp)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := r.disk.sync(filepath.Join(tmp, filepath.FromSlash(f.Path))); err != nil {
			return err
		}
	}
	r.mu.Lock()
	text, err := json.MarshalIndent(Manifest{s.Name, id, r.counts, files}, "", " ")
	r.mu.Unlock()
	if err != nil {
		return err
	}
	if err := r.disk.write(filepath.Join(tmp, ManifestName), append(text, '\n')); err != nil {
		return err
	}
	for _, f := range folders {
		if err := r.disk.sync(f); err != nil {
			return err
		}
	}
	return r.disk.rename(tmp, final)
}

// done notes the output of a step, and that it was used now.
func (r *Run) done(step, id, final string) {
	now := time.Now()
	_ = os.Chtimes(final, now, now) // only the order of pruning rests on it
	r.mu.Lock()
	defer r.mu.Unlock()
	r.identity[step], r.output[step] = id, final
}

// guarded turns a panic into an error.
func guarded(do func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = progress.Panicked(v)
		}
	}()
	return do()
}
