//go:build duckdb_arrow

package door

import "sync"

// once keeps what the counts of a snapshot come to when they are controlled: it
// is the same for whoever asks, and with many practices it takes seconds. One
// snapshot is kept, the last that was asked about.
type once struct {
	mu   sync.Mutex
	name string
	p    *makeUp
}

// controlled is the whole population: what the analyst's pages show, controlled
// together, so that no page gives away what another hides. It is shared: do not
// change it.
func (b *builder) controlled() (*makeUp, error) {
	b.once.mu.Lock()
	defer b.once.mu.Unlock()
	if b.once.p != nil && b.once.name == b.s.Name {
		return b.once.p, nil
	}
	all, err := b.s.Population(b.ctx)
	if err != nil {
		return nil, err
	}
	b.once.name, b.once.p = b.s.Name, control(all, b.rule)
	return b.once.p, nil
}
