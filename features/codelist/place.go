package codelist

import (
	"fmt"
	"strings"

	"leftshift/engine"
)

// stands says which code systems can stand in the code of an event of each
// kind, of those that lists have. Conditions and encounters of a FHIR source
// may be coded in ICD-10; medicines in dm+d, in SNOMED CT or by BNF; emergency
// care diagnoses in SNOMED CT (ECDS) and inpatient ones in ICD-10; procedures
// in OPCS-4 or SNOMED CT. A list of another system on such events would never
// match, and nobody would notice.
var stands = map[engine.EventKind][]string{
	engine.Problem:      {SNOMED, ICD10},
	engine.Observation:  {SNOMED},
	engine.Medication:   {DMD, SNOMED, BNF},
	engine.Allergy:      {SNOMED, DMD},
	engine.Immunisation: {SNOMED, DMD},
	engine.Procedure:    {OPCS4, SNOMED},
	engine.Referral:     {SNOMED, NHSDD},
	engine.Contact:      {SNOMED, NHSDD},
	engine.Diagnosis:    {ICD10, SNOMED},
	engine.Flag:         {SNOMED},
}

// columns is the same for columns of other tables that hold a code. ODS and
// ONS codes have no lists here, so none can be read from such a column.
var columns = map[string][]string{
	"specialty":    {NHSDD}, // treatment function code of a spell
	"arrival_mode": {SNOMED},
	"document":     {SNOMED}, // type of a document or care plan
	"provider":     {},
	"practice":     {},
	"organisation": {},
	"area":         {},
}

// SystemsOf gives the systems that can stand in the code of an event of a
// kind; nil for a kind that has no codes of a list.
func SystemsOf(kind engine.EventKind) []string { return stands[kind] }

// Misplaced says in words, one text a list or code, what cannot occur in
// events of any of the kinds; nil when everything can. codes are written
// system:code. Lists that do not exist are not its business.
func (l *Library) Misplaced(lists, codes []string, kinds []engine.EventKind) []string {
	if len(kinds) == 0 {
		return nil
	}
	var out []string
	say := func(what, system string) {
		for _, k := range kinds {
			if contains(stands[k], system) {
				return
			}
		}
		out = append(out, fmt.Sprintf("reads %s of %s on events of kind %s, where no such code can stand: correct the kinds or the list", what, system, kindWords(kinds)))
	}
	for _, name := range lists {
		if list := l.byName[name]; list != nil {
			say("list "+name, list.System)
		}
	}
	for _, c := range codes {
		system, _, _ := strings.Cut(c, ":")
		if contains(listSystems, system) {
			say("code "+c, system)
		}
	}
	return out
}

// Foreign is Misplaced for a column that belongs to no event, by its name in
// columns.
func (l *Library) Foreign(lists []string, column string) []string {
	can, ok := columns[column]
	if !ok {
		return []string{fmt.Sprintf("reads column %q, which holds no code", column)}
	}
	var out []string
	for _, name := range lists {
		if list := l.byName[name]; list != nil && !contains(can, list.System) {
			out = append(out, fmt.Sprintf("reads list %s of %s in column %s, where no such code can stand: correct the column or the list", name, list.System, column))
		}
	}
	return out
}

func kindWords(kinds []engine.EventKind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.String())
	}
	return words(names)
}
