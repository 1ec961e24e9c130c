package catalogue

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/features/codelist"
	"leftshift/features/matrix"
)

// facts are the statuses of things that are so or were done.
var facts = []engine.Status{engine.NoStatus, engine.Active, engine.Ended, engine.Completed}

// WindowWords says a window for a title ("last 12 months") and for a sentence
// ("in the last 12 months").
func WindowWords(days int) (title, in string) {
	switch days {
	case Ever:
		return "whole record", "on record"
	case 1:
		title = "last day"
	case 365:
		title = "last 12 months"
	case 730:
		title = "last 2 years"
	case 1095:
		title = "last 3 years"
	case 1825:
		title = "last 5 years"
	case 3650:
		title = "last 10 years"
	default:
		title = fmt.Sprintf("last %d days", days)
	}
	return title, "in the " + title
}

// expand makes the definitions of an entry: for each analyte or member, for
// each window.
func (l *loader) expand(b block, e *entry) {
	before := len(l.faults.List)
	if e.ID == "" {
		e.ID = "the feature" // that it has no id was told
	}
	l.subjects(b, e)
	type subject struct {
		id, title, area, analyte, unit string
		decimals                       int
		members                        []Member
		lost                           bool // what it is of is not known: the rest is checked all the same
	}
	subjects, faulty := []subject{{}}, e.Faulty()
	for _, k := range []string{"each", "analytes", "windows"} {
		if e.Broken(k) {
			l.lose(e)
		}
	}
	switch {
	case e.Each != "":
		g, ok := l.groups[e.Each]
		if !ok {
			l.fault(b, "each", "group-unknown", "%s: there is no group %q%s", e.ID, e.Each, l.meantGroup(e.Each))
			l.lose(e)
			e.Spoil("each")
			break
		}
		subjects, faulty = nil, g.faulty
		for _, m := range g.Member {
			subjects = append(subjects, subject{id: m.ID, title: m.Title, area: m.Area, members: []Member{{ID: m.ID, Title: m.Title, Lists: m.Lists}}})
		}
	case e.Group != "":
		g, ok := l.groups[e.Group]
		if !ok {
			l.fault(b, "group", "group-unknown", "%s: there is no group %q%s", e.ID, e.Group, l.meantGroup(e.Group))
			e.Spoil("group")
			break
		}
		faulty = g.faulty
		for _, m := range g.Member {
			subjects[0].members = append(subjects[0].members, Member{ID: m.ID, Title: m.Title, Lists: m.Lists})
		}
	case len(e.Lists)+len(e.Codes) > 0:
		for i, x := range e.Lists {
			if l.lib.List(x) == nil {
				l.faults.add(b.file, e.Nth("lists", i), "list-unknown", "%s names code list %q, which does not exist%s", e.ID, x, l.meantList(x))
			}
		}
		subjects[0].members = []Member{{Lists: e.Lists, Codes: l.codes(b, e, "codes", e.Codes)}}
	case e.Analyte != "" || len(e.Analytes) > 0:
		key := "analytes"
		names := e.Analytes
		if e.Analyte != "" {
			key, names = "analyte", append([]string{e.Analyte}, names...)
		}
		subjects = nil
		var wrong []string
		for i, id := range names {
			a := l.analytes.ByID(id)
			if a == nil {
				l.faults.add(b.file, e.Nth(key, i), "analyte-unknown", "%s names analyte %q, which does not exist%s", e.ID, id, l.meantAnalyte(id))
				wrong = append(wrong, key)
				subjects = append(subjects, subject{id: id, title: id, analyte: id, lost: true})
				continue
			}
			if slices.Contains(names[:i], id) {
				l.faults.add(b.file, e.Nth(key, i), "twice", "analytes has %q twice: keep one", id)
				continue
			}
			subjects = append(subjects, subject{id: id, title: a.Title, analyte: id, unit: unitOf(a), decimals: a.Decimals})
		}
		for _, key := range wrong {
			e.Spoil(key)
			l.lose(e)
		}
	}
	var windows []int
	for i, w := range e.Windows {
		if slices.Contains(windows, w) {
			l.faults.add(b.file, e.Nth("windows", i), "twice", "%s: windows has %d twice: keep one", e.ID, w)
			continue
		}
		windows = append(windows, w)
	}
	if len(windows) == 0 {
		windows = []int{Ever}
		if e.Source != string(Demographic) && e.Source != string(Derived) && !e.Broken("source") {
			l.fault(b, "windows", "window-missing", "%s needs windows in days; 0 is the whole record", e.ID)
		}
	}
	for _, s := range subjects {
		for _, w := range windows {
			if b.folder.Name != "" {
				if l.local++; l.local == MaxLocal+1 {
					l.faults.add(b.file, b.line, "too-many", "the site's own files make more than %d features by this entry: ask fewer windows or members", MaxLocal)
				}
				if l.local > MaxLocal {
					return
				}
			}
			d := l.definition(b, e)
			d.Members, d.Analyte, d.Decimals, d.Days = s.members, s.analyte, s.decimals, w
			d.ByMember = e.Group != "" && (d.Aggregate == Started || d.Aggregate == Stopped)
			if s.area != "" {
				d.Area = s.area
			}
			if a := l.analytes.ByID(s.analyte); d.Unit == "{unit}" || a != nil && d.Unit == a.Unit {
				d.Unit = s.unit
			}
			wid := fmt.Sprintf("%dd", w)
			if w == Ever {
				wid = "ever"
			}
			title, in := WindowWords(w)
			r := strings.NewReplacer("{w}", wid, "{window}", title, "{in}", in, "{member}", s.id, "{name}", s.title, "{Name}", capital(s.title))
			d.ID, d.Title, d.Sentence, d.None, d.Unknown = r.Replace(e.ID), r.Replace(e.Title), r.Replace(e.Sentence), r.Replace(e.None), r.Replace(e.Unknown)
			if d.Story = r.Replace(e.Story); d.Story == "" {
				d.Story = windowEnd.ReplaceAllString(d.ID, "")
			}
			l.bound(b, e, &d)
			l.weigh(b, e, &d)
			l.hide(&d)
			l.check(b, e, &d)
			if len(l.faults.List) > before || faulty || s.lost {
				l.faulty[d.ID] = true
			}
			if e.Broken("id") || s.lost {
				continue
			}
			if other, twice := l.cat.byID[d.ID]; twice {
				o := l.cat.Definitions[other]
				switch {
				case o.File == d.File && o.Line == d.Line && o.Days != d.Days:
					l.fault(b, "id", "id-twice", "%s is the id of more than one of its windows: add {w} to it, as %s_{w}", d.ID, e.ID)
				case o.File == d.File && o.Line == d.Line:
					l.fault(b, "id", "id-twice", "%s is the id of more than one of its members: add {member} to it, as %s_{member}", d.ID, e.ID)
				case o.Origin == "" && b.folder.Name != "":
					l.fault(b, "id", "id-twice", "%s is also declared at the built-in %s:%d: give this one another id", d.ID, o.File, o.Line)
				default:
					l.fault(b, "id", "id-twice", "%s is also declared at %s:%d: give this one another id", d.ID, o.File, o.Line)
				}
				l.faulty[d.ID] = true
				continue
			}
			if len(d.Terms) > 0 {
				l.terms[d.ID] = e
			}
			l.cat.byID[d.ID] = len(l.cat.Definitions)
			l.cat.Definitions = append(l.cat.Definitions, d)
		}
	}
}

// subjects refuses an entry that says in two ways of what it is.
func (l *loader) subjects(b block, e *entry) {
	var given []string
	for _, k := range []struct {
		key  string
		said bool
	}{{"each", e.Each != ""}, {"group", e.Group != ""}, {"lists", len(e.Lists)+len(e.Codes) > 0}, {"analyte", e.Analyte != "" || len(e.Analytes) > 0}} {
		if k.said {
			given = append(given, k.key)
		}
	}
	if len(given) > 1 {
		l.fault(b, given[1], "subjects", "%s has %s: keep one, for only one is read", e.ID, strings.Join(given, " and "))
	}
}

// lose notes that the ids of an entry are not known, for a fault of what they
// are made of.
func (l *loader) lose(e *entry) {
	shape := regexp.QuoteMeta(e.ID)
	for _, part := range []string{"{w}", "{member}"} {
		shape = strings.ReplaceAll(shape, regexp.QuoteMeta(part), "[a-z0-9_]+")
	}
	if strings.Contains(e.ID, "{") && !e.Broken("id") {
		l.cat.lost = append(l.cat.lost, regexp.MustCompile("^"+shape+"$"))
		e.Spoil("id")
	}
}

// fault adds a fault of a key of an entry, unless one was told when the key was
// read.
func (l *loader) fault(b block, key, code, text string, args ...any) {
	if !b.place.Broken(key) {
		l.faults.add(b.file, b.key(key), code, text, args...)
	}
}

func (l *loader) meantGroup(name string) string {
	return meant(name, slices.Sorted(maps.Keys(l.groups)))
}

func (l *loader) meantAnalyte(name string) string {
	known := make([]string, len(l.analytes.List))
	for i, a := range l.analytes.List {
		known[i] = a.ID
	}
	return meant(name, known)
}

// definition takes over what does not change between an entry's definitions.
func (l *loader) definition(b block, e *entry) Definition {
	d := Definition{Source: Source(e.Source), Item: Item(e.Item), FirstOfCIS: e.FirstOfCIS, NoAdmission: e.NoAdmission,
		Gap: e.Gap, Recent: e.Recent, Pick: e.Pick, Aggregate: Aggregate(e.Aggregate), Area: e.Area, Unit: e.Unit, Why: e.Why,
		Tests: e.Tests, Since: e.Since, Current: e.Current, Readmission: e.Readmission, Destinations: e.Destinations,
		File: b.file, Line: b.line, Origin: b.folder.Name}
	for _, i := range l.names(b, e, "kinds", e.Kinds, engine.EventKinds()) {
		d.Kinds = append(d.Kinds, engine.EventKind(i))
	}
	for _, i := range l.names(b, e, "status", e.Status, engine.StatusNames()) {
		d.Statuses = append(d.Statuses, engine.Status(i))
	}
	if len(e.Status) == 0 && (d.Source == Event || d.Source == Document) {
		d.Statuses = facts
	}
	for _, i := range l.names(b, e, "modes", e.Modes, engine.ModeNames()) {
		d.Modes = append(d.Modes, engine.Mode(i))
	}
	for _, i := range l.names(b, e, "positions", e.Positions, []string{"none", "primary", "secondary"}) {
		d.Positions = append(d.Positions, [...]Position{NoPosition, Primary, Secondary}[i])
	}
	for _, i := range l.names(b, e, "spells", e.Spells, engine.SpellKinds()) {
		d.Spells = append(d.Spells, engine.SpellKind(i))
	}
	for _, i := range l.names(b, e, "within", e.Within, engine.SpellKinds()) {
		d.Within = append(d.Within, engine.SpellKind(i))
	}
	for _, i := range l.names(b, e, "categories", e.Categories, engine.DocumentNames()) {
		d.Categories = append(d.Categories, Category(i))
	}
	d.Specialties = l.codes(b, e, "specialties", e.Specialties)
	d.Arrivals = l.codes(b, e, "arrivals", e.Arrivals)
	for i, t := range e.Terms {
		d.Terms = append(d.Terms, l.term(b, e, i, t))
	}
	for _, a := range e.Attended {
		if a < 0 || a > 31 {
			l.fault(b, "attended", "attended", "%s: attended codes are 0 to 31", e.ID)
			continue
		}
		d.Attended = append(d.Attended, uint8(a))
	}
	switch e.Absence {
	case "zero":
		d.Absence = matrix.AbsenceZero
	case "unknown":
		d.Absence = matrix.AbsenceUnknown
	default:
		l.fault(b, "absence", "absence", "%s needs absence = \"zero\" or \"unknown\"", e.ID)
		e.Spoil("absence")
	}
	switch e.Display {
	case "team":
		d.Display = matrix.DisplayTeam
	case "clinician":
		d.Display = matrix.DisplayClinician
	default:
		l.fault(b, "display", "display", "%s needs display = \"team\" or \"clinician\"", e.ID)
		e.Spoil("display")
	}
	return d
}

// codes checks codes written "system:code".
func (l *loader) codes(b block, e *entry, key string, codes []string) []string {
	for i, c := range codes {
		system, code, _ := strings.Cut(c, ":")
		n, ok := codelist.Normalise(system, code)
		switch text := codelist.CodeFault(system, n); {
		case engine.ParseSystem(system) == engine.NoSystem || code == "":
			l.faults.add(b.file, b.place.Nth(key, i), "code", "%s names %q, which is no code: write system:code, as snomed:217082002", e.ID, c)
		case text != "":
			l.faults.add(b.file, b.place.Nth(key, i), "code", "%s names %s, which %s: correct it", e.ID, c, text)
		case !ok || n != code:
			l.faults.add(b.file, b.place.Nth(key, i), "code", "%s names %s: write it as %s:%s", e.ID, c, system, n)
		}
	}
	return codes
}

// bound scales the bounds of a value to whole numbers of the analyte's scale.
func (l *loader) bound(b block, e *entry, d *Definition) {
	scale := func(key string, x *float64) *int64 {
		if x == nil || l.analytes.ByID(d.Analyte) == nil {
			return nil
		}
		v := *x * math.Pow10(d.Decimals)
		n := int64(math.Round(v))
		if math.Abs(v-float64(n)) > 1e-6 || n < -1<<20 || n > 1<<20 {
			l.fault(b, key, "value-bound", "%s: %s must be a value of %s with at most %s", d.ID, key, d.Analyte, engine.Plural(d.Decimals, "decimal"))
		}
		return &n
	}
	d.ValueFrom, d.ValueTo = scale("value_from", e.ValueFrom), scale("value_to", e.ValueTo)
}

// windowEnd is the end of an id that says its window.
var windowEnd = regexp.MustCompile(`_(\d+d|ever)$`)

// names turns names into their places in a table of names.
func (l *loader) names(b block, e *entry, key string, names, table []string) []int {
	var out []int
	if e.Broken(key) {
		return nil
	}
next:
	for k, n := range names {
		for i, t := range table {
			if n == t && n != "" {
				out = append(out, i)
				continue next
			}
		}
		l.faults.add(b.file, e.Nth(key, k), "name-unknown", "%s: %s has %q: use one of %s", e.ID, key, n, strings.Trim(strings.Join(table, ", "), ", "))
		defer e.Spoil(key)
	}
	return out
}

// weigh turns a weighted list into members, one a code.
func (l *loader) weigh(b block, e *entry, d *Definition) {
	if d.Aggregate != WeightedSumDistinct {
		if e.Weights != "" {
			l.fault(b, "weights", "weights", "%s has weights: only aggregate %s reads them", e.ID, WeightedSumDistinct)
		}
		return
	}
	list := l.lib.List(e.Weights)
	if list == nil || len(e.Lists) > 0 || e.Group != "" || e.Each != "" {
		l.fault(b, "weights", "weights", "%s needs weights, the name of a code list with a file weights/<list>.csv, and no other codes", e.ID)
		return
	}
	d.Members = []Member{{Lists: []string{e.Weights}}}
	d.Weights = l.readWeights(b, list)
}

// hide shows a definition to clinicians only when it speaks of a sensitive
// topic. Of what is built in, a total over five members or more names none of
// them. A site's own definition is hidden whatever else it reads, and by its
// codes, under whatever name a list has them.
func (l *loader) hide(d *Definition) {
	if d.Origin == "" && (len(d.Members) >= 5 || d.Weights != nil) {
		return
	}
	for _, m := range d.Members {
		for _, x := range m.Lists {
			if l.lib.ClinicianOnly(x) {
				d.raise("code list " + x + " is of a sensitive topic")
			} else if code := l.sensitive(x); d.Origin != "" && code != "" {
				d.raise("code " + code + " of code list " + x + " is of a sensitive topic")
			}
		}
		for _, c := range m.Codes {
			if system, code, _ := strings.Cut(c, ":"); len(l.lib.TopicsOf(system, code)) > 0 {
				d.raise("code " + c + " is of a sensitive topic")
			}
		}
	}
}

// raise shows a definition to clinicians only, and keeps the first reason.
func (d *Definition) raise(why string) {
	if d.Display != matrix.DisplayClinician {
		d.Display, d.Raised = matrix.DisplayClinician, why
	}
}

// sensitive gives the first code of a list that is of a sensitive topic, or "".
func (l *loader) sensitive(name string) string {
	list := l.lib.List(name)
	if list == nil {
		return ""
	}
	if i := slices.IndexFunc(list.Codes, func(code string) bool { return len(l.lib.TopicsOf(list.System, code)) > 0 }); i >= 0 {
		return list.Codes[i]
	}
	return ""
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// plainUnit writes a UCUM unit as a reader of a list knows it.
func plainUnit(u string) string {
	switch u {
	case "mm[Hg]":
		return "mmHg"
	case "/min":
		return "a minute"
	case "kg/m2":
		return "kg/m²"
	case "mL/min/{1.73_m2}":
		return "mL/min/1.73 m²"
	case "umol/L":
		return "µmol/L"
	case "Cel":
		return "°C"
	}
	return u
}
