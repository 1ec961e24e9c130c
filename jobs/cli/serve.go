//go:build duckdb_arrow

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"leftshift/engine"
	"leftshift/jobs/config"
	"leftshift/jobs/serve"
)

func (a *app) serveCommand() *cobra.Command {
	var listen string
	cmd := a.ofSite(&cobra.Command{
		Use:   "serve",
		Short: "the web application: lists for coordinators, counts for analysts",
		Long: `Serves the pages of the current snapshot until it is stopped; the next night's
snapshot is shown as soon as it is published. Who may sign in, and as what, is in
[serve] of the configuration. A synthetic site shows a form with every role, on
this machine alone.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := a.load()
			if err != nil {
				return err
			}
			if listen != "" {
				c.Serve.Listen = listen
				if err := c.Validate(); err != nil {
					return err
				}
			}
			return a.serve(cmd.Context(), c)
		},
	})
	cmd.Flags().StringVar(&listen, "listen", "", "address and port, in place of serve.listen")
	return cmd
}

// serve opens the site and serves it until ctx ends.
func (a *app) serve(ctx context.Context, c *config.Config) error {
	s, err := serve.Open(c, slog.New(slog.NewTextHandler(a.err, nil)))
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Run(ctx, func(address string) {
		fmt.Fprintf(a.out, "\n%s is at %s (Ctrl-C stops it)\n", c.Site.Name, address)
	})
}

// serveDemo is serve on whatever port is free, where the usual one is not.
func (a *app) serveDemo(ctx context.Context, c *config.Config) error {
	err := a.serve(ctx, c)
	if f := (*engine.Fault)(nil); errors.As(err, &f) && f.Code == "serve-listen" {
		c.Serve.Listen = "127.0.0.1:0"
		err = a.serve(ctx, c)
	}
	return err
}

// atTerminal says whether someone sits at the screen that is written to.
func atTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
