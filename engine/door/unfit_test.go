//go:build duckdb_arrow

package door

import (
	"context"
	"errors"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/snapshot/made"
)

// What is unfit is refused even where the table allows it, and nothing is given
// and nobody's identity opened; a name that an issuer made too long is cut.
func TestB16G23UnfitWordsAreRefusedAtTheDoor(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	p, guardian := principal(access.Coordinator), principal(access.IGLead)
	for _, bad := range []string{"a\x00b", "\xff", strings.Repeat("x", 2049), "9000000009"} {
		for name, ask := range map[string]func() (any, error){
			"a list":    func() (any, error) { return s.OpenList(ctx, p, Where{Reason: bad}, "team-0", View{}) },
			"any list":  func() (any, error) { return s.OpenList(ctx, guardian, Where{Reason: "why"}, bad, View{}) },
			"a person":  func() (any, error) { return s.OpenPerson(ctx, p, Where{Reason: bad}, made.Person(0)) },
			"an export": func() (any, error) { return s.ExportList(ctx, p, Where{Reason: bad}, "team-0", View{}, "csv") },
			"a day":     func() (any, error) { x, _, err := s.Day(ctx, p, Where{Reason: bad}); return x, err },
			"a number": func() (any, error) {
				return s.Tell(ctx, principal(access.Analyst), Where{Reason: bad}, OfPopulation, nil)
			},
			"the history": func() (any, error) { return s.SearchAudit(ctx, guardian, Where{Reason: bad}, audit.Filter{}) },
		} {
			before := len(s.entries(t))
			_, err := ask()
			var words *Unfit
			if !errors.As(err, &words) || len(words.Fields) != 1 {
				t.Errorf("%s with %.10q: %v", name, bad, err)
			}
			all := s.entries(t)
			if e := all[len(all)-1]; len(all) != before+1 || e.Outcome != CodeUnfit || strings.Contains(e.Reason+e.Object, bad) {
				t.Errorf("%s with %.10q: the audit has %+v", name, bad, e)
			}
		}
		// Who may not is told that, and no more.
		before := len(s.entries(t))
		_, err := s.OpenList(ctx, p, Where{Reason: bad}, "team-1", View{})
		var f *engine.Fault
		if !errors.As(err, &f) || f.Code != access.CodeTeam || len(s.entries(t)) != before+1 {
			t.Errorf("another team's list with %.10q: %v", bad, err)
		}
	}
	if len(s.vault.opened) > 0 {
		t.Errorf("the vault was opened for %v", s.vault.opened)
	}
	long := principal(access.Coordinator)
	long.Name, long.Device = strings.Repeat("é", 300), "browser\x1b[31m"
	if err := s.Entered(ctx, long, "sign_in", audit.Allowed); err != nil {
		t.Errorf("a long name: %v", err)
	}
	all := s.entries(t)
	if e := all[len(all)-1]; e.Outcome != audit.Allowed || len(e.Name) > 256 || !strings.HasSuffix(e.Name, "é…") || e.Device != "browser\ufffd[31m" {
		t.Errorf("the audit has %+v", e)
	}
}
