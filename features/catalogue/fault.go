package catalogue

import (
	"regexp"
	"slices"

	"leftshift/features/declared"
)

// Fault is one thing wrong in one file.
type Fault = declared.Fault

// Faults is the error of Load: every fault of every file, in order.
type Faults = declared.Faults

// faults are those that loading has found so far.
type faults struct{ Faults }

func (f *faults) add(file string, line int, code, text string, args ...any) {
	f.Add(file, line, code, text, args...)
}

// keepSound leaves in a catalogue what has no fault and reads nothing that has.
func (c *Catalogue) keepSound(faulty map[string]bool) {
	c.faulty = faulty
	for again := true; again; {
		again = false
		for i := range c.Definitions {
			d := &c.Definitions[i]
			for _, id := range d.reads() {
				if _, ok := c.byID[id]; (!ok || faulty[id]) && !faulty[d.ID] {
					faulty[d.ID], again = true, true
				}
			}
		}
	}
	sound := c.Definitions[:0]
	clear(c.byID)
	for _, d := range c.Definitions {
		if !faulty[d.ID] {
			c.byID[d.ID] = len(sound)
			sound = append(sound, d)
		}
	}
	c.Definitions = sound
}

// Faulty says whether a definition of the id was, or may have been, left out for a fault that Load
// told beside the catalogue.
func (c *Catalogue) Faulty(id string) bool {
	return c.faulty[id] || slices.ContainsFunc(c.lost, func(shape *regexp.Regexp) bool { return shape.MatchString(id) })
}
