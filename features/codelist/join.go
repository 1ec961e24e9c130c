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
// care system's list never takes the place of a built-in one in silence. name
// stands before the file names of faults. base is not changed, and is given
// back as it is when the directory has no lists.toml. The error is a *Faults; the
// library beside it knows every list by name, so that faults of what reads them
// can be told too, and is for nothing else: codes may be missing.
func Join(base *Library, dir fs.FS, name string) (*Library, error) {
	if _, err := fs.Stat(dir, indexName); errors.Is(err, fs.ErrNotExist) {
		if stray, _ := fs.Glob(dir, "lists/*.csv"); len(stray) == 0 {
			return base, nil
		}
	}
	faults := newFaults()
	more := &Library{byName: map[string]*List{}, sensitive: map[string][]string{}}
	numbers(dir, faults)
	readLists(dir, more, faults)
	all := maps.Clone(base.byName)
	maps.Copy(all, more.byName)
	checkMeans(more.Lists, all, faults)
	readTopics(dir, more, faults)
	for _, l := range more.Lists {
		if base.byName[l.Name] != nil {
			faults.Add(indexName, l.line, "list-twice", "list %s is also built in: give this one another name", l.Name)
		}
	}
	for _, t := range more.Topics {
		if slices.ContainsFunc(base.Topics, func(o Topic) bool { return o.ID == t.ID }) {
			faults.Add("sensitive.toml", 0, "topic-twice", "topic %s is also built in: give this one another id", t.ID)
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
	maps.Copy(out.sensitive, more.sensitive)
	sort.Slice(out.Lists, func(i, j int) bool { return out.Lists[i].Name < out.Lists[j].Name })
	out.Hash = hashLibrary(out)
	return out, faults.Err()
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
