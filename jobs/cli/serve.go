//go:build duckdb_arrow

package cli

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

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
			s, err := serve.Open(c, slog.New(slog.NewTextHandler(a.err, nil)))
			if err != nil {
				return err
			}
			defer s.Close()
			return s.Run(cmd.Context(), func(address string) {
				fmt.Fprintf(a.out, "%s is at %s (Ctrl-C stops it)\n", c.Site.Name, address)
			})
		},
	})
	cmd.Flags().StringVar(&listen, "listen", "", "address and port, in place of serve.listen")
	return cmd
}
