//go:build duckdb_arrow

package cohort

import (
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine/disclosure"
)

func segmentFields(t *testing.T) *Dictionary {
	t.Helper()
	var fields []Field
	for _, id := range []string{"palliative_care", "hospice_care_365d", "end_of_life_markers_730d", "dementia_ever", "efi", "severe_mental_illness_ever", "learning_disability_ever", "conditions_ever", "pregnancy_365d"} {
		fields = append(fields, Field{ID: id, Kind: Number, Source: Feature, Clinical: true})
	}
	d, err := NewDictionary(fields)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A3: of whomever all is known, exactly one segment is true, and it is the first
// whose definition they meet.
func TestA3EveryoneHasOneSegmentTheFirstThatTheyMeet(t *testing.T) {
	d := segmentFields(t)
	all, leftOut, err := d.Segments()
	if err != nil || leftOut != nil || len(all) != 10 || all[0].ID != "end_of_life" || all[9].ID != "generally_well" {
		t.Fatal(all, leftOut, err)
	}
	seen := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		person := map[string]Value{"age": {State: Known, Number: float64(rapid.IntRange(0, 100).Draw(r, "age"))}, "efi": {State: Known, Number: float64(rapid.IntRange(0, 20).Draw(r, "efi"))}, "conditions_ever": {State: Known, Number: float64(rapid.IntRange(0, 6).Draw(r, "conditions"))}}
		for _, f := range d.Fields() {
			if _, ok := person[f.ID]; !ok && f.Source == Feature {
				person[f.ID] = Value{State: Known, Number: float64(max(0, rapid.IntRange(-6, 1).Draw(r, f.ID)))}
			}
		}
		of := func(id string) Value { return person[id] }
		in, first := 0, ""
		for _, s := range all {
			if d.Eval(s.Whole, of) == True {
				in++
				seen[s.ID]++
				if first == "" {
					first = s.ID
				}
			}
		}
		want := ""
		for _, s := range all {
			if want == "" && d.Eval(s.Where, of) == True {
				want = s.ID
			}
		}
		if in != 1 || first != want {
			r.Fatalf("%d segments, %s, wanted %s", in, first, want)
		}
	})
	if len(seen) < 6 {
		t.Error(seen)
	}
}

// A3: a snapshot without the features of segments says so, and is not divided by
// them.
func TestA3ASnapshotWithoutTheirFeaturesHasNoSegments(t *testing.T) {
	desk := openMade(t, publishMade(t, 500, 3), t.TempDir(), Options{})
	if _, _, err := desk.Segments("imd_quintile"); code(err) != "cohort-no-segments" {
		t.Error(err)
	}
	if desk.Title("segment") != "" || desk.Title("age") != "Age" {
		t.Error("the ways to divide people")
	}
}

// A3, A8: the segments of everyone add up to everyone, by each way too, but for
// rounding; and a cell that the people of a segment tell is hidden.
func TestA3A8SegmentsByAWayAddUp(t *testing.T) {
	d := segmentFields(t)
	all, _, err := d.Segments()
	if err != nil {
		t.Fatal(err)
	}
	const n = 6000
	seg := Dimension{ID: "segment", of: make([]uint16, n)}
	for _, s := range all {
		seg.Labels = append(seg.Labels, s.Name)
	}
	seg.Labels = append(seg.Labels, notKnown)
	way := Dimension{ID: "pcn", Labels: []string{"U1", "U2", "U3"}, of: make([]uint16, n)}
	chance := make([]float64, n)
	for i := range n {
		seg.of[i], way.of[i], chance[i] = uint16(i*i%97*10/97), uint16(i%3), float64(i%100)/200
	}
	p := newPopulation(n, []Dimension{seg, way}, chance)
	desk := &Desk{counter: &counter{Dictionary: d, memory: newMemory(p, disclosure.Standard, Most)}}
	of, everyone, err := desk.Segments("pcn")
	if err != nil || len(of) != 11 || len(everyone.By) != 1 || len(everyone.By[0]) != 3 {
		t.Fatal(of, everyone, err)
	}
	for l, e := range everyone.By[0] {
		total, events := 0, 0
		for _, s := range of {
			v, shown := s.By[0][l].Above.Value()
			x, told := s.By[0][l].Expected.Value()
			if !shown && told {
				t.Error("events of people who are hidden")
			}
			if s.By[0][l].Of != e.Of {
				t.Error(s.By[0][l].Of, e.Of)
			}
			total, events = total+v, events+x
		}
		want, _ := e.Above.Value()
		wanted, _ := e.Expected.Value()
		if max(total-want, want-total) > 40 || max(events-wanted, wanted-events) > 40 || want == 0 {
			t.Errorf("%s: %d people of %d, %d events of %d", e.Of, total, want, events, wanted)
		}
	}
	sum := 0
	for _, s := range of {
		v, _ := s.All.Above.Value()
		sum += v
	}
	if sum < n-30 || sum > n+30 {
		t.Errorf("%d people of %d", sum, n)
	}
	if len(desk.memory.asked) != 0 {
		t.Error("looking at segments takes from what may be counted")
	}
}

// A8: two ways to divide a segment bound its people together. Three fifths of 8, 8
// and 9, each shown as 10, are at least 24; a network of 20, shown as such, is at
// most 22: so the other has 2 or more, and is not just any small number.
func TestA8TwoWaysToDivideASegmentTellNothingTogether(t *testing.T) {
	d := segmentFields(t)
	all, _, err := d.Segments()
	if err != nil {
		t.Fatal(err)
	}
	const n = 2000
	seg, imd, pcn := Dimension{ID: "segment", of: make([]uint16, n)}, Dimension{ID: "imd_quintile", Labels: []string{"1", "2", "3"}, of: make([]uint16, n)}, Dimension{ID: "pcn", Labels: []string{"U1", "U2"}, of: make([]uint16, n)}
	for _, s := range all {
		seg.Labels = append(seg.Labels, s.Name)
	}
	seg.Labels = append(seg.Labels, notKnown)
	for i := range n {
		seg.of[i], imd.of[i], pcn.of[i] = 9, uint16(i%3), uint16(i%2)
		if i < 25 {
			seg.of[i], imd.of[i], pcn.of[i] = 0, uint16(min(i/8, 2)), uint16(i/20)
		}
	}
	of := func(ways ...string) []Segmented {
		desk := &Desk{counter: &counter{Dictionary: d, memory: newMemory(newPopulation(n, []Dimension{seg, imd, pcn}, nil), disclosure.Standard, Most)}}
		of, _, err := desk.Segments(ways...)
		if err != nil {
			t.Fatal(err)
		}
		return of
	}
	if one := of("pcn"); one[0].By[0][0].Above.String() != "20" {
		t.Fatalf("by network alone: %v", one[0].By[0])
	}
	both := of("imd_quintile", "pcn")
	if both[0].By[0][0].Above.String() != "10" || both[0].By[1][0].Above != disclosure.Hidden || both[0].By[1][1].Above != disclosure.Hidden {
		t.Errorf("by both: %v and %v", both[0].By[0], both[0].By[1])
	}
}
