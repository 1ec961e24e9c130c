package gap

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"slices"

	"leftshift/engine"
	"leftshift/engine/risklist"
	"leftshift/features/catalogue"
	"leftshift/features/declared"
	"leftshift/features/matrix"
)

//go:embed gaps.toml
var builtIn embed.FS

const fileName = "gaps.toml"

// Faults are what is wrong with gaps.toml.
type Faults = declared.Faults

type loader struct {
	features *catalogue.Catalogue
	faults   Faults
}

// Load reads the built-in gaps over the features of a catalogue. The error is a
// *Faults.
func Load(features *catalogue.Catalogue) (*Catalogue, error) { return LoadFS(builtIn, features) }

// LoadFS reads gaps.toml of a directory. Every code of risklist.Gaps must be in
// it, once. The error is a *Faults with every fault of the file.
func LoadFS(dir fs.FS, features *catalogue.Catalogue) (*Catalogue, error) {
	l := &loader{features: features, faults: Faults{Of: "the gaps have"}}
	text, err := engine.ReadText(dir, fileName)
	if err != nil {
		l.faults.Add(fileName, 0, "file-missing", "cannot be read: add it, or correct its permissions")
		return nil, l.faults.Err()
	}
	var f file
	if !declared.Read(fileName, text, &f, &l.faults) {
		return nil, l.faults.Err()
	}
	out := &Catalogue{}
	for i := range f.Gap {
		g := l.gap(&f.Gap[i])
		if g.Code != risklist.NoGapCode && out.Find(g.Code) != nil {
			l.faults.Add(fileName, g.Line, "gap-twice", "%s is declared twice: keep one, with every way", g.Code)
		}
		out.Gaps = append(out.Gaps, g)
	}
	for _, code := range risklist.Gaps() {
		if out.Find(code) == nil && l.faults.Err() == nil {
			l.faults.Add(fileName, 0, "gap-missing", "has no [[gap]] %s: add it", code)
		}
	}
	if err := l.faults.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(out.Gaps, func(a, b Gap) int { return int(a.Code) - int(b.Code) })
	out.Hash = hash(out, features)
	return out, nil
}

func (l *loader) gap(e *entry) Gap {
	g := Gap{Title: e.Title, Why: e.Why, Line: e.Line}
	if codes, err := risklist.ParseGaps([]string{e.ID}); err == nil {
		g.Code = codes[0]
	} else if !e.Broken("id") {
		l.faults.Add(fileName, e.Key("id"), "gap-unknown", "%q is not a gap that lists know: give one of those of package risklist", e.ID)
	}
	switch e.Class {
	case "", risklist.CareTeam.String():
	case risklist.Clinicians.String():
		g.Class = risklist.Clinicians
	default:
		l.faults.Add(fileName, e.Key("class"), "class", "%s has class = %q: expected care_team or clinicians", e.ID, e.Class)
	}
	g.Class = max(g.Class, g.Code.Class())
	for i := range e.When {
		g.Whens = append(g.Whens, l.when(e, &e.When[i], g.Class))
	}
	return g
}

func (l *loader) when(g *entry, e *when, class risklist.Class) When {
	w := When{Never: e.Never, Since: e.Since, After: e.After, Evidence: e.Evidence, Class: class, Line: e.Line}
	var ok bool
	if w.Term, ok = catalogue.ParseTerm(e.Holds); !ok && !e.Broken("holds") {
		l.faults.Add(fileName, e.Key("holds"), "term", "%s: cannot read %q: write features, each alone or with >= or < and a number, joined by & and |", g.ID, e.Holds)
	}
	for _, id := range w.reads() {
		d := l.features.Find(id)
		switch {
		case d == nil:
			l.faults.Add(fileName, e.Line, "feature-unknown", "%s reads feature %q, which does not exist", g.ID, id)
			continue
		case d.Source == catalogue.Derived && d.Absence == matrix.AbsenceZero:
			l.faults.Add(fileName, e.Line, "feature-bound", "%s reads feature %s, which can be a lower bound: read what it is derived of", g.ID, id)
		}
		if d.Display == matrix.DisplayClinician {
			w.Class = risklist.Clinicians
		}
	}
	for _, id := range e.Never {
		if d := l.features.Find(id); d != nil && (d.Aggregate != catalogue.DaysSince || d.Days != catalogue.Ever) {
			l.faults.Add(fileName, e.Key("never"), "never", "%s has never = %s: expected times since something (days_since) over the whole record", g.ID, id)
		}
	}
	d := l.features.Find(e.Since)
	if d != nil && !d.Dated() {
		l.faults.Add(fileName, e.Key("since"), "since", "%s has since = %s, which has no day: expected a dated feature", g.ID, e.Since)
	}
	if e.After < 0 || e.After > 0 && (d == nil || d.Aggregate != catalogue.DaysSince) {
		l.faults.Add(fileName, e.Key("after"), "after", "%s has after = %d: expected days from 0, with a since that is a time since something", g.ID, e.After)
	}
	return w
}

func hash(c *Catalogue, features *catalogue.Catalogue) string {
	h := sha256.New()
	for _, g := range c.Gaps {
		g.Line = 0
		g.Whens = slices.Clone(g.Whens)
		for k := range g.Whens {
			g.Whens[k].Line = 0
		}
		text, err := json.Marshal(g)
		if err != nil {
			panic(err) // no value of the type cannot be written
		}
		h.Write(append(text, '\n'))
	}
	part := features.Subset(c.Features())
	h.Write([]byte(part.Hash + part.Words))
	return hex.EncodeToString(h.Sum(nil))
}
