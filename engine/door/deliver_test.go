//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
)

// A delivery is an export in the audit, about everyone in it, before anything
// is given; and what is given is what a connected system may know.
func TestG13G15ADeliveryIsAnExportOfWhatASystemMayKnow(t *testing.T) {
	s := numbered(t)
	service := principal(access.Service)
	service.Practices = nil
	var got *List
	err := s.Deliver(context.Background(), service, Where{Route: "test", Reason: "agreement 1"}, "team-0", "gp", func(l *List) error {
		if n := len(s.entries(t)); n != 1 {
			t.Errorf("%d entries before it is given", n)
		}
		got = l
		return nil
	})
	if err != nil || got == nil || len(got.Rows) == 0 {
		t.Fatal(err)
	}
	all := s.entries(t)
	e := all[len(all)-1]
	if e.Event != string(access.ExportList) || e.Outcome != audit.Allowed || e.People != int64(len(got.Rows)) || e.Object != "team-0 to gp" || e.Role != string(access.Service) {
		t.Errorf("%+v", e)
	}
	if got.Columns.Has(access.ColumnName) || got.Columns.Has(access.ColumnBirth) || got.Columns.Has(access.ColumnPhone) || !got.Columns.Has(access.ColumnNHSNumber|access.ColumnRisk) {
		t.Errorf("columns %v", got.Columns)
	}
	for _, r := range got.Rows {
		if r.Who.Name != "" || r.Who.BirthDate != "" || r.Who.Phone != "" || r.Mark == (Mark{}) {
			t.Errorf("%+v", r.Who)
		}
	}
}

// Nothing is given where anything is missing, and each refusal is kept.
func TestG13G36ADeliveryFailsClosed(t *testing.T) {
	service := principal(access.Service)
	elsewhere := service
	elsewhere.Teams = []string{"team-1"}
	unlisted := service
	unlisted.Teams = []string{"team-x"}
	planning := service
	planning.Purpose = access.Planning
	for _, c := range []struct {
		name string
		who  access.Principal
		team string
		why  string
		code string
		with func(*site)
	}{
		{"another team", elsewhere, "team-0", "because", access.CodeTeam, nil},
		{"no such list", unlisted, "team-x", "because", "no-list", nil},
		{"no reason", service, "team-0", " ", access.CodeReason, nil},
		{"a coordinator", principal(access.Coordinator), "team-0", "because", access.CodeRole, nil},
		{"an administrator", principal(access.Administrator), "team-0", "because", access.CodeRole, nil},
		{"an operator", principal("operator"), "team-0", "because", access.CodeRoleUnknown, nil},
		{"another purpose", planning, "team-0", "because", access.CodePurposeRole, nil},
		{"no vault", service, "team-0", "because", "no-vault", func(s *site) { s.opt.Vault = nil }},
		{"an old list", service, "team-0", "because", "list-not-rechecked", func(s *site) { s.today += 30 }},
	} {
		s := numbered(t)
		if c.with != nil {
			c.with(s)
		}
		err := s.Deliver(context.Background(), c.who, Where{Reason: c.why}, c.team, "gp", func(*List) error { t.Errorf("%s: it was given", c.name); return nil })
		all := s.entries(t)
		if fault(err) != c.code || len(all) != 1 || all[0].Outcome != c.code || all[0].Event != string(access.ExportList) {
			t.Errorf("%s: %v, %+v", c.name, err, all)
		}
	}
}

// What did not arrive is said by a second entry; with the audit closed nothing
// is given at all.
func TestG15AFailedDeliveryIsKeptAndAClosedAuditGivesNothing(t *testing.T) {
	s := numbered(t)
	service := principal(access.Service)
	for _, c := range []struct {
		err  error
		code string
	}{{&engine.Fault{Code: "fhir-refused", Say: "no"}, "fhir-refused"}, {errors.New("x"), "not-done"}} {
		err := s.Deliver(context.Background(), service, Where{Reason: "because"}, "team-0", "gp", func(*List) error { return c.err })
		all := s.entries(t)
		if !errors.Is(err, c.err) || all[len(all)-1].Outcome != c.code || all[len(all)-2].Outcome != audit.Allowed {
			t.Errorf("%v: %+v", err, all)
		}
	}
	if err := s.Noted(context.Background(), service, Where{}, NoticeSent, "team-0 to hook", "snap", nil); err != nil {
		t.Fatal(err)
	}
	if all := s.entries(t); all[len(all)-1].Event != "notice_sent" || all[len(all)-1].People != 0 {
		t.Errorf("%+v", all[len(all)-1])
	}
	_ = s.log.Close()
	err := s.Deliver(context.Background(), service, Where{Reason: "because"}, "team-0", "gp", func(*List) error { t.Error("it was given"); return nil })
	if fault(err) != "audit-unavailable" {
		t.Error(err)
	}
}
