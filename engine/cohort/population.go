package cohort

// Dimension is one way to divide everyone: every person has one label of it.
type Dimension struct {
	ID, Title string
	Labels    []string

	of []uint16 // label by ordinal
}

// population is everyone of a snapshot, by ordinal.
type population struct {
	n      int
	dims   []Dimension
	chance []float64 // of the event that lists are ranked by; NaN not scored. nil: none

	leftOut []string // titles of cuts that the snapshot has no field for

	masks []mask // of the cells: everyone, then the labels of each dimension
	first []int  // cell of a dimension's first label
}

func newPopulation(n int, dims []Dimension, chance []float64) *population {
	p := &population{n: n, dims: dims, chance: chance, masks: []mask{{to: (n + 63) / 64}}}
	for d := range dims {
		p.first = append(p.first, len(p.masks))
		of := make([]people, len(dims[d].Labels))
		for k := range of {
			of[k] = none(n)
		}
		for i, k := range dims[d].of {
			of[k].add(i)
		}
		for _, x := range of {
			p.masks = append(p.masks, maskOf(x))
		}
	}
	return p
}

// tally is the people of each cell, and the sum of their chances.
type tally struct {
	people []int
	events []float64
}

func (p *population) tally(set people) tally {
	t := tally{make([]int, len(p.masks)), make([]float64, len(p.masks))}
	set.each(func(i int) {
		x := 0.0
		if p.chance != nil && p.chance[i] > 0 { // NaN is not
			x = p.chance[i]
		}
		t.people[0]++
		t.events[0] += x
		for d := range p.dims {
			c := p.first[d] + int(p.dims[d].of[i])
			t.people[c]++
			t.events[c] += x
		}
	})
	return t
}
