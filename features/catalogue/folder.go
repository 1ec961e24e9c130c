package catalogue

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Folder is a folder of feature files that joins the built-in catalogue.
type Folder struct {
	// Name stands before the name of each file in faults and in Definition.File:
	// "features" gives features/falls.toml.
	Name string
	// FS holds *.toml and weights/*.csv; files whose name begins with a dot, and
	// drafts (see IsDraft), are passed over.
	FS fs.FS
	// Only names the one file that is read, a draft or not; "" means all.
	Only string
}

// Case is a worked example that a feature file carries: a few rows of one
// made-up person and the values that a reader would expect on a day, in the
// form that package scenario reads. It is not checked here.
type Case struct {
	Shows  string // what it shows, in a few words
	Record string
	File   string
	Line   int // of the first line of Record
}

// DraftEnding is the end of the name of a file that is still being written: it
// is read only when it is named, so nothing in it can stop or change a night.
const DraftEnding = ".draft.toml"

// IsDraft says whether a file is a draft, by its name.
func IsDraft(name string) bool { return strings.HasSuffix(name, DraftEnding) }

// text is one file of a folder.
type text struct {
	folder *Folder
	name   string // with the folder's name before it
	bytes  []byte
	file   *file
}

// files lists the feature files of a folder, and those that would be if their
// ending were in small letters.
func (f *Folder) files() (names, passed []string, err error) {
	if f.Only != "" {
		return []string{f.Only}, nil, nil
	}
	all, err := fs.Glob(f.FS, "*.*")
	for _, n := range all {
		switch low := strings.ToLower(n); {
		case strings.HasPrefix(n, ".") || IsDraft(n) || !strings.HasSuffix(low, ".toml"):
		case !strings.HasSuffix(n, ".toml") || IsDraft(low):
			passed = append(passed, n)
		default:
			names = append(names, n)
		}
	}
	return names, passed, err
}

func (f *Folder) place(name string) string { return path.Join(f.Name, name) }

// readCases keeps the cases of a file.
func (l *loader) readCases(t *text) {
	var lines []string
	for i := range t.file.Case {
		e := &t.file.Case[i]
		if strings.TrimSpace(e.Record) == "" {
			continue // it was told
		}
		if lines == nil {
			lines = strings.Split(string(t.bytes), "\n")
		}
		line := e.Key("record")
		if openText.MatchString(lines[line-1]) {
			line++ // the newline after the opening quotes is no part of the text
		}
		l.cat.Cases = append(l.cat.Cases, Case{Shows: e.Shows, Record: e.Record, File: t.name, Line: line})
	}
}

var openText = regexp.MustCompile(`=\s*("""|''')\s*$`)
