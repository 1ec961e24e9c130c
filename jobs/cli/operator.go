//go:build duckdb_arrow

package cli

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/audit"
	"leftshift/engine/snapshot"
	"leftshift/jobs/config"
	"leftshift/jobs/serve"
)

// roleOperator is the role in the audit of whoever types a command: someone
// with an account on the machine. The table of rights has no row for it, for
// what they may read is decided by the rights of files.
const roleOperator = "operator"

// account is the operating system's account of whoever runs the command.
func account() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "uid " + strconv.Itoa(os.Getuid())
}

// device is where a command is typed, for the audit.
func device() string {
	if host, err := os.Hostname(); err == nil && host != "" {
		return "command line of " + host
	}
	return "command line"
}

// operator opens a site's audit for a command. Close it.
func (a *app) operator(c *config.Config) (*audit.Log, error) {
	return serve.OpenAudit(c, func(err error) { fmt.Fprintln(a.err, "warning:", sentence(err)) })
}

// looks records what a command is about to show, as the account that runs it,
// for the site and its purpose. With an error nothing may be shown.
func looks(ctx context.Context, log *audit.Log, c *config.Config, e audit.Entry) (audit.Entry, error) {
	e.User, e.Role, e.Organisation = account(), roleOperator, c.Site.Name
	if e.Authoriser == "" {
		e.Authoriser = "operating system account"
	}
	if e.Purpose == "" {
		e.Purpose = c.Site.Purpose
	}
	if e.Outcome == "" {
		e.Outcome = audit.Allowed
	}
	e.Device = device()
	if dir, err := snapshot.Current(c.At(c.Site.Data)); err == nil && dir != "" && e.Snapshot == "" {
		e.Snapshot = filepath.Base(dir)
	}
	return log.Append(ctx, e)
}

// because holds a command that shows a person to a reason. On made-up people
// one is not asked for.
func because(c *config.Config, reason string) error {
	if c.Site.Synthetic || strings.TrimSpace(reason) != "" {
		return nil
	}
	return &engine.Fault{Code: "reason-missing", Say: "say why with --reason: the reason is kept in the audit"}
}
