//go:build duckdb_arrow

package retain

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"

	"leftshift/engine/audit"
)

// fit refuses words that the audit does not hold, before anything is decided: a
// journal with them could neither be ended nor be replaced by another.
func (o *Options) fit() error {
	e := o.Entry
	e.Event, e.Outcome, e.Object = EventBegun, audit.Allowed, "certificate"
	e.Name, e.Authoriser, e.Reason = o.By, o.By, o.Reason
	if len(e.Fit()) > 0 {
		return fault("retention-words", "the name or the reason of this deletion cannot stand in the audit: give them anew, shorter, on one line, and without an NHS number")
	}
	return nil
}

// hold takes out of a journal what a legal hold keeps that was not there, or not
// seen, when the deletion was decided. What is gone already stays on the
// certificate. An erasure that is half done is not divided: it waits for the hold.
// It reports whether the journal is another now.
func (r *remover) hold(ctx context.Context, j *journal) (changed bool, err error) {
	held := func(class string) string {
		if h := r.c.Retention.Held(class, r.opt.Today); h != nil {
			return "a legal hold: " + h.Reason
		}
		return ""
	}
	if j.Erases || len(j.Swaps) > 0 {
		for _, class := range []string{"landed", "bundles", "worklist"} {
			if why := held(class); why != "" {
				return false, fault("retention-held", "an erasure was cut off, and "+why+" stands since: nothing is done; when the hold is taken out of the configuration, or no longer means "+class+", the next --apply ends it")
			}
		}
	}
	stay := func(class, why string, take func(d *Deleted)) {
		changed = true
		cert := &j.Certificate
		for i := range cert.Deleted {
			if cert.Deleted[i].Class == class {
				take(&cert.Deleted[i])
			}
		}
		cert.Deleted = slices.DeleteFunc(cert.Deleted, func(d Deleted) bool { return d.Items == 0 })
		if k := (Kept{class, why}); !slices.Contains(cert.Kept, k) {
			cert.Kept = append(cert.Kept, k)
		}
	}
	if j.Vault && held("landed") != "" {
		done, err := r.forgot(ctx, j)
		if err != nil {
			return false, err
		}
		if changed, j.Vault = true, false; !done {
			j.Certificate.Vault = ""
		}
	}
	j.Items = slices.DeleteFunc(j.Items, func(it Item) bool {
		why := held(it.Class)
		if why == "" || err != nil {
			return false
		}
		if _, e := os.Lstat(it.Path); errors.Is(e, fs.ErrNotExist) {
			return false // it has lost its name: it is going
		} else if e != nil {
			err = e
			return false
		}
		stay(it.Class, why, func(d *Deleted) {
			if k := slices.Index(d.Gone, gone(it)); k >= 0 {
				d.Gone = slices.Delete(d.Gone, k, k+1)
				d.Items, d.Bytes = d.Items-1, d.Bytes-it.Bytes
			}
		})
		return true
	})
	j.Rows = slices.DeleteFunc(j.Rows, func(due rowsDue) bool {
		why := held(due.Class)
		if why == "" || err != nil {
			return false
		}
		left := 0
		for _, t := range tables {
			if t.class == due.Class && t.there(r.site) {
				n, _, _, e := t.count(ctx, r.site, due.Before)
				left, err = left+n, errors.Join(err, e)
			}
		}
		stay(due.Class, why, func(d *Deleted) {
			if left > 0 { // in one transaction: all of them
				d.Items = 0
			}
		})
		return true
	})
	return changed, err
}
