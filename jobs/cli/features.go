//go:build duckdb_arrow

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/features/catalogue"
	"leftshift/jobs/analyse"
	"leftshift/jobs/definitions"
	"leftshift/jobs/night"
)

func (a *app) featuresCommand() *cobra.Command {
	parent := a.onDay(&cobra.Command{
		Use:   "features",
		Short: "the feature catalogue for everyone; its commands list, show, try and explain features",
		Long: `Alone, this runs the night up to the features of everyone.

Its commands are for whoever asks what a feature means, or makes a new one: one
table in a TOML file and one worked case, in the folder features/ beside the
configuration.

  leftshift features new falls_noted --list falls --window 365
  leftshift features check
  leftshift features try falls_noted_365d --config leftshift.toml
  leftshift features explain --person 123 --feature falls_noted_365d`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, asOf, err := a.load()
			if err != nil {
				return err
			}
			tell := a.listener()
			return a.now(cmd.Context(), c, a.job(c, "night", tell, nightSteps(c, asOf, "features")), tell)
		},
	})
	parent.AddCommand(a.featuresList(), a.featuresShow(), a.featuresNew(), a.featuresCheck(), a.featuresTry(), a.featuresExplain(), a.featuresSQL(), a.featuresExport())
	return parent
}

func (a *app) featuresList() *cobra.Command {
	var area, text string
	var asJSON bool
	cmd := a.onDay(&cobra.Command{
		Use: "list", Short: "every feature with its meaning, the site's own included", Args: noArgs,
		Example: "  leftshift features list --area hospital\n  leftshift features list --find frail\n  leftshift features list --json | jq '.[].id'",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, s, on, err := a.definitions(cmd)
			if err != nil {
				return err
			}
			all := s.Catalogue.References(s.Codelists, on.String())
			if areas := analyse.Areas(all); area != "" && !slices.ContainsFunc(areas, func(x string) bool { return strings.EqualFold(x, area) }) {
				return &engine.Fault{Code: "area-unknown", Say: "no feature has that area: use one of " + strings.Join(areas, ", ")}
			}
			refs := analyse.Matching(all, area, text)
			if asJSON {
				return a.json(refs)
			}
			if len(refs) == 0 {
				fmt.Fprintln(a.err, "no feature matches")
				return nil
			}
			t := &lake.Answer{Columns: []string{"id", "title", "area", "window", "makes", "none means", "seen by", "from"}}
			for _, r := range refs {
				from := r.Origin
				if from != catalogue.BuiltIn {
					from = r.File
				}
				t.Rows = append(t.Rows, []any{r.ID, r.Title, r.Area, r.Window, short(r.Makes, 24), r.Absence, r.Display, from})
			}
			if err := writeTable(a.out, t); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "\n%d of %s; catalogue %.12s\n", len(refs), engine.Plural(len(all), "feature"), s.Catalogue.Hash)
			return nil
		},
	})
	cmd.Flags().StringVar(&area, "area", "", "only features of this area, as the headings of FEATURES.md name it: hospital, 'urgent care', ...")
	cmd.Flags().StringVar(&text, "find", "", "only features with this text in their id, title, area or reason")
	cmd.Flags().BoolVar(&asJSON, "json", false, "everything about each, as JSON")
	return cmd
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

func (a *app) featuresShow() *cobra.Command {
	return a.onDay(&cobra.Command{
		Use: "show FEATURE", Short: "what a feature means, reads and says", Args: one("feature's id"),
		Example: "  leftshift features show emergency_admissions_365d",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, s, on, err := a.definitions(cmd)
			if err != nil {
				return err
			}
			if err := analyse.Show(a.out, s, args[0], on); err != nil || c == nil {
				return err
			}
			f, err := night.ComputedFeatures(c)
			if fault := (*engine.Fault)(nil); errors.As(err, &fault) && fault.Code == "features-missing" {
				return nil // nothing has been computed: what it means has been said
			}
			if err != nil {
				return err
			}
			columns := make([]string, len(f.Columns))
			for i, r := range f.Columns {
				columns[i] = r.ID
			}
			db, err := database(cmd.Context(), c, 1, 4)
			if err != nil {
				return err
			}
			err = analyse.Coverage(cmd.Context(), a.out, db, f.Values, columns, s.Catalogue.Find(args[0]).Column(), ruleOf(c))
			curated, _, unread := night.Curated(c)
			if unread != nil && !uncurated(unread) {
				err = errors.Join(err, unread)
			} else if err == nil && unread == nil {
				err = analyse.WriteAbsent(cmd.Context(), a.out, db, curated, s, args[0])
			}
			return errors.Join(err, db.Close())
		},
	})
}

func (a *app) featuresNew() *cobra.Command {
	var s analyse.Starter
	var count, latest, since bool
	cmd := a.ofSite(&cobra.Command{
		Use: "new ID", Short: "write a starter file with one feature and one worked case", Args: one("id for the feature"),
		Long: `Writes features/ID.toml beside the configuration: a commented feature and a case
that holds. A file that exists is never overwritten.`,
		Example: "  leftshift features new our_falls --count --list falls --window 90\n  leftshift features new our_weight --latest --list weight --window 365\n  leftshift features new our_copd_time --days-since --list copd",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, set, _, err := a.definitions(cmd)
			if err != nil {
				return err
			}
			s.ID = strings.TrimSuffix(args[0], "_{w}")
			switch {
			case count && !latest && !since, !count && !latest && !since:
				s.Kind = "count"
			case latest && !count && !since:
				s.Kind = "latest"
			case since && !count && !latest:
				s.Kind = "days-since"
			default:
				return &usageError{errors.New("give one of --count, --latest and --days-since")}
			}
			text, err := s.New(set)
			if err != nil {
				return err
			}
			dir := "features"
			if c != nil {
				dir = c.At(c.Site.Features)
			}
			if dir == "" {
				return &engine.Fault{Code: "feature-new", Say: "this site has no folder of its own features: name one as site.features"}
			}
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return err
			}
			path := filepath.Join(dir, s.ID+".toml")
			f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if errors.Is(err, fs.ErrExist) {
				return &engine.Fault{Code: "feature-exists", Say: "the file of that name exists already and stays as it is: choose another id"}
			}
			if err != nil {
				return err
			}
			_, err = f.WriteString(text)
			if err := errors.Join(err, f.Close()); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "wrote %s\nnext: leftshift features check, then leftshift features try %s\n", path, path)
			return nil
		},
	})
	cmd.Flags().BoolVar(&count, "count", false, "count days with a record of a code list (the default)")
	cmd.Flags().BoolVar(&latest, "latest", false, "the latest value of an analyte")
	cmd.Flags().BoolVar(&since, "days-since", false, "days since the newest record of a code list")
	cmd.Flags().StringVar(&s.List, "list", "", "code list; with --latest an analyte")
	cmd.Flags().IntVar(&s.Window, "window", 365, "days back from the as-of day; 0 is the whole record")
	return cmd
}

func (a *app) featuresCheck() *cobra.Command {
	return a.ofSite(&cobra.Command{
		Use: "check [FILE...]", Short: "read feature files and run their worked cases; all faults at once",
		Long: `Without a file: every file of the site's folder. Prints each fault with its file
and line, what was expected, and ends with 1 where there is one. The cases run
through the kernel that the night uses, and through SQL. A night runs them too,
and does not begin while one fails or a feature has none. A file that is still
being written is named *.draft.toml: the night never reads it, and its faults
are shown here, each draft by itself, and stop nothing. A feature that is shown
to clinicians only against its file is named, with the reason; that is no fault.`,
		Example: "  leftshift features check\n  leftshift features check features/falls.draft.toml",
		RunE: func(cmd *cobra.Command, args []string) error {
			_, s, _, faults := a.definitions(cmd, args...)
			bad := false
			if faults == nil {
				var err error
				if bad, err = a.checked(cmd, s, args); err != nil {
					return err
				}
			}
			if len(args) == 0 {
				if err := a.checkDrafts(cmd); err != nil {
					return errors.Join(faults, err)
				}
			}
			if faults == nil && bad {
				return errFailed
			}
			return faults
		},
	})
}

// checkDrafts checks each draft by itself and prints what it finds; what is wrong
// in one stops nothing, and of other files nothing is told.
func (a *app) checkDrafts(cmd *cobra.Command) error {
	c, _, err := a.site(cmd)
	if err != nil {
		return nil // it was told
	}
	place, err := placeOf(c)
	if err != nil {
		return err
	}
	for _, draft := range definitions.DraftsOf(place) {
		fmt.Fprintf(a.out, "\ndraft %s\n", filepath.Base(draft))
		_, s, _, err := a.definitions(cmd, draft)
		if err == nil {
			if _, err = a.checked(cmd, s, []string{draft}); err != nil {
				return err
			}
			continue
		}
		own := definitions.FaultsOf(err, draft)
		for _, f := range own {
			fmt.Fprintln(a.out, f)
		}
		switch {
		case len(own) > 0:
			fmt.Fprintln(a.out, engine.Plural(len(own), "fault"))
		case definitions.Faulty(err):
			fmt.Fprintln(a.out, "no fault of its own was found; its cases run with the others once the faults of other files are mended")
		default:
			return err
		}
	}
	return nil
}

// checked runs the cases of the files named, or of all, and prints what it
// finds; true means faults.
func (a *app) checked(cmd *cobra.Command, s *definitions.Set, files []string) (bool, error) {
	got, err := analyse.Check(cmd.Context(), s, files, analyse.BySQL)
	if err != nil {
		return false, err
	}
	for _, f := range got.Faults {
		fmt.Fprintln(a.out, f)
	}
	for _, note := range got.Notes {
		fmt.Fprintln(a.out, note)
	}
	fmt.Fprintln(a.out, got)
	return len(got.Faults) > 0, nil
}
