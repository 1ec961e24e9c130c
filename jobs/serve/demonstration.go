//go:build duckdb_arrow

package serve

import (
	"context"

	"leftshift/engine/access"
	"leftshift/engine/web/signin"
)

// demonstration fills the form of a synthetic site: a coordinator and a
// clinical lead for each team of the current snapshot, and one of each role
// that belongs to no team. Organisations that the configuration declares come
// as well.
func (s *Site) demonstration(ctx context.Context, way *signin.Config) error {
	now, done, err := s.snapshots.Use(ctx)
	if err != nil {
		return err
	}
	defer done()
	grant := func(code, ods string, role access.Role, title string) {
		way.Directory.Grants = append(way.Directory.Grants, access.Grant{Code: code, Organisation: ods, Role: role})
		way.Demo = append(way.Demo, signin.Choice{ID: code + "-" + ods, Code: code, Title: title, Organisation: ods})
	}
	for _, l := range now.Lists() {
		if _, declared := way.Directory.Member(l.Team); declared {
			continue
		}
		way.Directory.Organisations = append(way.Directory.Organisations, access.Member{ODS: l.Team, Name: l.Team, Teams: []string{l.Team}, Practices: now.Practices(l.Team)})
		grant("coordinator", l.Team, access.Coordinator, "Care coordinator")
		grant("clinical-lead", l.Team, access.ClinicalLead, "Clinical lead")
	}
	const ics = "ICS"
	way.Directory.Organisations = append(way.Directory.Organisations, access.Member{ODS: ics, Name: s.c.Site.Name})
	for _, x := range []struct {
		role  access.Role
		title string
	}{{access.Analyst, "Analyst"}, {access.IGLead, "Caldicott Guardian"}, {access.PrivacyOfficer, "Privacy officer"}, {access.Administrator, "Administrator"}} {
		grant(string(x.role), ics, x.role, x.title)
	}
	return nil
}
