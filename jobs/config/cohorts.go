package config

import (
	"fmt"
)

// Cohorts is how cohorts are counted.
type Cohorts struct {
	Most int    `toml:"most_sets" default:"512" check:"min=8,max=100000" say:"sets of people that one snapshot is counted by, of all users together: a cohort has one for each condition and one of those who cannot be decided, a comparison three. More lets more be worked out from many counts"`
	Each int    `toml:"most_sets_each" default:"72" check:"min=8,max=100000" say:"of these, how many one person may ask for; what somebody asked before does not count again"`
	Plus []Plus `toml:"plus" say:"Locally chosen PLUS groups of Core20PLUS5, by which the make-up of every cohort is told. Each has a feature or a file. A code list of the site's own becomes a feature in a file of the folder site.features. Repeat the table for each group."`
}

// Plus is a locally chosen group.
type Plus struct {
	ID      string `toml:"id" check:"required,key" say:"a short name, which files of counts have"`
	Name    string `toml:"name" check:"required" say:"what a reader calls the group"`
	Feature string `toml:"feature" check:"key" say:"everyone of whom this feature is 1 or more is in it: an id of docs/FEATURES.md, or of this site's own"`
	File    string `toml:"file" check:"path" say:"or everyone who is in the cohort of this file, which docs/COHORTS.md describes"`
}

func (c *Config) checkCohorts(f *faults) {
	seen := map[string]bool{}
	for i, p := range c.Cohorts.Plus {
		at := fmt.Sprintf("cohorts.plus[%d]", i)
		if p.ID != "" && seen[p.ID] {
			f.add(at+".id", "config-duplicate", "expected a name that no other group has")
		}
		seen[p.ID] = true
		if (p.Feature == "") == (p.File == "") && !f.has(at+".feature") && !f.has(at+".file") {
			f.add(at, "config-missing", "a group has a feature or a file: give one of the two")
		}
	}
}

// Refuse is the error of faults that only the site's files tell: each at the
// line of its key, *Faults as those of Load are; nil for none.
func (c *Config) Refuse(list []Fault) error {
	f := &faults{lines: c.lines}
	for _, x := range list {
		f.add(x.Path, x.Code, "%s", x.Text)
	}
	return f.err(c.file)
}
