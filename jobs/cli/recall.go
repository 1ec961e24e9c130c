//go:build duckdb_arrow

package cli

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
	"leftshift/engine/snapshot"
	"leftshift/jobs/config"
	"leftshift/jobs/ledger"
	"leftshift/jobs/night"
	"leftshift/jobs/schedule"
	"leftshift/jobs/serve"
)

func (a *app) recallCommand() *cobra.Command {
	var by, reason string
	cmd := a.ofSite(&cobra.Command{
		Use:   "recall SNAPSHOT",
		Short: "withdraw published lists, and say who has had them",
		Long: `Withdraws a published snapshot: nobody is shown it after, and the one before it
becomes current, or none. The snapshot itself is kept as it is; a file beside it
says who recalled it, when and why. Then it names who opened or took its lists or
scores of its people, by the audit, so that they can be told.`,
		Args: one("SNAPSHOT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, _, err := a.load()
			if err != nil {
				return err
			}
			return a.recall(cmd.Context(), c, args[0], by, reason)
		},
	})
	cmd.Flags().StringVar(&by, "by", "", "name of who recalls it")
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the record; nothing about a patient")
	return cmd
}

func (a *app) recall(ctx context.Context, c *config.Config, name, by, reason string) error {
	if by == "" || reason == "" {
		return &engine.Fault{Code: "recall-incomplete", Say: "a recall needs the name of who recalls and the reason: give --by NAME and --reason TEXT"}
	}
	var r *snapshot.Recall
	var had []reader
	job := schedule.Job{Name: "recall", Version: Version, Config: c.Hash(), Do: func(ctx context.Context, _ *ledger.Run, _ <-chan struct{}) (err error) {
		if r, err = snapshot.Withdraw(c.At(c.Site.Data), name, by, reason, time.Now()); err != nil {
			return err
		}
		if err := night.Follow(ctx, c); err != nil || !night.Worked(c) {
			return err
		}
		site, err := serve.Open(c, slog.New(slog.NewTextHandler(a.err, nil)))
		if err != nil {
			return err
		}
		defer site.Close()
		if _, err := looks(ctx, site.Audit, c, audit.Entry{Name: by, Authoriser: by, Event: string(access.Recall), Route: "leftshift recall", Reason: reason, Snapshot: name}); err != nil {
			return err
		}
		had, err = readers(ctx, site.Audit, name)
		return err
	}}
	if err := a.now(ctx, c, job, a.listener()); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%s is recalled; %s\n", name, map[bool]string{true: "nothing is published now", false: "current is " + r.To}[r.To == ""])
	if !night.Worked(c) {
		fmt.Fprintln(a.out, "This site has no audit of pages and files. Files of the data folder may have been read without one.")
		return nil
	}
	fmt.Fprintf(a.out, "%s had its lists or scores:\n", engine.Plural(len(had), "user"))
	for _, x := range had {
		fmt.Fprintf(a.out, "  %s (%s, %s): opened %d, took %d\n", x.user, cmp.Or(x.name, "no name"), cmp.Or(x.organisation, "no organisation"), x.opened, x.taken)
	}
	return nil
}

// reader is someone who had lists of a snapshot.
type reader struct {
	user, name, organisation string
	opened, taken            int // times
}

// readers are those who opened or took lists of a snapshot, opened the page of a
// person, or read scores as a connected system, by user and organisation.
func readers(ctx context.Context, log *audit.Log, snapshot string) ([]reader, error) {
	of := map[[2]string]*reader{}
	for _, act := range []access.Act{access.OpenList, access.OpenPerson, access.ExportList, access.ReadScoresAPI} {
		f := audit.Filter{Event: string(act), Outcome: audit.Allowed, Limit: 1000}
		for {
			page, err := log.Search(ctx, f)
			if err != nil {
				return nil, err
			}
			for _, e := range page {
				if e.Snapshot != snapshot || act == access.ReadScoresAPI && e.People == 0 {
					continue // another, or a question that told of nobody
				}
				key := [2]string{e.User, e.Organisation}
				if of[key] == nil {
					of[key] = &reader{user: e.User, name: e.Name, organisation: e.Organisation}
				}
				if act == access.ExportList || act == access.ReadScoresAPI {
					of[key].taken++
				} else {
					of[key].opened++
				}
			}
			if len(page) < f.Limit {
				break
			}
			f.Before = page[len(page)-1].Sequence
		}
	}
	var out []reader
	for _, key := range slices.SortedFunc(maps.Keys(of), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		out = append(out, *of[key])
	}
	return out, nil
}
