package plan

import (
	"iter"

	"leftshift/engine"
	"leftshift/features/codelist"
)

// Dictionary is the lake's code table: every code that its events hold, with
// its text. Lists that match by prefix cover the codes in it; the order does
// not matter. Nil is an empty dictionary.
type Dictionary = iter.Seq[Word]

// Word is one entry of the code dictionary.
type Word struct {
	Code   engine.Code
	System engine.System
	Text   string
}

// Reach leads codes to whatever reads them: some code by code, others by the
// text that they begin with, which covers the codes of a dictionary. The zero
// value leads nowhere.
type Reach[T any] struct {
	exact  map[engine.Code][]T
	prefix map[engine.System]map[string][]T // by normalised text
}

// Add leads a normalised code, or every code that begins with it, to t.
func (r *Reach[T]) Add(system engine.System, code string, match codelist.Match, t T) {
	if match != codelist.Prefix {
		r.AddKey(engine.CodeKey(system, code), t)
		return
	}
	if r.prefix == nil {
		r.prefix = map[engine.System]map[string][]T{}
	}
	if r.prefix[system] == nil {
		r.prefix[system] = map[string][]T{}
	}
	r.prefix[system][code] = append(r.prefix[system][code], t)
}

// AddList leads every code of a list to t.
func (r *Reach[T]) AddList(list *codelist.List, t T) {
	for _, code := range list.Codes {
		r.Add(engine.ParseSystem(list.System), code, list.Match, t)
	}
}

// AddKey leads the code of a key to t.
func (r *Reach[T]) AddKey(key engine.Code, t T) {
	if r.exact == nil {
		r.exact = map[engine.Code][]T{}
	}
	r.exact[key] = append(r.exact[key], t)
}

// Over gives what each code leads to, in any order and more than once: the
// codes added, and of the dictionary those that begin with one.
func (r *Reach[T]) Over(dict Dictionary) map[engine.Code][]T {
	out := make(map[engine.Code][]T, len(r.exact))
	for code, t := range r.exact {
		out[code] = append([]T(nil), t...)
	}
	if dict == nil {
		return out
	}
	for w := range dict {
		prefixes := r.prefix[w.System]
		if len(prefixes) == 0 {
			continue
		}
		text, ok := codelist.Normalise(w.System.String(), w.Text)
		if !ok {
			continue
		}
		for n := 1; n <= len(text); n++ {
			if t := prefixes[text[:n]]; t != nil {
				out[w.Code] = append(out[w.Code], t...)
			}
		}
	}
	return out
}
