//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/identity"
	"leftshift/engine/snapshot/made"
)

const people = 40

type vault struct{ opened []engine.Person }

func (v *vault) Open(p engine.Person) (identity.Identity, error) {
	v.opened = append(v.opened, p)
	return identity.Identity{NHSNumber: "9000000009", Family: fmt.Sprintf("Family%d", p), Given: "Given", BirthDate: "1950-01-02", Phone: "01632 960000"}, nil
}

type site struct {
	*Doors
	log   *audit.Log
	vault *vault
	today engine.Day
}

func open(t *testing.T) *site {
	t.Helper()
	data := t.TempDir()
	made.Publish(t, data, people, "Test")
	at := made.Open(t, data, audit.Options{})
	s := &site{log: at.Audit, vault: &vault{}, today: at.Today}
	s.Doors = New(Options{Snapshots: at.Snapshots, Audit: at.Audit, Vault: s.vault, Today: func() engine.Day { return s.today }, Recheck: 7, Stale: 7, Chances: true})
	return s
}

func principal(role access.Role) access.Principal {
	return access.Principal{User: "u1", Name: "Sam Reader", Role: role, Organisation: "P0", Authoriser: "test", Practices: []string{"P0"}, Teams: []string{"team-0"},
		Purpose: access.PurposeAt(role, access.CaseFinding), Session: "s1", Device: "test"}
}

// entries are what the audit holds, oldest first.
func (s *site) entries(t *testing.T) []audit.Entry {
	t.Helper()
	got, err := s.log.Search(context.Background(), audit.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(got)
	return got
}

func TestG14AnAnalystSeesNobody(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	for _, role := range []access.Role{access.Analyst, access.Administrator, access.PrivacyOfficer} {
		p := principal(role)
		if l, err := s.OpenList(ctx, p, Where{Reason: "because"}, "team-0", View{}); l != nil || err == nil {
			t.Errorf("%s opened a list", role)
		}
		if x, err := s.OpenPerson(ctx, p, Where{Reason: "because"}, made.Person(0)); x != nil || err == nil {
			t.Errorf("%s opened a person", role)
		}
	}
	if len(s.vault.opened) > 0 {
		t.Errorf("the vault was opened for %v", s.vault.opened)
	}
}

func TestR2ACoordinatorOpensTheirOwnListAndNoOther(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	p := principal(access.Coordinator)
	l, err := s.OpenList(ctx, p, Where{Route: "/lists"}, "team-0", View{})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Rows) != 4 || !l.Columns.Has(access.Identity) || l.Joiners != 4 {
		t.Fatalf("%d rows, columns %s, %d joiners", len(l.Rows), l.Columns, l.Joiners)
	}
	row := l.Rows[1] // person 10
	if want := (Who{NHSNumber: "9000000009", Name: "Family1010, Given", BirthDate: "1950-01-02", Phone: "01632 960000"}); row.Who != want || row.Person != made.Person(10) {
		t.Errorf("the second row is %+v", row)
	}
	if row.Risk != "about 1 in 100 in the next 12 months" || !reflect.DeepEqual(row.Why, []string{"team reason 1 of 10", "team reason 2 of 10", "team reason 3 of 10"}) {
		t.Errorf("risk %q, reasons %q", row.Risk, row.Why)
	}
	if _, err := s.OpenList(ctx, p, Where{Route: "/lists"}, "team-1", View{}); err == nil {
		t.Error("another team's list was opened")
	}
	_, there := s.OpenList(ctx, p, Where{}, "team-1", View{})
	_, none := s.OpenList(ctx, p, Where{}, "no such team", View{})
	if there.Error() != none.Error() {
		t.Errorf("a list of another team says %q, one that does not exist %q", there, none)
	}
}

// Everyone whom the principal may not see is answered alike.
func TestB18NobodyIsToldApartFromWhoMayNotBeSeen(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	p := principal(access.Coordinator)
	p.Teams = nil // practice P0 alone
	for k := range people {
		x, err := s.OpenPerson(ctx, p, Where{}, made.Person(k))
		if k%3 == 0 != (err == nil) || (x != nil) != (err == nil) {
			t.Errorf("person %d of practice P%d: %v", k, k%3, err)
		}
		if err != nil && err != access.ErrNoPerson {
			t.Errorf("person %d: %v", k, err)
		}
	}
	for _, nobody := range []engine.Person{0, 1, 999, made.Person(people), -5} {
		if x, err := s.OpenPerson(ctx, p, Where{}, nobody); x != nil || err != access.ErrNoPerson {
			t.Errorf("person %d: %v", nobody, err)
		}
	}
	for _, o := range s.vault.opened {
		if int(o-made.Person(0))%3 != 0 {
			t.Errorf("the vault was opened for %d", o)
		}
	}
}

func TestG23EveryLookAndEveryRefusalIsInTheAudit(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	p := principal(access.Coordinator)
	if _, err := s.OpenList(ctx, p, Where{Route: "/lists/mine"}, "team-0", View{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenPerson(ctx, p, Where{Route: "/people"}, made.Person(6)); err != nil {
		t.Fatal(err)
	}
	p.Teams = nil
	_, _ = s.OpenPerson(ctx, p, Where{Route: "/people"}, made.Person(7))
	_, _ = s.OpenPerson(ctx, principal(access.Analyst), Where{Route: "/people"}, made.Person(6))
	var got []string
	for _, e := range s.entries(t) {
		if e.User != "u1" || e.Organisation != "P0" || e.Snapshot == "" || e.Session != "s1" {
			t.Errorf("an entry without who or what: %+v", e)
		}
		got = append(got, fmt.Sprintf("%s %s %s %d", e.Event, e.Outcome, e.Route, e.People))
	}
	want := []string{
		"open_list allowed /lists/mine 4", "reveal_identity allowed /lists/mine 4",
		"open_person allowed /people 1", "reveal_identity allowed /people 1",
		"open_person no-person /people 1", "open_person analyst-sees-nobody /people 1",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the audit has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestB22NothingIsShownWhenTheAuditCannotBeWritten(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	if err := s.log.Close(); err != nil {
		t.Fatal(err)
	}
	p := principal(access.Coordinator)
	l, err := s.OpenList(ctx, p, Where{}, "team-0", View{})
	var fault *engine.Fault
	if l != nil || !errors.As(err, &fault) || fault.Code != "audit-unavailable" {
		t.Errorf("a list was shown: %v", err)
	}
	x, err := s.OpenPerson(ctx, p, Where{}, made.Person(0))
	if x != nil || !errors.As(err, &fault) || fault.Code != "audit-unavailable" {
		t.Errorf("a person was shown: %v", err)
	}
	if len(s.vault.opened) > 0 {
		t.Error("the vault was opened")
	}
}

// The narrower roles get the columns of the table and nothing in the others.
func TestB18ColumnsOfTheNarrowerRoles(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	for _, role := range access.Roles() {
		p := principal(role)
		x, err := s.OpenPerson(ctx, p, Where{Reason: "asked by the person"}, made.Person(0))
		if err != nil {
			continue
		}
		for column, shown := range map[access.Columns]bool{
			access.ColumnName: x.Who.Name != "", access.ColumnNHSNumber: x.Who.NHSNumber != "", access.ColumnBirth: x.Who.BirthDate != "",
			access.ColumnPhone: x.Who.Phone != "", access.ColumnRisk: x.Risk != "", access.ColumnReasons: x.Reasons != nil,
		} {
			if shown != x.Columns.Has(column) {
				t.Errorf("%s: %s shown %v, allowed %v", role, column, shown, x.Columns.Has(column))
			}
		}
		clinical := strings.Contains(fmt.Sprint(x.Reasons), "clinician reason")
		if clinical != (role == access.ClinicalLead || role == access.IGLead) {
			t.Errorf("%s reads the reasons of clinicians: %v", role, clinical)
		}
	}
}

func TestR9AListNotRecheckedCannotBeOpenedAndOldSourcesAreSaid(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	p := principal(access.Coordinator)
	s.today += 7
	if _, err := s.OpenList(ctx, p, Where{}, "team-0", View{}); err != nil {
		t.Fatal(err)
	}
	s.today++
	_, err := s.OpenList(ctx, p, Where{}, "team-0", View{})
	var fault *engine.Fault
	if !errors.As(err, &fault) || fault.Code != "list-not-rechecked" {
		t.Fatalf("eight days on: %v", err)
	}
	all := s.entries(t)
	if last := all[len(all)-1]; last.Outcome != "list-not-rechecked" {
		t.Errorf("the audit's last entry is %+v", last)
	}
	frame, err := s.Around(ctx, p, Where{})
	if err != nil || !strings.Contains(frame.Stale, "8 days") || !strings.Contains(frame.Stale, "place_a") {
		t.Errorf("stale: %q, %v", frame.Stale, err)
	}
}
