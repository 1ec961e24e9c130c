//go:build duckdb_arrow

package snapshot

// Cut is how a team's list was cut. Counts are exact, as those of Attrition.
type Cut struct {
	Team       string           `json:"team"`
	Capacity   int              `json:"capacity"`
	Configured int              `json:"configured"` // capacity by configuration; 0: not said, as by earlier versions
	Set        bool             `json:"set"`        // Capacity is the team's own
	Size       int              `json:"size"`       // ranked, and added by hand
	Added      int              `json:"added"`
	Expected   float64          `json:"expected_events"`             // among those ranked, by the model
	Everyone   float64          `json:"expected_events_of_everyone"` // among the people of its practices
	Candidates int64            `json:"candidates"`                  // people of its practices, and those added to it
	Left       map[string]int64 `json:"attrition"`                   // coded reason to these; nil: not said
	Again      *int             `json:"again"`                       // of Size, on it 30 days before with nothing done since; nil not known
}

// Cut says how a team's list was cut; nil where the snapshot does not say.
func (s *Snapshot) Cut(team string) *Cut { return s.cuts[team] }

func (s *Snapshot) readCuts() error {
	s.cuts = map[string]*Cut{}
	if !s.Has(attritionFile) {
		return nil
	}
	var told struct {
		Lists []Cut `json:"lists"`
	}
	err := s.JSON(attritionFile, &told)
	for k := range told.Lists {
		s.cuts[told.Lists[k].Team] = &told.Lists[k]
	}
	return err
}
