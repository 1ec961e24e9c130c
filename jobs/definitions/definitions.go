// Package definitions opens what a site's features are declared by: the
// built-in catalogue and code lists with those of a site's own folder. Every
// command and every run opens them here, so that all see the same.
package definitions

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/declared"
	"leftshift/features/outcome"
	"leftshift/features/scenario"
	"leftshift/jobs/config"
)

// Set is what features are made from. It is not changed after Open. The code
// lists know the site's approvals.
type Set struct {
	Analytes  *analyte.Table
	Codelists *codelist.Library
	Catalogue *catalogue.Catalogue
	Outcomes  *outcome.Catalogue
	Drafts    []string // of the site's folder, absolute; none of them is in the catalogue unless it was named
}

// CodelistFolder is the folder, within that of the features, of a site's own
// code lists: lists.toml and lists/*.csv, as package codelist reads them.
const CodelistFolder = "codelists"

// Place is where a site's own definitions are. The zero Place is that of no
// site: what is built in.
type Place struct {
	Name      string // how faults call the folder
	Folder    string // of features, absolute; "" is none, and it need not exist
	Approvals string // file of approvals of code lists, absolute; as above
	// Files are feature files that are not, or not yet, in the folder; one that
	// is in it is read once.
	Files []string
}

// Of is the place that a configuration names.
func Of(c *config.Config) Place {
	return Place{Name: c.Site.Features, Folder: c.At(c.Site.Features), Approvals: c.At(c.Reference.Approvals)}
}

// Open reads the definitions of a site for real use: every worked case of its
// folder must hold, and every feature of it must be shown by one. Drafts (see
// catalogue.IsDraft) are no part of it. Faults of its files are all reported, as
// an *engine.Fault beside *catalogue.Faults or *codelist.Faults; the code is
// features-faulty for definitions that cannot be read, with those of the cases
// beside them, and cases-fail where cases alone are at fault.
func Open(c *config.Config) (*Set, error) {
	s, err := OpenAt(Of(c))
	if err != nil {
		return nil, err
	}
	faults := &declared.Faults{Of: "the worked cases of the site's features have"}
	if err := s.cases(faults); err != nil {
		return nil, err
	}
	if err := faults.Err(); err != nil {
		return nil, errors.Join(&engine.Fault{Code: "cases-fail", Say: "the worked cases of the site's features have " + engine.Plural(len(faults.List), "fault") + ", so nothing may be computed with them: `leftshift features check` shows each; a file that is not ready may be named *" + catalogue.DraftEnding}, err)
	}
	return s, nil
}

// cases runs the worked cases of what is not built in.
func (s *Set) cases(faults *declared.Faults) error {
	_, err := scenario.Cases(context.Background(), s.Catalogue, s.Codelists, s.Analytes, func(string) bool { return true }, faults)
	return err
}

// DraftsOf names the drafts of a place's folder as Set.Drafts does, be the rest of
// it sound or not.
func DraftsOf(p Place) []string { return drafts(p.Folder) }

// Faulty says whether an error of this package tells faults of files.
func Faulty(err error) bool {
	var all *declared.Faults
	return errors.As(err, &all)
}

// FaultsOf gives the faults of one feature file, by its name, among those that an
// error of this package has, in order; nil where it has none.
func FaultsOf(err error, file string) []declared.Fault {
	var all *declared.Faults
	if !errors.As(err, &all) {
		return nil
	}
	var out []declared.Fault
	for _, f := range all.List {
		if path.Base(f.File) == filepath.Base(file) {
			out = append(out, f)
		}
	}
	return out
}

// drafts names the drafts of a folder, in order, absolute; nil when it has none
// or is not there.
func drafts(folder string) []string {
	found, _ := os.ReadDir(folder) // in order of name
	var out []string
	for _, f := range found {
		if n := f.Name(); catalogue.IsDraft(n) && !strings.HasPrefix(n, ".") {
			out = append(out, filepath.Join(folder, n))
		}
	}
	return out
}

// OpenAt reads the definitions of a place, and does not run their cases: for
// writing and trying features. Where definitions have faults, those of cases
// are told beside them.
func OpenAt(p Place) (*Set, error) {
	s := &Set{Drafts: drafts(p.Folder)}
	var err error
	if s.Analytes, err = analyte.Load(); err != nil {
		return nil, err
	}
	if s.Codelists, err = codelist.Load(); err != nil {
		return nil, err
	}
	var more []catalogue.Folder
	var listFaults *codelist.Faults // told with those of the features that read the lists
	if p.Folder != "" {
		dir, err := open(p.Folder)
		if err != nil {
			return nil, err
		}
		if dir != nil {
			name := filepath.ToSlash(p.Name)
			more = append(more, catalogue.Folder{Name: name, FS: dir})
			lists, err := fs.Sub(dir, CodelistFolder)
			if err != nil {
				return nil, err
			}
			if s.Codelists, err = codelist.Join(s.Codelists, lists, name+"/"+CodelistFolder); err != nil && !errors.As(err, &listFaults) {
				return nil, err
			}
		}
	}
	if p.Approvals != "" {
		approvals, err := codelist.ReadApprovals(p.Approvals)
		if f := (*codelist.Faults)(nil); errors.As(err, &f) {
			if listFaults == nil {
				listFaults = &codelist.Faults{}
			}
			listFaults.Of, listFaults.List = f.Of, append(listFaults.List, f.List...)
		} else if err != nil {
			return nil, err
		}
		s.Codelists = s.Codelists.With(approvals)
	}
	for _, f := range p.Files {
		full, err := filepath.Abs(f)
		if err != nil {
			return nil, err
		}
		if info, err := os.Stat(full); err != nil || !info.Mode().IsRegular() {
			return nil, &engine.Fault{Code: "feature-file", Say: "a feature file that was named is no file that can be read", Err: err}
		}
		if base := filepath.Base(full); p.Folder != "" && filepath.Dir(full) == p.Folder && filepath.Ext(full) == ".toml" && !catalogue.IsDraft(base) && !strings.HasPrefix(base, ".") {
			continue // read with its folder
		}
		name := filepath.ToSlash(filepath.Dir(f))
		if filepath.Dir(full) == p.Folder {
			name = filepath.ToSlash(p.Name)
		}
		more = append(more, catalogue.Folder{Name: name, FS: os.DirFS(filepath.Dir(full)), Only: filepath.Base(full)})
	}
	s.Catalogue, err = catalogue.LoadWith(s.Codelists, s.Analytes, more...)
	var faults *catalogue.Faults
	errors.As(err, &faults)
	if listFaults != nil { // a case would fail for a list that lacks its codes: none is run
		if faults != nil {
			listFaults.Of, listFaults.List = "the site's definitions have", append(listFaults.List, faults.List...)
		}
		return nil, faulty(listFaults.Err())
	}
	if faults != nil && s.Catalogue != nil {
		if err := s.cases(faults); err != nil {
			return nil, err
		}
		return nil, faulty(faults.Err())
	}
	if err != nil {
		return nil, faulty(err)
	}
	s.Outcomes, err = outcome.Load(s.Codelists, s.Catalogue)
	return s, err
}

// open gives a folder, or nil when there is none.
func open(folder string) (fs.FS, error) {
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, &engine.Fault{Code: "features-unreadable", Say: "the folder of the site's features (site.features) cannot be read: check who may read it", Err: err}
	case !info.IsDir():
		return nil, &engine.Fault{Code: "features-unreadable", Say: "site.features is no folder: name the folder that holds your feature files, or one that does not exist"}
	}
	return os.DirFS(folder), nil
}

func faulty(err error) error {
	n := 1
	var f *declared.Faults
	if errors.As(err, &f) {
		n = len(f.List)
	}
	// Joined, not wrapped: the faults are of files, and whoever may read them
	// finds them; a ledger is told the sentence alone.
	return errors.Join(&engine.Fault{Code: "features-faulty", Say: "the site's feature files have " + engine.Plural(n, "fault") + ": `leftshift features check` shows them"}, err)
}
