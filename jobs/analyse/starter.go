package analyse

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/declared"
	"leftshift/jobs/definitions"
)

// Starter says what the first feature of a new file shall be.
type Starter struct {
	ID     string // lower_snake; {w} for its window is added, and may stand at its end as written in full (falls_365d)
	Kind   string // count, latest or days-since
	List   string // a code list or an analyte (for latest); "" for an example
	Window int    // days back; 0 for the whole record
}

// Kinds of Starter, the first is the default.
var StarterKinds = []string{"count", "latest", "days-since"}

var starterID = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// windowEnd is the end of an id that says its window.
var windowEnd = regexp.MustCompile(`_(\d+d|ever)$`)

// New writes the text of a feature file with one feature and one case that
// holds. The error says what of the starter does not fit.
func (s Starter) New(set *definitions.Set) (string, error) {
	bad := func(text string, args ...any) error {
		return &engine.Fault{Code: "feature-new", Say: fmt.Sprintf(text, args...)}
	}
	if !starterID.MatchString(s.ID) {
		return "", bad("the id must be lower_snake, as falls_noted")
	}
	if s.Window < 0 || s.Window == 1 || s.Window > 36525 {
		return "", bad("--window must be 0 (the whole record), or 2 to 36525 days")
	}
	wid, within := fmt.Sprintf("%dd", s.Window), "{in}"
	if s.Window == 0 {
		wid = "ever"
	}
	if s.Kind != "days-since" {
		if end := windowEnd.FindString(s.ID); end == "_"+wid {
			s.ID = strings.TrimSuffix(s.ID, end)
		} else if end != "" {
			return "", bad("the id ends in %s and the window is %s: leave the end out, or give that window with --window", end, wid)
		}
	}
	day, _ := engine.MakeDay(2024, 6, 30)
	row := day - 100 // the newer of two days that lie in the window
	if s.Window > 0 {
		row = day - engine.Day(min((s.Window-2)/2, 100))
	}
	if s.Kind == "latest" {
		return s.latest(set, wid, day, row, bad)
	}
	list := s.List
	if list == "" {
		list = "falls"
	}
	l := set.Codelists.List(list)
	if l == nil {
		return "", bad("there is no code list %s: `leftshift codelist list` names them all, and docs/CODELISTS.md", list)
	}
	kind, kinds := "problem", `"problem", "observation"`
	switch l.System {
	case "icd10":
		kind, kinds = "diagnosis", `"diagnosis"`
	case "opcs4":
		kind, kinds = "procedure", `"procedure"`
	case "dmd", "bnf":
		kind, kinds = "medication", `"medication"`
	}
	code := l.Codes[0]
	if l.Match == "prefix" {
		code = wholeCode(l.System, code)
	}
	title := strings.NewReplacer("[", "(", "]", ")", "{", "(", "}", ")", `"`, "'").Replace(l.Title)
	if len(title) > 1 && title[1] >= 'a' && title[1] <= 'z' {
		title = strings.ToLower(title[:1]) + title[1:]
	}
	id := s.ID + "_" + wid
	if set.Catalogue.Find(id) != nil || s.Kind == "days-since" && set.Catalogue.Find(s.ID) != nil {
		return "", bad("there is a feature of that id already: choose another")
	}
	var b strings.Builder
	b.WriteString(head)
	switch s.Kind {
	case "", "count":
		fmt.Fprintf(&b, `[[feature]]
id = "%s_{w}"                  # {w} becomes the window: %s
title = "%s, {window}"
sentence = "{n:record|records} of %s %s[, the last on {last}]"
none = "No record of %s %s"
source = "event"                # event, spell, document, demographic or derived
kinds = [%s]    # problem, observation, medication, procedure, diagnosis, ...
lists = ["%s"]
# codes = ["snomed:217082002"]  # a few codes that no list has
windows = [%d]                 # days back from the as-of day; 0 is the whole record; several make several features
aggregate = "days"              # count, days, any, days_since, latest_value, ...: FEATURES.md has them all
absence = "zero"                # no rows mean none
display = "team"                # or clinician
area = "local"
why = "Say in a sentence why it helps to know."

[[case]]
shows = "Two days within the window, one of them twice"
record = '''
event %s %s %s:%s
event %s %s %s:%s
event %s %s %s:%s
on %s
  %s = 2 on %s
  %s says 2 records of %s
on %s
  %s = 0
'''
`, s.ID, id, capital(title), title, within, title, within, kinds, list, s.Window,
			row, kind, l.System, code, row, kind, l.System, code, row-1, kind, l.System, code,
			day, id, row, id, title+" "+inWords(s.Window)+", the last on "+row.Words(), row-2, id)
		return b.String(), nil
	case "days-since":
		fmt.Fprintf(&b, `[[feature]]
id = "%s"
title = "Time since the last record of %s"
sentence = "Last record of %s {span} ago"
none = "A record of %s today"
unknown = "No record of %s %s"
source = "event"                # event, spell, document, demographic or derived
kinds = [%s]    # problem, observation, medication, procedure, diagnosis, ...
lists = ["%s"]
# codes = ["snomed:217082002"]  # a few codes that no list has
windows = [%d]                 # days back from the as-of day; 0 is the whole record
aggregate = "days_since"
absence = "unknown"             # without a row there is no such time
display = "team"                # or clinician
area = "local"
unit = "days"
why = "Say in a sentence why it helps to know."

[[case]]
shows = "Days since the newest row"
record = '''
event %s %s %s:%s
event %s %s %s:%s
on %s
  %s = %d on %s
on %s
  %s = ?
'''
`, s.ID, title, title, title, title, within, kinds, list, s.Window,
			row-1, kind, l.System, code, row, kind, l.System, code, day, s.ID, day-row, row, row-2, s.ID)
		return b.String(), nil
	}
	return "", bad("--kind must be %s", strings.Join(StarterKinds, ", "))
}

func (s Starter) latest(set *definitions.Set, wid string, day, row engine.Day, bad func(string, ...any) error) (string, error) {
	list := s.List
	if list == "" {
		list = "systolic"
	}
	a := set.Analytes.ByID(list)
	if a == nil || len(a.SNOMED) == 0 {
		known := make([]string, len(set.Analytes.List))
		for i, a := range set.Analytes.List {
			known[i] = a.ID
		}
		is := "there is no measurement " + list
		if set.Codelists.List(list) != nil {
			is = list + " is a code list, and --latest takes a measurement"
		} else if meant := declared.Nearest(list, known); meant != "" {
			is += ": did you mean " + meant + "?"
		}
		return "", bad("%s: use one of %s (docs/FEATURE_FILES.md says what each is)", is, strings.Join(known, ", "))
	}
	id := s.ID + "_" + wid
	if set.Catalogue.Find(id) != nil {
		return "", bad("there is a feature of that id already: choose another")
	}
	older, newer := exampleValues(a)
	return head + fmt.Sprintf(`[[feature]]
id = "%s_{w}"                  # {w} becomes the window: %s
title = "%s, latest, {window}"
sentence = "%s {value}[ {unit}][ on {last}]"
unknown = "%s not measured {in}"
source = "event"
kinds = ["observation"]
analyte = "%s"
windows = [%d]                 # days back from the as-of day; 0 is the whole record; several make several features
aggregate = "latest_value"      # or mean, min, max, spread, slope
absence = "unknown"             # what was not measured is not known
display = "team"                # or clinician
area = "local"
unit = "{unit}"
why = "Say in a sentence why it helps to know."

[[case]]
shows = "The newest value"
record = '''
event %s observation snomed:%s value=%s
event %s observation snomed:%s value=%s
on %s
  %s = %s on %s
on %s
  %s = ?
'''
`, s.ID, id, a.Title, a.Title, a.Title, list, s.Window, row-1, a.SNOMED[0], older, row, a.SNOMED[0], newer, day, id, newer, row, row-2, id), nil
}

// exampleValues are two different values that a source's row of an analyte may have.
func exampleValues(a *analyte.Analyte) (older, newer string) {
	low, _ := strconv.ParseFloat(a.Low, 64)
	high, _ := strconv.ParseFloat(a.High, 64)
	at := func(share float64) string { return strconv.FormatFloat(low+(high-low)*share, 'f', a.Decimals, 64) }
	return at(0.25), at(0.375)
}

const head = `# Features of this site. They join the built-in catalogue the next night.
# Try it:   leftshift features check, then leftshift features try FILE
# A [[feature]] says which rows count and what is made of them; a [[case]] shows
# on a few rows of a made-up person that it does what you mean.

`

func inWords(window int) string {
	_, in := catalogue.WindowWords(window)
	return in
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// wholeCode makes a code that a prefix covers.
func wholeCode(system, prefix string) string {
	switch system {
	case "icd10":
		for len(prefix) < 3 {
			prefix += "0"
		}
	case "opcs4":
		for len(prefix) < 4 {
			prefix += "1"
		}
	case "bnf":
		const rest = "010100000AAAAAA"
		if len(prefix) < len(rest) {
			prefix += rest[len(prefix):]
		}
	}
	return prefix
}
