package catalogue

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/codelist"
)

//go:embed *.toml weights/*.csv
var builtIn embed.FS

// entry is one [[feature]] as written.
type entry struct {
	ID       string `toml:"id"`
	Title    string `toml:"title"`
	Sentence string `toml:"sentence"`
	None     string `toml:"none"`
	Unknown  string `toml:"unknown"`

	Source    string   `toml:"source"`
	Item      string   `toml:"item"`
	Kinds     []string `toml:"kinds"`
	Status    []string `toml:"status"`
	Modes     []string `toml:"modes"`
	Positions []string `toml:"positions"`
	Lists     []string `toml:"lists"`
	Codes     []string `toml:"codes"` // "system:code", beside lists
	Group     string   `toml:"group"` // one feature over all members
	Each      string   `toml:"each"`  // one feature for each member
	Analyte   string   `toml:"analyte"`
	Analytes  []string `toml:"analytes"`   // one feature for each
	ValueFrom *float64 `toml:"value_from"` // in the analyte's unit
	ValueTo   *float64 `toml:"value_to"`
	Weights   string   `toml:"weights"`
	Within    []string `toml:"within"`

	Spells       []string `toml:"spells"`
	FirstOfCIS   bool     `toml:"first_of_cis"`
	NoAdmission  bool     `toml:"no_admission"`
	Attended     []int    `toml:"attended"`
	Readmission  int      `toml:"readmission"` // days
	Destinations []string `toml:"destinations"`
	Specialties  []string `toml:"specialties"` // "system:code"
	Arrivals     []string `toml:"arrivals"`    // "system:code"

	Categories []string `toml:"categories"`
	Current    bool     `toml:"current"`
	Terms      []string `toml:"terms"`

	Windows []int  `toml:"windows"`
	Gap     int    `toml:"gap"`
	Recent  int    `toml:"recent"`
	Pick    string `toml:"pick"`

	Aggregate string   `toml:"aggregate"`
	Absence   string   `toml:"absence"`
	Display   string   `toml:"display"`
	Area      string   `toml:"area"`
	Unit      string   `toml:"unit"`
	Why       string   `toml:"why"`
	Tests     []string `toml:"tests"`
	Since     string   `toml:"since"`
	Story     string   `toml:"story"`
}

type member struct {
	ID    string   `toml:"id"`
	Title string   `toml:"title"`
	Lists []string `toml:"lists"`
	Area  string   `toml:"area"`
}

type group struct {
	ID     string   `toml:"id"`
	Title  string   `toml:"title"`
	Member []member `toml:"member"`

	place string // where it is declared, in words
}

type file struct {
	Group   []group   `toml:"group"`
	Feature []entry   `toml:"feature"`
	Case    []example `toml:"case"`
}

// loader gathers what the files say, and every fault.
type loader struct {
	lib      *codelist.Library
	analytes *analyte.Table
	faults   Faults
	groups   map[string]group
	cat      *Catalogue
}

// Load reads the built-in catalogue. The error is a *Faults.
func Load(lib *codelist.Library, analytes *analyte.Table) (*Catalogue, error) {
	return LoadFS(builtIn, lib, analytes)
}

// LoadFS reads a catalogue from a directory of TOML files and weights/*.csv,
// in order of file name. The error is a *Faults with every fault of every file.
func LoadFS(dir fs.FS, lib *codelist.Library, analytes *analyte.Table) (*Catalogue, error) {
	return loadAll(lib, analytes, []Folder{{FS: dir}})
}

// LoadWith reads the built-in catalogue and then folders of more features, in
// their order, so that the built-in columns stay where they are. They may use
// the built-in groups; an id or a group that is declared twice is a fault. A
// folder without feature files adds nothing.
func LoadWith(lib *codelist.Library, analytes *analyte.Table, more ...Folder) (*Catalogue, error) {
	return loadAll(lib, analytes, append([]Folder{{FS: builtIn}}, more...))
}

// loadAll reads the first folder, which must hold features, and the others.
func loadAll(lib *codelist.Library, analytes *analyte.Table, folders []Folder) (*Catalogue, error) {
	l := &loader{lib: lib, analytes: analytes, groups: map[string]group{},
		cat: &Catalogue{byID: map[string]int{}, lists: map[string]string{}}}
	var all []text
	for i := range folders {
		f := &folders[i]
		names, err := f.files()
		if err != nil || len(names) == 0 && i == 0 {
			l.faults.add(f.place("."), 0, "file-missing", "there is no *.toml: add one")
			return nil, &l.faults
		}
		for _, name := range names {
			t := text{folder: f, name: f.place(name)}
			if t.bytes, t.file = l.decode(f, name); t.file != nil {
				l.readGroups(&t)
				l.readCases(&t)
				all = append(all, t)
			}
		}
	}
	for i := range all {
		t := &all[i]
		at := blocks(t.bytes, "feature")
		for k := range t.file.Feature {
			l.expand(block{t.folder, t.name, t.bytes, nth(at, k)}, &t.file.Feature[k])
		}
	}
	l.derive()
	if len(l.faults.List) > 0 {
		l.faults.sort()
		return nil, &l.faults
	}
	for _, x := range lib.Lists {
		l.cat.lists[x.Name] = x.Hash
	}
	for _, a := range analytes.List {
		l.cat.lists["analyte "+a.ID] = strings.Join(a.SNOMED, ",") + ";" + strings.Join(a.LOINC, ",")
	}
	l.cat.Hash = hash(l.cat.Definitions, l.cat.lists)
	return l.cat, nil
}

func (l *loader) decode(from *Folder, name string) ([]byte, *file) {
	text, err := engine.ReadText(from.FS, name)
	name = from.place(name)
	if err != nil {
		l.faults.add(name, 0, "file-unreadable", "cannot be read: %v", err)
		return nil, nil
	}
	f := &file{}
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(f); err != nil {
		var strict *toml.StrictMissingError
		var bad *toml.DecodeError
		switch {
		case errors.As(err, &strict):
			for _, e := range strict.Errors {
				line, _ := e.Position()
				l.faults.add(name, line, "unknown-key", "%s is not a key here: remove it or correct its spelling", strings.Join(e.Key(), "."))
			}
		case errors.As(err, &bad):
			line, _ := bad.Position()
			l.faults.add(name, line, "toml", "is not readable TOML: %v", err)
		default:
			l.faults.add(name, 0, "toml", "is not readable TOML: %v", err)
		}
		return nil, nil
	}
	return text, f
}

func (l *loader) readGroups(t *text) {
	name := t.name
	at := blocks(t.bytes, "group")
	for i, g := range t.file.Group {
		b := block{t.folder, name, t.bytes, nth(at, i)}
		if !idShape.MatchString(g.ID) || g.Title == "" || len(g.Member) == 0 {
			l.faults.add(name, b.line, "group-incomplete", "group %q needs a lower_snake id, a title and members", g.ID)
		}
		if other, twice := l.groups[g.ID]; twice {
			l.faults.add(name, b.line, "group-twice", "group %s is also declared at %s: keep one, or give this one another id", g.ID, other.place)
		}
		g.place = where(t.folder, name, b.line)
		seen := map[string]bool{}
		for _, m := range g.Member {
			line := b.after("id", m.ID)
			if !idShape.MatchString(m.ID) || m.Title == "" || len(m.Lists) == 0 {
				l.faults.add(name, line, "member-incomplete", "member %q of group %s needs a lower_snake id, a title and lists", m.ID, g.ID)
			}
			if seen[m.ID] {
				l.faults.add(name, line, "member-twice", "member %s of group %s is declared twice: keep one", m.ID, g.ID)
			}
			seen[m.ID] = true
			for _, x := range m.Lists {
				if l.lib.List(x) == nil {
					l.faults.add(name, line, "list-unknown", "member %s of group %s names code list %q, which does not exist", m.ID, g.ID, x)
				}
			}
		}
		l.groups[g.ID] = g
	}
}

var idShape = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// block is one entry's place in a file.
type block struct {
	folder *Folder
	file   string
	text   []byte
	line   int // of its header, from 1
}

// key gives the line of a key of the block, or of its header.
func (b block) key(key string) int { return b.find(key, "", func(h string) bool { return h != "" }) }

// after gives the line at or after the header of a group where key has the
// value.
func (b block) after(key, value string) int {
	return b.find(key, value, func(h string) bool { return h != "" && h != "group.member" })
}

func (b block) find(key, value string, stop func(header string) bool) int {
	lines := strings.Split(string(b.text), "\n")
	for i := b.line; i < len(lines) && b.line > 0; i++ {
		s := strings.TrimSpace(lines[i])
		if stop(header(s)) {
			break
		}
		if k, v, ok := strings.Cut(s, "="); ok && strings.TrimSpace(k) == key {
			if value == "" || strings.Trim(strings.TrimSpace(v), `"'`) == value {
				return i + 1
			}
		}
	}
	return b.line
}

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
