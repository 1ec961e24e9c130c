//go:build duckdb_arrow

// Package deliver sends what the configuration has switched on: lists to FHIR
// servers, files of lists for connected systems, and notices that lists are
// ready. It reaches people through the doors alone, as a connected system with
// the teams that the configuration gives that delivery; nothing is sent that
// the audit does not hold first.
package deliver

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"

	"leftshift/engine"
	"leftshift/engine/access"
	send "leftshift/engine/deliver"
	"leftshift/engine/door"
	"leftshift/jobs/config"
	"leftshift/jobs/serve"
)

// By is who has something sent.
type By struct {
	User   string // account that runs the command
	Name   string // in whose name
	Device string
	Route  string // command
}

// Options of deliveries; the zero value is that of a site.
type Options struct {
	Retries send.Retries
	Client  *http.Client // nil: the usual
	Log     *slog.Logger // nil: nothing is logged
}

// Delivery is a site from which something is sent. Close it.
type Delivery struct {
	c    *config.Config
	by   By
	opt  Options
	site *serve.Site
}

// Open opens a site's doors for deliveries.
func Open(c *config.Config, by By, opt Options) (*Delivery, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	s, err := serve.Open(c, opt.Log)
	if err != nil {
		return nil, err
	}
	return &Delivery{c, by, opt, s}, nil
}

// Close lets go of the site.
func (v *Delivery) Close() { v.site.Close() }

// principal acts for a delivery: a connected system, with no practice and only
// the team asked for, where the delivery is of that team.
func (v *Delivery) principal(teams []string, team string) access.Principal {
	p := access.Principal{User: v.by.User, Name: v.by.Name, Role: access.Service, Organisation: v.c.Site.Name, Authoriser: v.by.Name,
		Purpose: access.PurposeAt(access.Service, access.Purpose(v.c.Site.Purpose)), Device: v.by.Device}
	if config.Covers(teams, team) {
		p.Teams = []string{team}
	}
	return p
}

// off is the refusal of what is not switched on, kept in the audit.
func (v *Delivery) off(ctx context.Context, object, reason, say string) error {
	err := &engine.Fault{Code: "delivery-off", Say: say}
	if failed := v.site.Doors.Refused(ctx, v.principal(nil, ""), door.Where{Route: v.by.Route, Reason: reason}, object, err.Code); failed != nil {
		return failed
	}
	return err
}

// Push puts a team's list on the FHIR server of a name. The same snapshot
// pushed again ends in the same resources. The faults are delivery-off, those
// of the door and those of the server.
func (v *Delivery) Push(ctx context.Context, name, team, reason string) (send.Sent, error) {
	i := slices.IndexFunc(v.c.Deliver.FHIR, func(x config.DeliverFHIR) bool { return x.Name == name && x.Enabled })
	if i < 0 {
		return send.Sent{}, v.off(ctx, team+" to "+name, reason, "no deliver.fhir of this name is enabled: nothing is written to other systems' records unless the configuration says that it is agreed")
	}
	return v.push(ctx, v.c.Deliver.FHIR[i], team, reason)
}

func (v *Delivery) push(ctx context.Context, x config.DeliverFHIR, team, reason string) (sent send.Sent, err error) {
	receiver := send.Receiver{Enabled: x.Enabled, Endpoint: x.URL, Flags: x.Flag, Client: v.opt.Client, Retries: v.opt.Retries}
	if x.Token != "" {
		token, err := secret(v.c.At(x.Token))
		if err != nil {
			return sent, err
		}
		receiver.Authorize = func(r *http.Request) error {
			r.Header.Set("Authorization", "Bearer "+token)
			return nil
		}
	}
	who, where := v.principal(x.Teams, team), door.Where{Route: v.by.Route, Reason: reason}
	snapshot := ""
	err = v.site.Doors.Deliver(ctx, who, where, team, x.Name, func(l *door.List) error {
		snapshot = l.Snapshot
		sent, err = receiver.Send(ctx, l)
		return err
	})
	if err != nil {
		return sent, err
	}
	return sent, v.site.Doors.Noted(ctx, who, where, door.ListSent, team+" to "+x.Name, snapshot, nil)
}

// File writes a team's list in a shape. It is one entry in the audit, before
// anything is written.
func (v *Delivery) File(ctx context.Context, shape send.Shape, team, reason string, write func(*send.File) error) error {
	if shape == send.NumberBorn {
		return v.off(ctx, team+" as "+string(shape), reason, "a connected system is told no date of birth: whoever works the list can export this file from its page")
	}
	i := slices.IndexFunc(v.c.Deliver.File, func(x config.DeliverFile) bool {
		return x.Enabled && slices.Contains(x.Shapes, string(shape)) && config.Covers(x.Teams, team)
	})
	if i < 0 {
		return v.off(ctx, team+" as "+string(shape), reason, "no deliver.file that is enabled has this team and this shape: have it agreed, and say so in the configuration")
	}
	x := v.c.Deliver.File[i]
	return v.site.Doors.Deliver(ctx, v.principal(x.Teams, team), door.Where{Route: v.by.Route, Reason: reason}, team, x.Name+" as "+string(shape), func(l *door.List) error {
		f, err := send.Write(shape, l)
		if err != nil {
			return err
		}
		return write(f)
	})
}

// mostSecret is the longest token or password.
const mostSecret = 8 << 10

// secret reads a token or password: one line, in a file that its owner alone
// can read. No error shows any of it.
func secret(path string) (string, error) {
	fault := func(say string, err error) error {
		return &engine.Fault{Code: "secret-file", Say: "the file of a token or password " + say, Err: err}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fault("cannot be opened: correct the path in [deliver]", err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil || !info.Mode().IsRegular():
		return "", fault("is no plain file: correct the path in [deliver]", err)
	case info.Mode().Perm()&0o077 != 0:
		return "", fault("can be read by others than its owner: run chmod 0400 on it", nil)
	}
	text, err := io.ReadAll(io.LimitReader(f, mostSecret+1))
	text = bytes.TrimSpace(text)
	if err != nil || len(text) == 0 || len(text) > mostSecret || bytes.ContainsAny(text, "\r\n\x00") {
		return "", fault("must hold one line and nothing else", err)
	}
	return string(text), nil
}
