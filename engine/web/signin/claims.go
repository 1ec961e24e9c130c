package signin

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"

	"leftshift/engine"
)

// Bounds of what an issuer may say: beyond them it is not an issuer that this
// program knows.
const (
	mostChoices = 500
	longestText = 200
)

// idClaims is what is read of an ID token, besides what every one is held to.
type idClaims struct {
	Subject        string  `json:"sub"`
	Party          string  `json:"azp"`
	SID            string  `json:"sid"`
	AuthTime       float64 `json:"auth_time"`
	Name           string  `json:"name"`
	UID            string  `json:"uid"`
	SelectedRole   string  `json:"selected_roleid"`
	Authentication level   `json:"authentication_assurance_level"`
	Identity       level   `json:"id_assurance_level"`

	Tenant      string            `json:"tid"`
	Object      string            `json:"oid"`
	Roles       []string          `json:"roles"`
	Groups      []string          `json:"groups"`
	HasGroups   any               `json:"hasgroups"`
	ClaimSource map[string]string `json:"_claim_names"`
}

// userInfo is what is read of the CIS2 user info response.
type userInfo struct {
	Subject string     `json:"sub"`
	User    string     `json:"nhsid_useruid"`
	UID     string     `json:"uid"`
	Name    string     `json:"name"`
	Roles   []cis2Role `json:"nhsid_nrbac_roles"`
}

type cis2Role struct {
	Profile      string `json:"person_roleid"`
	Organisation string `json:"org_code"`
	Code         string `json:"role_code"`
	Title        string `json:"role_name"`
}

// level is an assurance level: 1 to 3, as a number or as its text. Anything
// else is 0, which is below every minimum.
type level int

func (l *level) UnmarshalJSON(b []byte) error {
	n, err := strconv.Atoi(strings.Trim(string(b), `"`))
	if err != nil || n < 1 || n > 3 {
		n = 0
	}
	*l = level(n)
	return nil
}

func unreadable(what string, err error) error {
	return &engine.Fault{Code: "sign-in-claims", Say: "what the identity provider says of you has not the form that is expected (" + what + "): report it to whoever runs this installation", Err: err}
}

func parseIDClaims(payload []byte) (idClaims, error) {
	var c idClaims
	if err := json.Unmarshal(payload, &c); err != nil {
		return idClaims{}, unreadable("ID token", hide(err))
	}
	if c.Subject == "" {
		return idClaims{}, unreadable("no subject", nil)
	}
	return c, nil
}

// hide keeps the kind of a JSON error and drops the value in it.
func hide(err error) error {
	if e, ok := err.(*json.UnmarshalTypeError); ok {
		e.Value = "a value of another type"
	}
	return err
}

// fromCIS2 makes the identity of ID token and user info response.
func fromCIS2(c Config, id idClaims, info []byte) (Identity, error) {
	if int(id.Authentication) < c.MinAuthentication {
		return Identity{}, &engine.Fault{Code: "sign-in-assurance", Say: "you signed in with a weaker method than this system needs: use a smartcard, security key or another strong method"}
	}
	if int(id.Identity) < c.MinIdentity {
		return Identity{}, &engine.Fault{Code: "sign-in-identity-assurance", Say: "your identity has not been checked to the level that this system needs: see your registration authority"}
	}
	var u userInfo
	if err := json.Unmarshal(info, &u); err != nil {
		return Identity{}, unreadable("user info", hide(err))
	}
	if u.Subject != id.Subject {
		return Identity{}, unreadable("the user info is of another subject", nil)
	}
	user := u.User
	for _, other := range []string{u.UID, id.UID} {
		if user == "" {
			user = other
		}
		if other != "" && other != user {
			return Identity{}, unreadable("two different user identifiers", nil)
		}
	}
	if user == "" || longer(user) {
		return Identity{}, unreadable("no user identifier", nil)
	}
	if len(u.Roles) > mostChoices {
		return Identity{}, unreadable("too many roles", nil)
	}
	out := Identity{Subject: id.Subject, SID: id.SID, User: user, Name: plain(first(u.Name, id.Name))}
	seen := map[string]bool{}
	for _, r := range u.Roles {
		if r.Profile == "" || r.Organisation == "" || r.Code == "" || longer(r.Profile, r.Organisation, r.Code) || c.SelectedRole && r.Profile != id.SelectedRole {
			continue
		}
		if seen[r.Profile] {
			return Identity{}, unreadable("a role profile is there twice", nil)
		}
		seen[r.Profile] = true
		out.Choices = append(out.Choices, Choice{ID: r.Profile, Code: r.Code, Title: roleTitle(r.Title), Organisation: r.Organisation})
	}
	return out, nil
}

// fromEntra makes the identity of an ID token of Microsoft Entra ID. oid is the
// key: an e-mail address can be given to somebody else.
func fromEntra(c Config, id idClaims) (Identity, error) {
	ods, ok := c.Tenants[id.Tenant]
	if !ok || id.Tenant == "" {
		return Identity{}, &engine.Fault{Code: "sign-in-tenant", Say: "your organisation's directory is not allowed in here: ask whoever manages access"}
	}
	if _, more := id.ClaimSource["groups"]; more || id.HasGroups != nil {
		return Identity{}, &engine.Fault{Code: "entra-groups-overage", Say: "you are in more groups than the identity provider will list, so your roles cannot be told: have application roles assigned instead, or limit the groups claim to those assigned to the application"}
	}
	if id.Object == "" || longer(id.Object) {
		return Identity{}, unreadable("no oid", nil)
	}
	if len(id.Roles)+len(id.Groups) > mostChoices {
		return Identity{}, unreadable("too many roles", nil)
	}
	out := Identity{Subject: id.Subject, SID: id.SID, User: id.Tenant + "/" + id.Object, Name: plain(id.Name)}
	seen := map[string]bool{}
	for _, code := range append(append([]string{}, id.Roles...), id.Groups...) {
		if code == "" || longer(code) || seen[code] {
			continue
		}
		seen[code] = true
		out.Choices = append(out.Choices, Choice{ID: code, Code: code, Organisation: ods})
	}
	return out, nil
}

// roleTitle takes the role from `"Support":"Systems Support":"Systems Support
// Access Role"`.
func roleTitle(s string) string {
	return plain(strings.Trim(s[strings.LastIndex(s, ":")+1:], `" `))
}

// plain is a text for a page and the audit: no control or format characters,
// not endless.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > longestText {
		s = string(r[:longestText])
	}
	return strings.TrimSpace(s)
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func longer(texts ...string) bool {
	for _, t := range texts {
		if len(t) > longestText || plain(t) != strings.TrimSpace(t) {
			return true
		}
	}
	return false
}
