//go:build duckdb_arrow

package deliver

import (
	"fmt"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
)

// History writes a person's access history, in the order given, as CSV: for a
// subject access request. Times are London's, with their offset. Its name
// tells nobody's number.
func History(nhsNumber string, entries []audit.Entry, made time.Time) *File {
	rows := [][]string{{"nhs_number", "time", "user", "name", "role", "organisation", "purpose", "done", "with_others_in_one_list", "outcome", "entry"}}
	for _, e := range entries {
		others := "no"
		if e.People > 1 {
			others = "yes"
		}
		rows = append(rows, []string{nhsNumber, e.Time.In(engine.London).Format(time.RFC3339), e.User, e.Name, access.Role(e.Role).Title(), e.Organisation,
			e.Purpose, access.Act(e.Event).Title(), others, e.Outcome, fmt.Sprint(e.Sequence)})
	}
	return &File{Name: "access-history-" + made.In(engine.London).Format("2006-01-02-1504") + ".csv", Type: "text/csv; charset=utf-8", Bytes: writeCSV(rows), Rows: len(entries)}
}
