//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/identity"
	"leftshift/engine/snapshot/made"
)

const number = "9000000009" // valid, of the range for tests

// openAudited is a site whose people can be looked up by NHS number, with a
// check of its audit.
func openAudited(t *testing.T) (*site, engine.Person) {
	t.Helper()
	s := open(t)
	keyer, err := identity.NewKeyer(make([]byte, identity.KeyBytes))
	if err != nil {
		t.Fatal(err)
	}
	s.opt.Keyer = keyer
	key, _ := keyer.Clone().Key(identity.NHSNamespace, number)
	return s, engine.Person(key)
}

// readers are who may read the audit, and what is asked of it.
var readers = []access.Role{access.PrivacyOfficer, access.IGLead}

func (s *site) questions(ctx context.Context, p access.Principal) map[string]error {
	w := Where{Route: "/audit", Reason: "asked for by the person"}
	out := map[string]error{}
	_, out["search"] = s.SearchAudit(ctx, p, w, audit.Filter{})
	_, out["entry"] = s.AuditEntry(ctx, p, w, 1)
	_, out["history"] = s.AccessHistory(ctx, p, w, number, "page")
	_, out["disclosures"] = s.Disclosures(ctx, p, w, 0)
	_, out["verify"] = s.VerifyAudit(ctx, p, w)
	return out
}

func TestG19OnlyThePrivacyOfficerAndTheGuardianReadTheAudit(t *testing.T) {
	s, _ := openAudited(t)
	ctx := context.Background()
	s.opt.Verify = func(context.Context, func(audit.Break)) (audit.Report, bool, error) { return audit.Report{}, true, nil }
	for _, role := range access.Roles() {
		for what, err := range s.questions(ctx, principal(role)) {
			may := role == access.PrivacyOfficer || role == access.IGLead
			if may != (err == nil) {
				t.Errorf("%s, %s: %v", role, what, err)
			}
		}
	}
	// A privacy officer reads nothing else.
	p := principal(access.PrivacyOfficer)
	if _, err := s.OpenPerson(ctx, p, Where{Reason: "because"}, made.Person(0)); codeOf(err) != access.CodeRole {
		t.Errorf("a person: %v", err)
	}
}

func TestG23ReadingTheAuditIsInTheAudit(t *testing.T) {
	s, person := openAudited(t)
	ctx := context.Background()
	for _, role := range readers {
		before := len(s.entries(t))
		p := principal(role)
		w := Where{Route: "/audit", Reason: "complaint 12"}
		if _, err := s.SearchAudit(ctx, p, w, audit.Filter{User: "u7", Refused: true}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.AccessHistory(ctx, p, w, number, "csv"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Disclosures(ctx, p, w, 0); err != nil {
			t.Fatal(err)
		}
		_, _ = s.VerifyAudit(ctx, p, w)
		all := s.entries(t)[before:]
		var got []string
		for _, e := range all {
			got = append(got, fmt.Sprintf("%s %s %s %q %v %d", e.Event, e.Outcome, e.Role, e.Object, e.Persons, len(e.Query)))
		}
		want := []string{
			fmt.Sprintf(`search_audit allowed %s "" [] 64`, role), fmt.Sprintf(`access_history allowed %s "as csv" [%d] 0`, role, person),
			fmt.Sprintf(`see_disclosures allowed %s "" [] 0`, role), fmt.Sprintf(`verify_audit allowed %s "" [] 0`, role),
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the audit has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	if a, b := filterHash(audit.Filter{User: "a"}), filterHash(audit.Filter{Organisation: "a"}); a == b {
		t.Error("two questions have one hash")
	}
}

func TestG23AHistoryNeedsAReason(t *testing.T) {
	s, _ := openAudited(t)
	for _, role := range readers {
		got, err := s.AccessHistory(context.Background(), principal(role), Where{Reason: " "}, number, "page")
		if got != nil || codeOf(err) != access.CodeReason {
			t.Errorf("%s: %v", role, err)
		}
		all := s.entries(t)
		if last := all[len(all)-1]; last.Event != "access_history" || last.Outcome != access.CodeReason {
			t.Errorf("%s: the audit has %s %s", role, last.Event, last.Outcome)
		}
	}
}

func TestB22TheAuditIsNotShownWhenTheLookCannotBeWritten(t *testing.T) {
	s, _ := openAudited(t)
	if err := s.log.Close(); err != nil {
		t.Fatal(err)
	}
	for _, role := range readers {
		for what, err := range s.questions(context.Background(), principal(role)) {
			var f *engine.Fault
			if !errors.As(err, &f) || f.Code != "audit-unavailable" {
				t.Errorf("%s, %s: %v", role, what, err)
			}
		}
	}
}

// Who looked at a person is told of that person alone: also who was refused,
// who opened a list with them on it, and who asks now.
func TestG24AHistoryHoldsEveryLookAtThePersonAndNoOther(t *testing.T) {
	s, person := openAudited(t)
	ctx := context.Background()
	look := func(user, event, outcome string, persons ...engine.Person) {
		t.Helper()
		_, err := s.log.Append(ctx, audit.Entry{User: user, Role: "coordinator", Organisation: "P0", Purpose: "case-finding", Device: "d", Event: event, Outcome: outcome, Persons: persons})
		if err != nil {
			t.Fatal(err)
		}
	}
	look("a", "open_person", audit.Allowed, person)
	look("b", "open_person", audit.Allowed, person+1)
	look("c", "open_list", audit.Allowed, person-1, person, person+1)
	look("d", "open_person", "no-person", person)
	got, err := s.AccessHistory(ctx, principal(access.PrivacyOfficer), Where{Reason: "subject access request"}, number, "page")
	if err != nil {
		t.Fatal(err)
	}
	var users []string
	for _, e := range got {
		users = append(users, e.User+" "+e.Event)
		if len(e.Persons) != 1 || e.Persons[0] != person {
			t.Errorf("entry %d tells of %v", e.Sequence, e.Persons)
		}
	}
	if want := []string{"a open_person", "c open_list", "d open_person", "u1 access_history"}; !reflect.DeepEqual(users, want) {
		t.Errorf("%q, want %q", users, want)
	}
	if _, err := s.AccessHistory(ctx, principal(access.PrivacyOfficer), Where{Reason: "x"}, "9000000008", "page"); codeOf(err) != "nhs-number" {
		t.Errorf("a number with a wrong check digit: %v", err)
	}
	if _, err := s.SearchAudit(ctx, principal(access.PrivacyOfficer), Where{}, audit.Filter{Person: person}); codeOf(err) != "audit-person" {
		t.Errorf("a search by person, without a reason: %v", err)
	}
}

// Every entry is on one page and one only, whatever is added meanwhile.
func TestG22PagesOfTheAudit(t *testing.T) {
	s, _ := openAudited(t)
	ctx := context.Background()
	const entries = 2*AuditPage + 7
	for i := range entries {
		event := []string{"open_list", "export_list", "export_counts"}[i%3]
		if _, err := s.log.Append(ctx, audit.Entry{User: "x", Device: "d", Event: event, Outcome: audit.Allowed}); err != nil {
			t.Fatal(err)
		}
	}
	p := principal(access.PrivacyOfficer)
	seen, pages := map[int64]bool{}, 0
	for before := int64(0); ; pages++ {
		page, err := s.SearchAudit(ctx, p, Where{}, audit.Filter{User: "x", Before: before})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			if seen[e.Sequence] || before > 0 && e.Sequence >= before {
				t.Fatalf("entry %d is there again", e.Sequence)
			}
			seen[e.Sequence] = true
		}
		if before = page.Next; before == 0 {
			break
		}
	}
	if len(seen) != entries || pages != 2 {
		t.Errorf("%d entries on %d pages and one", len(seen), pages)
	}
	left := 0
	last := int64(1 << 62)
	for before := int64(0); ; {
		page, err := s.Disclosures(ctx, p, Where{}, before)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Entries {
			if e.Event == "open_list" || e.Sequence >= last {
				t.Fatalf("entry %d, %s", e.Sequence, e.Event)
			}
			last = e.Sequence
			left++
		}
		if before = page.Next; before == 0 {
			break
		}
	}
	if want := entries * 2 / 3; left != want {
		t.Errorf("%d files left, want %d", left, want)
	}
	for sequence, there := range map[int64]bool{1: true, entries: true, 0: false, -1: false, 1 << 40: false} {
		e, err := s.AuditEntry(ctx, p, Where{}, sequence)
		if there != (err == nil) || there && e.Sequence != sequence || !there && codeOf(err) != "no-page" {
			t.Errorf("entry %d: %v", sequence, err)
		}
	}
}

func TestG22AVerificationTellsItsBreaksOneAtATime(t *testing.T) {
	s, _ := openAudited(t)
	ctx := context.Background()
	p := principal(access.PrivacyOfficer)
	if _, err := s.VerifyAudit(ctx, p, Where{}); codeOf(err) != "verify-elsewhere" {
		t.Errorf("without a check: %v", err)
	}
	inside := func(context.Context, func(audit.Break)) (audit.Report, bool, error) {
		_, err := s.VerifyAudit(ctx, p, Where{})
		if codeOf(err) != "verify-busy" {
			t.Errorf("a second at once: %v", err)
		}
		return audit.Report{}, false, nil
	}
	s.opt.Verify = inside
	if _, err := s.VerifyAudit(ctx, p, Where{}); err != nil {
		t.Error(err)
	}
	s.opt.Verify = func(_ context.Context, each func(audit.Break)) (audit.Report, bool, error) {
		for range MostBreaks + 5 {
			each(audit.Break{Kind: audit.Gap})
		}
		return audit.Report{Breaks: MostBreaks + 5}, true, nil
	}
	v, err := s.VerifyAudit(ctx, p, Where{})
	if err != nil || len(v.Breaks) != MostBreaks || v.Report.Breaks != MostBreaks+5 || v.Sound() {
		t.Errorf("%+v %v", v, err)
	}
	ended, cancel := context.WithCancel(ctx)
	s.opt.Verify = func(context.Context, func(audit.Break)) (audit.Report, bool, error) {
		cancel()
		return audit.Report{}, false, errors.New("stopped")
	}
	if _, err := s.VerifyAudit(ended, p, Where{}); codeOf(err) != "verify-long" {
		t.Errorf("stopped: %v", err)
	}
}
