//go:build duckdb_arrow

package deliver

import (
	"context"
	"errors"
	"net"
	"net/smtp"
	"time"

	"leftshift/engine"
	"leftshift/engine/audit"
	send "leftshift/engine/deliver"
	"leftshift/engine/door"
	"leftshift/engine/identity"
	"leftshift/jobs/config"
)

// Wanted says whether anything is to be sent when a night has published.
func Wanted(c *config.Config) bool {
	d := &c.Deliver
	for _, x := range d.FHIR {
		if x.Enabled {
			return true
		}
	}
	return len(d.Webhook)+len(d.Mail) > 0
}

// nightTakes is the longest that everything after a night may take.
const nightTakes = 5 * time.Minute

// remembered is how far back the audit is asked what was sent already: longer
// than any list may be worked.
const remembered = 93 * 24 * time.Hour

// Night sends what is due for the current snapshot: lists to the FHIR servers
// that are enabled, then notices. What the audit says was sent for this snapshot
// is not sent again. What fails is told to warn by its error and left; the rest
// goes on. Nothing of it makes a night fail.
func (v *Delivery) Night(ctx context.Context, warn func(error)) {
	ctx, cancel := context.WithTimeout(ctx, nightTakes)
	defer cancel()
	snapshot, teams, err := v.site.Doors.Ready(ctx)
	if err != nil {
		warn(err)
		return
	}
	sent, err := v.sent(ctx, snapshot)
	if err != nil {
		warn(err)
		return
	}
	for _, x := range v.c.Deliver.FHIR {
		for _, team := range teams {
			if !x.Enabled || !config.Covers(x.Teams, team) || sent[departure{door.ListSent, team + " to " + x.Name}] {
				continue
			}
			if _, err := v.push(ctx, x, team, "the night published this list; deliver.fhir "+x.Name+" is enabled"); err != nil {
				warn(of(team, x.Name, err))
			}
		}
	}
	for _, w := range v.ways() {
		for _, team := range teams {
			if !w.of(team) || sent[departure{door.NoticeSent, team + " to " + w.name}] {
				continue
			}
			err := v.tell(ctx, w, snapshot, team)
			if err != nil {
				warn(of(team, w.name, err))
			}
			where := door.Where{Route: v.by.Route, Reason: "the night published this list"}
			if err := v.site.Doors.Noted(ctx, v.principal(nil, ""), where, door.NoticeSent, team+" to "+w.name, snapshot, err); err != nil {
				warn(err)
				return // what cannot be kept is not sent
			}
		}
	}
}

// of says of which delivery a fault is.
func of(team, name string, err error) error {
	var f *engine.Fault
	if !errors.As(err, &f) {
		return err
	}
	return &engine.Fault{Code: f.Code, Say: "the list of " + team + " to " + name + ": " + f.Say, Err: f.Err}
}

// departure is something that left for a snapshot.
type departure struct {
	event  door.Departure
	object string
}

// sent reads from the audit what has left for a snapshot.
func (v *Delivery) sent(ctx context.Context, snapshot string) (map[departure]bool, error) {
	out := map[departure]bool{}
	for _, event := range []door.Departure{door.ListSent, door.NoticeSent} {
		f := audit.Filter{Event: string(event), Outcome: audit.Allowed, From: time.Now().Add(-remembered), Limit: 1000}
		for {
			page, err := v.site.Audit.Search(ctx, f)
			if err != nil {
				return nil, err
			}
			for _, e := range page {
				if e.Snapshot == snapshot {
					out[departure{event, e.Object}] = true
				}
			}
			if len(page) < f.Limit {
				break
			}
			f.Before = page[len(page)-1].Sequence
		}
	}
	return out, nil
}

// way is one way of telling a team.
type way struct {
	name string // for the audit
	of   func(team string) bool
	send func(ctx context.Context, id string, n send.Notice) error
}

func (v *Delivery) ways() []way {
	var out []way
	for _, x := range v.c.Deliver.Webhook {
		out = append(out, way{"webhook " + x.Name, func(team string) bool { return config.Covers(x.Teams, team) }, func(ctx context.Context, id string, n send.Notice) error {
			key, err := identity.LoadKeyFile(v.c.At(x.Secret))
			if err != nil {
				return err
			}
			return send.Webhook{Address: x.URL, Secret: key, Client: v.opt.Client, Retries: v.opt.Retries}.Send(ctx, id, n)
		}})
	}
	for _, x := range v.c.Deliver.Mail {
		to := map[string][]string{}
		for _, t := range x.Team {
			to[t.Name] = t.To
		}
		out = append(out, way{"mail " + x.Name, func(team string) bool { return len(to[team]) > 0 }, func(ctx context.Context, id string, n send.Notice) error {
			relay := send.Relay{Address: x.SMTP, From: x.From, Retries: v.opt.Retries}
			if x.Password != "" {
				password, err := secret(v.c.At(x.Password))
				if err != nil {
					return err
				}
				host, _, _ := net.SplitHostPort(x.SMTP)
				user := x.User
				if user == "" {
					user = x.From
				}
				relay.Auth = smtp.PlainAuth("", user, password, host)
			}
			return relay.Send(ctx, id, to[n.Team], n)
		}})
	}
	return out
}

// tell sends a notice. The same snapshot's is the same message, however often
// it is sent.
func (v *Delivery) tell(ctx context.Context, w way, snapshot, team string) error {
	at := v.c.Address()
	if at == "" {
		return &engine.Fault{Code: "notice-address", Say: "a notice needs the address of the web application: give deliver.address"}
	}
	n, err := send.NewNotice(at, team)
	if err != nil {
		return err
	}
	return w.send(ctx, v.c.Site.Name+" "+snapshot+" "+w.name, n)
}
