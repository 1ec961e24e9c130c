package catalogue

import (
	"fmt"
	"strings"

	"leftshift/engine"
	"leftshift/features/codelist"
	"leftshift/features/matrix"
)

// Reference is everything that a reader of one column needs to know about it:
// what stands beside the values, in feature_columns.json.
type Reference struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Sentence string `json:"sentence"`          // of a value; see Sentence
	None     string `json:"none,omitempty"`    // of zero
	Unknown  string `json:"unknown,omitempty"` // of unknown
	Area     string `json:"area"`
	Unit     string `json:"unit"` // "" for a count
	Reads    string `json:"reads"`
	Makes    string `json:"makes"`
	// Days is the length of the window back from the as-of day; 0 for the whole
	// record, and for what is read on the day itself (Window says which). Gap is
	// how many days before the as-of day it ends.
	Days    int    `json:"window_days"`
	Gap     int    `json:"gap_days"`
	Window  string `json:"window"`
	Absence string `json:"absence"` // zero or unknown: what no rows means
	Display string `json:"display"` // team or clinician: who may see it
	Since   string `json:"since"`   // version of the catalogue in which it first stood; "" for a site's own
	Why     string `json:"why"`
	Story   string `json:"story,omitempty"`
	// Definition is the hex SHA-256 of this definition, with the codes and
	// weights that it reads and the definitions it is derived from; Catalogue
	// that of the whole.
	Definition string          `json:"definition_hash"`
	Catalogue  string          `json:"catalogue_hash"`
	Lists      []ListReference `json:"lists"`
	Codes      []string        `json:"codes"` // "system:code", beside lists
	Analyte    string          `json:"analyte,omitempty"`
	From       []string        `json:"derived_from,omitempty"`
	// Approved: a clinician's approval of every code list that it reads, of its
	// own or through what it is derived from, holds on the day asked about. True
	// where it reads none.
	Approved bool `json:"approved"`
	// Observed names the kinds of record that it reads, as engine.RecordKind does;
	// of what is derived, itself (see matrix.Column.Observed).
	// A null beside the values is not observable where all of them stand in the
	// row's not_observable, and else unknown. Empty for what is known of the
	// person, which is never not observable.
	Observed []string `json:"observed"`
	Tests    []string `json:"tests"`
	File     string   `json:"file"`
	Line     int      `json:"line"`
	Origin   string   `json:"origin"` // built in, or the folder's name
}

// ListReference is a code list as it was read.
type ListReference struct {
	Name     string `json:"name"`
	System   string `json:"system"`
	Release  string `json:"release"`
	Match    string `json:"match"`
	Codes    int    `json:"codes"`
	Hash     string `json:"hash"`
	Approved bool   `json:"approved"`
}

// BuiltIn is the origin of what no folder brought.
const BuiltIn = "built in"

// References gives the reference of each definition, in order. lib is the
// library that the catalogue was loaded with; day, written 2006-01-02, is the
// one on which approvals must hold.
func (c *Catalogue) References(lib *codelist.Library, day string) []Reference {
	out := make([]Reference, len(c.Definitions))
	columns := c.Columns()
	for i := range c.Definitions {
		out[i] = c.reference(&c.Definitions[i], lib, day)
		out[i].Observed = strings.Fields(columns[i].Observed)
	}
	return out
}

// ReferenceOf gives the reference of a code list of a library, which must hold
// it, with whether an approval holds on a day.
func ReferenceOf(lib *codelist.Library, list, day string) ListReference {
	l := lib.List(list)
	return ListReference{Name: l.Name, System: l.System, Release: l.Release, Match: string(l.Match), Codes: len(l.Codes), Hash: l.Hash, Approved: lib.Approved(list, day)}
}

func (c *Catalogue) reference(d *Definition, lib *codelist.Library, day string) Reference {
	r := Reference{ID: d.ID, Title: d.Title, Sentence: d.Sentence, None: d.None, Unknown: d.Unknown, Area: d.Area, Unit: d.Unit,
		Reads: reads(d), Makes: makes(d), Days: d.Days, Gap: d.Gap, Window: d.WindowWords(), Absence: "zero", Display: "team",
		Since: d.Since, Why: d.Why, Story: d.Story, Definition: c.Subset([]string{d.ID}).Hash, Catalogue: c.Hash,
		Lists: []ListReference{}, Codes: []string{}, Analyte: d.Analyte, From: d.reads(), Approved: true, Tests: d.Tests, File: d.File, Line: d.Line, Origin: d.Origin}
	if d.Absence == matrix.AbsenceUnknown {
		r.Absence = "unknown"
	}
	if d.Display == matrix.DisplayClinician {
		r.Display = "clinician"
	}
	if r.Origin == "" {
		r.Origin = BuiltIn
	}
	if r.Tests == nil {
		r.Tests = []string{}
	}
	seen := map[string]bool{}
	for _, m := range d.Members {
		r.Codes = append(r.Codes, m.Codes...)
		for _, name := range m.Lists {
			if !seen[name] {
				seen[name] = true
				r.Lists = append(r.Lists, ReferenceOf(lib, name, day))
			}
		}
	}
	for _, name := range c.Reads(d.ID) {
		r.Approved = r.Approved && lib.Approved(name, day)
	}
	return r
}

// WindowWords says the definition's window in words: "last 12 months", "on the
// day".
func (d *Definition) WindowWords() string {
	if d.Source == Demographic || d.Source == Derived {
		return "on the day"
	}
	w, _ := WindowWords(d.Days)
	if d.Gap > 0 {
		w += fmt.Sprintf(", up to %s before", engine.Plural(d.Gap, "day"))
	}
	return w
}
