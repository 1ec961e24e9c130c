package cohort

import (
	"embed"
	"strings"

	"leftshift/engine/disclosure"
)

// Segment is one of a few kinds of people of whom everyone has one, by what they
// need most: the first whose definition they meet. The kinds follow the Bridges
// to Health model (Lynn and others, Milbank Quarterly 2007; 85(2):185-208), which
// NHS England's national segmentation dataset adapts, with the features nearest to
// each; within long-term conditions and frailty they are bands of a count.
type Segment struct {
	ID, Name string
	Where    Node // what it asks
	Whole    Node // and none of those before it
}

//go:embed segments/*.toml
var segments embed.FS

// Segments are those that the dictionary has the fields of, in their order. Left
// out are the names of the others: then who would be in them is in a later one, or
// in none.
func (d *Dictionary) Segments() (all []Segment, leftOut []string, err error) {
	kept, err := read(segments, "segments", "example")
	if err != nil {
		return nil, nil, err
	}
	var before []Node
	for _, k := range kept {
		def, err := d.Parse(k.Text, true)
		if missing(err) {
			leftOut = append(leftOut, k.File)
			continue
		}
		if err == nil {
			err = d.Check(def)
		}
		if err != nil {
			return nil, nil, err
		}
		s := Segment{ID: def.ID, Name: def.Name, Where: def.Where, Whole: def.Where}
		if before != nil {
			s.Whole = Node{All: []Node{def.Where, {None: append([]Node(nil), before...)}}}
		}
		before = append(before, def.Where)
		all = append(all, s)
	}
	return all, leftOut, nil
}

// SegmentFiles are the names of the segments in their order, and what the head of
// each file says of its members.
func SegmentFiles() ([][2]string, error) {
	kept, err := read(segments, "segments", "example")
	if err != nil {
		return nil, err
	}
	var out [][2]string
	for _, k := range kept {
		name, why := "", ""
		for line := range strings.SplitSeq(string(k.Text), "\n") {
			if text, ok := strings.CutPrefix(line, "# "); ok {
				why = strings.TrimSpace(why + " " + text)
			}
			if text, ok := strings.CutPrefix(line, "name = "); ok && name == "" {
				name = strings.Trim(text, `"`)
			}
		}
		out = append(out, [2]string{name, why})
	}
	return out, nil
}

// Segmented is a segment's people and expected events, by ways to divide people.
type Segmented struct {
	Segment      // the zero Where of those who have none, for something is not known
	All     Load // Everyone: expected of all people
	By      [][]Load
}

// Segments counts the segments by ways to divide people: practice, network, age
// and the like, no secrets. Labels are those of each way. It is one table of
// everyone, the same for whoever asks, and so takes nothing from what may still be
// counted. Where the snapshot lacks a field that a segment asks about, the Fault is
// cohort-no-segments.
func (k *Desk) Segments(ways ...string) (of []Segmented, everyone Segmented, err error) {
	segment := k.dimension("segment")
	if segment < 0 {
		return nil, everyone, fault("cohort-no-segments", "this snapshot lacks features that segments are made of: run a night with the whole catalogue")
	}
	all, _, err := k.Dictionary.Segments()
	if err != nil {
		return nil, everyone, err
	}
	for _, s := range append(all, Segment{ID: "not_known", Name: notKnown}) {
		of = append(of, Segmented{Segment: s})
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	m := k.memory
	w := m.workloadOf(m.everyone(), segment)
	everyone.All = w.All
	for i := range of {
		of[i].All = w.By[i]
	}
	for _, id := range ways {
		d := k.dimension(id)
		if d < 0 {
			return nil, everyone, noDimension()
		}
		m.cross(of, &everyone, segment, d)
	}
	for i := range of {
		m.together(&of[i])
	}
	return of, everyone, nil
}

// cross divides the segments by a way. Each label's people are told as a set that
// is no secret is.
func (m *memory) cross(of []Segmented, everyone *Segmented, segment, way int) {
	x := &m.pop.dims[way]
	sets := make([]people, len(x.Labels))
	for l := range sets {
		sets[l] = none(m.pop.n)
	}
	for i, l := range x.of {
		sets[l].add(i)
	}
	everyone.By = append(everyone.By, m.workloadOf(m.everyone(), way).By)
	for i := range of {
		of[i].By = append(of[i].By, nil)
	}
	for l, set := range sets {
		n := m.pop.tally(set)
		w := m.workloadOf(&told{tally: n, own: make([]bool, len(n.people)), maybe: make([]bool, len(n.people))}, segment)
		for i := range of {
			load := w.By[i]
			load.Of = x.Labels[l]
			of[i].By[len(of[i].By)-1] = append(of[i].By[len(of[i].By)-1], load)
		}
	}
}

// together hides the cells of a segment by a way where all ways that are shown,
// and the whole of it, tell too much.
func (m *memory) together(s *Segmented) {
	parts := [][]disclosure.Cell{{s.All.Above}}
	for _, row := range s.By {
		cells := make([]disclosure.Cell, len(row))
		for l := range row {
			cells[l] = row[l].Above
		}
		parts = append(parts, cells)
	}
	for way, cells := range m.rule.Together(parts...)[1:] {
		for l := range cells {
			if s.By[way][l].Above = cells[l]; cells[l] == disclosure.Hidden {
				s.By[way][l].Expected = disclosure.Hidden
			}
		}
	}
}
