package access

import "strings"

// Columns is a set of what may be shown about a person. The zero value shows
// nothing.
type Columns uint16

const (
	ColumnName Columns = 1 << iota
	ColumnNHSNumber
	ColumnBirth // date of birth
	ColumnPhone
	ColumnRisk
	ColumnReasons     // why the score is what it is
	ColumnGaps        // what could be done
	ColumnTimeline    // events by date
	ColumnAdjustments // reasonable adjustments, language, carer
	ColumnNotes       // notes of work items
)

var columnNames = [...]string{"name", "nhs-number", "birth", "phone", "risk", "reasons", "gaps", "timeline", "adjustments", "notes"}

// The columns that say who a person is, and those that tell of their health.
const (
	Identity = ColumnName | ColumnNHSNumber | ColumnBirth | ColumnPhone
	Clinical = ColumnRisk | ColumnReasons | ColumnGaps | ColumnTimeline
	working  = Clinical | ColumnAdjustments | ColumnNotes
)

// Has says whether every column of other is in c.
func (c Columns) Has(other Columns) bool { return c&other == other }

// Names lists the columns of the set, in a fixed order.
func (c Columns) Names() []string {
	var out []string
	for i, n := range columnNames {
		if c&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}

func (c Columns) String() string { return strings.Join(c.Names(), ", ") }

// Display is for whom a page is worded and how much it tells.
type Display uint8

const (
	DisplayNone      Display = iota // no data of people at all
	DisplayCounts                   // controlled counts
	DisplayCareTeam                 // plain words, no clinical training assumed
	DisplayClinician                // clinical words and values
)

var displayNames = [...]string{"none", "counts", "care-team", "clinician"}

func (d Display) String() string {
	if int(d) < len(displayNames) {
		return displayNames[d]
	}
	return "none"
}
