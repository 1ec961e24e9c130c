//go:build duckdb_arrow

package landedout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/lake"
	"leftshift/engine/source"
	"leftshift/engine/synth/world"
)

// landing is one batch under way. lake.Land waits in a goroutine, inside its
// write, until the batch is whole.
type landing struct {
	*source.Batch
	records int64
	whole   chan written
	landed  chan landed
}

type written struct {
	counts source.Counts
	tables map[string]source.TableFile
	err    error
}

type landed struct {
	lake.Batch
	err error
}

// begin starts the batch of a flow for a part.
func (p *place) begin(flow string, lag, part int) (*landing, error) {
	l := &landing{whole: make(chan written), landed: make(chan landed, 1)}
	m := lake.Manifest{Source: p.source, Flow: flow, File: fmt.Sprintf("synth:%s:%03d", flow, part), Night: p.night.String()}
	dir := make(chan string)
	go func() {
		b, err := lake.Land(p.to.Root, p.batchID(flow, part), m, func(folder string) (source.Counts, map[string]source.TableFile, error) {
			dir <- folder
			w := <-l.whole
			return w.counts, w.tables, w.err
		})
		l.landed <- landed{b, err}
	}()
	select {
	case folder := <-dir:
		l.Batch = source.NewBatch(folder, source.Meta{Source: p.source, Flow: flow, Night: p.night, Lag: lag}, p.keys, p.vault)
		return l, nil
	case x := <-l.landed:
		return nil, x.err
	}
}

// end lands the batch, or gives it up when err is not nil.
func (l *landing) end(err error) (lake.Batch, error) {
	counts, tables, e := l.Finish() // closes the files in any case
	if err == nil {
		err = e
	}
	l.whole <- written{counts, tables, err}
	x := <-l.landed
	return x.Batch, x.err
}

// batchID names a batch by all that its content depends on, but the key.
func (p *place) batchID(flow string, part int) string {
	w := p.w
	h := sha256.Sum256(fmt.Appendf(nil, "synth\x00%s\x00%s\x00%d of %d\x00%d\x00%d people\x00%s to %s", p.source, flow, part, p.to.People, w.Seed, p.people, w.Calendar.Begin(), w.Calendar.End()))
	return hex.EncodeToString(h[:8])
}

// place is what the sinks of both places share: the batches of the part of the
// people under way. The first error stays and stops it.
type place struct {
	w      *world.World
	to     *Options
	people int // of the system
	source string
	night  engine.Day
	keys   *identity.Keyer
	vault  identity.Store

	open    map[string]*landing // by flow
	part    int
	index   int // of the person last seen; -1 before the first
	subject engine.Subject
	values  map[reading]measured
	content []byte
	text    []byte
	done    []lake.Batch
	bytes   int64
	err     error
}

func newPlace(source string, w *world.World, people int, to *Options, keys *identity.Keyer, vault identity.Store) *place {
	return &place{w: w, people: people, to: to, source: source, night: engine.Day(w.Calendar.End()), keys: keys.Clone(), vault: vault,
		open: map[string]*landing{}, index: -1, values: map[reading]measured{}}
}

// turn makes a person the current one, and says whether it was not. A new part
// ends the batches of the last.
func (p *place) turn(index int) bool {
	if index == p.index {
		return false
	}
	p.index = index
	if part := index / p.to.People; part != p.part {
		p.endAll(nil)
		p.part = part
	}
	return true
}

// flow gives the batch of a flow and counts a record to it; nil after an error.
func (p *place) flow(name string, lag int) *landing {
	if p.err != nil {
		return nil
	}
	l := p.open[name]
	if l == nil {
		if l, p.err = p.begin(name, lag, p.part); p.err != nil {
			return nil
		}
		p.open[name] = l
	}
	l.records++
	return l
}

func (p *place) endAll(err error) {
	for _, name := range flows {
		l := p.open[name]
		if l == nil {
			continue
		}
		delete(p.open, name)
		if err == nil {
			err = p.err
		}
		b, e := l.end(err)
		if e != nil {
			if p.err == nil {
				p.err = e
			}
			continue
		}
		p.done = append(p.done, b)
		p.bytes += size(b.Dir)
	}
}

func size(dir string) (n int64) {
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		if info, err := f.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}

// Close lands the batches of the last part.
func (p *place) Close() error {
	p.endAll(nil)
	return p.err
}

// abandon removes what landed.
func (p *place) abandon() {
	p.endAll(context.Canceled)
	for _, b := range p.done {
		_ = os.RemoveAll(b.Dir)
	}
}

// Err is the first error.
func (p *place) Err() error { return p.err }

// Bytes is the size of all landed files.
func (p *place) Bytes() int64 { return p.bytes }

// keep is the end of every record.
func (p *place) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}
