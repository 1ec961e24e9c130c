//go:build duckdb_arrow

package door

import (
	"encoding/binary"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/snapshot"
)

// Mark stands for a person in the making of what leaves: identifiers of
// resources are derived from it, so that the same thing sent twice is one
// thing. It is keyed like the pseudonym and is neither it nor leads back to it.
// The zero value: none could be made, because the key is kept elsewhere.
type Mark [16]byte

// markNamespace keeps marks apart from every pseudonym.
const markNamespace = "leftshift:mark"

// mark gives every row of a list its mark.
func (d *Doors) mark(l *List) {
	if d.opt.Keyer == nil {
		return
	}
	k := d.opt.Keyer.Clone()
	for i := range l.Rows {
		l.Rows[i].Mark = markOf(k, l.Rows[i].Person)
	}
}

func markOf(k *identity.Keyer, person engine.Person) (m Mark) {
	high, low := k.Key(markNamespace, person.String())
	binary.BigEndian.PutUint64(m[:8], uint64(high))
	binary.BigEndian.PutUint64(m[8:], low)
	return m
}

// Model is what made the scores of a snapshot. The zero value: no fitted model
// served.
type Model struct {
	Name    string // boost_365
	Version string // of the bundle that it came in
	Outcome string // what is predicted, in words; "" where the snapshot does not say
	Horizon int    // days ahead
}

func modelOf(s *snapshot.Snapshot) Model {
	return Model{Name: s.Model.Name, Version: s.Bundle, Outcome: s.Model.Outcome, Horizon: s.Model.Horizon}
}
