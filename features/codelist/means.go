package codelist

// Means says which other lists change what a code of this one says. All of
// them hold codes of the same system and share no code with it.
type Means struct {
	// ResolvedBy: a newer code of these ends the condition or the state.
	ResolvedBy []string `toml:"resolved_by" means:"lists of which a newer code ends what it records" without:"none" twice:"told" json:"resolved_by,omitempty"`
	// DeclinedBy: the person was offered what the list records and said no.
	DeclinedBy []string `toml:"declined_by" means:"lists that say that the person declined it" without:"none" twice:"told" json:"declined_by,omitempty"`
	// ExceptedBy: it does not apply to the person, by a clinician's word.
	ExceptedBy []string `toml:"excepted_by" means:"lists that say that it does not apply" without:"none" twice:"told" json:"excepted_by,omitempty"`
	// LatestWins: of this list and these, the one with the newest code holds.
	// Each of them says the same of all others.
	LatestWins []string `toml:"latest_wins" means:"lists of which, with this one, the newest code holds" without:"none" twice:"told" json:"latest_wins,omitempty"`
}

// kinds gives each key with its lists, in a fixed order.
func (m Means) kinds() []struct {
	Key   string
	Lists []string
} {
	return []struct {
		Key   string
		Lists []string
	}{{"resolved_by", m.ResolvedBy}, {"declined_by", m.DeclinedBy}, {"excepted_by", m.ExceptedBy}, {"latest_wins", m.LatestWins}}
}

// checkMeans checks that every list that one of these names is among all, is
// of its system, and says nothing against it.
func checkMeans(lists []*List, all map[string]*List, faults *Faults) {
	for _, l := range lists {
		for _, k := range l.Means.kinds() {
			seen := map[string]bool{}
			for _, name := range k.Lists {
				other := all[name]
				switch {
				case other == nil:
					faults.Add(indexName, l.line, "list-unknown", "%s of list %s names %q, which does not exist", k.Key, l.Name, name)
					continue
				case other == l:
					faults.Add(indexName, l.line, "means-itself", "%s of list %s names the list itself: remove it", k.Key, l.Name)
					continue
				case seen[name]:
					faults.Add(indexName, l.line, "list-twice", "%s of list %s names %s twice: keep one", k.Key, l.Name, name)
					continue
				case !sameSystem(other.System, l.System):
					faults.Add(indexName, l.line, "means-system", "%s of list %s names %s, which is of %s, not of %s: name a list of the same system", k.Key, l.Name, name, other.System, l.System)
				case overlap(l, other) != "":
					faults.Add(indexName, l.line, "means-overlap", "code %s is on list %s and on %s, its %s: a code cannot say both; take it off one", overlap(l, other), l.Name, name, k.Key)
				}
				seen[name] = true
				if k.Key == "latest_wins" {
					for _, rest := range append([]string{l.Name}, k.Lists...) {
						if rest != name && !contains(other.Means.LatestWins, rest) {
							faults.Add(indexName, l.line, "means-one-sided", "latest_wins of list %s names %s, which does not name %s: write all others in each", l.Name, name, rest)
						}
					}
				}
				if k.Key == "resolved_by" && contains(other.Means.ResolvedBy, l.Name) && l.Name < name {
					faults.Add(indexName, l.line, "means-circle", "lists %s and %s are resolved_by each other: use latest_wins", l.Name, name)
				}
			}
		}
	}
}

// sameSystem says whether codes of two systems can be equal.
func sameSystem(a, b string) bool {
	if a == DMD {
		a = SNOMED
	}
	if b == DMD {
		b = SNOMED
	}
	return a == b
}

// overlap gives the first code that both lists cover, "" for none.
func overlap(a, b *List) string {
	for _, c := range a.Codes {
		if b.holds(c) || b.Match == Prefix && b.Has(c) {
			return c
		}
	}
	if a.Match == Prefix {
		for _, c := range b.Codes {
			if a.Has(c) {
				return c
			}
		}
	}
	return ""
}

// Holds gives the lists among which the newest code says whether list name
// holds: the list itself first, then those that resolve it, then those of
// latest_wins, each in its order; nil when there is no such list. A list that
// nothing ends is alone: any code of it holds for ever.
func (l *Library) Holds(name string) []*List {
	list := l.byName[name]
	if list == nil {
		return nil
	}
	out := []*List{list}
	for _, names := range [][]string{list.Means.ResolvedBy, list.Means.LatestWins} {
		for _, n := range names {
			out = append(out, l.byName[n])
		}
	}
	return out
}
