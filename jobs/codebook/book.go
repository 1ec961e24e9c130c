// Package codebook is what a person who governs code lists asks of them: which
// there are, what one holds and who reads it, what a change moves, and what is
// not in order. It reads files and writes text or JSON; no record of a person
// comes near it.
package codebook

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/codelist"
	"leftshift/features/outcome"
	"leftshift/jobs/definitions"
	"leftshift/models/score"
	"leftshift/models/score/published"
)

// Book is the code lists of a site with everything that reads them.
type Book struct {
	*definitions.Set

	features map[string][]string // ids of the features that read a list, by its name
	scores   []score.Score
}

// New finds what reads the lists of a site's definitions.
func New(s *definitions.Set) *Book {
	b := &Book{s, map[string][]string{}, published.All()}
	for _, d := range s.Catalogue.Definitions {
		for _, l := range s.Catalogue.Reads(d.ID) {
			b.features[l] = append(b.features[l], d.ID)
		}
	}
	return b
}

// Readers is what a change of a list moves.
type Readers struct {
	Features []string `json:"features"` // ids, in the order of the catalogue
	Outcomes []string `json:"outcomes"` // ids, in the order of the catalogue
	// Scores are published scores whose own table has the codes of the list:
	// they do not read it, and must be changed by hand to stay alike.
	Scores []string `json:"scores"`
	Topics []string `json:"topics"` // sensitive topics that hide it
	Means  []string `json:"means"`  // lists that name it in resolved_by and the like
}

// ReadersOf says who reads a list. It need not be in the library: a list read
// from elsewhere has the readers of its name.
func (b *Book) ReadersOf(lists ...*codelist.List) Readers {
	r := Readers{Features: []string{}, Outcomes: []string{}, Scores: []string{}, Topics: []string{}, Means: []string{}}
	add := func(to *[]string, what ...string) {
		for _, w := range what {
			if !slices.Contains(*to, w) {
				*to = append(*to, w)
			}
		}
	}
	for _, l := range lists {
		add(&r.Features, b.features[l.Name]...)
		for i := range b.Outcomes.Outcomes {
			if o := &b.Outcomes.Outcomes[i]; reads(o, l.Name) {
				add(&r.Outcomes, o.ID)
			}
		}
		for _, s := range b.scores {
			if t, ok := s.(*score.Table); ok && l.System == codelist.ICD10 && holds(t, l.Codes) {
				add(&r.Scores, s.Info().Name)
			}
		}
		for _, t := range b.Codelists.Topics {
			if slices.Contains(t.Lists, l.Name) {
				add(&r.Topics, t.ID)
			}
		}
		for _, o := range b.Codelists.Lists {
			if slices.Contains(slices.Concat(o.Means.ResolvedBy, o.Means.DeclinedBy, o.Means.ExceptedBy, o.Means.LatestWins), l.Name) {
				add(&r.Means, o.Name)
			}
		}
	}
	return r
}

func reads(o *outcome.Outcome, list string) bool {
	for _, c := range o.Causes {
		if slices.Contains(c.Codes.Lists, list) {
			return true
		}
	}
	for _, m := range o.Members {
		if slices.Contains(m.Codes.Lists, list) {
			return true
		}
	}
	return false
}

// holds says whether a score's table has exactly the codes: of one category,
// or of all of them.
func holds(t *score.Table, codes []string) bool {
	var all []string
	for _, g := range t.Groups() {
		some := slices.Sorted(slices.Values(g.Prefixes))
		if slices.Equal(some, codes) {
			return true
		}
		all = append(all, some...)
	}
	slices.Sort(all)
	return slices.Equal(slices.Compact(all), codes)
}

// indexAt are the places below a folder where a library may lie: the folder
// itself, a checkout of this project, and a site's own lists.
var indexAt = []string{".", "features/codelist", "features/codelists", "codelists", "codelist"}

// Open reads the library that a folder or a .zip file holds.
func Open(path string) (*codelist.Library, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, missing(path)
	}
	if info.IsDir() {
		return openIn(os.DirFS(path), path)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, &engine.Fault{Code: "library-unknown", Say: path + " is neither a folder nor a .zip file of code lists", Err: err}
	}
	defer z.Close()
	return openIn(z, path)
}

func openIn(dir fs.FS, path string) (*codelist.Library, error) {
	tries := slices.Clone(indexAt)
	if tops, err := fs.ReadDir(dir, "."); err == nil && len(tops) == 1 && tops[0].IsDir() {
		for _, at := range indexAt { // as archives of a repository have it
			tries = append(tries, tops[0].Name()+"/"+strings.TrimPrefix(at, "."))
		}
	}
	for _, at := range tries {
		at = strings.TrimSuffix(at, "/")
		if _, err := fs.Stat(dir, strings.TrimPrefix(at+"/lists.toml", "./")); err == nil {
			sub, err := fs.Sub(dir, at)
			if err != nil {
				return nil, err
			}
			return codelist.LoadFS(sub)
		}
	}
	return nil, &engine.Fault{Code: "library-unknown", Say: path + " holds no lists.toml, nor does its folder features/codelist, features/codelists, codelists or codelist: name the folder of a library"}
}

// Find gives the list that a person means: the name of a list of the library;
// PATH:NAME, a list of another folder or .zip; or the path of a CSV file, with
// its entry where it lies in a library. like gives what a bare file does not
// say; nil takes the system from the codes' shape.
func Find(lib *codelist.Library, what string, like *codelist.List) (*codelist.List, error) {
	if l := lib.List(what); l != nil {
		return l, nil
	}
	if i := strings.LastIndexByte(what, ':'); i > 0 {
		other, err := Open(what[:i])
		if err != nil {
			return nil, err
		}
		if l := other.List(what[i+1:]); l != nil {
			return l, nil
		}
		return nil, unknown(other, what[i+1:])
	}
	if strings.HasSuffix(what, ".csv") {
		dir, file := filepath.Split(filepath.Clean(what))
		if dir == "" {
			dir = "."
		}
		if _, err := os.Stat(what); err != nil {
			return nil, missing(what)
		}
		full, err := filepath.Abs(dir)
		if err == nil && filepath.Base(full) == "lists" {
			if other, err := Open(filepath.Dir(full)); err == nil {
				if l := other.List(strings.TrimSuffix(file, ".csv")); l != nil {
					return l, nil
				}
			}
		}
		return codelist.ReadList(os.DirFS(dir), file, like)
	}
	return nil, unknown(lib, what)
}

// FindTwo finds both sides of a change. A bare file is read as a list of the
// kind of the other side.
func FindTwo(lib *codelist.Library, before, after string) (a, b *codelist.List, err error) {
	a, err = Find(lib, before, nil)
	if err != nil {
		if b, err2 := Find(lib, after, nil); err2 == nil {
			a, err = Find(lib, before, b)
			return a, b, err
		}
		return nil, nil, err
	}
	like := a
	if b, err = Find(lib, after, like); err != nil {
		return nil, nil, err
	}
	if a.Title == "" && b.Title != "" { // the first is a bare file, the second is not
		a, err = Find(lib, before, b)
	}
	return a, b, err
}

func missing(path string) error {
	return &engine.Fault{Code: "file-missing", Say: "there is no file or folder " + path}
}

// unknown says that there is no such list, with those of a similar name.
func unknown(lib *codelist.Library, name string) error {
	var near, others []string
	for _, l := range lib.Lists {
		switch {
		case len(name) < 3:
		case strings.HasPrefix(l.Name, name) || strings.HasPrefix(name, l.Name):
			near = append(near, l.Name)
		case strings.Contains(l.Name, name):
			others = append(others, l.Name)
		}
	}
	near = append(near, others...)
	near = near[:min(5, len(near))]
	say := fmt.Sprintf("there is no code list %q: `leftshift codelist list` names all", name)
	if len(near) > 0 {
		say = fmt.Sprintf("there is no code list %q; there is %s", name, strings.Join(near, ", "))
	}
	return &engine.Fault{Code: "list-unknown", Say: say}
}
