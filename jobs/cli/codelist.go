//go:build duckdb_arrow

package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"leftshift/engine"
	"leftshift/features/codelist"
	"leftshift/jobs/codebook"
	"leftshift/jobs/config"
	"leftshift/jobs/definitions"
)

func (a *app) codelistCommand() *cobra.Command {
	parent := &cobra.Command{
		Use:   "codelist",
		Short: "the code lists: what they hold, who reads them, what a change moves, who approved them",
		Long: `The code lists give words such as "asthma" their meaning in data. Each has a code
system, a release and a hash of what it covers.

  leftshift codelist show palliative_care
  leftshift codelist diff ../older:asthma asthma
  leftshift codelist approve --list palliative_care --by "Dr A Name" --role "clinical safety officer" --until 2027-03-31

Where people are real, a list that no approval covers on the day of a run, by
its hash, gives no reason, and a run that would leave people off the lists by it
stops. A site's own lists stand in features/codelists (OWN_CODELISTS.md).`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	parent.AddCommand(a.codelistList(), a.codelistShow(), a.codelistDiff(), a.codelistCheck(), a.codelistExpand(), a.codelistApprove(), a.codelistTemplate())
	return parent
}

// book opens the code lists of the site, or those that are built in, with what
// reads them. day is today: approvals count from it.
func (a *app) book(cmd *cobra.Command) (c *config.Config, b *codebook.Book, day string, err error) {
	c, s, _, err := a.definitions(cmd)
	if err != nil {
		return nil, nil, "", err
	}
	return c, codebook.New(s), engine.DayOf(time.Now()).String(), nil
}

func (a *app) codelistList() *cobra.Command {
	var w codebook.Wanted
	var asJSON bool
	cmd := a.ofSite(&cobra.Command{
		Use: "list", Short: "every code list, how many features read it, and its approval", Args: noArgs,
		Example: "  leftshift codelist list --find falls\n  leftshift codelist list --unapproved",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, b, day, err := a.book(cmd)
			if err != nil {
				return err
			}
			entries := b.Entries(w, day)
			if asJSON {
				return a.json(entries)
			}
			if err := codebook.WriteEntries(a.out, entries); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "\n%d of %s; library %.12s\n", len(entries), engine.Plural(len(b.Codelists.Lists), "list"), b.Codelists.Hash)
			return nil
		},
	})
	cmd.Flags().StringVar(&w.System, "system", "", "only lists of this system: snomed, icd10, opcs4, dmd, bnf or nhsdd")
	cmd.Flags().StringVar(&w.Find, "find", "", "only lists with this text in their name or title")
	cmd.Flags().BoolVar(&w.Unapproved, "unapproved", false, "only lists in use that no approval covers today")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *app) codelistShow() *cobra.Command {
	var asJSON bool
	cmd := a.ofSite(&cobra.Command{
		Use: "show LIST", Short: "what a list is, who reads it, its approval, and every code", Args: one("list"),
		Example: "  leftshift codelist show palliative_care\n  leftshift codelist show ../older:palliative_care",
		RunE: func(cmd *cobra.Command, args []string) error {
			_, b, day, err := a.book(cmd)
			if err != nil {
				return err
			}
			l, err := codebook.Find(b.Codelists, args[0], nil)
			if err != nil {
				return err
			}
			s := b.Show(l, day)
			if asJSON {
				return a.json(s)
			}
			return s.Write(a.out)
		},
	})
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

func (a *app) codelistDiff() *cobra.Command {
	var since string
	var asJSON bool
	cmd := a.ofSite(&cobra.Command{
		Use:   "diff OLD NEW | diff --since PATH",
		Short: "codes added and removed between two lists or libraries, and what the change moves",
		Long: `OLD and NEW are each the name of a list, PATH:NAME for a list of another folder or
.zip (a checkout, an archive of one, or a folder with lists.toml), or the path of
a CSV file with the columns code and term. With --since the whole library of PATH
is the old one.

Says codes added and removed with their words, both hashes, and the features,
outcomes and scores that the change moves. The exit code is 1 when they differ.`,
		Example: "  leftshift codelist diff asthma reviewed/asthma.csv\n  leftshift codelist diff --since ../older --json",
		Args: func(cmd *cobra.Command, args []string) error {
			if since != "" && len(args) == 0 || since == "" && len(args) == 2 {
				return nil
			}
			return &usageError{errors.New("codelist diff takes two lists, or --since and none")}
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			_, b, day, err := a.book(cmd)
			if err != nil {
				return err
			}
			if since != "" {
				before, err := codebook.Open(since)
				if err != nil {
					return err
				}
				m := b.LibraryMove(before, day)
				return a.tellMove(m, m.Differ(), asJSON)
			}
			before, after, err := codebook.FindTwo(b.Codelists, args[0], args[1])
			if err != nil {
				return err
			}
			m := b.Move(before, after, day)
			return a.tellMove(m, m.Differ(), asJSON)
		},
	})
	cmd.Flags().StringVar(&since, "since", "", "the older library: a folder or .zip")
	cmd.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	return cmd
}

// tellMove writes a change and ends as diff does.
func (a *app) tellMove(m interface{ Write(io.Writer) error }, differ, asJSON bool) error {
	err := error(nil)
	if asJSON {
		err = a.json(m)
	} else {
		err = m.Write(a.out)
	}
	if err == nil && differ {
		err = errFailed
	}
	return err
}

func (a *app) codelistCheck() *cobra.Command {
	var strict, asJSON bool
	var library, relationships string
	cmd := a.ofSite(&cobra.Command{
		Use: "check", Short: "whether every list can be read, and what of them a person should look at", Args: noArgs,
		Long: `Reads every list, and the site's approvals where there is a configuration. A fault
(a code of the wrong system or with a wrong check digit, a list that something
names and that is not there) ends it with 1. Remarks do so with --strict only.

With --library another folder or .zip of lists is checked by itself. With
--relationships, lists made from an expression are expanded again and compared.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if library != "" {
				lib, err := codebook.Open(library)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%s can be read; library %.12s\n", engine.Plural(len(lib.Lists), "list"), lib.Hash)
				return nil
			}
			c, b, day, err := a.book(cmd)
			if err != nil {
				return err
			}
			var site []codelist.Approval
			if c != nil {
				if site, err = codelist.ReadApprovals(c.At(c.Reference.Approvals)); err != nil {
					return err
				}
			}
			remarks := b.Check(site, day)
			if asJSON {
				if err := a.json(remarks); err != nil {
					return err
				}
			} else {
				if err := codebook.WriteRemarks(a.out, remarks); err != nil {
					return err
				}
				fmt.Fprintf(a.out, "%s can be read; library %.12s\n", engine.Plural(len(b.Codelists.Lists), "list"), b.Codelists.Hash)
			}
			moved := false
			if relationships != "" {
				moves, err := b.Again(relationships, day)
				if err != nil {
					return err
				}
				for _, m := range moves {
					moved = true
					if err := m.Write(a.out); err != nil {
						return err
					}
				}
			}
			if moved || strict && len(remarks) > 0 {
				return errFailed
			}
			return nil
		},
	})
	cmd.Flags().BoolVar(&strict, "strict", false, "remarks end it with 1 too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "remarks as JSON")
	cmd.Flags().StringVar(&library, "library", "", "check this folder or .zip of lists instead")
	cmd.Flags().StringVar(&relationships, "relationships", "", "expand lists made from an expression again over this file")
	return cmd
}

func (a *app) codelistExpand() *cobra.Command {
	var relationships, descriptions, release, out string
	cmd := &cobra.Command{
		Use:   "expand EXPRESSION",
		Short: "turn <<code into the codes of a list, by one release of SNOMED CT",
		Long: `EXPRESSION joins concepts by OR and MINUS, read from left to right: ID is the
concept itself, <ID those below it, <<ID both; a term in bars may follow.

--relationships is an RF2 relationship file, or CSV with the columns parent and
child and, if it has one, active. The list is written as CSV; the keys that its
entry in lists.toml needs follow, with the release and the hash of that file.`,
		Example: `  leftshift codelist expand "<<73211009 |Diabetes mellitus| MINUS <<11687002" --relationships sct2_Relationship_UKCLSnapshot_GB1000000_20240410.txt --out lists/diabetes.csv`,
		Args:    one("expression"),
		RunE: func(_ *cobra.Command, args []string) error {
			l, err := codebook.Expand(strings.TrimSuffix(filepath.Base(out), ".csv"), args[0], relationships, descriptions, release)
			if err != nil {
				return err
			}
			if out == "" {
				if err := codebook.WriteCSV(a.out, l); err != nil {
					return err
				}
				return codebook.WriteKeys(a.err, l)
			}
			f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if errors.Is(err, fs.ErrExist) {
				return &engine.Fault{Code: "file-exists", Say: out + " exists: write to another file, compare the two with `leftshift codelist diff`, then put it in its place"}
			}
			if err != nil {
				return &engine.Fault{Code: "file-unwritable", Say: out + " cannot be written: check its folder", Err: err}
			}
			if err := errors.Join(codebook.WriteCSV(f, l), f.Close()); err != nil {
				return err
			}
			return codebook.WriteKeys(a.out, l)
		},
	}
	cmd.Flags().StringVar(&relationships, "relationships", "", "file of relationships")
	cmd.Flags().StringVar(&descriptions, "descriptions", "", "RF2 description file, for terms")
	cmd.Flags().StringVar(&release, "release", "", "release (default: the date in the name of the file of relationships)")
	cmd.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	_ = cmd.MarkFlagRequired("relationships")
	return cmd
}

func (a *app) codelistApprove() *cobra.Command {
	var lists []string
	var w codelist.Approval
	cmd := a.ofSite(&cobra.Command{
		Use: "approve", Short: "record that a named clinician has read a list, as it is now, until a day", Args: noArgs,
		Long: `Adds an approval to the site's file of them (reference.codelist_approvals). It is
of the list with its present hash: when the list changes it needs a new one. What
the same person in the same role has approved already for those days is told and
not added again; a later --until is added beside the earlier one, and counts.`,
		Example: `  leftshift codelist approve --list palliative_care --by "Dr A Name" --role "clinical safety officer" --until 2027-03-31`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(a.config)
			if err != nil {
				return err
			}
			s, err := definitions.Open(c)
			if err != nil {
				return err
			}
			path := c.At(c.Reference.Approvals)
			if path == "" {
				return &engine.Fault{Code: "approvals-nowhere", Say: "the configuration names no file for approvals: set reference.codelist_approvals"}
			}
			if w.On == "" {
				w.On = engine.DayOf(time.Now()).String()
			}
			if w.Hash != "" && len(lists) > 1 {
				return &usageError{errors.New("--hash is of one list: give one --list")}
			}
			held, err := codelist.ReadApprovals(path)
			if err != nil {
				return err
			}
			var all []codelist.Approval
			for _, name := range lists {
				x := w
				if x.List = name; x.Hash == "" {
					if l := s.Codelists.List(name); l != nil {
						x.Hash = l.Hash
					}
				}
				if k := slices.IndexFunc(slices.Concat(held, all), func(h codelist.Approval) bool { return given(h, x) }); k >= 0 {
					h := slices.Concat(held, all)[k]
					fmt.Fprintf(a.out, "%s, hash %.12s, is already approved by %s, %s, until %s: nothing is added\n", h.List, h.Hash, h.By, h.Role, h.Until)
					continue
				}
				all = append(all, x)
			}
			if len(all) == 0 {
				return nil
			}
			if err := s.Codelists.Approve(path, all...); err != nil {
				return err
			}
			for _, x := range all {
				fmt.Fprintf(a.out, "%s, hash %.12s, is approved by %s, %s, until %s\n", x.List, x.Hash, x.By, x.Role, x.Until)
			}
			return nil
		},
	})
	cmd.Flags().StringArrayVar(&lists, "list", nil, "name of the list; may be given several times")
	cmd.Flags().StringVar(&w.By, "by", "", "who approves, having read the list")
	cmd.Flags().StringVar(&w.Role, "role", "", "in which role")
	cmd.Flags().StringVar(&w.Until, "until", "", "last day, YYYY-MM-DD")
	cmd.Flags().StringVar(&w.On, "on", "", "first day, YYYY-MM-DD (default: today)")
	cmd.Flags().StringVar(&w.Hash, "hash", "", "hash of the list that was read: refused when the list is another now")
	for _, f := range []string{"list", "by", "role", "until"} {
		_ = cmd.MarkFlagRequired(f)
	}
	return cmd
}

// given says whether what is held says already what another would add: the
// same person's word, in the same role, of the same list, for all those days.
func given(held, more codelist.Approval) bool {
	return held.List == more.List && held.Hash == more.Hash && held.By == more.By && held.Role == more.Role && held.On <= more.On && held.Until >= more.Until
}

func (a *app) codelistTemplate() *cobra.Command {
	return a.ofSite(&cobra.Command{
		Use: "approve-template", Short: "print the approvals that the site lacks, to be filled in", Args: noArgs,
		Long: `Prints one [[approval]] for each list in use that no approval covers today, with its
hash. Fill in by, role, on and until, and keep it as reference.codelist_approvals.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, b, day, err := a.book(cmd)
			if err != nil {
				return err
			}
			return codebook.WriteTemplate(a.out, b.Entries(codebook.Wanted{Unapproved: true}, day))
		},
	})
}
