//go:build duckdb_arrow

package snapshot

import (
	"context"
	"math"
	"slices"

	"leftshift/engine"
)

// Place is where a person belongs on the as-of date. Empty means not known.
type Place struct {
	Practice string // ODS code
	PCN      string // ODS code
	Team     string
}

// Places holds everyone's place, a column at a time: 14 bytes a person.
type Places struct {
	person              []engine.Person // rising
	practice, pcn, team []uint16        // indices into names
	names               []string
}

// Count is how many people there are.
func (p *Places) Count() int { return len(p.person) }

// Of finds a person; false when they are not in the snapshot.
func (p *Places) Of(person engine.Person) (Place, bool) {
	i, ok := slices.BinarySearch(p.person, person)
	if !ok {
		return Place{}, false
	}
	return Place{p.names[p.practice[i]], p.names[p.pcn[i]], p.names[p.team[i]]}, true
}

// Place finds where a person belongs; false when they are not in the snapshot.
func (s *Snapshot) Place(person engine.Person) (Place, bool) { return s.places.Of(person) }

// People is how many the snapshot holds.
func (s *Snapshot) People() int { return s.places.Count() }

func (s *Snapshot) readPlaces(ctx context.Context) (*Places, error) {
	type row struct {
		Person   engine.Person `col:"person"`
		Practice string        `col:"practice"`
		PCN      string        `col:"pcn"`
		Team     string        `col:"team"`
	}
	if err := s.Held(s.dir, residentFile, true); err != nil {
		return nil, err
	}
	all, err := rows[row](ctx, s, residentFile, "", "person")
	if err != nil {
		return nil, err
	}
	p := &Places{person: make([]engine.Person, len(all)), practice: make([]uint16, len(all)), pcn: make([]uint16, len(all)), team: make([]uint16, len(all))}
	at := map[string]uint16{}
	name := func(text string) uint16 {
		k, ok := at[text]
		if !ok && len(p.names) <= math.MaxUint16 {
			k = uint16(len(p.names))
			at[text] = k
			p.names = append(p.names, text)
		}
		return k
	}
	for i, r := range all {
		if i > 0 && r.Person == all[i-1].Person {
			return nil, &engine.Fault{Code: "snapshot-doubled", Say: "the snapshot " + s.Name + " has a person twice: publish again"}
		}
		p.person[i], p.practice[i], p.pcn[i], p.team[i] = r.Person, name(r.Practice), name(r.PCN), name(r.Team)
	}
	if len(at) != len(p.names) || len(p.names) > math.MaxUint16 {
		return nil, &engine.Fault{Code: "snapshot-organisations", Say: "the snapshot names more than 65,535 organisations and teams, which is more than can be held"}
	}
	return p, nil
}

// Practices are those whose people could be on a team's list, in byte order.
func (s *Snapshot) Practices(team string) []string {
	p := s.places
	at := slices.Index(p.names, team)
	if at < 0 || team == "" {
		return nil
	}
	seen := map[uint16]bool{}
	for i, t := range p.team {
		if int(t) == at {
			seen[p.practice[i]] = true
		}
	}
	var out []string
	for k := range seen {
		out = append(out, p.names[k])
	}
	slices.Sort(out)
	return out
}
