//go:build duckdb_arrow

package retain

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/durable"
	"leftshift/engine/lake"
	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
	"leftshift/jobs/config"
	"leftshift/jobs/night"
)

// Erasure is what of people who may no longer be used was taken out of what is
// kept. It says how many, under disclosure control, and never who or why: that
// someone opted out is written down nowhere.
type Erasure struct {
	Of      []string    `json:"of"` // the opt-out lists and legal bases it went by
	SetBy   string      `json:"set_by"`
	Ground  string      `json:"ground"`
	People  string      `json:"people"`  // whose rows were found, of all that was looked through
	Closed  string      `json:"closed"`  // open work items
	Landed  []Rewritten `json:"landed"`  // batches, by their manifests
	Bundles []Rewritten `json:"bundles"` // evaluation rows beside a model
	Left    []string    `json:"left"`

	closed int
}

// Rewritten is a file that was replaced by one with fewer rows: SHA-256 of both.
type Rewritten struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// swapping is what was written beside a thing, to be put in its place.
type swapping struct {
	From  string `json:"from"`
	To    string `json:"to"`
	After string `json:"after"` // SHA-256 of the manifest of a folder; "" for a file
}

// rewriting is the ending of what is being written to replace another.
const rewriting = ".tmp-erase"

// erased says that a thing goes for what it holds, not for its age.
const erased = "erased"

// evaluationFile holds, beside a model and in each snapshot that it scored, the
// rows on which it was evaluated.
const evaluationFile = "test_row.parquet"

// eraser gathers an erasure.
type eraser struct {
	*remover
	j    *journal
	e    *Erasure
	db   *lake.DB
	gone func(engine.Person) bool
	seen map[engine.Person]bool // whose rows were found
	due  map[string]bool        // paths that go anyway
}

// lapsed names the sources of landed batches that are no longer configured, or
// that no legal basis covers on a day for the purpose of the site. On a synthetic
// site a configured source needs none.
func lapsed(c *config.Config, on engine.Day, batches []lake.Batch) map[string]bool {
	covered := map[string]bool{}
	for _, s := range c.Source {
		covered[s.Name] = c.Site.Synthetic
		for _, b := range c.Basis {
			if ends, ok := engine.ParseDay(b.Ends); ok && ends >= on && slices.Contains(b.Sources, s.Name) && slices.Contains(b.Purposes, c.Site.Purpose) {
				covered[s.Name] = true
			}
		}
	}
	out := map[string]bool{}
	for _, b := range batches {
		if !covered[b.Source] {
			out[b.Source] = true
		}
	}
	return out
}

// erase adds an erasure to a journal: everything is written beside what it
// replaces, and nothing is put in its place yet.
func (r *remover) erase(ctx context.Context, j *journal) error {
	rule := r.c.Retention.Erase
	if len(rule.OptOuts) == 0 && !rule.Basis {
		return fault("erase-unset", "the configuration does not say whose rows are erased: set [retention.erase] optouts or basis, with by and reason, or leave out --erase")
	}
	x := &eraser{remover: r, j: j, seen: map[engine.Person]bool{}, due: map[string]bool{},
		e: &Erasure{Of: slices.Clone(rule.OptOuts), SetBy: rule.By, Ground: rule.Reason, Landed: []Rewritten{}, Bundles: []Rewritten{}, Left: []string{}}}
	if rule.Basis && !r.opt.Unattended {
		x.e.Of = append(x.e.Of, "legal basis")
	}
	for _, it := range j.Items {
		x.due[it.Path] = true
	}
	var err error
	if x.gone, err = night.KeptOut(r.c, r.opt.Today, rule.OptOuts); err != nil {
		return err
	}
	if x.db, err = r.database(ctx); err != nil {
		return err
	}
	defer x.db.Close()
	items, err := r.site.survey()
	if err != nil {
		return err
	}
	for _, step := range []func(context.Context, []Item) error{x.published, x.landed, x.bundles, x.worklist} {
		if err := step(ctx, items); err != nil {
			return err
		}
	}
	x.certify()
	j.Erases = true
	x.e.Closed = r.rule().Count(x.e.closed).String()
	x.e.People = r.rule().Count(len(x.seen)).String()
	j.Certificate.Erasure = x.e
	return nil
}

// certify adds to the certificate what goes whole.
func (x *eraser) certify() {
	for _, class := range config.Retained {
		d := Deleted{Class: class, SetBy: x.e.SetBy, Ground: x.e.Ground, Gone: []Gone{}}
		for _, it := range x.j.Items {
			if it.Class == class && it.Why == erased {
				d.Sum.add(it)
				d.Gone = append(d.Gone, gone(it))
			}
		}
		if d.Items > 0 {
			x.j.Certificate.Deleted = append(x.j.Certificate.Deleted, d)
		}
	}
}

func (r *remover) rule() disclosure.Rule {
	return disclosure.Rule{Small: r.c.Report.SmallNumber, RoundTo: r.c.Report.RoundTo}
}

func (r *remover) database(ctx context.Context) (*lake.DB, error) {
	// One thread: a file that is written anew has the same bytes on any machine.
	return lake.Open(ctx, lake.Options{Threads: 1, MemoryMiB: r.c.Run.Memory() / 2, Temp: filepath.Join(r.site.data, "tmp")})
}

// held says of a class that a legal hold keeps it from erasure, and notes it.
func (x *eraser) held(class string) bool {
	h := x.c.Retention.Held(class, x.opt.On)
	if h == nil {
		return false
	}
	if left := class + ": a legal hold: " + h.Reason; !slices.Contains(x.e.Left, left) {
		x.e.Left = append(x.e.Left, left)
	}
	return true
}

// away marks a thing to be deleted for what it holds.
func (x *eraser) away(it Item) {
	it.Why = erased
	x.j.Items = append(x.j.Items, it)
	x.due[it.Path] = true
}

// holds says whether a Parquet file below a folder has a row of somebody who is
// withheld, leaving out files of a name ("": none).
func (x *eraser) holds(ctx context.Context, dir, but string) (bool, error) {
	found := false
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".parquet" || e.Name() == but {
			return err
		}
		return lake.People(ctx, x.db, path, func(p engine.Person) {
			if x.gone(p) {
				found, x.seen[p] = true, true
			}
		})
	})
	return found, err
}

// published finds the snapshots and the outputs of steps that hold somebody. They
// go whole: a snapshot's name is the checksum of what it holds. What the current
// lists rest on must be of a night that knew.
func (x *eraser) published(ctx context.Context, items []Item) error {
	for _, it := range items {
		if it.Class == "landed" || it.Class == "bundles" || it.Class == "delivered" || x.due[it.Path] {
			continue
		}
		rests := it.Why == whyCurrent || it.Why == whyLastRun && it.Class != "reports"
		but := ""
		if rests {
			but = evaluationFile
		}
		found, err := x.holds(ctx, it.Path, but)
		if err != nil {
			return err
		}
		switch {
		case found && rests:
			return fault("erase-current", "the current lists still hold people who are withheld: run the night first, so that there are lists without them, then erase")
		case found && !x.held(it.Class):
			x.away(it)
		}
		if !rests {
			continue
		}
		if found, err = x.holds(ctx, it.Path, ""); err != nil {
			return err
		}
		if left := "the model's evaluation rows in the current snapshot: the next night publishes one without them, and erasing again removes this one"; found && !slices.Contains(x.e.Left, left) {
			x.e.Left = append(x.e.Left, left)
		}
	}
	return nil
}

// landed writes the batches anew that hold somebody, and marks those whose legal
// basis has ended.
func (x *eraser) landed(ctx context.Context, items []Item) error {
	batches, err := lake.Landed(filepath.Join(x.site.data, "landed"))
	if err != nil || x.held("landed") {
		return err
	}
	of := map[string]Item{}
	for _, it := range items {
		of[it.Path] = it
	}
	if x.c.Retention.Erase.Basis && !x.opt.Unattended {
		over := lapsed(x.c, x.opt.Today, batches)
		for _, b := range batches {
			if over[b.Source] && !x.due[b.Dir] {
				x.away(of[b.Dir])
			}
		}
	}
	batches = slices.DeleteFunc(batches, func(b lake.Batch) bool { return x.due[b.Dir] })
	var subjects []engine.Subject
	people := map[engine.Person]bool{}
	if err := lake.Linked(ctx, x.db, batches, func(s engine.Subject, p engine.Person) {
		if x.gone(p) {
			subjects = append(subjects, s)
			people[p], x.seen[p] = true, true
		}
	}); err != nil || len(people) == 0 {
		return err
	}
	e, err := lake.NewEraser(ctx, x.db, subjects, slices.Sorted(maps.Keys(people)))
	if err != nil {
		return err
	}
	for i := range batches {
		b := &batches[i]
		to := b.Dir + rewriting
		if err := x.before("rewrite", b.Dir); err != nil {
			return err
		}
		changed, err := e.Batch(ctx, b, x.j.Certificate.ID, to)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		after, _, err := durable.Checksum(filepath.Join(to, "manifest.json"))
		if err != nil {
			return err
		}
		x.e.Landed = append(x.e.Landed, Rewritten{of[b.Dir].Name, of[b.Dir].Digest, after})
		x.j.Swaps = append(x.j.Swaps, swapping{to, b.Dir, after})
	}
	return nil
}

// bundles writes the evaluation rows of models anew that are of somebody.
func (x *eraser) bundles(ctx context.Context, items []Item) error {
	for _, it := range items {
		path := filepath.Join(it.Path, evaluationFile)
		if _, err := os.Stat(path); it.Class != "bundles" || x.due[it.Path] || err != nil {
			continue
		}
		people := map[engine.Person]bool{}
		if err := lake.People(ctx, x.db, path, func(p engine.Person) {
			if x.gone(p) {
				people[p], x.seen[p] = true, true
			}
		}); err != nil {
			return err
		}
		if len(people) == 0 || x.held("bundles") {
			continue
		}
		e, err := lake.NewEraser(ctx, x.db, nil, slices.Sorted(maps.Keys(people)))
		if err != nil {
			return err
		}
		if err := x.before("rewrite", path); err != nil {
			return err
		}
		if _, _, err := e.Column(ctx, path, path+rewriting, "person"); err != nil {
			return err
		}
		was, _, err := durable.Checksum(path)
		if err != nil {
			return err
		}
		is, _, err := durable.Checksum(path + rewriting)
		if err != nil {
			return err
		}
		x.e.Bundles = append(x.e.Bundles, Rewritten{it.Name + "/" + evaluationFile, was, is})
		x.j.Swaps = append(x.j.Swaps, swapping{From: path + rewriting, To: path})
	}
	return nil
}

// worklist counts the open items that are to be closed.
func (x *eraser) worklist(ctx context.Context, _ []Item) error {
	if _, err := os.Stat(filepath.Join(x.site.state, worklist.File)); err != nil {
		return nil
	}
	w, err := x.site.worklist()
	if err != nil {
		return err
	}
	defer w.Close()
	x.e.closed, err = w.Unheld(ctx, x.gone)
	return err
}

// nothing says whether an erasure found nothing to do.
func (e *Erasure) nothing(j *journal) bool {
	return len(j.Swaps) == 0 && len(j.Items) == 0 && e.closed == 0 && !j.Vault
}

// closeItems ends the open work items of those who are withheld.
func (r *remover) closeItems(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(r.site.state, worklist.File)); err != nil {
		return nil
	}
	gone, err := night.KeptOut(r.c, r.opt.Today, r.c.Retention.Erase.OptOuts)
	if err != nil {
		return err
	}
	if err := r.before("close", worklist.File); err != nil {
		return err
	}
	w, err := r.site.worklist()
	if err != nil {
		return err
	}
	defer w.Close()
	name := ""
	if dir, err := snapshot.Current(r.site.data); err == nil && dir != "" {
		name = filepath.Base(dir)
	}
	_, err = w.CloseUnheld(ctx, worklist.Run{Snapshot: name}, gone)
	return err
}

// sweep removes what an erasure left that was cut off before it was decided.
func (r *remover) sweep() error {
	for _, pattern := range []string{filepath.Join(r.site.data, "landed", "*", "*"+rewriting), filepath.Join(r.site.data, "models", "*", "*"+rewriting)} {
		left, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		for _, path := range left {
			if !strings.HasSuffix(path, rewriting) {
				continue
			}
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}
