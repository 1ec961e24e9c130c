package config

import (
	"net"
	"strings"

	"leftshift/engine/access"
	"leftshift/engine/web/signin"
)

// Serve is the web application.
type Serve struct {
	Listen       string         `toml:"listen" default:"127.0.0.1:8080" check:"required" say:"address and port; any other than this machine's own needs certificate and key"`
	Certificate  string         `toml:"certificate" check:"path" say:"file of the server's certificate chain (PEM); empty: plain HTTP, on this machine's own address alone"`
	Key          string         `toml:"key" check:"path" say:"file of the certificate's key (PEM), readable by this account alone"`
	State        string         `toml:"state" default:"state" check:"path" say:"folder of what people do: audit, worklist, sessions; not inside the data folder"`
	AuditKey     string         `toml:"audit_key_file" default:"secrets/audit.key" check:"path" say:"file of the key that signs the audit's checkpoints; leftshift keygen makes it"`
	Recheck      int            `toml:"recheck_days" default:"7" check:"min=0,max=92" say:"days after which a list that no night has made anew cannot be opened or exported"`
	Stale        int            `toml:"stale_days" default:"7" check:"min=0,max=366" say:"days without a new record after which a source is said to be old, on every page and in every file"`
	Chances      bool           `toml:"show_chances" say:"true: risk is shown as a chance (about 18 in 100), once someone has approved the model's calibration at this site; false: as a band. A synthetic site shows chances"`
	Proxies      []string       `toml:"proxies" check:"unique" say:"addresses of proxies before this application, whose X-Forwarded-For is believed"`
	SignIns      int            `toml:"sign_ins_per_minute" default:"5" check:"min=1,max=100000" say:"attempts to sign in a minute, of one address"`
	SignIn       string         `toml:"sign_in" default:"demo" check:"one=signin" say:"who vouches for users: cis2 (NHS CIS2), entra (Microsoft Entra ID), or demo: a form, for synthetic sites on this machine only"`
	Issuer       string         `toml:"issuer" say:"issuer of the identity provider, as in its discovery document"`
	ClientID     string         `toml:"client_id" say:"this application's identifier there"`
	ClientSecret string         `toml:"client_secret_file" check:"path" say:"file with this application's secret there"`
	ClientKey    string         `toml:"client_key_file" check:"path" say:"file with this application's private key (PEM; RSA signs RS512, an elliptic curve ES256, ES384 or ES512), in place of a secret, with cis2; its public half is at /sign-in/keys, which the identity provider must be able to read"`
	Redirect     string         `toml:"redirect" say:"https address of this application that ends in /sign-in/callback, as registered there"`
	SignedOut    string         `toml:"signed_out" say:"https address of this application that ends in /sign-in/signed-out, as registered there, to which signing out comes back; empty: signing out ends at the identity provider"`
	SelectedRole bool           `toml:"selected_role" say:"true: with cis2, the role is chosen there and not here"`
	Tenant       []Tenant       `toml:"tenant" say:"Tenants of Microsoft Entra ID that are let in. Repeat the table for each."`
	Organisation []Organisation `toml:"organisation" say:"Organisations that take part, and whom each cares for. Nothing is implied: a practice that should see its own patients names itself. Repeat the table for each."`
	Grant        []Grant        `toml:"grant" say:"Which role a role code gives, before the national defaults. Repeat the table for each."`
}

type Tenant struct {
	ID           string `toml:"id" check:"required" say:"identifier of the tenant (tid)"`
	Organisation string `toml:"organisation" check:"required" say:"ODS code of its organisation"`
}

type Organisation struct {
	ODS       string   `toml:"ods" check:"required" say:"its ODS code"`
	Name      string   `toml:"name" say:"name on pages; empty: the code"`
	Practices []string `toml:"practices" check:"unique" say:"ODS codes of the practices whose registered people are in its care"`
	PCNs      []string `toml:"pcns" check:"unique" say:"ODS codes of primary care networks, likewise"`
	Teams     []string `toml:"teams" check:"unique" say:"teams of everyone at the organisation, as lists name them"`
}

type Grant struct {
	Code         string   `toml:"code" check:"required" say:"national role code (R8003), application role or group"`
	Organisation string   `toml:"organisation" say:"ODS code; empty: every organisation that takes part"`
	Role         string   `toml:"role" check:"one=role" say:"role here; empty with none = true"`
	Teams        []string `toml:"teams" check:"unique" say:"teams besides the organisation's"`
	None         bool     `toml:"none" say:"true: the code gives nothing here, whatever the default"`
}

// Directory is who takes part, as the way in needs it.
func (s *Serve) Directory() access.Directory {
	var d access.Directory
	for _, o := range s.Organisation {
		d.Organisations = append(d.Organisations, access.Member{ODS: o.ODS, Name: o.Name, Practices: o.Practices, PCNs: o.PCNs, Teams: o.Teams})
	}
	for _, g := range s.Grant {
		d.Grants = append(d.Grants, access.Grant{Code: g.Code, Organisation: g.Organisation, Role: access.Role(g.Role), Teams: g.Teams, None: g.None})
	}
	return d
}

// Tenants are the organisations of the tenants let in.
func (s *Serve) Tenants() map[string]string {
	out := map[string]string{}
	for _, t := range s.Tenant {
		out[t.ID] = t.Organisation
	}
	return out
}

// Loopback says whether only this machine can reach the address listened on.
func (s *Serve) Loopback() bool { return signin.CheckLoopback(s.Listen) == nil }

func (c *Config) checkServe(f *faults) {
	s := &c.Serve
	if _, _, err := net.SplitHostPort(s.Listen); err != nil && !f.has("serve.listen") {
		f.add("serve.listen", "config-value", "expected an address and a port, such as 127.0.0.1:8080")
	} else if !s.Loopback() && s.Certificate == "" {
		f.add("serve.listen", "config-serve", "others can reach %s: give a certificate and its key, or listen on 127.0.0.1 behind a proxy that has one", s.Listen)
	}
	if (s.Certificate == "") != (s.Key == "") {
		f.add("serve.certificate", "config-serve", "certificate and key are given together or not at all")
	}
	state, data := c.At(s.State), c.At(c.Site.Data)
	if state == data || strings.HasPrefix(state, data+"/") {
		f.add("serve.state", "config-serve", "the state folder may not lie inside the data folder: what people do outlives the data")
	}
	if err := s.Directory().Validate(); err != nil {
		f.add("serve", "config-serve", "%s", err.Error())
	}
}

func roles() []string {
	var out []string
	for _, r := range access.Roles() {
		out = append(out, string(r))
	}
	return out
}
