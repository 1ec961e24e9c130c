//go:build duckdb_arrow

package door

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/identity"
)

// The audit has doors too: who reads it is written into it first, like every
// other look. What it gives holds pseudonyms and members of staff, and nothing
// of anyone's health.

// AuditPage is how many entries a page of the audit has.
const AuditPage = 50

// AuditPages is one page of what a question to the audit found, newest first.
type AuditPages struct {
	Entries []audit.Entry
	Next    int64 // Filter.Before of the page after this; 0: this is the last
}

// SearchAudit gives a page of the entries that a filter finds. A filter with a
// person is refused: that is AccessHistory, which needs a reason.
func (d *Doors) SearchAudit(ctx context.Context, who access.Principal, where Where, f audit.Filter) (*AuditPages, error) {
	if f.Person != 0 {
		return nil, &engine.Fault{Code: "audit-person", Say: "entries about one person are found through the access history, which needs a reason"}
	}
	if err := d.passAudit(ctx, access.SearchAudit, who, where, filterHash(f), ""); err != nil {
		return nil, err
	}
	f.Limit = AuditPage + 1
	all, err := d.opt.Audit.Search(ctx, f)
	if err != nil {
		return nil, err
	}
	return paged(all), nil
}

// AuditEntry gives one entry by its sequence number. A Fault no-page says that
// there is none.
func (d *Doors) AuditEntry(ctx context.Context, who access.Principal, where Where, sequence int64) (*audit.Entry, error) {
	if err := d.passAudit(ctx, access.SearchAudit, who, where, "", fmt.Sprintf("entry %d", sequence)); err != nil {
		return nil, err
	}
	if sequence > 0 {
		found, err := d.opt.Audit.Search(ctx, audit.Filter{Before: sequence + 1, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(found) == 1 && found[0].Sequence == sequence {
			return &found[0], nil
		}
	}
	return nil, &engine.Fault{Code: "no-page", Say: "the audit has no entry of that number: go back and search again"}
}

// Disclosures gives a page of the files that left: lists and counts that were
// exported, and drafts of referrals. before is AuditPages.Next of the page before, 0 for the first.
func (d *Doors) Disclosures(ctx context.Context, who access.Principal, where Where, before int64) (*AuditPages, error) {
	if err := d.passAudit(ctx, access.SeeDisclosures, who, where, "", ""); err != nil {
		return nil, err
	}
	var all []audit.Entry
	for _, event := range []access.Act{access.ExportList, access.ReferPerson, access.ExportCounts} {
		some, err := d.opt.Audit.Search(ctx, audit.Filter{Event: string(event), Outcome: audit.Allowed, Before: before, Limit: AuditPage + 1})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b audit.Entry) int { return cmp.Compare(b.Sequence, a.Sequence) })
	return paged(all[:min(len(all), AuditPage+1)]), nil
}

// AccessHistory gives every entry about one person, oldest first: for a subject
// access request, with those who were refused, and with this look itself. The
// person is named by NHS number. A number that nobody here has gives no entry
// but this one. shape says what it is made into ("page", "csv").
func (d *Doors) AccessHistory(ctx context.Context, who access.Principal, where Where, nhsNumber, shape string) ([]audit.Entry, error) {
	if d.opt.Keyer == nil {
		return nil, &engine.Fault{Code: "no-key", Say: "people cannot be looked up by NHS number here: the pseudonym key is kept elsewhere"}
	}
	if !identity.ValidNHSNumber(nhsNumber) {
		return nil, &engine.Fault{Code: "nhs-number", Say: "that is no NHS number: check it and enter it again"}
	}
	key, _ := d.opt.Keyer.Clone().Key(identity.NHSNamespace, nhsNumber)
	person := engine.Person(key)
	_, err := d.pass(ctx, ask{who: who, where: where, act: access.AccessHistory, subject: access.Person("", access.Relationship{}), object: "as " + shape, persons: about(person), rows: 1})
	if err != nil {
		return nil, err
	}
	var all []audit.Entry
	err = d.opt.Audit.History(ctx, person, func(e audit.Entry) error {
		all = append(all, e)
		return nil
	})
	return all, err
}

// Verification is what a check of the audit found.
type Verification struct {
	audit.Report
	Breaks []audit.Break // the first MostBreaks
	Signed bool          // checkpoints were held against it: without, a cut end is not noticed
}

// MostBreaks is how many breaks a Verification tells one by one.
const MostBreaks = 200

// VerifyAudit reads the whole audit and checks it, for at most VerifyFor, one
// check at a time.
func (d *Doors) VerifyAudit(ctx context.Context, who access.Principal, where Where) (*Verification, error) {
	if err := d.passAudit(ctx, access.VerifyAudit, who, where, "", ""); err != nil {
		return nil, err
	}
	if d.opt.Verify == nil {
		return nil, &engine.Fault{Code: "verify-elsewhere", Say: "the audit is not checked from here: whoever runs this installation does it with `leftshift audit verify`"}
	}
	if !d.verifying.TryLock() {
		return nil, &engine.Fault{Code: "verify-busy", Say: "the audit is being checked already: wait a minute and try again"}
	}
	defer d.verifying.Unlock()
	ctx, cancel := context.WithTimeout(ctx, VerifyFor)
	defer cancel()
	v := &Verification{}
	var err error
	v.Report, v.Signed, err = d.opt.Verify(ctx, func(b audit.Break) {
		if len(v.Breaks) < MostBreaks {
			v.Breaks = append(v.Breaks, b)
		}
	})
	if err != nil && ctx.Err() != nil {
		return nil, &engine.Fault{Code: "verify-long", Say: "the audit is too long to be checked while you wait: whoever runs this installation does it with `leftshift audit verify`", Err: err}
	}
	return v, err
}

// VerifyFor is the longest that a check of the audit may take while someone
// waits for it.
const VerifyFor = 40 * time.Second

// passAudit is pass, for an act about no one in particular that reads no
// snapshot.
func (d *Doors) passAudit(ctx context.Context, act access.Act, who access.Principal, where Where, query, object string) error {
	_, err := d.pass(ctx, ask{who: who, where: where, act: act, subject: access.Of(""), query: query, object: object})
	return err
}

// filterHash is what was asked of the audit, as the audit keeps it.
func filterHash(f audit.Filter) string {
	moment := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "from %q to %q user %q organisation %q event %q outcome %q refused %t before %d",
		moment(f.From), moment(f.To), f.User, f.Organisation, f.Event, f.Outcome, f.Refused, f.Before))
	return hex.EncodeToString(sum[:])
}

// paged makes a page of AuditPage entries and one more, which says that there
// is another page.
func paged(all []audit.Entry) *AuditPages {
	p := &AuditPages{Entries: all}
	if len(all) > AuditPage {
		p.Entries = all[:AuditPage]
		p.Next = p.Entries[AuditPage-1].Sequence
	}
	return p
}

// Refuse records and gives the refusal of an act to a role that the table of
// rights gives no row for it.
func (d *Doors) Refuse(ctx context.Context, who access.Principal, where Where, act access.Act) error {
	a := ask{who: who, where: where, act: act} // of no kind: never allowed
	decision := access.Decide(who, act, a.subject)
	if err := d.record(ctx, a, decision.Code); err != nil {
		return err
	}
	return decision.Err()
}
