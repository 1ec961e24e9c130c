package codelist

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"leftshift/engine"
	"leftshift/features/declared"
)

// Join reads another directory of the same shape and gives a library with the
// lists and topics of both. A list or a topic that both declare is a fault: a
// care system's list never takes the place of a built-in one in silence. A topic
// of it may name built-in lists too: that only narrows who sees them. name
// stands before the file names of faults. base is not changed, and is given
// back as it is when the directory has neither lists nor topics. The error is a *Faults; the
// library beside it knows every list by name, so that faults of what reads them
// can be told too, and is for nothing else: codes may be missing.
func Join(base *Library, dir fs.FS, name string) (*Library, error) {
	lists := !missing(dir, indexName)
	if !lists {
		stray, _ := fs.Glob(dir, "lists/*.csv")
		lists = len(stray) > 0 // and lists.toml, which declares them, is a fault
	}
	if !lists && missing(dir, topicsName) {
		return base, nil
	}
	faults := newFaults()
	more := &Library{byName: map[string]*List{}, sensitive: map[string][]string{}}
	numbers(dir, faults)
	known := !lists || readLists(dir, more, faults)
	all := maps.Clone(base.byName)
	maps.Copy(all, more.byName)
	checkMeans(more.Lists, all, faults)
	if !known {
		all = nil
	}
	readTopics(dir, more, all, faults)
	for _, l := range more.Lists {
		if base.byName[l.Name] != nil {
			faults.Add(indexName, l.line, "list-twice", "list %s is also built in: give this one another name", l.Name)
		}
	}
	for _, t := range more.Topics {
		if slices.ContainsFunc(base.Topics, func(o Topic) bool { return o.ID == t.ID }) {
			faults.Add(topicsName, 0, "topic-twice", "topic %s is also built in: give this one another id", t.ID)
		}
	}
	for i := range faults.List {
		faults.List[i].File = path.Join(name, faults.List[i].File)
	}
	more.Lists = slices.DeleteFunc(more.Lists, func(l *List) bool { return base.byName[l.Name] != nil })
	out := &Library{Lists: slices.Concat(base.Lists, more.Lists), Topics: slices.Concat(base.Topics, more.Topics),
		byName: maps.Clone(base.byName), sensitive: maps.Clone(base.sensitive)}
	for _, l := range more.Lists {
		out.byName[l.Name] = l
	}
	for list, topics := range more.sensitive {
		out.sensitive[list] = slices.Concat(out.sensitive[list], topics)
	}
	sort.Slice(out.Lists, func(i, j int) bool { return out.Lists[i].Name < out.Lists[j].Name })
	out.Hash = hashLibrary(out)
	return out, faults.Err()
}

func missing(dir fs.FS, name string) bool {
	_, err := fs.Stat(dir, name)
	return errors.Is(err, fs.ErrNotExist)
}

// numbers refuses files of a site's code lists in which something may be an
// NHS number. The first field of a list's row is its code, and may look so.
func numbers(dir fs.FS, faults *Faults) {
	names, _ := fs.Glob(dir, "*.toml")
	lists, _ := fs.Glob(dir, "lists/*.csv")
	for _, name := range slices.Concat(names, lists) {
		text, err := engine.ReadText(dir, name)
		if err != nil {
			continue // told where the file is read
		}
		declared.Numbers(name, text, func(before, number string) bool {
			return path.Ext(name) == ".csv" && strings.Trim(before, `"`) == "" && SNOMEDFault(number) == ""
		}, faults)
	}
}
