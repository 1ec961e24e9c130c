package scenario

import (
	"slices"

	"leftshift/features/declared"
)

// Keys gives every word that the lines of a case take, line by line, for the
// page that explains the format. The Table is the word that begins the line. A
// name in capitals is a word at that place; the others are written NAME=VALUE,
// or the name alone where the type says so.
func Keys() []declared.Key { return slices.Clone(keys) }

const (
	aDay     = "a day, as 2024-03-01"
	aPartDay = "a day, a month or a year, as 2024-03-01, 2024-03 or 2024"
	aFlag    = "the word alone"
	aCode    = "a code, as snomed:217082002, or - for none"
)

var keys = []declared.Key{
	given("person", "birth", aPartDay, "1950-01 where a case has no person line, else unknown", "the month of birth"),
	given("person", "sex", "male, female, indeterminate or unknown", "not stated", "the sex stated"),
	given("person", "ethnic", "a letter", "not stated", "the ethnic category"),
	given("person", "died", aDay, "alive", "the day of death"),
	given("person", "sources", "a whole number", "1", "how many sources describe the person"),

	given("registration", "from", aPartDay, "2000-01-01 where a case has no registration line, else unknown", "the first day"),
	given("registration", "to", aPartDay, "still registered", "the day on which it ends"),
	given("registration", "practice", "an organisation's code", "A81001", "the practice"),

	given("residence", "from", aPartDay, "unknown", "the first day"),
	given("residence", "to", aPartDay, "still there", "the day on which it ends"),
	given("residence", "imd", "a whole number", "unknown", "the decile of deprivation, 1 the most deprived"),
	given("residence", "area", "an area's code", "none", "the small area"),
	given("residence", "care_home", aFlag, "no care home", "that it is a care home"),

	word("event", "DAY", aPartDay, "when it happened; of a month or a year, the day is not known"),
	word("event", "KIND", "a kind of event, as problem", "what kind of event it is"),
	word("event", "CODE", aCode, "what happened"),
	given("event", "value", "a number", "none", "the value measured, in the unit of the measurement"),
	given("event", "status", "a status, as planned", "none", "its status"),
	given("event", "mode", "a mode, as telephone", "not stated", "how people met"),
	given("event", "position", "a whole number", "0: none", "its place among the diagnoses or procedures of an episode, 1 the first"),
	given("event", "source", "a source's name", "case", "who says it"),
	given("event", "organisation", "an organisation's code", "none", "where it happened"),
	given("event", "end", aPartDay, "none", "the day on which it ends"),
	given("event", "known", aPartDay, "the last day on which it can have happened", "the day from which it is known"),
	given("event", "until", aPartDay, "never", "the day on which it is withdrawn"),

	word("spell", "KIND", "a kind of spell, as emergency", "what kind of care it is"),
	word("spell", "DAYS", "2024-03-01..2024-03-05, 2024-03-01.. while it lasts, or one day", "its first and last day"),
	given("spell", "cis", "a whole number", "one of its own", "the continuous inpatient spell that it is part of"),
	given("spell", "continues", aFlag, "it begins its continuous inpatient spell", "that it does not"),
	given("spell", "attended", "a whole number", "0: not stated", "the attendance code"),
	given("spell", "specialty", "a code of the data dictionary, or system:code", "none", "the treatment function"),
	given("spell", "arrival", "a SNOMED CT code, or system:code", "none", "how the person arrived"),
	given("spell", "destination", "a code", "none", "where the person went"),
	given("spell", "discharge", "a code", "none", "the method of discharge"),
	given("spell", "provider", "an organisation's code", "none", "who gave the care"),
	given("spell", "known", aPartDay, "its first day", "the day from which it is known"),
	given("spell", "until", aPartDay, "never", "the day on which it is withdrawn"),

	word("document", "DAY", aDay, "when it was written"),
	word("document", "CATEGORY", "a category of document, as care_plan", "what kind of document it is"),
	word("document", "TYPE", aCode, "its type"),
	given("document", "end", aPartDay, "none", "the day on which it ends"),
	given("document", "status", "a status, as active", "none", "its status"),
	given("document", "known", aPartDay, "its day", "the day from which it is known"),
	given("document", "until", aPartDay, "never", "the day on which it is withdrawn"),

	word("on", "DAY", aDay, "the as-of day of the values expected below it"),
	given("on", "data", aPartDay, "not known", "the first day from which the sources have data"),
}

func word(line, name, typ, meaning string) declared.Key {
	return declared.Key{Table: line, Name: name, Type: typ, Required: true, Meaning: meaning}
}

func given(line, name, typ, without, meaning string) declared.Key {
	return declared.Key{Table: line, Name: name, Type: typ, Default: without, Meaning: meaning}
}

// namesOf gives the names that a line takes as NAME=VALUE or alone.
func namesOf(line string) (names []string) {
	for _, k := range keys {
		if k.Table == line && !k.Required {
			names = append(names, k.Name)
		}
	}
	return names
}
