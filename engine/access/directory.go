package access

import (
	"fmt"
	"slices"
	"strings"

	"leftshift/engine"
)

// Directory says which organisations take part and what role a role code gives
// there: a site's configuration. The zero value lets nobody in.
type Directory struct {
	Organisations []Member
	Grants        []Grant
}

// Member is an organisation that takes part, and whom it cares for. Nothing is
// implied: a practice that should see its own patients has itself in Practices.
type Member struct {
	ODS       string
	Name      string
	Practices []string
	PCNs      []string
	Teams     []string // teams of everyone at the organisation
}

// Grant gives a role to the holders of a role code: a national one (R8000), or
// the value of an application role or the identifier of a group of another
// identity provider. It goes before the national defaults.
type Grant struct {
	Code         string
	Organisation string // ODS code; "" for every organisation that takes part
	Role         Role
	Teams        []string // teams besides the organisation's
	None         bool     // the code gives nothing here, whatever the default
}

// Assignment is what a role code at an organisation gives.
type Assignment struct {
	Role                   Role
	Organisation, Name     string
	Practices, PCNs, Teams []string
}

// Validate reports every fault of a directory together.
func (d Directory) Validate() error {
	var wrong []string
	seen := map[string]bool{}
	for _, m := range d.Organisations {
		if blank(m.ODS) {
			wrong = append(wrong, "an organisation has no ODS code")
		}
		if seen[m.ODS] {
			wrong = append(wrong, fmt.Sprintf("organisation %q is there twice", m.ODS))
		}
		seen[m.ODS] = true
	}
	given := map[[2]string]bool{}
	for _, g := range d.Grants {
		key := [2]string{codeOf(g.Code), g.Organisation}
		if key[0] == "" {
			wrong = append(wrong, "a grant has no role code")
		}
		if given[key] {
			wrong = append(wrong, fmt.Sprintf("role code %q is granted twice for organisation %q", g.Code, g.Organisation))
		}
		given[key] = true
		if g.Organisation != "" && !seen[g.Organisation] {
			wrong = append(wrong, fmt.Sprintf("role code %q is granted at organisation %q, which is not declared", g.Code, g.Organisation))
		}
		if _, ok := rolePurposes[g.Role]; ok == g.None {
			wrong = append(wrong, fmt.Sprintf("role code %q needs one of the roles %s, or none = true without a role", g.Code, roleList()))
		}
		if g.Role == Service {
			wrong = append(wrong, fmt.Sprintf("role code %q gives the role of a connected system, which only an API token has", g.Code))
		}
	}
	if len(wrong) > 0 {
		return &engine.Fault{Code: "directory-invalid", Say: "the directory of organisations and roles is not right: " + strings.Join(wrong, "; ")}
	}
	return nil
}

// Member gives the declared organisation of an ODS code.
func (d Directory) Member(ods string) (Member, bool) {
	i := slices.IndexFunc(d.Organisations, func(m Member) bool { return m.ODS == ods && !blank(ods) })
	if i < 0 {
		return Member{}, false
	}
	return d.Organisations[i], true
}

// Resolve says what a role code gives at an organisation: a grant for both
// goes before one for the code alone, and that before the national default. A
// Fault organisation-unknown or role-code-unknown says what is missing.
func (d Directory) Resolve(code, ods string) (Assignment, error) {
	m, ok := d.Member(ods)
	if !ok {
		return Assignment{}, &engine.Fault{Code: "organisation-unknown", Say: "your organisation does not take part here: ask whoever manages access to declare it"}
	}
	c := codeOf(code)
	out := Assignment{Organisation: m.ODS, Name: m.Name, Practices: slices.Clone(m.Practices), PCNs: slices.Clone(m.PCNs), Teams: slices.Clone(m.Teams)}
	for _, where := range []string{m.ODS, ""} {
		for _, g := range d.Grants {
			if c == "" || codeOf(g.Code) != c || g.Organisation != where {
				continue
			}
			if g.None {
				return Assignment{}, noRole()
			}
			out.Role = g.Role
			out.Teams = append(out.Teams, g.Teams...)
			return out, nil
		}
	}
	role, ok := jobRole(c)
	if !ok {
		return Assignment{}, noRole()
	}
	out.Role = role
	return out, nil
}

func noRole() error {
	return &engine.Fault{Code: "role-code-unknown", Say: "your role code gives no role here: ask whoever manages access to grant it one"}
}

// codeOf is the form in which codes are compared: a national code is its job
// role, another is itself without blanks around it.
func codeOf(code string) string {
	if c := JobRoleCode(code); c != "" {
		return c
	}
	return strings.TrimSpace(code)
}

func roleList() string {
	var names []string
	for _, r := range Roles() {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}
