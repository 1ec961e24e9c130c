package outcome

import (
	"bytes"
	"embed"
	"errors"
	"io/fs"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
)

//go:embed outcomes.toml
var builtIn embed.FS

const fileName = "outcomes.toml"

// entry is one [[outcome]] as written.
type entry struct {
	ID               string   `toml:"id"`
	Title            string   `toml:"title"`
	Sentence         string   `toml:"sentence"`
	Source           string   `toml:"source"`
	Spells           []string `toml:"spells"`
	Attended         []int    `toml:"attended"`
	FirstOfCIS       bool     `toml:"first_of_cis"`
	Nights           int      `toml:"nights"`
	Cause            []cause  `toml:"cause"`
	Kinds            []string `toml:"kinds"`
	Lists            []string `toml:"lists"`
	Codes            []string `toml:"codes"`
	MembersOf        string   `toml:"members_of"`
	New              bool     `toml:"new"`
	FromAge          int      `toml:"from_age"`
	DischargedWithin int      `toml:"discharged_within"`
	DischargedFrom   []string `toml:"discharged_from"`
	Of               []string `toml:"of"`
	Horizons         []int    `toml:"horizons"`
	Gap              int      `toml:"gap"`
	Competing        []string `toml:"competing"`
	Recurrence       string   `toml:"recurrence"`
	Freeze           *int     `toml:"freeze"`
	Why              string   `toml:"why"`
	Since            string   `toml:"since"`
	Tests            []string `toml:"tests"`
}

type cause struct {
	Lists         []string `toml:"lists"`
	Codes         []string `toml:"codes"`
	Positions     []string `toml:"positions"`
	With          []string `toml:"with"`
	WithPositions []string `toml:"with_positions"`
	Without       []string `toml:"without"`
}

// loader gathers what the file says, and every fault.
type loader struct {
	lib      *codelist.Library
	features *catalogue.Catalogue
	faults   Faults
	lines    []string
	cat      *Catalogue
}

// Load reads the built-in outcomes. lib holds the code lists that they name,
// features the catalogue whose conditions they take. The error is a *Faults.
func Load(lib *codelist.Library, features *catalogue.Catalogue) (*Catalogue, error) {
	return LoadFS(builtIn, lib, features)
}

// LoadFS reads outcomes.toml of a directory. The error is a *Faults with every
// fault of the file.
func LoadFS(dir fs.FS, lib *codelist.Library, features *catalogue.Catalogue) (*Catalogue, error) {
	l := &loader{lib: lib, features: features, cat: &Catalogue{}}
	text, err := fs.ReadFile(dir, fileName)
	if err != nil {
		l.faults.add(fileName, 0, "file-missing", "cannot be read: add it, or correct its permissions")
		return nil, &l.faults
	}
	l.lines = strings.Split(string(text), "\n")
	var file struct {
		Outcome []entry `toml:"outcome"`
	}
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&file); err != nil {
		l.undecodable(err)
		return nil, &l.faults
	}
	if len(file.Outcome) == 0 {
		l.faults.add(fileName, 0, "file-empty", "has no [[outcome]]: add one")
	}
	at := l.headers(0, len(l.lines), "[[outcome]]")
	for i := range file.Outcome {
		end := len(l.lines)
		if i+1 < len(at) {
			end = at[i+1] - 1
		}
		b := block{l, at[i], end}
		o := l.outcome(b, &file.Outcome[i])
		l.check(b, &file.Outcome[i], &o)
		l.cat.Outcomes = append(l.cat.Outcomes, o)
	}
	for i := range file.Outcome {
		end := len(l.lines)
		if i+1 < len(at) {
			end = at[i+1] - 1
		}
		l.checkReferences(block{l, at[i], end}, i)
	}
	if len(l.faults.List) > 0 {
		l.faults.sort()
		return nil, &l.faults
	}
	l.cat.Hash = hash(l.cat, lib)
	return l.cat, nil
}

func (l *loader) undecodable(err error) {
	var strict *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case errors.As(err, &strict):
		for _, e := range strict.Errors {
			line, _ := e.Position()
			l.faults.add(fileName, line, "unknown-key", "%s is not a key here: remove it or correct its spelling", strings.Join(e.Key(), "."))
		}
	case errors.As(err, &bad):
		line, _ := bad.Position()
		l.faults.add(fileName, line, "toml", "is not readable TOML: %v", err)
	default:
		l.faults.add(fileName, 0, "toml", "is not readable TOML: %v", err)
	}
}

// outcome takes over what is written; names that do not exist are faults.
func (l *loader) outcome(b block, e *entry) Outcome {
	o := Outcome{ID: e.ID, Title: e.Title, Sentence: e.Sentence, Source: Source(e.Source), FirstOfCIS: e.FirstOfCIS, Nights: e.Nights, New: e.New,
		FromAge: e.FromAge, DischargedWithin: e.DischargedWithin, Of: e.Of, Horizons: e.Horizons, Gap: e.Gap,
		Why: e.Why, Tests: e.Tests, Line: b.line}
	o.Spells = kinds[engine.SpellKind](b, e.ID, "spells", e.Spells, engine.SpellKinds())
	o.DischargedFrom = kinds[engine.SpellKind](b, e.ID, "discharged_from", e.DischargedFrom, engine.SpellKinds())
	o.Kinds = kinds[engine.EventKind](b, e.ID, "kinds", e.Kinds, engine.EventKinds())
	for _, a := range e.Attended {
		if a < 1 || a > 31 {
			b.fault("attended", "attended", "%s has attended = %d: expected codes from 1 to 31", e.ID, a)
			continue
		}
		o.Attended = append(o.Attended, uint8(a))
	}
	for _, c := range e.Competing {
		if c != "death" && c != "leaving" {
			o.Competing = append(o.Competing, c)
		}
	}
	if e.Freeze != nil {
		o.Freeze = *e.Freeze
	}
	o.Since, _ = engine.ParseDay(e.Since)
	at := l.headers(b.line, b.end, "[[outcome.cause]]")
	for i, c := range e.Cause {
		o.Causes = append(o.Causes, l.cause(block{l, at[i], b.end}, e.ID, &c))
	}
	switch {
	case e.MembersOf != "":
		d := l.features.Find(e.MembersOf)
		if d == nil || len(d.Members) == 0 {
			b.fault("members_of", "feature-unknown", "%s takes the members of feature %q: expected a feature of a group", e.ID, e.MembersOf)
			break
		}
		if len(e.Kinds)+len(e.Lists)+len(e.Codes) > 0 {
			b.fault("members_of", "members-twice", "%s takes kinds and codes from feature %s: expected no kinds, lists or codes of its own", e.ID, e.MembersOf)
		}
		o.Kinds = d.Kinds
		for _, m := range d.Members {
			o.Members = append(o.Members, Member{m.ID, Codes{m.Lists, m.Codes}})
		}
	case len(e.Lists)+len(e.Codes) > 0:
		o.Members = []Member{{e.ID, Codes{e.Lists, e.Codes}}}
		l.codes(b, e.ID, "lists", "codes", e.Lists, e.Codes)
	}
	return o
}

func (l *loader) cause(b block, id string, c *cause) Cause {
	if len(c.Lists)+len(c.Codes) == 0 {
		b.fault("lists", "cause-empty", "a cause of %s names no codes: expected lists or codes", id)
	}
	l.codes(b, id, "lists", "codes", c.Lists, c.Codes)
	l.codes(b, id, "lists", "with", nil, c.With)
	l.codes(b, id, "lists", "without", nil, c.Without)
	if len(c.WithPositions) > 0 && len(c.With) == 0 {
		b.fault("with_positions", "cause-with", "a cause of %s has with_positions: expected with, the codes that they are of", id)
	}
	return Cause{Codes{c.Lists, c.Codes}, kinds[Position](b, id, "positions", c.Positions, positionNames), c.With,
		kinds[Position](b, id, "with_positions", c.WithPositions, positionNames), c.Without}
}

// codes checks the names of lists and the shape of codes.
func (l *loader) codes(b block, id, listKey, codeKey string, lists, codes []string) {
	for _, x := range lists {
		if l.lib.List(x) == nil {
			b.fault(listKey, "list-unknown", "%s names code list %q, which does not exist: expected a list of the library", id, x)
		}
	}
	for _, x := range codes {
		if _, _, _, ok := parseCode(x); !ok {
			b.fault(codeKey, "code", "%s names code %q: expected system:code, or system:prefix* for icd10, opcs4 and bnf", id, x)
		}
	}
}

// parseCode reads "system:code" or "system:prefix*".
func parseCode(s string) (system engine.System, code string, prefix, ok bool) {
	name, code, found := strings.Cut(s, ":")
	system = engine.ParseSystem(name)
	code, prefix = strings.CutSuffix(code, "*")
	if !found || code == "" || system == engine.NoSystem || prefix && system != engine.ICD10 && system != engine.OPCS4 && system != engine.BNF {
		return 0, "", false, false
	}
	if !prefix {
		n, good := codelist.Normalise(name, code)
		return system, code, false, good && n == code
	}
	return system, code, true, strings.ToUpper(code) == code
}

// block is one entry's place in the file: lines line to end, from 1.
type block struct {
	l         *loader
	line, end int
}

// fault is at the line of a key, or of the entry's header.
func (b block) fault(key, code, text string, args ...any) {
	b.l.faults.add(fileName, b.key(key), code, text, args...)
}

func (b block) key(key string) int {
	for i := b.line; i < b.end; i++ {
		if k, _, ok := strings.Cut(b.l.lines[i], "="); ok && strings.TrimSpace(k) == key {
			return i + 1
		}
	}
	return b.line
}

// headers gives the lines (from 1) of a header between two lines.
func (l *loader) headers(from, to int, header string) []int {
	var out []int
	for i := from; i < to; i++ {
		if strings.TrimSpace(l.lines[i]) == header {
			out = append(out, i+1)
		}
	}
	return out
}

// kinds reads names as their numbers.
func kinds[T ~uint8](b block, id, key string, names, all []string) []T {
	var out []T
	for _, n := range names {
		found := false
		for i, a := range all {
			if a == n && n != "" {
				out, found = append(out, T(i)), true
			}
		}
		if !found {
			known := all
			if known[0] == "" {
				known = known[1:]
			}
			b.fault(key, "name-unknown", "%s has %s = %q: expected one of %s", id, key, n, strings.Join(known, ", "))
		}
	}
	return out
}
