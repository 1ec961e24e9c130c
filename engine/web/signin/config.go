package signin

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
)

// Kind is the identity provider.
type Kind string

const (
	CIS2  Kind = "cis2"  // NHS Care Identity Service 2
	Entra Kind = "entra" // Microsoft Entra ID
	Demo  Kind = "demo"  // a form; synthetic people, this machine only
)

// Config says who vouches for users. Secrets are read by the caller.
type Config struct {
	Kind      Kind
	Directory access.Directory
	Purpose   access.Purpose // of this site's data
	Lasts     Lasts

	Issuer       string // as in the issuer's discovery document
	ClientID     string
	ClientSecret string
	ClientKey    *ClientKey // with CIS2, in place of the secret; its public half is at /sign-in/keys
	RedirectURL  string     // https://host/sign-in/callback
	SignedOutURL string     // https://host/sign-in/signed-out, where the issuer sends the browser after signing out; "": it stays there

	// SelectedRole, with CIS2: the user chooses the role there, not here.
	SelectedRole bool
	// The least assurance, with CIS2; 0 is 2 (AAL2) for authentication and 3 for
	// identity, the highest.
	MinAuthentication, MinIdentity int
	// Tenants, with Entra: the organisation (ODS code) of each tenant allowed in.
	Tenants map[string]string

	// Demo: who may be chosen on the form. Synthetic says that nobody here is
	// real; Listen is the address that the server listens on.
	Demo      []Choice
	Synthetic bool
	Listen    string

	Home   string                     // where to after sign-in; "" is "/"
	Now    func() time.Time           // nil: time.Now
	HTTP   *http.Client               // to the issuer; nil: one with a time limit of 10 seconds
	Device func(*http.Request) string // for the audit; nil: the address of the caller
}

// leeway is how far two clocks may differ.
const leeway = time.Minute

// Validate reports every fault together.
func (c Config) Validate() error {
	var wrong []string
	say := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	if err := c.Directory.Validate(); err != nil {
		wrong = append(wrong, err.Error())
	}
	say(c.Purpose == "", "the purpose of the site is missing")
	l := c.Lasts.orDefault()
	say(l.Idle < time.Minute || l.Idle > l.Absolute, "the idle time is at least a minute and no longer than the absolute time")
	say(l.Absolute > 24*time.Hour, "a session lasts at most 24 hours")
	switch c.Kind {
	case CIS2, Entra:
		say(!secure(c.Issuer) && !local(c.Issuer), "issuer must be an https address, as in its discovery document")
		say(!secure(c.RedirectURL) || !strings.HasSuffix(c.RedirectURL, "/sign-in/callback"), "redirect address must be https://…/sign-in/callback, as registered with the issuer")
		say(c.SignedOutURL != "" && (!secure(c.SignedOutURL) || !strings.HasSuffix(c.SignedOutURL, "/sign-in/signed-out")), "the address after signing out must be https://…/sign-in/signed-out, as registered with the issuer")
		say(c.ClientID == "" || c.ClientSecret == "" && c.ClientKey == nil, "client identifier and secret are needed, or a client key in place of the secret")
		say(c.ClientSecret != "" && c.ClientKey != nil, "a client secret and a client key are given: give one of them")
		say(c.ClientKey != nil && c.Kind != CIS2, "a client key is for NHS CIS2: Microsoft Entra ID asks for a certificate, which is not supported, so give a client secret")
		say(len(c.Demo) > 0, "a demonstration form cannot be beside an identity provider")
		say(c.MinAuthentication < 0 || c.MinAuthentication > 3 || c.MinIdentity < 0 || c.MinIdentity > 3, "levels of assurance go from 1 to 3")
	case Demo:
		say(!c.Synthetic, "the demonstration form is for synthetic sites only")
		say(CheckLoopback(c.Listen) != nil, "the demonstration form is served on this machine only: listen on 127.0.0.1, [::1] or localhost")
		say(len(c.Demo) == 0, "the demonstration form has nobody to choose")
		say(c.Issuer != "" || c.ClientID != "", "an identity provider cannot be beside a demonstration form")
	default:
		wrong = append(wrong, "kind must be cis2, entra or demo")
	}
	say(c.Kind == Entra && len(c.Tenants) == 0, "no tenant is allowed in: list them with their organisations")
	for tid, ods := range c.Tenants {
		_, ok := c.Directory.Member(ods)
		say(!ok, "tenant %s is of organisation %q, which is not declared", tid, ods)
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return &engine.Fault{Code: "sign-in-config", Say: "sign-in is not configured right: " + strings.Join(wrong, "; ")}
	}
	return nil
}

// secure says whether an address is https.
func secure(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}

// local says whether an address is of this machine: an issuer to try out, whose
// words never leave it.
func local(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && loopback(u.Hostname())
}

// CheckLoopback refuses an address to listen on that others could reach.
func CheckLoopback(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || !loopback(host) {
		return &engine.Fault{Code: "demo-not-loopback", Say: "a demonstration listens on this machine only: use 127.0.0.1, [::1] or localhost with a port"}
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// scopes asked of the issuer.
func (c Config) scopes() []string {
	switch {
	case c.Kind == Entra:
		return []string{"openid", "profile"}
	case c.SelectedRole:
		return []string{"openid", "profile", "nationalrbacaccess", "selectedrole"}
	}
	return []string{"openid", "profile", "nationalrbacaccess"}
}

func (c Config) orDefault() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	if c.Home == "" {
		c.Home = "/"
	}
	if c.MinAuthentication == 0 {
		c.MinAuthentication = 2
	}
	if c.MinIdentity == 0 {
		c.MinIdentity = 3
	}
	if c.Device == nil {
		c.Device = func(r *http.Request) string {
			host, _, _ := net.SplitHostPort(r.RemoteAddr)
			return host
		}
	}
	c.Lasts = c.Lasts.orDefault()
	return c
}
