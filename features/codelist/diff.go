package codelist

import (
	"io/fs"
	"slices"
	"sort"
	"strings"
)

// Coded is a code with its display words; Term is "" where none is known.
type Coded struct {
	Code string `json:"code"`
	Term string `json:"term,omitempty"`
}

// Side is one of the two lists of a Change.
type Side struct {
	Name    string `json:"name"`
	System  string `json:"system"`
	Release string `json:"release"`
	Match   Match  `json:"match"`
	Codes   int    `json:"codes"`
	Hash    string `json:"hash"`
}

// Turned is one key of an entry that differs.
type Turned struct {
	Key string `json:"key"`
	Old string `json:"old"`
	New string `json:"new"`
}

// Change is what differs between two lists.
type Change struct {
	Old     Side     `json:"old"`
	New     Side     `json:"new"`
	Added   []Coded  `json:"added"`            // of New and not of Old, in byte order
	Removed []Coded  `json:"removed"`          // of Old and not of New, in byte order
	Turned  []Turned `json:"turned,omitempty"` // keys of the entry, in a fixed order
	Same    int      `json:"same"`             // codes of both
}

// Differ says whether the two lists could give different answers: by codes,
// by what the hash covers besides, or by what other lists mean to them.
func (c *Change) Differ() bool { return c.Old.Hash != c.New.Hash || len(c.Turned) > 0 }

// Compare says what the way from one list to another adds and removes. Terms
// are taken from either side. Neither list may be nil.
func Compare(before, after *List) *Change {
	c := &Change{Old: side(before), New: side(after), Added: []Coded{}, Removed: []Coded{}}
	for _, code := range after.Codes {
		if before.holds(code) {
			c.Same++
		} else {
			c.Added = append(c.Added, Coded{code, term(code, after, before)})
		}
	}
	for _, code := range before.Codes {
		if !after.holds(code) {
			c.Removed = append(c.Removed, Coded{code, term(code, before, after)})
		}
	}
	turn := func(key, a, b string) {
		if a != b {
			c.Turned = append(c.Turned, Turned{key, a, b})
		}
	}
	turn("system", before.System, after.System)
	turn("release", before.Release, after.Release)
	turn("match", string(before.Match), string(after.Match))
	turn("rule", before.Rule, after.Rule)
	a, b := before.Means.kinds(), after.Means.kinds()
	for i := range a {
		turn(a[i].Key, strings.Join(a[i].Lists, ", "), strings.Join(b[i].Lists, ", "))
	}
	turn("expression", before.Expression, after.Expression)
	turn("hierarchy", before.Hierarchy, after.Hierarchy)
	return c
}

func side(l *List) Side { return Side{l.Name, l.System, l.Release, l.Match, len(l.Codes), l.Hash} }

func term(code string, lists ...*List) string {
	for _, l := range lists {
		if t := l.Terms[code]; t != "" {
			return t
		}
	}
	return ""
}

// LibraryChange is what differs between two libraries.
type LibraryChange struct {
	Old     string    `json:"old"` // hash of the library
	New     string    `json:"new"`
	Added   []Side    `json:"added"`   // lists, in order of name
	Removed []Side    `json:"removed"` // lists, in order of name
	Changed []*Change `json:"changed"` // lists of both, in order of name
	Same    int       `json:"same"`    // lists that are equal
	// Hidden: what became of who may see which list.
	Hidden []Turned `json:"hidden,omitempty"`
}

// Differ says whether anything does.
func (c *LibraryChange) Differ() bool {
	return len(c.Added)+len(c.Removed)+len(c.Changed)+len(c.Hidden) > 0
}

// CompareLibraries compares lists of the same name.
func CompareLibraries(before, after *Library) *LibraryChange {
	c := &LibraryChange{Old: before.Hash, New: after.Hash, Added: []Side{}, Removed: []Side{}, Changed: []*Change{}}
	for _, l := range after.Lists {
		old := before.byName[l.Name]
		if old == nil {
			c.Added = append(c.Added, side(l))
			continue
		}
		if x := Compare(old, l); x.Differ() {
			c.Changed = append(c.Changed, x)
		} else {
			c.Same++
		}
		if a, b := topics(before, l.Name), topics(after, l.Name); a != b {
			c.Hidden = append(c.Hidden, Turned{l.Name, a, b})
		}
	}
	for _, l := range before.Lists {
		if after.byName[l.Name] == nil {
			c.Removed = append(c.Removed, side(l))
		}
	}
	return c
}

func topics(l *Library, list string) string {
	t := slices.Clone(l.sensitive[list])
	sort.Strings(t)
	return strings.Join(t, ", ")
}

// ReadList reads one CSV file of columns code and term as a list of its own.
// like gives what such a file does not say: system, release and match; nil
// takes the system from the shape of the codes. The error is a *Faults.
func ReadList(dir fs.FS, file string, like *List) (*List, error) {
	faults := newFaults()
	text, err := fs.ReadFile(dir, file)
	if err != nil {
		faults.Add(file, 0, "file-unreadable", "cannot be read: give the path of a CSV file")
		return nil, faults
	}
	l := &List{Name: file, Release: NotStated, Match: Exact}
	if like != nil {
		l.System, l.Release, l.Match = like.System, like.Release, like.Match
		l.Rule, l.Means, l.Expression, l.Hierarchy = like.Rule, like.Means, like.Expression, like.Hierarchy
	} else {
		probe := &List{Match: Exact} // of no system: any code without spaces round it
		parseCodes(file, text, probe, &Faults{})
		if l.System = Guess(probe.Codes); l.System == "" {
			faults.Add(file, 0, "system-unknown", "the codes' system cannot be told from their shape: compare the file with a named list of its system")
			return nil, faults
		}
		if l.System != SNOMED {
			l.Match = Prefix
		}
	}
	parseCodes(file, text, l, faults)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	l.Hash = hashList(l)
	return l, nil
}
