//go:build duckdb_arrow

package night

import (
	"fmt"
	"strings"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/models/registry"
)

// serving gives the bundle that scores tonight: the one that the
// configuration names, else the approved one; nil when there is none.
func (n *Night) serving() (id string, b *registry.Bundle, err error) {
	id = n.Config.Model.Bundle
	if id == "" {
		a, ok, err := n.Registry().Approved()
		if err != nil || !ok {
			return "", nil, err
		}
		id = a.Bundle
	} else if !n.Config.Site.Synthetic {
		a, _, err := n.Registry().Approved()
		if err != nil {
			return "", nil, err
		}
		if !a.Of(id) {
			return "", nil, &engine.Fault{Code: "bundle-unapproved", Say: "model.bundle names " + id + ", which nobody has approved: read its card, then `leftshift models approve " + id + " --by NAME`, or leave model.bundle empty"}
		}
	}
	if b, err = n.Registry().Get(id); err != nil {
		return "", nil, err
	}
	// Features that the bundle does not read may come and go beside it.
	if n.Catalogue.Subset(b.Columns).Hash != b.Features {
		return "", nil, otherFeatures(id, b, n.Catalogue)
	}
	if b.Synthetic && !n.Config.Site.Synthetic {
		return "", nil, &engine.Fault{Code: "bundle-synthetic", Say: "model bundle " + id + " was fitted on synthetic people and must not score real ones"}
	}
	return id, b, nil
}

// definitionsOf gives the hash of each column's own definition, in order; "" of
// one that the catalogue has not.
func definitionsOf(cat *catalogue.Catalogue, columns []string) []string {
	out := make([]string, len(columns))
	for i, id := range columns {
		if cat.Find(id) != nil {
			out[i] = cat.Subset([]string{id}).Hash
		}
	}
	return out
}

// namedFeatures is how many features an error names.
const namedFeatures = 10

// otherFeatures says which features of a bundle are gone or changed.
func otherFeatures(id string, b *registry.Bundle, cat *catalogue.Catalogue) error {
	var gone, changed []string
	for i, now := range definitionsOf(cat, b.Columns) {
		column := b.Columns[i]
		switch {
		case now == "" && b.Definitions == nil:
			gone = append(gone, column)
		case now == "":
			gone = append(gone, fmt.Sprintf("%s (%.12s)", column, b.Definitions[i]))
		case b.Definitions != nil && now != b.Definitions[i]:
			changed = append(changed, fmt.Sprintf("%s (was %.12s, is %.12s)", column, b.Definitions[i], now))
		}
	}
	var what []string
	room := namedFeatures
	for _, x := range []struct {
		word string
		ids  []string
	}{{"gone", gone}, {"changed", changed}} {
		if len(x.ids) == 0 {
			continue
		}
		named := x.ids[:min(room, len(x.ids))]
		room -= len(named)
		text := fmt.Sprintf("%d %s", len(x.ids), x.word)
		if len(named) > 0 {
			text += ": " + strings.Join(named, ", ")
		}
		if more := len(x.ids) - len(named); more > 0 && len(named) > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		what = append(what, text)
	}
	if what == nil { // a bundle of an earlier version of the program does not say how each was
		what = []string{"which, it does not say"}
	}
	return &engine.Fault{Code: "bundle-catalogue", Say: fmt.Sprintf("model bundle %s was fitted on features, or code lists of theirs, that are not what they were (%s): put them back as they were, or train again with `leftshift train` and, where people are real, approve the new bundle", id, strings.Join(what, "; "))}
}
