//go:build duckdb_arrow

package snapshot

import (
	"context"
	"slices"
	"strings"

	"leftshift/engine"
)

// Registered gives the people of a practice by rising pseudonym; none for a
// practice that is not there, and for "".
func (s *Snapshot) Registered(practice string) []engine.Person {
	p := s.places
	at := slices.Index(p.names, practice)
	if practice == "" || at < 0 {
		return nil
	}
	var out []engine.Person
	for i, x := range p.practice {
		if x == uint16(at) {
			out = append(out, p.person[i])
		}
	}
	return out
}

// TellAll is Tell for many at once, with one look at the files. Who is not in
// the snapshot is not in the answer. What it gives is shared: do not change it.
func (s *Snapshot) TellAll(ctx context.Context, people []engine.Person) (map[engine.Person]*Told, error) {
	out := make(map[engine.Person]*Told, len(people))
	var rest []string
	for _, p := range people {
		if t := s.listed[p]; t != nil {
			out[p] = t
		} else if _, ok := s.Place(p); ok {
			rest = append(rest, p.String())
		}
	}
	if len(rest) == 0 {
		return out, nil
	}
	found, err := s.told(ctx, "person IN ("+strings.Join(rest, ",")+")")
	if err != nil {
		return nil, err
	}
	for p, t := range found {
		out[p] = t
	}
	return out, nil
}
