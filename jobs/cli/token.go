//go:build duckdb_arrow

package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/lake"
	"leftshift/engine/web/signin"
	"leftshift/jobs/config"
)

func (a *app) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "API tokens: make, list, revoke",
		Long: `A connected system reads scores with an API token, in the name of one
organisation and of whoever had the token made. A token lasts at most 90 days.`,
	}
	cmd.AddCommand(a.tokenCreate(), a.tokenList(), a.tokenRevoke())
	return cmd
}

// tokens opens the site's file of tokens.
func (a *app) tokens() (*config.Config, *signin.Store, error) {
	c, _, err := a.load()
	if err != nil {
		return nil, nil, err
	}
	s, err := signin.OpenStore(c.At(c.Serve.State), nil)
	return c, s, err
}

// manages records an act on tokens.
func (a *app) manages(ctx context.Context, c *config.Config, by, reason, route, object string) error {
	log, err := a.operator(c)
	if err != nil {
		return err
	}
	_, err = looks(ctx, log, c, audit.Entry{Name: by, Authoriser: by, Reason: reason, Purpose: string(access.Oversight), Event: string(access.ManageAccess), Route: route, Object: object})
	return errors.Join(err, log.Close())
}

func (a *app) tokenCreate() *cobra.Command {
	ask := signin.TokenAsk{}
	var days int
	var scope []string
	var reason string
	cmd := a.ofSite(&cobra.Command{
		Use:   "create",
		Short: "make an API token and print it, once",
		Long: `Makes a token and prints it on standard output. It is kept nowhere: only its hash
is. Hand it over at once, and revoke it when it may have been seen.`,
		Example: "  leftshift token create --name \"GP system\" --organisation A81001 --by \"A. Manager\" --reason \"agreement 12\" --days 30",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, s, err := a.tokens()
			if err != nil {
				return err
			}
			defer s.Close()
			if _, declared := c.Serve.Directory().Member(ask.Organisation); !declared && !c.Site.Synthetic {
				return &engine.Fault{Code: "organisation-unknown", Say: "the organisation is none that takes part: declare it under serve.organisation first"}
			}
			if reason == "" {
				reason = "none given"
			}
			ask.Lasts = time.Duration(days) * 24 * time.Hour
			for _, w := range scope {
				ask.Scope = append(ask.Scope, access.Act(w))
			}
			secret, t, err := s.IssueToken(cmd.Context(), ask)
			if err != nil {
				return err
			}
			if err := a.manages(cmd.Context(), c, ask.By, reason, cmd.CommandPath(), fmt.Sprintf("token %s made for %s", t.ID, t.Organisation)); err != nil {
				// What is not in the audit is of no use to anyone.
				return errors.Join(err, s.RevokeToken(context.WithoutCancel(cmd.Context()), t.ID))
			}
			fmt.Fprintf(a.err, "token %s for %s, until %s; it is shown this once\n", t.ID, t.Organisation, t.Expires.In(engine.London).Format("2 January 2006"))
			fmt.Fprintln(a.out, secret)
			return nil
		},
	})
	cmd.Flags().StringVar(&ask.Name, "name", "", "name of the connected system")
	cmd.Flags().StringVar(&ask.Organisation, "organisation", "", "ODS code that it acts for")
	cmd.Flags().StringVar(&ask.By, "by", "", "who has it made: the authorising identity in the audit")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the audit")
	cmd.Flags().StringSliceVar(&scope, "scope", []string{string(access.ReadScoresAPI)}, "what it may ask")
	cmd.Flags().IntVar(&days, "days", 30, "days that it lasts, at most 90")
	for _, f := range []string{"name", "organisation", "by"} {
		_ = cmd.MarkFlagRequired(f)
	}
	return cmd
}

func (a *app) tokenList() *cobra.Command {
	var format string
	cmd := a.ofSite(&cobra.Command{
		Use:   "list",
		Short: "the API tokens, without their secrets",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if formats[format] == nil {
				return &usageError{fmt.Errorf("--format %q is not table, csv or json", format)}
			}
			_, s, err := a.tokens()
			if err != nil {
				return err
			}
			defer s.Close()
			all, err := s.Tokens(cmd.Context())
			if err != nil {
				return err
			}
			return formats[format](a.out, tokenTable(all))
		},
	})
	cmd.Flags().StringVar(&format, "format", "table", "table, csv or json")
	return cmd
}

func tokenTable(all []signin.Token) *lake.Answer {
	out := &lake.Answer{Columns: []string{"id", "name", "organisation", "by", "scope", "made", "expires", "used", "revoked"}}
	at := func(t time.Time) any {
		if t.IsZero() {
			return nil
		}
		return t.UTC().Format("2006-01-02T15:04:05Z")
	}
	for _, t := range all {
		words := make([]string, len(t.Scope))
		for i, s := range t.Scope {
			words[i] = string(s)
		}
		slices.Sort(words)
		out.Rows = append(out.Rows, []any{t.ID, t.Name, t.Organisation, t.By, strings.Join(words, " "), at(t.Made), at(t.Expires), at(t.Used), at(t.Revoked)})
	}
	return out
}

func (a *app) tokenRevoke() *cobra.Command {
	var by, reason string
	cmd := a.ofSite(&cobra.Command{
		Use:     "revoke",
		Short:   "end an API token at once",
		Example: "  leftshift token revoke ABCDEFGH23456789 --by \"A. Manager\" --reason \"contract ended\"",
		Args:    one("token's identifier, as `leftshift token list` has it"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, s, err := a.tokens()
			if err != nil {
				return err
			}
			defer s.Close()
			// First the token: an audit that is down must not keep it alive.
			if err := s.RevokeToken(cmd.Context(), args[0]); err != nil {
				return err
			}
			fmt.Fprintln(a.out, "revoked", args[0])
			return a.manages(cmd.Context(), c, by, reason, cmd.CommandPath(), "token "+args[0]+" revoked")
		},
	})
	cmd.Flags().StringVar(&by, "by", "", "who has it revoked")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the audit")
	_ = cmd.MarkFlagRequired("by")
	return cmd
}
