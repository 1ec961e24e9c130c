package codelist

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"leftshift/engine"
	"leftshift/features/declared"
)

const indexName = "lists.toml"

var listName = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// listSystems are the systems a list may have.
var listSystems = []string{SNOMED, ICD10, OPCS4, DMD, BNF, NHSDD}

// decode reads a TOML file; false means it is absent or cannot be read.
func decode(dir fs.FS, name string, required bool, into any, faults *Faults) bool {
	text, err := engine.ReadText(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		if required {
			faults.Add(name, 0, "file-missing", "there is no %s: add it", name)
		}
		return false
	}
	if err != nil {
		faults.Add(name, 0, "file-unreadable", "cannot be read: %v", err)
		return false
	}
	return declared.Read(name, text, into, faults)
}

// readLists reads every list of a directory; false means that lists.toml cannot
// be read, so that no list is known.
func readLists(dir fs.FS, lib *Library, faults *Faults) bool {
	var index indexFile
	if !decode(dir, indexName, true, &index, faults) {
		return false
	}
	sources := map[string]Source{}
	for i := range index.Source {
		s := &index.Source[i]
		line := s.Key("id")
		if _, twice := sources[s.ID]; twice && s.ID != "" {
			faults.Add(indexName, line, "source-twice", "source %q is declared twice: keep one", s.ID)
		}
		if s.Repository != "" && s.Licence == "" && !s.Broken("licence") {
			faults.Add(indexName, line, "source-incomplete", "source %q needs, with a repository, its licence (\"none stated\" is one)", s.ID)
		}
		for _, system := range slices.Sorted(maps.Keys(s.Release)) {
			if !contains(listSystems, system) || s.Release[system] == "" {
				faults.Add(indexName, line, "release", "source %q gives a release of system %q: use one of %s, and say which release", s.ID, system, words(listSystems))
			}
		}
		sources[s.ID] = Source{s.ID, s.Title, s.Repository, s.Licence, s.Note, s.Release}
	}
	for i := range index.List {
		e := &index.List[i]
		line := e.Key("name")
		if e.Broken("name") {
			continue
		}
		if !listName.MatchString(e.Name) {
			faults.Add(indexName, line, "list-name", "list name %q must be lower_snake", e.Name)
			continue
		}
		if lib.byName[e.Name] != nil {
			faults.Add(indexName, line, "list-twice", "list %s is declared twice: keep one", e.Name)
			continue
		}
		source, known := sources[e.Source]
		if !known && !e.Broken("source") {
			faults.Add(indexName, line, "source-unknown", "list %s names source %q, which is not declared: add a [[source]]", e.Name, e.Source)
		}
		if !contains(listSystems, e.System) && !e.Broken("system") {
			faults.Add(indexName, line, "system-unknown", "list %s has system %q: use one of %s", e.Name, e.System, words(listSystems))
		}
		m := Match(e.Match)
		if m != Exact && m != Prefix && !e.Broken("match") {
			faults.Add(indexName, line, "match-unknown", "list %s has match %q: use exact or prefix", e.Name, e.Match)
		}
		if m == Prefix && (e.System == SNOMED || e.System == DMD) {
			faults.Add(indexName, line, "match-prefix", "list %s matches %s identifiers by prefix, which has no meaning: use exact", e.Name, e.System)
		}
		if (e.Expression == "") != (e.Hierarchy == "") {
			faults.Add(indexName, line, "expression", "list %s needs both expression and hierarchy, or neither: take them from `leftshift codelist expand`", e.Name)
		}
		l := &List{Name: e.Name, Title: e.Title, System: e.System, Release: e.Release, Match: m, Source: source, Confirmation: e.Confirmation,
			Rule: e.Rule, Means: e.Means, Expression: e.Expression, Hierarchy: e.Hierarchy, line: line}
		if l.Release == "" {
			l.Release = source.Release[l.System]
		}
		if l.Release == "" {
			l.Release = NotStated
		}
		if a := (Approval{e.Name, e.ApprovedHash, e.ApprovedBy, e.ApprovedRole, e.ApprovedOn, e.ApprovedTo}); a != (Approval{List: e.Name}) {
			if text := a.fault(); text != "" {
				faults.Add(indexName, line, "approval", "list %s: approved_by, approved_role, approved_on, approved_until and approved_hash: %s", e.Name, text)
			}
			l.Approval = a
		}
		lib.byName[e.Name] = l
		lib.Lists = append(lib.Lists, l)
		readCodes(dir, l, faults)
		l.Hash = hashList(l)
	}
	files, _ := fs.Glob(dir, "lists/*.csv")
	for _, f := range files {
		if lib.byName[strings.TrimSuffix(path.Base(f), ".csv")] == nil {
			faults.Add(f, 0, "list-undeclared", "is not in %s: declare it there or remove the file", indexName)
		}
	}
	return true
}

func readCodes(dir fs.FS, l *List, faults *Faults) {
	name := "lists/" + l.Name + ".csv"
	text, err := engine.ReadText(dir, name)
	if err != nil {
		faults.Add(name, 0, "file-missing", "list %s has no file: add it", l.Name)
		return
	}
	parseCodes(name, text, l, faults)
}

// parseCodes fills a list's codes and terms from a CSV file.
func parseCodes(name string, text []byte, l *List, faults *Faults) {
	if !utf8.Valid(text) {
		faults.Add(name, 0, "utf-8", "is not UTF-8: save it as UTF-8")
		return
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil || len(head) != 2 || head[0] != "code" || head[1] != "term" {
		faults.Add(name, 1, "header", "the first line must be: code,term")
		return
	}
	l.Terms = map[string]string{}
	first := map[string]int{}
	misshapen := &Faults{}
	var wrong []string
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			var bad *csv.ParseError
			line := 0
			if errors.As(err, &bad) {
				line = bad.StartLine
			}
			faults.Add(name, line, "csv", "the row cannot be read: %v", err)
			break
		}
		line, _ := r.FieldPos(0)
		if len(row) != 2 {
			faults.Add(name, line, "columns", "the row has %d columns, not 2: quote a term that holds a comma", len(row))
			continue
		}
		code, term := row[0], row[1]
		if fault, id := codeFault(l.System, l.Match, code); fault != "" {
			misshapen.Add(name, line, id, "code %q %s: correct or remove it", code, fault)
			wrong = append(wrong, code)
			continue
		}
		if at, twice := first[code]; twice {
			faults.Add(name, line, "code-twice", "code %q is already on line %d: keep one", code, at)
			continue
		}
		first[code] = line
		l.Codes = append(l.Codes, code)
		if term != "" {
			l.Terms[code] = term
		}
	}
	if other := Guess(wrong); len(first) == 0 && other != "" {
		faults.Add(name, 0, "system-wrong", "every code looks like %s, and list %s says %s: correct its system, or the file", other, l.Name, l.System)
		return
	}
	faults.List = append(faults.List, misshapen.List...)
	if len(first) == 0 {
		faults.Add(name, 0, "list-empty", "has no codes: add some or remove the list")
	}
	sort.Strings(l.Codes)
}

// codeFault says what is wrong with a code as written in a list, "" for
// nothing, with the stable code of the fault.
func codeFault(system string, match Match, code string) (text, id string) {
	switch system {
	case SNOMED, DMD:
		return SNOMEDFault(code), "snomed-identifier"
	case ICD10:
		if match == Prefix && isICD10Prefix(code) {
			return "", ""
		}
		if n, ok := Normalise(ICD10, code); !ok || n != code {
			return "is not ICD-10 as lists write it (a letter, then digits, no dot and no filler)", "icd10-code"
		}
	case OPCS4:
		if n, ok := normaliseOPCS4(code); !ok || n != code {
			return "is not OPCS-4 as lists write it (a letter and two or three digits, no dot)", "opcs4-code"
		}
		if code[0] == 'I' { // OPCS-4 chapters are A to H and J to Z
			return "is in chapter I, which OPCS-4 does not have", "opcs4-code"
		}
	case BNF:
		if !bnfShape(match, code) {
			return "is not a BNF code as lists write it (chapter 01 to 23 in front; 2, 4, 6, 7, 9, 11 or 15 characters, no dots)", "bnf-code"
		}
	case NHSDD:
		if strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || code == "" || len(code) > 8 {
			return "is not a value of the NHS Data Dictionary as lists write it (at most eight capitals and digits)", "nhsdd-value"
		}
	default:
		if code == "" || code != strings.TrimSpace(code) {
			return "is empty or has spaces round it", "code-spaces"
		}
	}
	return "", ""
}

func contains(set []string, s string) bool {
	for _, x := range set {
		if x == s {
			return true
		}
	}
	return false
}
