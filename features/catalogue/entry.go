package catalogue

import "leftshift/features/declared"

// file is a feature file as written. The tags of its tables are the one
// declaration of their keys: what is read, what faults are told and what the
// page of the format says all come from them.
type file struct {
	Group   []group   `toml:"group"`
	Feature []entry   `toml:"feature"`
	Case    []example `toml:"case"`
}

// Keys gives every key of a feature file, table by table ("group",
// "group.member", "feature", "case"), for the page that explains the format.
func Keys() []declared.Key { return declared.Keys[file]() }

// entry is one [[feature]].
type entry struct {
	declared.Place

	ID       string `toml:"id" need:"yes" means:"its name in files, lower_snake of at most 63 characters once expanded; {w} stands for each window, {member} for each member or analyte"`
	Title    string `toml:"title" need:"yes" means:"what it is, for headings and lists; {window} says the window, {name} and {Name} the member"`
	Sentence string `toml:"sentence" means:"what a list says of a person whose value is not zero" without:"said from the title"`
	None     string `toml:"none" means:"what is said of zero" without:"said from the title"`
	Unknown  string `toml:"unknown" means:"what is said where there is no value" without:"said from the title"`

	Source    string   `toml:"source" need:"yes" means:"the rows that it reads: demographic, event, spell, document or derived"`
	Item      string   `toml:"item" means:"of demographic: the item, such as age" without:"none; demographic needs one"`
	Kinds     []string `toml:"kinds" means:"of events: their kinds, such as problem or medication" without:"none; event needs one or more"`
	Status    []string `toml:"status" means:"of events and documents: their statuses" without:"facts: no status, active, ended, completed"`
	Modes     []string `toml:"modes" means:"of events: how people met, such as telephone" without:"any"`
	Positions []string `toml:"positions" means:"of events: none, primary or secondary in the episode" without:"any"`
	Lists     []string `toml:"lists" means:"code lists; a row of any of them counts" without:"any code"`
	Codes     []string `toml:"codes" means:"single codes beside the lists, each as system:code" without:"none"`
	Group     string   `toml:"group" means:"a group of code lists: one feature over all its members" without:"none"`
	Each      string   `toml:"each" means:"a group of code lists: one feature for each member" without:"none"`
	Analyte   string   `toml:"analyte" means:"the measurement that is read" without:"none"`
	Analytes  []string `toml:"analytes" means:"several measurements: one feature for each" twice:"told" without:"none"`
	ValueFrom *float64 `toml:"value_from" means:"only values at least so great, in the unit of the measurement" without:"any"`
	ValueTo   *float64 `toml:"value_to" means:"only values at most so great" without:"any"`
	Weights   string   `toml:"weights" means:"of weighted_sum_distinct: the code list that weights/LIST.csv weighs" without:"none"`
	Within    []string `toml:"within" means:"of events: only days inside stays of these kinds of spell" without:"any day"`

	Spells       []string `toml:"spells" means:"of spells: their kinds, such as emergency" without:"none; spell needs one or more"`
	FirstOfCIS   bool     `toml:"first_of_cis" means:"of spells: only the first of each continuous inpatient spell" without:"false"`
	NoAdmission  bool     `toml:"no_admission" means:"of spells: only those that no emergency admission follows by the day after" without:"false"`
	Attended     []int    `toml:"attended" means:"of spells: attendance codes, 0 to 31" without:"any"`
	Readmission  int      `toml:"readmission" means:"of spells: only those that begin fewer than so many days after another stay ended, 1 to 365" without:"any"`
	Destinations []string `toml:"destinations" means:"of spells: discharge destinations as coded" without:"any"`
	Specialties  []string `toml:"specialties" means:"of spells: treatment functions, each as system:code" without:"any"`
	Arrivals     []string `toml:"arrivals" means:"of spells: modes of arrival, each as system:code" without:"any"`

	Categories []string `toml:"categories" means:"of documents: their categories, such as care_plan" without:"any"`
	Current    bool     `toml:"current" means:"of spells and documents: only those that have not ended" without:"false"`
	Terms      []string `toml:"terms" means:"of derived: the conditions that are counted, such as falls_365d >= 2" without:"none; derived needs one or more"`

	Windows []int  `toml:"windows" means:"days back from the as-of day, 0 for the whole record; each makes a feature" twice:"told" without:"none; event, spell and document need one or more"`
	Gap     int    `toml:"gap" means:"days before the as-of day on which the window ends" without:"0"`
	Recent  int    `toml:"recent" means:"of acceleration, started and stopped: the days of the later period; the window is these and 365" without:"none"`
	Pick    string `toml:"pick" means:"of latest_is: the member that is asked for" without:"none"`

	Aggregate string   `toml:"aggregate" need:"yes" means:"what is made of the rows, such as count, days or latest_value"`
	Absence   string   `toml:"absence" need:"yes" means:"what no row means: zero or unknown"`
	Display   string   `toml:"display" need:"yes" means:"who may see it: team or clinician"`
	Area      string   `toml:"area" means:"the part of care that it is filed under" without:"that of the group's member; needed where there is none"`
	Unit      string   `toml:"unit" means:"the unit of its values; {unit} is that of the measurement" without:"none"`
	Why       string   `toml:"why" need:"yes" means:"why it is here, in a sentence"`
	Tests     []string `toml:"tests" means:"built-in features only: the scenarios that show it" without:"none; a site's features are shown by cases"`
	Since     string   `toml:"since" means:"built-in features only: the version of the catalogue in which it first stood" without:"none"`
	Story     string   `toml:"story" means:"features of one story are told once" without:"the id without its window"`

	told map[string]bool // faults of its definitions, without their ids
}

// group is one [[group]].
type group struct {
	declared.Place `fault:"group-incomplete"`

	ID     string   `toml:"id" need:"yes" means:"its name for each and group, lower_snake"`
	Title  string   `toml:"title" need:"yes" means:"what its members have in common"`
	Member []member `toml:"member" need:"yes" means:"its members, in order"`

	from   *Folder
	faulty bool
}

// member is one [[group.member]].
type member struct {
	declared.Place `fault:"member-incomplete"`

	ID    string   `toml:"id" need:"yes" means:"its part of a feature's id, lower_snake"`
	Title string   `toml:"title" need:"yes" means:"its name in titles and sentences, as in the middle of a sentence"`
	Lists []string `toml:"lists" need:"yes" means:"its code lists"`
	Area  string   `toml:"area" means:"the part of care that its features are filed under" without:"that of the feature"`
}

// example is one [[case]].
type example struct {
	declared.Place `fault:"case-incomplete"`

	Shows  string `toml:"shows" need:"yes" means:"what it shows, in a few words"`
	Record string `toml:"record" need:"yes" means:"rows of a made-up person, a day, and the values expected"`
}
