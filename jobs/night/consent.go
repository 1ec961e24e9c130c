//go:build duckdb_arrow

package night

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/consent"
	"leftshift/engine/identity"
)

// permit refuses sources that no legal basis covers for the purpose of the
// site on the day of the run. A synthetic site needs none.
func (n *Night) permit() error {
	c := n.Config
	if c.Site.Synthetic {
		return nil
	}
	for _, s := range c.Source {
		covered, expired := false, ""
		for _, b := range c.Basis {
			if !slices.Contains(b.Sources, s.Name) || !slices.Contains(b.Purposes, c.Site.Purpose) {
				continue
			}
			if ends, ok := engine.ParseDay(b.Ends); ok && ends >= n.Today {
				covered = true
			} else {
				expired = b.Ends
			}
		}
		switch {
		case covered:
		case expired != "":
			return &engine.Fault{Code: "flow-expired", Say: fmt.Sprintf("the legal basis for source %s ended on %s: renew it in [[basis]] or remove the source", s.Name, expired)}
		default:
			return &engine.Fault{Code: "flow-without-basis", Say: fmt.Sprintf("no [[basis]] covers source %s for the purpose %s", s.Name, c.Site.Purpose)}
		}
	}
	return nil
}

// withhold is whom consent keeps out, made anew for each run and not stored.
type withhold struct {
	set    *consent.Set
	digest string // of the lists and rules, not of who is on them
	// refused counts lines of the lists that name nobody, by kind of list.
	refused map[string]int
}

// consent reads the opt-out lists for the purpose of the site.
func (n *Night) consent() (*withhold, error) {
	c := n.Config
	key, err := identity.LoadKeyFile(c.At(c.Identity.KeyFile))
	if err != nil {
		return nil, err
	}
	keys, err := identity.NewKeyer(key)
	if err != nil {
		return nil, err
	}
	purpose := consent.Purpose{Name: c.Site.Purpose, Controller: c.Site.Name, Signed: "a synthetic site: nobody real is concerned"}
	var bases []string
	if !c.Site.Synthetic {
		purpose.Signed = ""
		for _, b := range c.Basis {
			if slices.Contains(b.Purposes, c.Site.Purpose) {
				purpose.Controller, purpose.Signed = b.Controller, b.Reference
				bases = append(bases, b.Reference)
			}
		}
	}
	rules := map[consent.Kind]*string{consent.National: &purpose.National, consent.Type1: &purpose.Type1, consent.Objection: &purpose.Objection}
	lists := map[consent.Kind]*consent.List{}
	refused := map[string]int{}
	parts := []any{c.Site.Purpose, purpose.Signed, bases}
	for _, o := range c.OptOut {
		kind, ok := consent.ParseKind(o.Kind)
		if !ok {
			return nil, &engine.Fault{Code: "optout-kind", Say: "an [[optout]] has a kind that is none"}
		}
		if !slices.Contains(c.Purposes(o), c.Site.Purpose) {
			*rules[kind] = "use"
			purpose.Because = "the configuration declares the list for other purposes"
			continue
		}
		path := c.At(o.Path)
		text, err := readList(path)
		if err != nil {
			return nil, &engine.Fault{Code: "optout-unreadable", Say: "an opt-out list cannot be read, so nobody's data may be used: check [[optout]] path", Err: err}
		}
		made := n.Today
		if info, err := os.Stat(path); err == nil && !c.Site.Synthetic {
			made = engine.DayOf(info.ModTime())
		}
		numbers, err := consent.ReadNumbers(bytes.NewReader(text), keys)
		if err != nil {
			return nil, err
		}
		if lists[kind] != nil {
			return nil, &engine.Fault{Code: "optout-list-twice", Say: "two [[optout]] lists have the same kind: join them"}
		}
		if numbers.People() == 0 && kind != consent.Objection {
			return nil, &engine.Fault{Code: "optout-list-empty", Say: "the " + o.Kind + " opt-out list names nobody, as a failed delivery would: ask for it again, or remove its [[optout]] if there is none"}
		}
		if k := len(numbers.Refused); k > 0 {
			refused[o.Kind] = k
		}
		lists[kind] = consent.Listed(kind, made, numbers)
		parts = append(parts, o.Kind, fmt.Sprintf("%x", sum(text)))
	}
	var given []*consent.List
	for _, kind := range []consent.Kind{consent.National, consent.Type1, consent.Objection} {
		if lists[kind] == nil && c.Site.Synthetic && *rules[kind] == "" {
			none, err := consent.ReadNumbers(strings.NewReader(""), keys)
			if err != nil {
				return nil, err
			}
			lists[kind] = consent.Listed(kind, n.Today, none)
		}
		if lists[kind] != nil {
			given = append(given, lists[kind])
		}
	}
	policy := consent.Policy{Purposes: []consent.Purpose{purpose}}
	set, err := policy.Withheld(c.Site.Purpose, n.Today, given...)
	if err != nil {
		return nil, err
	}
	return &withhold{set: set, digest: digest(parts...), refused: refused}, nil
}

// maxList bounds an opt-out list: the whole of England, twelve bytes a line,
// is less.
const maxList = 1 << 30

// readList reads an opt-out list, which is a plain file of a sane size.
func readList(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxList {
		return nil, &engine.Fault{Code: "optout-not-a-file", Say: "an opt-out list is no plain file, or larger than 1 GiB"}
	}
	return os.ReadFile(path)
}
