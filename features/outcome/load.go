package outcome

import (
	"embed"
	"io/fs"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/declared"
)

//go:embed outcomes.toml
var builtIn embed.FS

const fileName = "outcomes.toml"

// loader gathers what the file says, and every fault.
type loader struct {
	lib      *codelist.Library
	features *catalogue.Catalogue
	faults   Faults
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
	l := &loader{lib: lib, features: features, faults: Faults{Of: "the outcomes have"}, cat: &Catalogue{}}
	text, err := engine.ReadText(dir, fileName)
	if err != nil {
		l.faults.Add(fileName, 0, "file-missing", "cannot be read: add it, or correct its permissions")
		return nil, l.faults.Err()
	}
	var f file
	if !declared.Read(fileName, text, &f, &l.faults) {
		return nil, l.faults.Err()
	}
	if len(f.Outcome) == 0 {
		l.faults.Add(fileName, 0, "file-empty", "has no [[outcome]]: add one")
	}
	for i := range f.Outcome {
		e := &f.Outcome[i]
		o := l.outcome(block{l, &e.Place}, e)
		l.check(block{l, &e.Place}, e, &o)
		l.cat.Outcomes = append(l.cat.Outcomes, o)
	}
	for i := range f.Outcome {
		l.checkReferences(block{l, &f.Outcome[i].Place}, i)
	}
	if err := l.faults.Err(); err != nil {
		return nil, err
	}
	l.cat.Hash = hash(l.cat, lib)
	return l.cat, nil
}

// outcome takes over what is written; names that do not exist are faults.
func (l *loader) outcome(b block, e *entry) Outcome {
	o := Outcome{ID: e.ID, Title: e.Title, Sentence: e.Sentence, Source: Source(e.Source), FirstOfCIS: e.FirstOfCIS, Nights: e.Nights, New: e.New,
		FromAge: e.FromAge, DischargedWithin: e.DischargedWithin, Of: e.Of, Horizons: e.Horizons, Gap: e.Gap,
		Why: e.Why, Tests: e.Tests, Line: b.at.Line}
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
	for i := range e.Cause {
		o.Causes = append(o.Causes, l.cause(block{l, &e.Cause[i].Place}, e.ID, &e.Cause[i]))
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

// block is the place of an entry.
type block struct {
	l  *loader
	at *declared.Place
}

// fault is at the line of a key, or of the entry's header; none is told of a
// key of which one was told when it was read.
func (b block) fault(key, code, text string, args ...any) {
	if !b.at.Broken(key) {
		b.l.faults.Add(fileName, b.at.Key(key), code, text, args...)
	}
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
