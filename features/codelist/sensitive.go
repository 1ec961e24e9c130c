package codelist

import (
	"io/fs"
	"maps"
	"slices"

	"leftshift/features/declared"
)

const topicsName = "sensitive.toml"

// Topic is a subject that a person may not want named to everyone who works a
// list. A feature, reason or count built on one of its lists is shown by name
// to clinicians only; for others it joins "other recorded factors".
type Topic struct {
	ID    string
	Title string
	Why   string
	Lists []string // names, in file order
}

// readTopics reads the topics of a directory into lib. all are the lists that
// they may name, those of another library included; nil where they are not known.
func readTopics(dir fs.FS, lib *Library, all map[string]*List, faults *Faults) {
	const name = topicsName
	var file topicsFile
	if !decode(dir, name, false, &file, faults) {
		return
	}
	seen := map[string]bool{}
	for i := range file.Topic {
		t := &file.Topic[i]
		line := t.Key("id")
		if seen[t.ID] && t.ID != "" {
			faults.Add(name, line, "topic-twice", "topic %q is declared twice: keep one", t.ID)
		}
		seen[t.ID] = true
		for k, l := range t.Lists {
			if all != nil && all[l] == nil {
				meant := declared.Nearest(l, slices.Sorted(maps.Keys(all)))
				if meant != "" {
					meant = ": did you mean " + meant + "?"
				}
				faults.Add(name, t.Nth("lists", k), "list-unknown", "topic %s names list %q, which does not exist%s", t.ID, l, meant)
				continue
			}
			if contains(lib.sensitive[l], t.ID) {
				faults.Add(name, t.Nth("lists", k), "list-twice", "topic %s names list %s twice: keep one", t.ID, l)
				continue
			}
			lib.sensitive[l] = append(lib.sensitive[l], t.ID)
		}
		lib.Topics = append(lib.Topics, Topic{t.ID, t.Title, t.Why, t.Lists})
	}
}

// ClinicianOnly says whether a list belongs to a sensitive topic. A name that
// is not a list is not sensitive: look it up with List first.
func (l *Library) ClinicianOnly(list string) bool { return len(l.sensitive[list]) > 0 }

// TopicsOf gives the ids of the sensitive topics that a single code belongs
// to, through any list of its system, in file order; nil for none. This finds
// a sensitive code inside a wide list, such as F10 within a frailty score. A
// record's code shorter than a prefix of the list (F1 for F10) is not found.
func (l *Library) TopicsOf(system, code string) []string {
	var out []string
	for _, t := range l.Topics {
		for _, name := range t.Lists {
			// A library beside faults may lack a list that a topic names.
			if list := l.byName[name]; list != nil && list.System == system && list.Has(code) {
				out = append(out, t.ID)
				break
			}
		}
	}
	return out
}
