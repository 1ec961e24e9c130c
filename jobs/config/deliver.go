package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"
)

// Deliver is what leaves by itself or by a command.
type Deliver struct {
	Address  string            `toml:"address" say:"address of the web application, for the links in notices; empty: that of serve.redirect, or of serve.listen where that is this machine's own"`
	FHIR     []DeliverFHIR     `toml:"fhir" say:"FHIR servers that take lists. Nothing is sent to one that is not enabled. Repeat the table for each."`
	File     []DeliverFile     `toml:"file" say:"Files of lists that leftshift deliver may write for a connected system. Repeat the table for each."`
	Webhook  []DeliverWebhook  `toml:"webhook" say:"Addresses that are told when a night has published a team's list: the team and a link, nothing else. Repeat the table for each."`
	Mail     []DeliverMail     `toml:"mail" say:"Mail relays that carry the same notice. Repeat the table for each."`
	Referral []DeliverReferral `toml:"referral" say:"Services to which people may be referred: for each, a draft of a referral can be downloaded. Repeat the table for each."`
}

type DeliverFHIR struct {
	Name    string   `toml:"name" check:"required,name" say:"a short name, for leftshift deliver --to"`
	URL     string   `toml:"url" check:"required" say:"base of the FHIR server: https, or this machine's own address"`
	Teams   []string `toml:"teams" check:"required,unique" say:"teams whose lists are sent, or all"`
	Token   string   `toml:"token_file" check:"path" say:"file with the bearer token, readable by this account alone; empty: none is sent"`
	Enabled bool     `toml:"enabled" say:"true: writing to that server is agreed. Each night's lists are put there, once for each snapshot, and leftshift deliver may put them there"`
	Flag    bool     `toml:"flag" say:"true: also a Flag for each person, a marker in a local record"`
}

type DeliverFile struct {
	Name    string   `toml:"name" check:"required,name" say:"a short name, for the audit"`
	Teams   []string `toml:"teams" check:"required,unique" say:"teams whose lists may be written, or all"`
	Shapes  []string `toml:"shapes" check:"required,one=shape,unique" say:"kinds of file"`
	Enabled bool     `toml:"enabled" say:"true: it is agreed that these files leave"`
}

type DeliverWebhook struct {
	Name   string   `toml:"name" check:"required,name" say:"a short name, for the audit"`
	URL    string   `toml:"url" check:"required" say:"address that is told: https, or this machine's own address"`
	Secret string   `toml:"secret_file" check:"required,path" say:"file of the key that signs, 64 hexadecimal digits; leftshift keygen makes it"`
	Teams  []string `toml:"teams" check:"required,unique" say:"teams it is told of, or all"`
}

type DeliverMail struct {
	Name     string          `toml:"name" check:"required,name" say:"a short name, for the audit"`
	SMTP     string          `toml:"smtp" check:"required" say:"host and port of the relay, such as relay.example.org:587; it must offer STARTTLS, but on this machine"`
	From     string          `toml:"from" check:"required" say:"address of the sender"`
	User     string          `toml:"user" say:"name to sign in with; empty: the sender's address"`
	Password string          `toml:"password_file" check:"path" say:"file with the password, readable by this account alone; empty: the relay asks for none"`
	Team     []DeliverMailTo `toml:"team" say:"Who is told of which team's list. Repeat the table for each team."`
}

type DeliverMailTo struct {
	Name string   `toml:"name" check:"required" say:"the team, as lists name it"`
	To   []string `toml:"to" check:"required,unique" say:"addresses of members of staff"`
}

type DeliverReferral struct {
	Name     string `toml:"name" check:"required" say:"name of the service, as the page shows it"`
	ODS      string `toml:"ods" check:"required" say:"ODS code of the organisation that receives"`
	Endpoint string `toml:"endpoint" check:"required" say:"its address for referrals, for the draft: nothing is sent there"`
}

// everyTeam stands for all teams.
const everyTeam = "all"

// Covers says whether a list of teams has a team.
func Covers(teams []string, team string) bool {
	return slices.Contains(teams, team) || slices.Contains(teams, everyTeam)
}

// Shapes of files that a connected system may be given. NHS numbers with dates
// of birth are none: a system is never told a date of birth.
var deliverShapes = []string{"csv", "xlsx", "nhs", "fhir"}

// Address is that of the web application, without a slash at the end; "" where
// it is not known.
func (c *Config) Address() string {
	switch at := c.Deliver.Address; {
	case at != "":
		return strings.TrimRight(at, "/")
	case c.Serve.Redirect != "":
		return strings.TrimSuffix(c.Serve.Redirect, "/sign-in/callback")
	case c.Serve.Loopback() && c.Serve.Certificate == "":
		return "http://" + c.Serve.Listen
	}
	return ""
}

func (c *Config) checkDeliver(f *faults) {
	d := &c.Deliver
	named := map[string]bool{}
	name := func(at, name string) {
		if name != "" && named[name] {
			f.add(at+".name", "config-duplicate", "expected a name that no other delivery has")
		}
		named[name] = true
	}
	if d.Address != "" {
		f.checkAddress("deliver.address", d.Address)
	} else if c.Address() == "" && len(d.Webhook)+len(d.Mail) > 0 {
		f.add("deliver.address", "config-missing", "required for notices: expected the https address of the web application")
	}
	for i, x := range d.FHIR {
		at := fmt.Sprintf("deliver.fhir[%d]", i)
		name(at, x.Name)
		f.checkAddress(at+".url", x.URL)
		f.checkTeams(at+".teams", x.Teams)
		c.checkSecret(f, at+".token_file", x.Token)
	}
	for i, x := range d.File {
		at := fmt.Sprintf("deliver.file[%d]", i)
		name(at, x.Name)
		f.checkTeams(at+".teams", x.Teams)
	}
	for i, x := range d.Webhook {
		at := fmt.Sprintf("deliver.webhook[%d]", i)
		name(at, x.Name)
		f.checkAddress(at+".url", x.URL)
		f.checkTeams(at+".teams", x.Teams)
		c.checkSecret(f, at+".secret_file", x.Secret)
	}
	for i, x := range d.Mail {
		name(fmt.Sprintf("deliver.mail[%d]", i), x.Name)
		c.checkMail(f, fmt.Sprintf("deliver.mail[%d]", i), x)
	}
	services := map[string]bool{}
	for i, x := range d.Referral {
		at := fmt.Sprintf("deliver.referral[%d]", i)
		if x.Name != "" && services[x.Name] {
			f.add(at+".name", "config-duplicate", "expected a name that no other service has")
		}
		services[x.Name] = true
		f.checkAddress(at+".endpoint", x.Endpoint)
	}
}

func (c *Config) checkMail(f *faults, at string, x DeliverMail) {
	if host, port, err := net.SplitHostPort(x.SMTP); x.SMTP != "" && (err != nil || host == "" || port == "") {
		f.add(at+".smtp", "config-value", "expected a host and a port, such as relay.example.org:587")
	}
	f.checkMailbox(at+".from", x.From)
	c.checkSecret(f, at+".password_file", x.Password)
	if x.User != "" && x.Password == "" {
		f.add(at+".user", "config-missing", "a user without a password_file: give both, or neither")
	}
	if len(x.Team) == 0 && !f.has(at+".team") {
		f.add(at+".team", "config-missing", "required: give a [[deliver.mail.team]] for each team that is told")
	}
	teams := map[string]bool{}
	for j, t := range x.Team {
		if t.Name != "" && teams[t.Name] {
			f.add(fmt.Sprintf("%s.team[%d].name", at, j), "config-duplicate", "this team is given above: put all its addresses there")
		}
		teams[t.Name] = true
		for k, a := range t.To {
			f.checkMailbox(fmt.Sprintf("%s.team[%d].to[%d]", at, j, k), a)
		}
	}
}

// checkSecret keeps what opens other systems out of the data.
func (c *Config) checkSecret(f *faults, at, path string) {
	if path != "" && within(c.At(c.Site.Data), c.At(path)) {
		f.add(at, "config-path", "expected a place outside the data folder: keys are never kept with the data")
	}
}

func (f *faults) checkTeams(at string, teams []string) {
	if len(teams) > 1 && slices.Contains(teams, everyTeam) {
		f.add(at, "config-choice", "all stands for every team: give it alone, or name the teams")
	}
}

// checkMailbox wants a bare address. What was given is not repeated.
func (f *faults) checkMailbox(at, text string) {
	if a, err := mail.ParseAddress(text); text != "" && (err != nil || a.Address != text) {
		f.add(at, "config-value", "expected an e-mail address such as team@example.org, without a name")
	}
}

// checkAddress wants https, or this machine's own address, and nothing in it
// that is a secret or a question. What was given is not repeated.
func (f *faults) checkAddress(at, text string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		f.add(at, "config-value", "expected an address that begins with https://")
	case u.User != nil:
		f.add(at, "config-value", "expected an address without a name or password in it: they belong in a file")
	case u.RawQuery != "" || u.Fragment != "":
		f.add(at, "config-value", "expected an address without ? and #: what is secret belongs in a file")
	case u.Scheme == "http" && !own(u.Hostname()):
		f.add(at, "config-value", "expected https: plain http is for this machine's own address")
	}
}

func own(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
