package sample

import (
	"fmt"
	"slices"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/features/catalogue"
	"leftshift/features/codelist"
	"leftshift/features/plan"
)

// Shelf is what drawn definitions read: the built-in code lists and analytes,
// of which only a few are used, so that definitions and people meet.
type Shelf struct {
	Library  *codelist.Library
	Analytes *analyte.Table
	// Words are the codes that people may have: some of every list used, every
	// prefix list with longer codes, analytes, and codes that lead nowhere.
	Words []plan.Word

	byDefinition map[string][]plan.Word // see read
}

// Lists that drawn definitions use. Several share codes; those of ICD-10 match
// by prefix.
var (
	snomedLists = []string{"cfs_1", "cfs_2", "frailty_mild", "falls_findings", "smoking_never", "no_longer_housebound", "heart_failure", "efi_heart_failure"}
	icdLists    = []string{"elixhauser_hypunc", "acsc19_hypertension", "acsc_nhsof_hypertension", "shmi_chf", "charlson_chf", "acsc_nhsof_asthma", "hfrs"}
	analytes    = []string{"systolic", "hba1c", "weight"}
)

// perList is how many codes of a list people may have.
const perList = 4

// Load reads the shelf that drawn definitions read.
func Load() (*Shelf, error) {
	return load(append(append([]string(nil), snomedLists...), icdLists...), analytes)
}

// LoadWhole reads a shelf whose words are of every built-in list and analyte,
// for the built-in catalogue.
func LoadWhole() (*Shelf, error) { return load(nil, nil) }

// load reads a shelf with words of some lists and analytes; nil is all.
func load(lists, analytes []string) (*Shelf, error) {
	lib, err := codelist.Load()
	if err != nil {
		return nil, err
	}
	an, err := analyte.Load()
	if err != nil {
		return nil, err
	}
	s := &Shelf{Library: lib, Analytes: an, byDefinition: map[string][]plan.Word{}}
	add := func(system engine.System, text string) {
		s.Words = append(s.Words, plan.Word{Code: engine.CodeKey(system, text), System: system, Text: text})
	}
	s.Words = append(s.Words, plan.Word{}) // no code
	add(engine.SNOMED, "138875005")
	add(engine.ICD10, "Q999")
	add(engine.TextOnly, "I10")
	add(engine.ICD10, "I110")
	if lists == nil {
		for _, l := range lib.Lists {
			lists = append(lists, l.Name)
		}
		for _, a := range an.List {
			analytes = append(analytes, a.ID)
		}
	}
	for _, name := range lists {
		l := lib.List(name)
		step := 1 + len(l.Codes)/perList
		for i := 0; i < len(l.Codes); i += step {
			text := l.Codes[i]
			add(engine.ParseSystem(l.System), text)
			if l.Match == codelist.Prefix && len(text) == 3 {
				add(engine.ParseSystem(l.System), text+"9")
			}
		}
	}
	for _, id := range analytes {
		a := an.ByID(id)
		for _, c := range a.SNOMED[:min(1, len(a.SNOMED))] {
			add(engine.SNOMED, c)
		}
		for _, c := range a.LOINC[:min(1, len(a.LOINC))] {
			add(engine.LOINC, c)
		}
	}
	return s, nil
}

// read gives the words that a definition reads, or nil for any. The answers are
// kept.
func (s *Shelf) read(d *catalogue.Definition) (out []plan.Word) {
	key := fmt.Sprint(d.Members, d.Analyte)
	if out, ok := s.byDefinition[key]; ok {
		return out
	}
	defer func() { s.byDefinition[key] = out }()
	for _, w := range s.Words {
		ok := false
		for _, m := range d.Members {
			ok = ok || slices.Contains(m.Codes, w.System.String()+":"+w.Text)
			for _, name := range m.Lists {
				l := s.Library.List(name)
				ok = ok || w.Text != "" && l.System == w.System.String() && l.Has(w.Text)
			}
		}
		if a := s.Analytes.Of(w.Code); ok || a != nil && a.ID == d.Analyte {
			out = append(out, w)
		}
	}
	return out
}

// Dictionary gives the words, for plan.Compile.
func (s *Shelf) Dictionary(yield func(plan.Word) bool) {
	for _, w := range s.Words {
		if w.Code != 0 && !yield(w) {
			return
		}
	}
}
