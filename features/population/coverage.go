package population

import (
	"slices"
	"strings"

	"leftshift/engine"
)

// Coverage says what the sources could show on an index date. A kind of record
// of which nothing was known of anyone by then cannot be seen; nor can the
// general practice record of people whose practice sends none.
type Coverage struct {
	Unseen []string             // kinds as engine.RecordKind names them
	Silent map[engine.Code]bool // practices that send no record; may be nil
}

// practiceKinds are kinds of event that come from general practice.
var practiceKinds = []engine.EventKind{engine.Problem, engine.Observation, engine.Medication, engine.Allergy, engine.Immunisation, engine.Referral, engine.Contact, engine.Flag}

// PracticeMask has a bit for each kind of event that shows that a practice
// sends its record.
const PracticeMask = 1<<engine.Problem | 1<<engine.Observation | 1<<engine.Medication | 1<<engine.Contact

// A practice is silent when fewer than SilentShare of its people, of whom there
// are at least SilentPeople, have anything of PracticeMask known. Of people
// registered with a practice that sends its record nearly all have something.
const (
	SilentPeople = 20
	SilentShare  = 0.05
)

// Texts gives what is unseen of people of other practices, and of silent ones,
// as matrix.Rows.Unseen has it.
func (c *Coverage) Texts() (others, silent string) {
	all := slices.Clone(c.Unseen)
	slices.Sort(all)
	others = strings.Join(slices.Compact(all), " ")
	for _, k := range practiceKinds {
		all = append(all, k.String())
	}
	slices.Sort(all)
	return others, strings.Join(slices.Compact(all), " ")
}
