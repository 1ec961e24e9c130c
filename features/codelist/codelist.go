// Package codelist holds the code lists: sets of clinical codes that give a
// word such as "asthma" its meaning in data.
//
// A list is a file lists/<name>.csv with the columns code and term, and an
// entry in lists.toml that says its system and release, how its codes are
// matched, where it came from, under which licence, how far it was confirmed,
// which lists end, decline or outdate it, and which clinician approved it until
// when. sensitive.toml says which lists only a clinician may see by name. All of
// them are data: to change one, change the file, and its hash changes with it.
// Measurements are not lists: package engine/analyte declares them.
//
// Load reads what is built in; LoadFS reads another directory of the same
// shape, for lists kept by a care system; With adds the approvals of a site.
// Every fault in every file is reported at once, with file and line.
package codelist

import (
	"embed"
	"io/fs"
	"sort"
	"strings"
)

// Code systems, in the words that the rest of the program uses for them.
const (
	SNOMED = "snomed" // SNOMED CT concept identifiers, UK edition
	ICD10  = "icd10"  // ICD-10 5th edition, no dot, no filler
	OPCS4  = "opcs4"  // OPCS-4, no dot
	DMD    = "dmd"    // dm+d identifiers
	BNF    = "bnf"    // BNF section or presentation codes
	NHSDD  = "nhsdd"  // NHS Data Dictionary values
)

// Match says how a record's code meets a list's codes.
type Match string

const (
	Exact  Match = "exact"  // equal, character for character
	Prefix Match = "prefix" // the record's code starts with a code of the list
)

// Source is where lists came from. Repository is empty for a list that this
// project wrote from the classification itself.
type Source struct {
	ID         string
	Title      string
	Repository string
	Licence    string
	Note       string
	Release    map[string]string // release of each code system that its codes were read from; nil not stated
}

// NotStated is the release of a list where neither it nor its source says one.
const NotStated = "not stated"

// List is one code list. It is not changed after Load.
type List struct {
	Name         string // lower_snake, unique
	Title        string
	System       string // one of the constants of this package
	Release      string // release of the system, as "5th edition"; NotStated
	Match        Match
	Source       Source
	Confirmation string // how many sources were read and whether they agree
	Rule         string // what the list does not say by itself; "" for nothing
	Means        Means  // which other lists change what this one says
	Expression   string // what Expand made the codes from, such as "<<73211009"; "" chosen one by one
	Hierarchy    string // hex SHA-256 of the relationships that Expand read; "" as above
	Approval     Approval

	Codes []string          // in byte order, unique, never empty
	Terms map[string]string // term of a code; no key when the source gave none
	Hash  string            // hex SHA-256 of system, release, match and codes

	line int // of its name in lists.toml
}

// Library is every list, with the topics that are sensitive.
type Library struct {
	Lists  []*List // in order of name
	Topics []Topic // in file order
	Hash   string  // hex SHA-256 over both

	byName    map[string]*List
	sensitive map[string][]string   // list name -> topic ids, in file order
	site      map[string][]Approval // approvals of the site, by list
}

//go:embed lists.toml sensitive.toml lists/*.csv
var builtIn embed.FS

// Load reads the built-in library. An error is a *Faults and means that the
// program was built from faulty data.
func Load() (*Library, error) { return LoadFS(builtIn) }

// LoadFS reads a library from a directory that holds lists.toml, lists/*.csv
// and, when it has one, sensitive.toml. The error is a *Faults with every fault
// of every file.
func LoadFS(dir fs.FS) (*Library, error) {
	faults := newFaults()
	lib := &Library{byName: map[string]*List{}, sensitive: map[string][]string{}}
	all := lib.byName
	if !readLists(dir, lib, faults) {
		all = nil
	}
	checkMeans(lib.Lists, lib.byName, faults)
	readTopics(dir, lib, all, faults)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	sort.Slice(lib.Lists, func(i, j int) bool { return lib.Lists[i].Name < lib.Lists[j].Name })
	lib.Hash = hashLibrary(lib)
	return lib, nil
}

// List gives a list by name, or nil when there is none.
func (l *Library) List(name string) *List { return l.byName[name] }

// Has says whether a record's code is on the list. ICD-10 and OPCS-4 codes
// are normalised first; a code that cannot be one of the list's system is not
// on it.
func (l *List) Has(code string) bool {
	code, ok := Normalise(l.System, code)
	if !ok {
		return false
	}
	if l.Match == Exact {
		return l.holds(code)
	}
	for n := 1; n <= len(code); n++ {
		if l.holds(code[:n]) {
			return true
		}
	}
	return false
}

func (l *List) holds(code string) bool {
	i := sort.SearchStrings(l.Codes, code)
	return i < len(l.Codes) && l.Codes[i] == code
}

// words joins with commas and a closing "and".
func words(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}
