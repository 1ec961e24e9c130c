//go:build duckdb_arrow

package night

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/engine/identity"
	"leftshift/engine/lake"
	"leftshift/engine/source"
	"leftshift/engine/source/fhir"
	"leftshift/engine/source/flat"
	"leftshift/jobs/config"
	"leftshift/jobs/pipeline"
	"leftshift/jobs/progress"
)

// feed is one source file to land.
type feed struct {
	source *config.Source
	flow   *config.Flow // nil for a FHIR source
	path   string
	name   string // path as the configuration's folder sees it, numbers of people masked
	sum    string
	bytes  int64
	made   time.Time // modification time when sum was taken
}

func (f *feed) flowName() string {
	if f.flow != nil {
		return f.flow.Name
	}
	return "fhir"
}

// batchID names a batch by its source, flow and content: the same file is
// landed once, whatever it is called.
func (f *feed) batchID() string {
	h := sha256.Sum256([]byte(f.source.Name + "\x00" + f.flowName() + "\x00" + f.sum))
	return hex.EncodeToString(h[:8])
}

// stepExtract lands every source file that has not landed yet. Files are
// landed one by one, each whole or not at all, so the step has no output
// folder of its own and is done each time.
func (n *Night) stepExtract() pipeline.Step {
	return pipeline.Step{Name: "extract", Do: func(ctx context.Context, r *pipeline.Run, _ string) error {
		if err := n.permit(); err != nil {
			return err
		}
		return n.extract(ctx, r)
	}}
}

func (n *Night) extract(ctx context.Context, r *pipeline.Run) error {
	landedDir := filepath.Join(n.Data, "landed")
	landed, err := lake.Landed(landedDir)
	if err != nil {
		return err
	}
	feeds, err := n.feeds(ctx)
	if err != nil {
		return err
	}
	have, err := lake.Gone(landedDir) // deleted since: not landed again
	if err != nil {
		return err
	}
	for _, b := range landed {
		have[b.ID] = true
	}
	var todo []*feed
	for _, f := range feeds {
		if id := f.batchID(); !have[id] {
			have[id] = true
			todo = append(todo, f)
		}
	}
	if len(feeds) == 0 && len(landed) == 0 {
		return &engine.Fault{Code: "no-source-files", Say: "no source file was found: check the paths of [[source]] in the configuration"}
	}
	n.missing(r, feeds, landed)
	reader, err := n.reader()
	if err != nil {
		return err
	}
	defer reader.vault.Close()
	for _, f := range feeds {
		f.name = reader.shown(f.name)
	}

	var mu sync.Mutex
	var total, done int64
	for _, f := range todo {
		total += f.bytes
	}
	r.Count("files", int64(len(todo)))
	r.Count("files landed before", int64(len(feeds)-len(todo)))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(n.Config.Run.Workers())
	// Largest first, so that no worker is left with one long file at the end.
	sort.SliceStable(todo, func(i, j int) bool { return todo[i].bytes > todo[j].bytes })
	for _, f := range todo {
		group.Go(func() error {
			m, err := reader.land(ctx, landedDir, f, landed)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", f.source.Name, f.name, err)
			}
			mu.Lock()
			defer mu.Unlock()
			done += f.bytes
			r.Count("records", m.Counts.In)
			r.Count("quarantined", m.Counts.Quarantined)
			r.Advance(done>>10, total>>10, "KiB")
			return nil
		})
	}
	return group.Wait()
}

// missing warns of flows of which no file is there and none ever landed.
func (n *Night) missing(r *pipeline.Run, feeds []*feed, landed []lake.Batch) {
	came := map[string]bool{}
	for _, f := range feeds {
		came[f.source.Name+"\x00"+f.flowName()] = true
	}
	for _, b := range landed {
		came[b.Source+"\x00"+b.Flow] = true
	}
	warn := func(source, flow string) {
		if !came[source+"\x00"+flow] {
			r.Warn("never-delivered", "no file of source "+source+", flow "+flow+", has ever come: check its paths in the configuration")
		}
	}
	for _, s := range n.Config.Source {
		if len(s.Paths) > 0 {
			warn(s.Name, "fhir")
		}
		for _, flow := range s.Flow {
			warn(s.Name, flow.Name)
		}
	}
}

// feeds lists the files of every source, with their checksums.
func (n *Night) feeds(ctx context.Context) ([]*feed, error) {
	var out []*feed
	add := func(s *config.Source, flow *config.Flow, patterns []string) error {
		files, err := n.Config.Files(patterns)
		if err != nil {
			return err
		}
		for _, path := range files {
			name, err := filepath.Rel(n.Config.At("."), path)
			if err != nil || strings.HasPrefix(name, "..") {
				name = path
			}
			out = append(out, &feed{source: s, flow: flow, path: path, name: filepath.ToSlash(name)})
		}
		return nil
	}
	for i := range n.Config.Source {
		s := &n.Config.Source[i]
		if err := add(s, nil, s.Paths); err != nil {
			return nil, err
		}
		for k := range s.Flow {
			if err := add(s, &s.Flow[k], s.Flow[k].Paths); err != nil {
				return nil, err
			}
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(n.Config.Run.Workers())
	for _, f := range out {
		group.Go(func() (err error) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			info, err := os.Stat(f.path)
			if err != nil {
				return err
			}
			f.made = info.ModTime()
			f.sum, f.bytes, err = durable.Checksum(f.path)
			return err
		})
	}
	return out, group.Wait()
}

// shrink refuses a redelivery (same source, flow and file name) that lost
// more than the allowed share of its records, before its batch stands.
func shrink(f *feed, in int64, landed []lake.Batch) error {
	var last *lake.Batch
	for i := range landed {
		b := &landed[i]
		if b.Source == f.source.Name && b.Flow == f.flowName() && b.File == f.name && (last == nil || b.Night > last.Night) {
			last = b
		}
	}
	if last == nil || float64(in) >= float64(last.Counts.In)*(1-f.source.MaxShrink) {
		return nil
	}
	return &engine.Fault{Code: "feed-shrank", Say: fmt.Sprintf("the file has %s, the delivery before had %d: ask the sender, or raise max_shrink of the source", engine.Plural(int(in), "record"), last.Counts.In)}
}

// unchanged refuses a file that was written to while it was read: its batch
// would stand under the checksum of something else.
func (f *feed) unchanged() error {
	info, err := os.Stat(f.path)
	if err != nil || info.Size() != f.bytes || !info.ModTime().Equal(f.made) {
		return &engine.Fault{Code: "feed-changed", Say: "the file changed while it was read: run again when its delivery is complete", Err: err}
	}
	return nil
}

// reader reads files of every format.
type reader struct {
	n     *Night
	keys  *identity.Keyer
	vault *identity.Vault
	area  func(postcode string) (string, bool)
	maps  map[string]*flat.Map
}

func (n *Night) reader() (*reader, error) {
	c := n.Config
	key, err := identity.LoadKeyFile(c.At(c.Identity.KeyFile))
	if err != nil {
		return nil, err
	}
	r := &reader{n: n, maps: map[string]*flat.Map{}}
	if r.keys, err = identity.NewKeyer(key); err != nil {
		return nil, err
	}
	if path := c.At(c.Reference.Postcodes); path != "" {
		f, err := os.Open(path)
		if err != nil {
			return nil, &engine.Fault{Code: "postcodes-unreadable", Say: "the postcode file cannot be read: check [reference] postcodes", Err: err}
		}
		r.area, err = flat.LoadPostcodes(bufio.NewReader(f))
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	for i := range c.Source {
		for _, flow := range c.Source[i].Flow {
			if r.maps[flow.Map] != nil {
				continue
			}
			path := flow.Map
			if !strings.HasPrefix(path, "builtin:") {
				path = c.At(path)
			}
			if r.maps[flow.Map], err = flat.LoadMap(path); err != nil {
				return nil, err
			}
		}
	}
	vaultKey, err := identity.LoadKeyFile(c.At(c.Identity.VaultKeyFile))
	if err != nil {
		return nil, err
	}
	r.vault, err = identity.OpenVault(c.At(c.Identity.Vault), vaultKey)
	return r, err
}

// shown is a file's name as the lake keeps it. Where the sender put a
// person's number into it, a keyed digest of the name stands in its place.
func (r *reader) shown(name string) string {
	masked := progress.Mask(name)
	if masked == name {
		return name
	}
	key, _ := r.keys.Key("file", name)
	return fmt.Sprintf("%s#%08x", masked, uint32(key))
}

// land lands a file: whole, or not at all.
func (r *reader) land(ctx context.Context, root string, f *feed, landed []lake.Batch) (lake.Batch, error) {
	in, kind, done, err := openFeed(f.path)
	if err != nil {
		return lake.Batch{}, err
	}
	defer done()
	lag := f.source.LagDays
	if f.flow != nil {
		lag = f.flow.LagDays
	}
	m := lake.Manifest{Source: f.source.Name, Flow: f.flowName(), File: f.name, SHA256: f.sum, Bytes: f.bytes, Night: r.n.AsOf.String()}
	return lake.Land(root, f.batchID(), m, func(dir string) (source.Counts, map[string]source.TableFile, error) {
		b := source.NewBatch(dir, source.Meta{Source: f.source.Name, Flow: f.flowName(), Night: r.n.AsOf, Lag: lag}, r.keys.Clone(), r.vault)
		var err error
		if f.flow == nil {
			opt := fhir.Options{Known: fhir.Known(f.source.Known), BundleScope: f.source.BundleIDs, AreaOf: r.area, Analytes: r.n.Analytes}
			if f.source.Identifier != (config.Identifier{}) {
				opt.Identifier = fhir.Identifier{System: f.source.Identifier.System, Namespace: f.source.Identifier.Namespace}
			}
			err = fhir.Extract(ctx, in, opt, b)
		} else {
			format := "csv"
			if kind == "parquet" {
				format = kind
			}
			err = flat.Extract(ctx, in, format, r.maps[f.flow.Map], flat.Options{Analytes: r.n.Analytes, AreaOf: r.area}, b)
		}
		counts, tables, finish := b.Finish()
		if err == nil {
			err = finish
		}
		if err == nil {
			err = shrink(f, counts.In, landed)
		}
		if err == nil {
			err = f.unchanged()
		}
		return counts, tables, err
	})
}
