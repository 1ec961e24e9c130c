package catalogue

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/codelist"
	"leftshift/features/declared"
)

//go:embed *.toml weights/*.csv
var builtIn embed.FS

// loader gathers what the files say, and every fault.
type loader struct {
	lib      *codelist.Library
	analytes *analyte.Table
	faults   faults
	groups   map[string]*group
	faulty   map[string]bool // ids of which a fault was told
	terms    map[string]*entry
	local    int // definitions that are not built in
	cat      *Catalogue
}

// MaxLocal is the most definitions that a site's own files may expand to.
const MaxLocal = 2000

// Load reads the built-in catalogue. The error is a *Faults.
func Load(lib *codelist.Library, analytes *analyte.Table) (*Catalogue, error) {
	return LoadFS(builtIn, lib, analytes)
}

// LoadFS reads a catalogue from a directory of TOML files and weights/*.csv,
// in order of file name. The error is a *Faults with every fault of every file;
// the catalogue beside it has what is sound (see Catalogue.Faulty).
func LoadFS(dir fs.FS, lib *codelist.Library, analytes *analyte.Table) (*Catalogue, error) {
	return loadAll(lib, analytes, []Folder{{FS: dir}})
}

// LoadWith reads the built-in catalogue and then folders of more features, in
// their order, so that the built-in columns stay where they are. They may use
// the built-in groups; an id or a group that is declared twice is a fault. A
// folder without feature files adds nothing. Faults are as of LoadFS.
func LoadWith(lib *codelist.Library, analytes *analyte.Table, more ...Folder) (*Catalogue, error) {
	return loadAll(lib, analytes, append([]Folder{{FS: builtIn}}, more...))
}

// loadAll reads the first folder, which must hold features, and the others.
func loadAll(lib *codelist.Library, analytes *analyte.Table, folders []Folder) (*Catalogue, error) {
	l := &loader{lib: lib, analytes: analytes, groups: map[string]*group{}, faulty: map[string]bool{}, terms: map[string]*entry{},
		cat: &Catalogue{byID: map[string]int{}, lists: map[string]string{}}}
	l.faults.Of = "the feature catalogue has"
	var all []*text
	for i := range folders {
		f := &folders[i]
		names, passed, err := f.files()
		for _, name := range passed {
			l.faults.add(f.place(name), 0, "file-name", "is not read: a feature file ends in .toml, in small letters: rename it")
		}
		if err != nil || len(names) == 0 && i == 0 {
			l.faults.add(f.place("."), 0, "file-missing", "there is no *.toml: add one")
			return nil, l.faults.Err()
		}
		for _, name := range names {
			if t := l.read(f, name); t != nil {
				l.readGroups(t)
				l.readCases(t)
				all = append(all, t)
			}
		}
	}
	for _, t := range all {
		for k := range t.file.Feature {
			e := &t.file.Feature[k]
			l.expand(block{t.folder, t.name, e.Line, &e.Place}, e)
		}
	}
	l.cat.faulty = l.faulty
	l.derive()
	l.cat.faulty = nil
	err := l.faults.Err()
	if err != nil {
		l.cat.keepSound(l.faulty)
	}
	for _, x := range lib.Lists {
		l.cat.lists[x.Name] = x.Hash
	}
	for _, a := range analytes.List {
		l.cat.lists["analyte "+a.ID] = strings.Join(a.SNOMED, ",") + ";" + strings.Join(a.LOINC, ",")
	}
	l.cat.hashes()
	return l.cat, err
}

// read reads one file; nil when it cannot be read at all.
func (l *loader) read(from *Folder, name string) *text {
	bytes, err := engine.ReadText(from.FS, name)
	t := &text{folder: from, name: from.place(name), bytes: bytes, file: &file{}}
	if err != nil {
		l.faults.add(t.name, 0, "file-unreadable", "cannot be read: %v", err)
		return nil
	}
	if from.Name != "" {
		l.numbers(t)
	}
	if !declared.Read(t.name, bytes, t.file, &l.faults.Faults) {
		return nil
	}
	if len(t.file.Group)+len(t.file.Feature)+len(t.file.Case) == 0 {
		l.faults.add(t.name, 0, "file-empty", "declares nothing: add a [[feature]], or remove the file")
	}
	return t
}

func (l *loader) readGroups(t *text) {
	for i := range t.file.Group {
		g := &t.file.Group[i]
		before := len(l.faults.List)
		if !idShape.MatchString(g.ID) && !g.Broken("id") {
			l.faults.add(t.name, g.Key("id"), "group-incomplete", "group %q needs a lower_snake id", g.ID)
		}
		seen := map[string]bool{}
		for k := range g.Member {
			m := &g.Member[k]
			if !idShape.MatchString(m.ID) && !m.Broken("id") {
				l.faults.add(t.name, m.Key("id"), "member-incomplete", "member %q of group %s needs a lower_snake id", m.ID, g.ID)
			}
			if seen[m.ID] && m.ID != "" {
				l.faults.add(t.name, m.Key("id"), "member-twice", "member %s of group %s is declared twice: keep one", m.ID, g.ID)
			}
			seen[m.ID] = true
			for j, x := range m.Lists {
				if l.lib.List(x) == nil {
					l.faults.add(t.name, m.Nth("lists", j), "list-unknown", "member %s of group %s names code list %q, which does not exist%s", m.ID, g.ID, x, l.meantList(x))
				}
			}
			g.faulty = g.faulty || m.Faulty()
		}
		g.faulty = g.faulty || g.Faulty() || len(l.faults.List) > before
		if other, twice := l.groups[g.ID]; twice && g.ID != "" {
			l.faults.add(t.name, g.Line, "group-twice", "group %s is also declared at %s: keep one, or give this one another id", g.ID, where(other.from, other.File, other.Line))
			other.faulty = true
			continue
		}
		g.from = t.folder
		l.groups[g.ID] = g
	}
}

// meantList guesses which list a misspelt name means, in words to add.
func (l *loader) meantList(name string) string {
	known := make([]string, len(l.lib.Lists))
	for i, x := range l.lib.Lists {
		known[i] = x.Name
	}
	return meant(name, known)
}

// meant guesses which of the known names one means, in words to add; "" when
// none is near.
func meant(name string, known []string) string {
	if n := declared.Nearest(name, known); n != "" {
		return ": did you mean " + n + "?"
	}
	return ""
}

var idShape = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// block is one entry's place in a file.
type block struct {
	folder *Folder
	file   string
	line   int // of its header, from 1
	place  *declared.Place
}

// key gives the line of a key of the block, or of its header.
func (b block) key(key string) int { return b.place.Key(key) }

// where says the place of a declaration.
func where(from *Folder, file string, line int) string {
	at := fmt.Sprintf("%s:%d", file, line)
	if from.Name == "" {
		return "the built-in " + at
	}
	return at
}

// readWeights reads weights/<list>.csv: code,weight for every code of the list.
func (l *loader) readWeights(b block, list *codelist.List) map[string]int {
	name := path.Join("weights", list.Name+".csv")
	text, err := engine.ReadText(b.folder.FS, name)
	if err != nil {
		l.faults.add(b.file, b.key("weights"), "file-missing", "there is no %s: add it", b.folder.place(name))
		return nil
	}
	name = b.folder.place(name)
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = 2
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 || rows[0][0] != "code" || rows[0][1] != "weight" {
		l.faults.add(name, 1, "header", "must be CSV with the header code,weight")
		return nil
	}
	out := map[string]int{}
	for i, row := range rows[1:] {
		w, err := strconv.Atoi(row[1])
		if err != nil || w < -10000 || w > 10000 {
			l.faults.add(name, i+2, "weight", "weight of %s must be a whole number from -10000 to 10000", row[0])
		}
		if _, twice := out[row[0]]; twice {
			l.faults.add(name, i+2, "code-twice", "code %s has two weights: keep one", row[0])
		}
		out[row[0]] = w
		if !list.Has(row[0]) {
			l.faults.add(name, i+2, "code-unknown", "code %s is not in code list %s", row[0], list.Name)
		}
	}
	for _, c := range list.Codes {
		if _, ok := out[c]; !ok {
			l.faults.add(name, 0, "weight-missing", "code %s of list %s has no weight: add it", c, list.Name)
		}
	}
	return out
}
