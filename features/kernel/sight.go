package kernel

import (
	"leftshift/engine"
	"leftshift/features/population"
)

// sight notes for each row what could not be seen of the person.
type sight struct {
	coverage       []population.Coverage
	others, silent []string // by index date
	out            *Result
}

// newSight gives nil without coverage.
func newSight(coverage []population.Coverage, out *Result) *sight {
	if coverage == nil {
		return nil
	}
	s := &sight{coverage: coverage, out: out}
	for i := range coverage {
		o, silent := coverage[i].Texts()
		s.others, s.silent = append(s.others, o), append(s.silent, silent)
	}
	out.Unseen = []string{}
	return s
}

// row notes the next row: on date d, of someone of a practice, whose own record
// from a practice was known by then or not.
func (s *sight) row(d int, practice engine.Code, heard bool) {
	text := s.others[d]
	if !heard && s.coverage[d].Silent[practice] {
		text = s.silent[d]
	}
	s.out.Unseen = append(s.out.Unseen, text)
}
