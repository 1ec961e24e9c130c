//go:build duckdb_arrow

package retain

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/durable"
	"leftshift/engine/lake"
	"leftshift/jobs/config"
)

// Options of a deletion.
type Options struct {
	On      engine.Day // day on which periods are reckoned: not after today
	By      string     // who has it done
	Reason  string
	Account string
	Version string // of the program
	Erase   bool   // also whom [retention.erase] says
	// Unattended: nobody looks on. The landed batches of a source that is no
	// longer covered are then left: a slip in the configuration looks the same.
	Unattended bool
	Today      engine.Day
	Now        time.Time
	Audit      *audit.Log
	Entry      audit.Entry                 // who acts, as the audit is to have it
	Hook       func(op, path string) error // before each operation on the disk; nil: none. For tests
}

// The events of a deletion in the audit: one before anything goes, one that holds
// the digest of the certificate.
const (
	EventBegun = "retention_begun"
	EventDone  = "retention_done"
)

// leaving is the ending of a folder or file that has lost its name and is being
// removed: no reader takes it for one of its kind.
const leaving = ".tmp-retained"

// Apply deletes what is due and, if asked, erases; or ends a deletion that was
// cut off, with the certificate that that one was to have. The caller holds the
// data folder's lock. It gives the certificate and the SHA-256 of its file; nil
// where nothing was due and nobody to erase. Faults: retention-incomplete (no
// name or reason), retention-words, retention-future, retention-held, and those of what it reads.
func Apply(ctx context.Context, c *config.Config, opt Options) (*Certificate, string, error) {
	if strings.TrimSpace(opt.By) == "" || strings.TrimSpace(opt.Reason) == "" {
		return nil, "", fault("retention-incomplete", "a deletion needs the name of who has it done and the reason: give --by NAME and --reason TEXT")
	}
	if opt.On > opt.Today {
		return nil, "", fault("retention-future", "nothing is deleted before it is due: leave out --as-of, or give a day that has come")
	}
	if err := opt.fit(); err != nil {
		return nil, "", err
	}
	folder := Folder(c)
	j, err := pending(folder)
	if err != nil {
		return nil, "", err
	}
	r := &remover{c: c, opt: opt, site: siteOf(c, opt.On)}
	if j == nil {
		if j, err = r.decide(ctx); err != nil || j == nil {
			return nil, "", err
		}
		if err := r.before("journal", folder); err != nil {
			return nil, "", err
		}
		if err := j.write(folder); err != nil {
			return nil, "", err
		}
	} else if err := r.again(ctx, j, folder); err != nil {
		return nil, "", err
	}
	if err := r.enter(ctx, EventBegun, "certificate "+j.Certificate.ID, j); err != nil {
		return nil, "", err
	}
	if err := r.carryOut(ctx, j); err != nil {
		return nil, "", err
	}
	if err := r.before("certify", folder); err != nil {
		return nil, "", err
	}
	sum, err := j.Certificate.write(folder)
	if err != nil {
		return nil, "", err
	}
	if err := r.before("audit", folder); err != nil {
		return nil, "", err
	}
	if err := r.enter(ctx, EventDone, "certificate "+j.Certificate.ID+" sha256 "+sum, j); err != nil {
		return nil, "", err
	}
	// Signed at once, where the site signs: who copies the checkpoints has it.
	if _, err := opt.Audit.Checkpoint(ctx); err != nil && !unsigned(err) {
		return nil, "", err
	}
	if err := r.before("end", folder); err != nil {
		return nil, "", err
	}
	return &j.Certificate, sum, j.end(folder)
}

// unsigned says of an error of a checkpoint that the site makes none.
func unsigned(err error) bool {
	f := (*engine.Fault)(nil)
	return errors.As(err, &f) && f.Code == "audit-options"
}

// remover does a deletion.
type remover struct {
	c    *config.Config
	opt  Options
	site *site
}

func (r *remover) before(op, path string) error {
	if r.opt.Hook == nil {
		return nil
	}
	return r.opt.Hook(op, path)
}

// decide plans a deletion and makes its journal; nil when there is nothing to do.
func (r *remover) decide(ctx context.Context) (*journal, error) {
	if err := r.sweep(); err != nil {
		return nil, err
	}
	p, err := Make(ctx, r.c, r.opt.On)
	if err != nil {
		return nil, err
	}
	j := &journal{Rows: p.rows, Certificate: Certificate{Form: certificateForm, ID: r.opt.Now.UTC().Format("20060102-150405"), Site: r.c.Site.Name, Synthetic: r.c.Site.Synthetic,
		Started: r.opt.Now.UTC().Truncate(time.Second), On: p.On, By: r.opt.By, Reason: r.opt.Reason, Account: r.opt.Account, Version: r.opt.Version, Deleted: []Deleted{}}}
	for i := 2; ; i++ { // two in one second
		if _, err := os.Stat(filepath.Join(Folder(r.c), j.Certificate.ID+".json")); errors.Is(err, fs.ErrNotExist) {
			break
		}
		j.Certificate.ID = r.opt.Now.UTC().Format("20060102-150405") + "-" + string(rune('a'+i-2))
	}
	cert := &j.Certificate
	for _, l := range p.Lines {
		if l.Due.Items > 0 {
			d := Deleted{Class: l.Class, Period: l.Period, SetBy: l.SetBy, Ground: l.Ground, Sum: l.Due, Gone: []Gone{}}
			for _, it := range p.due {
				if it.Class == l.Class {
					d.Gone = append(d.Gone, gone(it))
				}
			}
			cert.Deleted = append(cert.Deleted, d)
		}
		switch {
		case l.Held != "":
			cert.Kept = append(cert.Kept, Kept{l.Class, "a legal hold: " + l.Held})
		case l.Note != "":
			cert.Kept = append(cert.Kept, Kept{l.Class, l.Note})
		case l.Period == "":
			cert.Kept = append(cert.Kept, Kept{l.Class, "no period is set"})
		}
	}
	j.Items = p.due
	if r.opt.Erase {
		if err := r.erase(ctx, j); err != nil {
			return nil, err
		}
	}
	if err := r.orphans(ctx, j); err != nil {
		return nil, err
	}
	if p.Empty() && (cert.Erasure == nil || cert.Erasure.nothing(j)) {
		return nil, nil
	}
	return j, nil
}

func gone(it Item) Gone { return Gone{it.Name, it.Bytes, it.Day.String(), it.Digest} }

// again takes up a journal: what has come to be needed or held since stays, and is
// not certified as gone.
func (r *remover) again(ctx context.Context, j *journal, folder string) error {
	items, err := r.site.survey()
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	for _, it := range items {
		if it.Why != "" {
			needed[it.Path] = true
		}
	}
	stays := func(it Item) bool {
		if !needed[it.Path] || it.Why == erased {
			return false
		}
		for i := range j.Certificate.Deleted {
			d := &j.Certificate.Deleted[i]
			if k := slices.Index(d.Gone, gone(it)); k >= 0 && d.Class == it.Class {
				d.Gone = slices.Delete(d.Gone, k, k+1)
				d.Items, d.Bytes = d.Items-1, d.Bytes-it.Bytes
			}
		}
		return true
	}
	held, err := r.hold(ctx, j)
	if err != nil {
		return err
	}
	n := len(j.Items)
	if j.Items = slices.DeleteFunc(j.Items, stays); len(j.Items) == n && !held {
		return nil
	}
	return j.write(folder)
}

// carryOut does what a journal says. Each part is idempotent.
func (r *remover) carryOut(ctx context.Context, j *journal) error {
	for _, x := range j.Swaps {
		if err := r.place(x); err != nil {
			return err
		}
	}
	for _, it := range j.Items {
		if err := r.remove(it, j.Certificate.ID); err != nil {
			return err
		}
	}
	for _, due := range j.Rows {
		for _, t := range tables {
			if t.class != due.Class || !t.there(r.site) {
				continue
			}
			if err := r.before("rows", t.class); err != nil {
				return err
			}
			if err := t.forget(ctx, r.site, due.Before); err != nil {
				return err
			}
		}
	}
	if j.Erases {
		if err := r.closeItems(ctx); err != nil {
			return err
		}
	}
	if j.Vault {
		return r.forgetOrphans(ctx)
	}
	return nil
}

// remove deletes a folder or file: it loses its name first, so that no reader
// ever sees half of it. A landed batch leaves word that it was here, for else its
// source file would land again.
func (r *remover) remove(it Item, certificate string) error {
	if it.Class == "landed" {
		if err := r.before("word", it.Path); err != nil {
			return err
		}
		if err := lake.Leave(it.Path, certificate); err != nil {
			return err
		}
	}
	home, away := filepath.Dir(it.Path), it.Path+leaving
	if _, err := os.Lstat(it.Path); err == nil {
		if err := r.before("rename", it.Path); err != nil {
			return err
		}
		// What an earlier attempt left under that name is in the way of a folder.
		if err := os.RemoveAll(away); err != nil {
			return err
		}
		if err := os.Rename(it.Path, away); err != nil {
			return err
		}
		if err := durable.SyncDir(home); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Lstat(away); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := r.before("remove", it.Path); err != nil {
		return err
	}
	if err := os.RemoveAll(away); err != nil {
		return err
	}
	return durable.SyncDir(home)
}

// enter records an event once: an attempt that goes on finds it there.
func (r *remover) enter(ctx context.Context, event, object string, j *journal) error {
	f := audit.Filter{Event: event, Limit: 1000}
	for {
		page, err := r.opt.Audit.Search(ctx, f)
		if err != nil {
			return err
		}
		for _, e := range page {
			if e.Object == object {
				return nil
			}
		}
		if len(page) < f.Limit {
			break
		}
		f.Before = page[len(page)-1].Sequence
	}
	e := r.opt.Entry
	e.Event, e.Object, e.Outcome = event, object, audit.Allowed
	e.Name, e.Authoriser, e.Reason = j.Certificate.By, j.Certificate.By, j.Certificate.Reason
	for _, d := range j.Certificate.Deleted {
		e.Rows += int64(d.Items)
	}
	_, err := r.opt.Audit.Append(ctx, e)
	return err
}
