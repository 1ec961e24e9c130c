package schedule

import (
	"time"

	"leftshift/jobs/ledger"
)

// CatchUp says what to do about slots at whose time nothing could run: the
// scheduler was down, the machine slept, or the run was killed.
type CatchUp string

const (
	Latest CatchUp = "latest" // run the latest of them
	None   CatchUp = "none"   // run none
	All    CatchUp = "all"    // run all, the oldest first, at most MaxCatchUp
)

// grace is how late a slot may start and still count as on time.
const grace = 5 * time.Minute

// maxAttempts of a slot whose process dies each time.
const maxAttempts = 3

// verdict is what becomes of a waiting slot.
type verdict struct {
	slot      ledger.Slot
	state     ledger.State // Due: to run; else how it is settled
	code, say string
}

// judge decides about waiting slots, oldest first, at a moment. Those to run
// come out in the order in which to run them.
func judge(waiting []ledger.Slot, now time.Time, policy CatchUp, most int) (run []ledger.Slot, settled []verdict) {
	var able []ledger.Slot
	for _, s := range waiting {
		switch {
		case s.State == ledger.Abandoned && s.Attempts >= maxAttempts:
			settled = append(settled, verdict{s, ledger.Failed, "given-up", "its process died each time it was tried"})
		case policy == None && now.Sub(s.For) > grace:
			settled = append(settled, over(s, "late", "nothing could run at its time, and missed runs are not caught up"))
		default:
			able = append(able, s)
		}
	}
	keep := 1
	if policy == All {
		keep = max(most, 1)
	}
	cut := max(len(able)-keep, 0)
	for _, s := range able[:cut] {
		settled = append(settled, over(s, "overtaken", "a later run took its place"))
	}
	return able[cut:], settled
}

// over settles a slot that will not run: missed if it never began, failed if
// it did.
func over(s ledger.Slot, code, say string) verdict {
	if s.State == ledger.Abandoned {
		return verdict{s, ledger.Failed, "process-died", "its process died, and " + say}
	}
	return verdict{s, ledger.Missed, code, say}
}
