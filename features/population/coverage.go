package population

import (
	"math/bits"
	"slices"
	"strings"

	"leftshift/engine"
)

// Kinds is a set of kinds of curated rows, a bit for each kind of event, spell
// and document.
type Kinds struct{ Events, Spells, Documents uint32 }

// Put adds a kind of table event, spell or document.
func (k *Kinds) Put(table string, kind uint8) {
	switch table {
	case "event":
		k.Events |= 1 << (kind & 31)
	case "spell":
		k.Spells |= 1 << (kind & 31)
	default:
		k.Documents |= 1 << (kind & 31)
	}
}

// Less gives the kinds of k that are not in o.
func (k Kinds) Less(o Kinds) Kinds {
	return Kinds{k.Events &^ o.Events, k.Spells &^ o.Spells, k.Documents &^ o.Documents}
}

// And adds the kinds of o.
func (k Kinds) And(o Kinds) Kinds {
	return Kinds{k.Events | o.Events, k.Spells | o.Spells, k.Documents | o.Documents}
}

// Text names the kinds as engine.RecordKind does, in order of name, separated
// by spaces: as matrix.Rows.Unseen has it.
func (k Kinds) Text() string {
	var out []string
	for _, t := range []struct {
		table string
		mask  uint32
	}{{"event", k.Events}, {"spell", k.Spells}, {"document", k.Documents}} {
		for m := t.mask; m != 0; m &= m - 1 {
			out = append(out, engine.RecordKind(t.table, uint8(bits.TrailingZeros32(m))))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// Coverage says what the sources could not show on an index date: of anyone,
// and of the people of a practice. Someone of whom a kind of row is known could
// be seen in any case.
type Coverage struct {
	Unseen    Kinds
	Practices map[engine.Code]Kinds // what everyone's lack comes to there; absent for no more
}

// Of gives what is unseen of the people of a practice.
func (c *Coverage) Of(practice engine.Code) Kinds {
	if k, ok := c.Practices[practice]; ok {
		return k
	}
	return c.Unseen
}

// Group is the people of an age band who are registered with a practice.
type Group struct {
	Practice engine.Code
	Band     uint8
}

// Count is how many people of a group have a kind of row on a day.
type Count struct {
	Group
	Table  string // event, spell or document
	Kind   uint8
	People int64
	Before int64 // of them, those who had one FirstDays before
}

// FirstDays are the first month of a practice in a source: until then a window
// back from the day tells how long its people have been sent, not how they are.
const FirstDays = 30

// A practice's people cannot be seen in a kind of row when at least
// LeastExpected of them would have one if they were as others of their age are,
// and fewer
// than a SilentShare of those do. Some do where none of the practice's own
// could, for they came from a practice whose people can be seen. At 20
// expected, chance alone gives fewer than 2 in 5 of a hundred million.
const (
	LeastExpected = 20
	SilentShare   = 0.1
)

// Cover works out the coverage on a day from the people of each group and how
// many of them have each kind of row. A practice whose people could not
// be seen in a kind FirstDays before, by the same rule, is in its first month, and
// not seen either. late are kinds that began after the day
// (Starts.Unseen): a few stray rows of them do not make them seen.
func Cover(people map[Group]int64, counts []Count, late Kinds) Coverage {
	all, practices := map[uint8]int64{}, map[engine.Code]bool{}
	for g, n := range people {
		all[g.Band] += n
		practices[g.Practice] = true
	}
	type kind struct {
		table string
		kind  uint8
	}
	total, have := map[kind]map[uint8]int64{}, map[kind]map[engine.Code]int64{}
	earlier, had := map[kind]map[uint8]int64{}, map[kind]map[engine.Code]int64{}
	for _, c := range counts {
		k := kind{c.Table, c.Kind}
		if have[k] == nil {
			total[k], have[k] = map[uint8]int64{}, map[engine.Code]int64{}
			earlier[k], had[k] = map[uint8]int64{}, map[engine.Code]int64{}
		}
		earlier[k][c.Band] += c.Before
		had[k][c.Practice] += c.Before
		total[k][c.Band] += c.People
		have[k][c.Practice] += c.People
	}
	out := Coverage{Unseen: late, Practices: map[engine.Code]Kinds{}}
	for _, t := range tables {
		for i := 1; i < len(t.names); i++ {
			if total[kind{t.table, uint8(i)}] == nil {
				out.Unseen.Put(t.table, uint8(i))
			}
		}
	}
	for practice := range practices {
		k := out.Unseen
		for x, of := range total {
			if silent(have[x][practice], expect(people, all, practice, of)) || silent(had[x][practice], expect(people, all, practice, earlier[x])) {
				k.Put(x.table, x.kind)
			}
		}
		if k != out.Unseen {
			out.Practices[practice] = k
		}
	}
	return out
}

func silent(have int64, expected float64) bool {
	return expected >= LeastExpected && float64(have) < SilentShare*expected
}

// expect is how many people of a practice would have what the people of each
// band have, of all.
func expect(people map[Group]int64, all map[uint8]int64, practice engine.Code, have map[uint8]int64) float64 {
	expected := 0.0
	for band := range uint8(bands) { // in order, so that the sum does not depend on that of a map
		if n := people[Group{practice, band}]; n > 0 {
			expected += float64(n) * float64(have[band]) / float64(all[band])
		}
	}
	return expected
}

// bands is the number of age bands.
const bands = 6
