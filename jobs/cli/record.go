//go:build duckdb_arrow

package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/jobs/config"
	"leftshift/models/record"
)

func (a *app) recordCommand() *cobra.Command {
	var out string
	c := a.ofSite(&cobra.Command{
		Use: "record [BUNDLE]", Short: "write what is published of a model: TRIPOD+AI by item, and the algorithmic transparency record",
		Long: `Writes two pages of a model bundle (the one that serves, if none is named): every
item of TRIPOD+AI, and every field of the Algorithmic Transparency Recording
Standard. What the bundle knows is filled in; what does not apply says why; what
only the organisation knows is taken from [record] of the configuration, and
listed where it is not given yet.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return &usageError{errors.New("models record takes one bundle, or none for the one that serves")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := config.Load(a.config)
			if err != nil {
				return err
			}
			return a.record(c, args, out)
		},
	})
	c.Flags().StringVar(&out, "out", ".", "folder to write to")
	return c
}

func (a *app) record(c *config.Config, args []string, folder string) error {
	store := registryOf(c)
	var id string
	if len(args) > 0 {
		id = args[0]
	} else {
		approved, ok, err := store.Approved()
		if err != nil {
			return err
		}
		if !ok {
			return &engine.Fault{Code: "bundle-none-serves", Say: "no model bundle serves here yet: name one of `leftshift models list`"}
		}
		id = approved.Bundle
	}
	b, err := store.Get(id)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return &engine.Fault{Code: "record-folder", Say: "the folder of --out cannot be made: name one that you may write to", Err: err}
	}
	answers := c.Record.Answers()
	for _, page := range []struct {
		name string
		record.Document
	}{{"tripod-ai", record.TRIPOD(b, id, answers)}, {"transparency", record.Transparency(b, id, answers)}} {
		d, file := page.Document, filepath.Join(folder, page.name+"-"+id+".md")
		if err := durable.WriteFile(file, []byte(d.Markdown())); err != nil {
			return &engine.Fault{Code: "record-write", Say: "the record cannot be written: see that there is room in the folder of --out, and that you may write there", Err: err}
		}
		fmt.Fprintf(a.out, "%s\n", file)
		if open := d.Open(); len(open) > 0 {
			fmt.Fprintf(a.out, "    still to be given in [record]: %s\n", strings.Join(open, ", "))
		}
	}
	return nil
}
