//go:build duckdb_arrow

package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/identity"
	"leftshift/engine/synth"
	"leftshift/engine/synth/landedout"
	"leftshift/jobs/progress"
)

// synthFlags are the options of synth and demo.
type synthFlags struct {
	people, years, holdBack int
	seed                    uint64
	out, end                string
	landed                  bool // synth only
}

func (f *synthFlags) add(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.people, "people", synth.DefaultPeople, "people to make")
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, "same seed, same bytes")
	cmd.Flags().IntVar(&f.years, "years", synth.DefaultYears, "years of history")
	cmd.Flags().StringVar(&f.out, "out", "", "folder to write, new or empty")
	cmd.Flags().StringVar(&f.end, "end", synth.DefaultEnd, "last day of the history, the last of a month")
	_ = cmd.MarkFlagRequired("out")
}

func (a *app) synthCommand() *cobra.Command {
	var f synthFlags
	cmd := &cobra.Command{
		Use:   "synth",
		Short: "make a synthetic integrated care system, as source files with a planted truth",
		Long: `Writes OUT/sources (what the pipeline reads), OUT/truth.parquet and
OUT/truth.json (what it never reads: each person's true risk and the best AUROC
that any model can reach) and OUT/leftshift.toml, which runs as it is.
Everyone in it is made up.

With --landed the records of both places go to OUT/data/landed, as extraction
would land them, and no source file of theirs is written: for a million people
and more, whose files would take a hundred gigabytes.

With --hold-back N what became known in the last N days is in OUT/later, which the
configuration reads too. Two nights: move OUT/later away, train and run with
--as-of that many days before the end, move it back, and run again without.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.synth(cmd.Context(), f)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%d people, %s, %.0f MB in %s\n", s.People, engine.Plural(int(s.Records), "source record"), float64(s.Bytes)/1e6, f.out)
			fmt.Fprintf(a.out, "next: leftshift train --config %[1]s/leftshift.toml && leftshift run --config %[1]s/leftshift.toml\n", f.out)
			return nil
		},
	}
	f.add(cmd)
	f.addLanded(cmd)
	cmd.Flags().IntVar(&f.holdBack, "hold-back", 0, "days whose records go to OUT/later, to play a second night")
	return cmd
}

func (f *synthFlags) addLanded(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.landed, "landed", false, "land the records at once, without source files")
}

func (a *app) synth(ctx context.Context, f synthFlags) (synth.Summary, error) {
	tell := a.listener()
	o := synth.Options{People: f.people, Seed: f.seed, Years: f.years, Out: f.out, End: f.end, HoldBackDays: f.holdBack,
		Progress: func(done, total int) {
			tell(progress.StepAdvanced{Step: "synth", Done: int64(done), Total: int64(total), Unit: "people"})
		},
		Config: func(out string) error { return siteFile(out, f.end, f.people, f.years, f.seed) },
	}
	if f.landed {
		return landed(ctx, o)
	}
	return synth.Run(ctx, o)
}

// landed makes a system whose records are landed at once, under the keys and
// with the vault that its configuration names.
func landed(ctx context.Context, o synth.Options) (s synth.Summary, err error) {
	to := landedout.Options{}
	if to.Analytes, err = analyte.Load(); err != nil {
		return s, err
	}
	var vault *identity.Vault
	to.Secrets = func() (*identity.Keyer, identity.Store, error) {
		if err := siteKeys(o.Out, o.Seed); err != nil {
			return nil, nil, err
		}
		var keys [2][]byte
		for i, name := range []string{"person.key", "vault.key"} {
			path := filepath.Join(o.Out, "secrets", name)
			var err error
			if keys[i], err = identity.LoadKeyFile(path); err != nil {
				return nil, nil, err
			}
		}
		keyer, err := identity.NewKeyer(keys[0])
		if err != nil {
			return nil, nil, err
		}
		vault, err = identity.OpenVault(filepath.Join(o.Out, "vault", "vault.db"), keys[1])
		return keyer, vault, err
	}
	s, err = landedout.Run(ctx, o, to)
	if vault != nil {
		err = errors.Join(err, vault.Close())
	}
	return s, err
}
