package outcome

import "leftshift/features/declared"

// file is outcomes.toml as written. The tags of its tables are the one
// declaration of their keys.
type file struct {
	Outcome []entry `toml:"outcome"`
}

// Keys gives every key of outcomes.toml, table by table, for the page that
// explains the format.
func Keys() []declared.Key { return declared.Keys[file]() }

// entry is one [[outcome]].
type entry struct {
	declared.Place

	ID               string   `toml:"id" need:"yes" means:"its name, lower_snake of at most 63 characters"`
	Title            string   `toml:"title" need:"yes" means:"what it is, for headings"`
	Sentence         string   `toml:"sentence" need:"yes" means:"what happened, as words that go on: admitted as an emergency"`
	Source           string   `toml:"source" means:"what it is read from: spell, event, care_home, death or any_of" without:"a fault"`
	Spells           []string `toml:"spells" means:"of spell: their kinds" without:"none; spell needs one or more"`
	Attended         []int    `toml:"attended" means:"of spell: attendance codes, 1 to 31" without:"any"`
	FirstOfCIS       bool     `toml:"first_of_cis" means:"of spell: only the first of each continuous inpatient spell" without:"false"`
	Nights           int      `toml:"nights" means:"of spell: least nights of the continuous inpatient spell, 0 to 365" without:"0"`
	Cause            []cause  `toml:"cause" means:"of spell: the diagnoses of which one must be recorded" without:"any"`
	Kinds            []string `toml:"kinds" means:"of event: their kinds" without:"none; event needs one or more"`
	Lists            []string `toml:"lists" means:"of event: code lists" without:"none"`
	Codes            []string `toml:"codes" means:"of event: codes, as system:code or system:prefix*" without:"none"`
	MembersOf        string   `toml:"members_of" means:"of event: a feature of a group, whose kinds and members it takes" without:"none"`
	New              bool     `toml:"new" means:"only the first ever on record" without:"false"`
	FromAge          int      `toml:"from_age" means:"least whole years of age, 0 to 120" without:"0"`
	DischargedWithin int      `toml:"discharged_within" means:"of spell: only of those discharged within so many days" without:"everyone"`
	DischargedFrom   []string `toml:"discharged_from" means:"of spell: the stays that they were discharged from" without:"none; discharged_within needs one or more"`
	Of               []string `toml:"of" means:"of any_of: the outcomes of which it is the first" twice:"told" without:"none; any_of needs two or more"`
	Horizons         []int    `toml:"horizons" means:"days after the index date within which it is asked, ascending" twice:"told" without:"a fault"`
	Gap              int      `toml:"gap" means:"days after the index date that do not count" without:"0"`
	Competing        []string `toml:"competing" means:"what ends the wait for it: death, leaving, and outcomes" twice:"told" without:"a fault"`
	Recurrence       string   `toml:"recurrence" means:"first: only the first event counts" without:"a fault"`
	Freeze           *int     `toml:"freeze" means:"days until what it is read from has settled, 0 to 731" without:"a fault"`
	Why              string   `toml:"why" need:"yes" means:"why it is here, in a sentence"`
	Since            string   `toml:"since" means:"the day of its declaration" without:"a fault"`
	Tests            []string `toml:"tests" need:"yes" means:"the scenarios that show it"`
}

// cause is one [[outcome.cause]].
type cause struct {
	declared.Place

	Lists         []string `toml:"lists" means:"code lists of the diagnosis" without:"none"`
	Codes         []string `toml:"codes" means:"codes of the diagnosis, as system:code or system:prefix*" without:"none"`
	Positions     []string `toml:"positions" means:"none, primary or secondary in the episode" without:"any"`
	With          []string `toml:"with" means:"codes of which one must be recorded beside it" without:"none"`
	WithPositions []string `toml:"with_positions" means:"the positions of those" without:"any"`
	Without       []string `toml:"without" means:"codes of which none may be recorded beside it" without:"none"`
}
