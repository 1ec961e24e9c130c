//go:build duckdb_arrow

package deliver

import (
	"encoding/json"
	"math"
	"strconv"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/door"
	"leftshift/engine/worklist"
)

// limits goes with every assessment, wherever it is read.
const limits = "For supporting a care team in choosing whom to review first. It does not diagnose or decide treatment, and no decision about a person may rest on it alone."

// person names a person by NHS number, without a Patient of ours.
func person(row door.Row) object {
	return object{"type": "Patient", "identifier": object{"system": systemNHSNumber, "value": row.Who.NHSNumber}}
}

// makeAssessment is a person's risk. A chance is there only where chances are
// shown at all; else the band alone. probabilityDecimal is a percentage, to one
// decimal (R4: "Decimal values are expressed as percentages as well (max =
// 100)", and ras-2).
func (r *resources) makeAssessment(row door.Row) entry {
	l := r.l
	id := uuid("RiskAssessment", l.Site, l.Snapshot, l.Model.Name, string(row.Mark[:]))
	outcome := l.Model.Outcome
	if outcome == "" {
		outcome = "the outcome of the model " + l.Model.Name + ", as its model card says"
	}
	band := row.Band
	if band == "" {
		band = "not known"
	}
	prediction := object{
		"outcome":         object{"text": outcome},
		"qualitativeRisk": object{"text": band},
		"whenPeriod":      object{"start": (l.AsOf + 1).String(), "end": (l.AsOf + engine.Day(l.Model.Horizon)).String()},
	}
	if !math.IsNaN(row.Chance) {
		prediction["probabilityDecimal"] = json.Number(strconv.FormatFloat(row.Chance*100, 'f', 1, 64))
	}
	notes := []object{{"text": limits}}
	if l.Columns.Has(access.ColumnReasons) {
		for _, why := range row.Why {
			notes = append(notes, object{"text": why})
		}
	}
	if l.Columns.Has(access.ColumnGaps) {
		for _, gap := range row.Gaps {
			notes = append(notes, object{"text": "Could be looked at: " + gap.Text})
		}
	}
	return r.made("RiskAssessment", id, object{
		"identifier":         []object{{"system": systemURI, "value": "urn:uuid:" + id}},
		"status":             "final",
		"method":             object{"text": "statistical model " + l.Model.Name + " of the joined care record"},
		"code":               object{"text": "Risk by which a care team's list is ordered"},
		"subject":            person(row),
		"occurrenceDateTime": l.AsOf.String(),
		"performer":          r.to(r.device),
		"basis":              []object{{"display": "the joined care record as it stood on " + l.AsOf.String() + ", snapshot " + l.Snapshot}},
		"prediction":         []object{prediction},
		"note":               notes,
	})
}

// taskStatus is Task.status for each state of a work item, from R4's required
// value set. What R4 has no word for is told by businessStatus.
var taskStatus = map[worklist.State]string{
	worklist.New:         "requested",
	worklist.InReview:    "received",
	worklist.Contacted:   "in-progress",
	worklist.Accepted:    "accepted",
	worklist.Declined:    "rejected",
	worklist.NotSuitable: "cancelled",
	worklist.Referred:    "on-hold",
	worklist.Done:        "completed",
	worklist.Closed:      "cancelled",
}

// makeTask is the work on a person: new where no worklist says otherwise. It
// stays the same resource from one export to the next, as its state goes on.
func (r *resources) makeTask(row door.Row, about entry) entry {
	state, item := worklist.New, int64(0)
	if row.Work != nil {
		state, item = row.Work.State, row.Work.Item
	}
	id := uuid("Task", r.l.Site, r.l.Team, strconv.FormatInt(item, 10), string(row.Mark[:]))
	o := object{
		"identifier":     []object{{"system": systemURI, "value": "urn:uuid:" + id}},
		"status":         taskStatus[state],
		"businessStatus": object{"text": string(state)},
		"intent":         "plan",
		"code":           object{"text": "Review of a person on a risk list"},
		"focus":          r.to(about),
		"for":            person(row),
		"lastModified":   instant(r.l.Taken),
	}
	if r.l.Team != "" {
		o["groupIdentifier"] = object{"value": r.l.Team}
	}
	if row.Work != nil && row.Work.Reason != "" {
		o["statusReason"] = object{"text": row.Work.Reason}
	}
	if row.Work != nil && row.Work.Next != engine.NoDay && row.Work.Next != 0 {
		o["restriction"] = object{"period": object{"end": row.Work.Next.String()}}
	}
	return r.made("Task", id, o)
}

// makeFlag marks that a person is on a list, in a local record.
func (r *resources) makeFlag(row door.Row) entry {
	id := uuid("Flag", r.l.Site, r.l.Team, string(row.Mark[:]))
	return r.made("Flag", id, object{
		"identifier": []object{{"system": systemURI, "value": "urn:uuid:" + id}},
		"status":     "active",
		"category":   []object{{"text": "local marker, not a national patient flag"}},
		"code":       object{"text": "On the risk list of " + r.l.Team},
		"subject":    person(row),
		"period":     object{"start": r.l.AsOf.String()},
	})
}
