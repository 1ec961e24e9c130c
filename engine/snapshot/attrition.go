//go:build duckdb_arrow

package snapshot

// attritionFile is written by the night and read by nobody else but here.
const attritionFile = "lists.json"

// Attrition is what became of everyone who could have been on a list. Counts are
// exact: whoever shows them controls them first.
type Attrition struct {
	Candidates int64            `json:"scored"`
	Listed     int64            `json:"listed"`
	Added      int64            `json:"added"`     // by hand
	Left       map[string]int64 `json:"attrition"` // coded reason to people
	Leavers    map[string]int64 `json:"leavers"`   // coded reason to people, of those on lists the night before
	Previous   string           `json:"previous"`  // snapshot compared with; "" none
}

// Attrition says why people are on no list; false where the snapshot does not
// say, as those of earlier versions do not.
func (s *Snapshot) Attrition() (Attrition, bool, error) {
	var a Attrition
	if !s.Has(attritionFile) {
		return a, false, nil
	}
	err := s.JSON(attritionFile, &a)
	return a, err == nil, err
}

// HasGaps, HasTimeline and HasNeeds say whether the snapshot tells of them at
// all: one of an earlier version of the program does not, and then their absence
// means nothing.
func (s *Snapshot) HasGaps() bool     { return s.Has(gapFile) }
func (s *Snapshot) HasTimeline() bool { return s.Has(timelineFile) }
func (s *Snapshot) HasNeeds() bool    { return s.Has(needFile) }
