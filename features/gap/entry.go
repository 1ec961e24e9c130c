package gap

import "leftshift/features/declared"

// file is gaps.toml as written. The tags of its tables are the one declaration
// of their keys.
type file struct {
	Gap []entry `toml:"gap"`
}

// Keys gives every key of gaps.toml, table by table, for the page that explains
// it.
func Keys() []declared.Key { return declared.Keys[file]() }

// entry is one [[gap]].
type entry struct {
	declared.Place

	ID    string `toml:"id" need:"yes" means:"the gap, as lists name it"`
	Title string `toml:"title" need:"yes" means:"what it is, for headings"`
	Class string `toml:"class" means:"who may read it: care_team or clinicians; a feature that only clinicians may see makes it theirs" without:"care_team"`
	Why   string `toml:"why" need:"yes" means:"why it is here, and where its numbers come from"`
	When  []when `toml:"when" need:"yes" means:"the ways in which it stands, of which one is enough"`
}

// when is one [[gap.when]].
type when struct {
	declared.Place

	Holds    string   `toml:"holds" need:"yes" means:"a term over features, as of a derived feature; what is undecided is no gap"`
	Never    []string `toml:"never" means:"times since something (days_since) that has never been recorded, though its records can be seen" without:"none"`
	Since    string   `toml:"since" means:"the feature that says since when it stands: a time since something, with after; or one with the day of its newest row" without:"not known"`
	After    int      `toml:"after" means:"days after what since counts from" without:"0"`
	Evidence []string `toml:"evidence" need:"yes" means:"the features whose sentences, with value and date, are told"`
}
