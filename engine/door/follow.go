//go:build duckdb_arrow

package door

import (
	"context"

	"leftshift/engine/risklist"
	"leftshift/engine/snapshot"
	"leftshift/engine/worklist"
)

// Follow brings the worklist up to the lists of a snapshot, published by a run;
// run "" is none. What is current is what counts, so the lists may be of an
// earlier day than the last that it had, where a later snapshot was recalled. Who
// was added by hand is an item already. It shows nobody anything: no right is
// asked for and no entry made.
func Follow(ctx context.Context, s *snapshot.Snapshot, work *worklist.Store, run string) (worklist.Synced, error) {
	var rows []worklist.Row
	var leavers []worklist.Leaver
	for _, l := range s.Lists() {
		for _, r := range l.Rows {
			if r.Rank == 0 { // by hand
				continue
			}
			told, _, err := s.Tell(ctx, r.Person) // everyone on a list is in the snapshot
			if err != nil {
				return worklist.Synced{}, err
			}
			rows = append(rows, worklist.Row{List: l.Team, Person: r.Person, Practice: told.Resident.Practice, Rule: risklist.ByRisk.String(),
				Rank: int(r.Rank), Probability: r.Probability, Reasons: digest(told.Reasons)})
		}
		for _, x := range l.Leavers {
			leavers = append(leavers, worklist.Leaver{List: l.Team, Person: x.Person, Code: x.Code})
		}
	}
	return work.Sync(ctx, worklist.Run{Run: run, Snapshot: s.Name, AsOf: s.AsOf, Back: true}, rows, leavers, nil)
}
