package kernel

import (
	"leftshift/engine"
	"leftshift/features/population"
)

// sight notes for each row what could not be seen of the person.
type sight struct {
	coverage []population.Coverage // by index date
	out      *Result
	texts    map[population.Kinds]string

	// The first day on which a row of each kind was known of the person, by
	// serial of the person; 0 for none.
	events, spells, documents [32]heard
	serial                    uint32
}

type heard struct {
	serial uint32
	first  engine.Day
}

// newSight gives nil without coverage.
func newSight(coverage []population.Coverage, out *Result) *sight {
	if coverage == nil {
		return nil
	}
	out.Unseen = []string{}
	return &sight{coverage: coverage, out: out, texts: map[population.Kinds]string{}}
}

// note hears of a row of a kind.
func (s *sight) note(of *[32]heard, kind uint8, known engine.Day) {
	if h := &of[kind&31]; h.serial != s.serial || known < h.first {
		*h = heard{s.serial, known}
	}
}

// row notes the next row: on date d, of someone of a practice.
func (s *sight) row(d int, on engine.Day, practice engine.Code) {
	all := s.coverage[d].Unseen
	lacks := s.coverage[d].Of(practice)
	if lacks != all {
		var has population.Kinds
		for k := range 32 {
			for _, t := range []struct {
				of   *[32]heard
				mask *uint32
			}{{&s.events, &has.Events}, {&s.spells, &has.Spells}, {&s.documents, &has.Documents}} {
				if h := &t.of[k]; h.serial == s.serial && h.first <= on {
					*t.mask |= 1 << k
				}
			}
		}
		// What nobody can be seen to have stays unseen, whatever one row says.
		lacks = all.And(lacks.Less(all).Less(has))
	}
	text, ok := s.texts[lacks]
	if !ok {
		text = lacks.Text()
		s.texts[lacks] = text
	}
	s.out.Unseen = append(s.out.Unseen, text)
}
