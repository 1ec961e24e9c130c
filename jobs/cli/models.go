//go:build duckdb_arrow

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/jobs/config"
	"leftshift/models/evaluate"
	"leftshift/models/registry"
)

func registryOf(c *config.Config) registry.Store {
	return registry.Store{Dir: filepath.Join(c.At(c.Site.Data), "models")}
}

func (a *app) modelsCommand() *cobra.Command {
	parent := &cobra.Command{Use: "models", Short: "the model bundles, and which one serves"}
	list := a.ofSite(&cobra.Command{Use: "list", Short: "list the bundles", Args: noArgs, RunE: func(*cobra.Command, []string) error {
		c, err := config.Load(a.config)
		if err != nil {
			return err
		}
		return a.listModels(c)
	}})
	var by string
	approve := a.ofSite(&cobra.Command{
		Use: "approve BUNDLE", Short: "make a bundle the one that serves, by a named person's word",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{errors.New("models approve takes one bundle")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := config.Load(a.config)
			if err != nil {
				return err
			}
			return registryOf(c).Approve(registry.Approval{Bundle: args[0], By: by, On: engine.DayOf(time.Now()).String()})
		},
	})
	approve.Flags().StringVar(&by, "by", "", "who approves, having read the card")
	_ = approve.MarkFlagRequired("by")
	parent.AddCommand(list, approve, a.recordCommand())
	return parent
}

func (a *app) listModels(c *config.Config) error {
	store := registryOf(c)
	approved, _, err := store.Approved()
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(store.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintln(a.out, "there is no model bundle yet: run `leftshift train`")
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || filepath.Ext(e.Name()) != "" {
			continue
		}
		b, err := store.Get(e.Name())
		if err != nil {
			return err
		}
		mark := "saved"
		if e.Name() == approved.Bundle {
			mark = "serves, approved by " + approved.By + " on " + approved.On
		}
		fmt.Fprintf(a.out, "%s  labels known on %s, tested at %s  (%s)\n", e.Name(), b.Knowledge, b.TestIndex, mark)
		for i := range b.Models {
			f := &b.Models[i]
			v := f.Evaluation
			fmt.Fprintf(a.out, "    %-34s AUROC %s  calibration slope %s\n", f.Title(), estimate(v.AUROC, 3), estimate(v.Slope, 2))
		}
		fmt.Fprintln(a.out, "    card:", filepath.Join(store.Dir, e.Name(), "card.md"))
	}
	return nil
}

// estimate writes a measure with its interval; one that has no meaning for the
// rows, as a slope that no data pin down, is said to have none.
func estimate(e evaluate.Estimate, decimals int) string {
	if math.IsNaN(float64(e.Value)) {
		return "not estimable"
	}
	return fmt.Sprintf("%.*f (%.*f to %.*f)", decimals, float64(e.Value), decimals, float64(e.Low), decimals, float64(e.High))
}
