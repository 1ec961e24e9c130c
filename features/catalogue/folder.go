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
	// FS holds *.toml and weights/*.csv; files whose name begins with a dot are
	// passed over.
	FS fs.FS
	// Only names the one file that is read; "" means all.
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

type example struct {
	Shows  string `toml:"shows"`
	Record string `toml:"record"`
}

// text is one file of a folder.
type text struct {
	folder *Folder
	name   string // with the folder's name before it
	bytes  []byte
	file   *file
}

// files lists the feature files of a folder.
func (f *Folder) files() ([]string, error) {
	if f.Only != "" {
		return []string{f.Only}, nil
	}
	names, err := fs.Glob(f.FS, "*.toml")
	out := names[:0]
	for _, n := range names {
		if !strings.HasPrefix(n, ".") {
			out = append(out, n)
		}
	}
	return out, err
}

func (f *Folder) place(name string) string { return path.Join(f.Name, name) }

// readCases keeps the cases of a file.
func (l *loader) readCases(t *text) {
	at := blocks(t.bytes, "case")
	for i, e := range t.file.Case {
		b := block{folder: t.folder, file: t.name, text: t.bytes, line: nth(at, i)}
		if e.Shows == "" || strings.TrimSpace(e.Record) == "" {
			l.faults.add(t.name, b.line, "case-incomplete", "the case needs shows (what it shows) and record (rows of a made-up person, a day and the values expected)")
			continue
		}
		line := b.key("record")
		lines := strings.Split(string(t.bytes), "\n")
		if line > 0 && line <= len(lines) && openText.MatchString(lines[line-1]) {
			line++ // the newline after the opening quotes is no part of the text
		}
		l.cat.Cases = append(l.cat.Cases, Case{Shows: e.Shows, Record: e.Record, File: t.name, Line: line})
	}
}

var openText = regexp.MustCompile(`=\s*("""|''')\s*$`)

var headerShape = regexp.MustCompile(`^\s*\[\[\s*([a-z.]+)\s*\]\]\s*(#.*)?$`)

// header gives the name of an array of tables that a line opens, or "".
func header(line string) string {
	if m := headerShape.FindStringSubmatch(strings.TrimSuffix(line, "\r")); m != nil {
		return m[1]
	}
	return ""
}

// blocks gives the lines, from 1, on which a table of an array begins.
func blocks(text []byte, name string) []int {
	var out []int
	for i, s := range strings.Split(string(text), "\n") {
		if header(s) == name {
			out = append(out, i+1)
		}
	}
	return out
}

// nth is a line of blocks; 0, the file as a whole, where the entry was written
// in another way ({ ... } in a list).
func nth(at []int, i int) int {
	if i < len(at) {
		return at[i]
	}
	return 0
}
