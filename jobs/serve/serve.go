//go:build duckdb_arrow

// Package serve runs the web application of a site: it opens the doors on the
// site's snapshots, vault, audit and worklist, and serves the pages until it is
// told to stop.
package serve

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/disclosure"
	"leftshift/engine/door"
	"leftshift/engine/identity"
	"leftshift/engine/snapshot"
	"leftshift/engine/web"
	"leftshift/engine/web/signin"
	"leftshift/engine/worklist"
	"leftshift/jobs/config"
)

// Site is a site whose doors are open.
type Site struct {
	Doors *door.Doors
	Audit *audit.Log

	c         *config.Config
	snapshots *snapshot.Holder
	vault     *identity.Vault
	worklist  *worklist.Store
	cohorts   *door.Cohorts
	sessions  *signin.Store
	log       *slog.Logger
}

// Open opens what a site's doors need. Close it.
func Open(c *config.Config, log *slog.Logger) (s *Site, err error) {
	s = &Site{c: c, log: log, snapshots: snapshot.Hold(c.At(c.Site.Data))}
	s.snapshots.Warn = func(err error) { log.Error("snapshot", "error", err) }
	defer func() {
		if err != nil {
			s.Close()
			s = nil
		}
	}()
	if s.Audit, err = OpenAudit(c, func(err error) { log.Error("audit", "error", err) }); err != nil {
		return s, err
	}
	opt := door.Options{Snapshots: s.snapshots, Audit: s.Audit, Today: func() engine.Day { return c.AsOf(time.Now()) },
		Rule:    disclosure.Rule{Small: c.Report.SmallNumber, RoundTo: c.Report.RoundTo},
		Recheck: c.Serve.Recheck, Stale: c.Serve.Stale, Chances: c.Serve.Chances || c.Site.Synthetic, Runs: runs(c),
		Verify: func(ctx context.Context, each func(audit.Break)) (audit.Report, bool, error) {
			return VerifyAudit(ctx, c, "", nil, each)
		}}
	if s.worklist, err = worklist.Open(c.At(c.Serve.State), worklist.Options{Now: c.Clock, Wait: workWait}); err != nil {
		return s, err
	}
	opt.Worklist = s.worklist
	if s.vault, err = openVault(c); err != nil {
		return s, err
	}
	if s.vault != nil {
		opt.Vault = s.vault
	}
	if text, err := identity.LoadKeyFile(c.At(c.Identity.KeyFile)); err == nil {
		if opt.Keyer, err = identity.NewKeyer(text); err != nil {
			return s, err
		}
	}
	if s.cohorts, err = openCohorts(c); err != nil {
		return s, err
	}
	opt.Cohorts = s.cohorts
	s.Doors = door.New(opt)
	return s, nil
}

// workWait is how long a change waits while another program has the worklist
// locked: as a night does while it writes all lists, and less than a browser
// waits.
const workWait = 10 * time.Second

// Close lets go of everything.
func (s *Site) Close() {
	if s.sessions != nil {
		_ = s.sessions.Close()
	}
	closeCohorts(s.cohorts)
	if s.vault != nil {
		_ = s.vault.Close()
	}
	if s.worklist != nil {
		_ = s.worklist.Close()
	}
	if s.Audit != nil {
		_ = s.Audit.Close()
	}
	s.snapshots.Close()
}

// openVault opens the vault where it is on this machine; nil when its key is
// not: then nobody can be named here.
func openVault(c *config.Config) (*identity.Vault, error) {
	key, err := identity.LoadKeyFile(c.At(c.Identity.VaultKeyFile))
	if err != nil {
		if _, absent := os.Stat(c.At(c.Identity.VaultKeyFile)); errors.Is(absent, fs.ErrNotExist) {
			return nil, nil
		}
		return nil, err
	}
	if _, err := os.Stat(c.At(c.Identity.Vault)); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return identity.OpenVault(c.At(c.Identity.Vault), key)
}

// Handler makes the application.
func (s *Site) Handler(ctx context.Context) (http.Handler, error) {
	c := s.c
	var err error
	if s.sessions, err = signin.OpenStore(c.At(c.Serve.State), nil); err != nil {
		return nil, err
	}
	way := signin.Config{Kind: signin.Kind(c.Serve.SignIn), Directory: c.Serve.Directory(), Purpose: access.Purpose(c.Site.Purpose),
		Issuer: c.Serve.Issuer, ClientID: c.Serve.ClientID, RedirectURL: c.Serve.Redirect, SignedOutURL: c.Serve.SignedOut, SelectedRole: c.Serve.SelectedRole, Tenants: c.Serve.Tenants(),
		Synthetic: c.Site.Synthetic, Listen: c.Serve.Listen}
	if c.Serve.ClientSecret != "" {
		text, err := os.ReadFile(c.At(c.Serve.ClientSecret))
		if err != nil {
			return nil, &engine.Fault{Code: "client-secret", Say: "the file of serve.client_secret_file cannot be read", Err: err}
		}
		way.ClientSecret = strings.TrimSpace(string(text))
	}
	if way.ClientKey, err = clientKey(c); err != nil {
		return nil, err
	}
	if way.Kind == signin.Demo {
		if err := s.demonstration(ctx, &way); err != nil {
			return nil, err
		}
	}
	var referrals []web.Referral
	for _, x := range c.Deliver.Referral {
		referrals = append(referrals, web.Referral{Name: x.Name, ODS: x.ODS, Endpoint: x.Endpoint})
	}
	return web.New(web.Options{Service: c.Site.Name, Referrals: referrals, Synthetic: c.Site.Synthetic, Doors: s.Doors, Log: s.log, Limits: web.Limits{SignIns: c.Serve.SignIns, Proxies: c.Serve.Proxies}, SignIn: func(p signin.Pages) (web.Gate, error) {
		return signin.New(way, s.sessions, p, func(ctx context.Context, e signin.Event) error {
			return s.Doors.Entered(ctx, e.Principal, e.Act, e.Code)
		})
	}})
}

// Run serves until ctx ends, then lets what is being answered finish. ready is
// told the address when it can be opened.
func (s *Site) Run(ctx context.Context, ready func(address string)) error {
	handler, err := s.Handler(ctx)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.c.Serve.Listen)
	if err != nil {
		return &engine.Fault{Code: "serve-listen", Say: "cannot listen on " + s.c.Serve.Listen + ": is another program there? Set serve.listen to another port", Err: err}
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	scheme := "http"
	ended := make(chan error, 1)
	if s.c.Serve.Certificate != "" {
		scheme = "https"
		go func() {
			ended <- server.ServeTLS(listener, s.c.At(s.c.Serve.Certificate), s.c.At(s.c.Serve.Key))
		}()
	} else {
		go func() { ended <- server.Serve(listener) }()
	}
	followed := make(chan struct{})
	stop, halt := context.WithCancel(ctx)
	go func() { defer close(followed); s.follow(stop) }()
	defer func() { halt(); <-followed }()
	ready(scheme + "://" + listener.Addr().String() + "/")
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return server.Shutdown(last)
}
