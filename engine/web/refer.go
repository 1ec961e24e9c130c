//go:build duckdb_arrow

package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"leftshift/engine/access"
	"leftshift/engine/deliver"
	"leftshift/engine/door"
)

// Referral is a service to which people may be referred.
type Referral struct{ Name, ODS, Endpoint string }

// referRoutes are those of a draft of a referral.
func referRoutes() []Route {
	return []Route{{Method: http.MethodPost, Path: "/people/{person}/refer", Act: access.ReferPerson, Handle: refer, Again: actAgain}}
}

// mostWhy is the most characters of the reason of a referral.
const mostWhy = 2000

// refer sends the draft of a referral as a file. Why the person is referred
// goes into the file, and is kept nowhere here.
func refer(ctx context.Context, r *Request) (Answer, error) {
	why := strings.TrimSpace(r.PostFormValue("refer-why"))
	at := slices.IndexFunc(r.App.opt.Referrals, func(x Referral) bool { return x.Name == r.PostFormValue("refer-to") })
	var faults []Fault
	if at < 0 {
		faults = append(faults, Fault{"refer-to", "Choose the service to refer to"})
	}
	switch {
	case why == "":
		faults = append(faults, Fault{"refer-why", "Write why you refer this person. It goes into the draft"})
	case len([]rune(why)) > mostWhy:
		faults = append(faults, Fault{"refer-why", "Write at most 2,000 characters"})
	}
	if faults != nil {
		return person(ctx, r, faults, 0)
	}
	to := r.App.opt.Referrals[at]
	d, err := r.App.opt.Doors.DraftReferral(ctx, r.Who, door.Where{Route: r.Pattern, Reason: "referral to " + to.Name}, r.Person(), to.Name)
	if err != nil {
		return Answer{}, err
	}
	f, err := deliver.DraftReferral(deliver.Referral{Who: d.Who, Mark: d.Mark, From: deliver.Organisation{ODS: d.From}, To: deliver.Organisation{ODS: to.ODS, Name: to.Name},
		Endpoint: to.Endpoint, Reason: why, At: d.Taken, Synthetic: d.Synthetic})
	if err != nil {
		return Answer{}, err
	}
	return Answer{File: &File{f.Name, f.Type, f.Bytes}}, nil
}
