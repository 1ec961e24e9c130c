package codelist

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"leftshift/engine"
)

// Expression is a set of SNOMED CT concepts in a part of the Expression
// Constraint Language: concepts joined by OR and MINUS, read from left to
// right. id is the concept itself, <id those below it, <<id both; a term in
// bars may follow an identifier.
//
//	<< 73211009 |Diabetes mellitus| MINUS << 11687002 |Gestational diabetes|
type Expression struct {
	terms []exprTerm
}

type exprTerm struct {
	minus, self, below bool
	id, term           string
}

// ParseExpression reads one. The error says what cannot be read.
func ParseExpression(text string) (*Expression, error) {
	bad := func(say string, args ...any) error {
		return &engine.Fault{Code: "expression", Say: "the expression " + fmt.Sprintf(say, args...)}
	}
	e := &Expression{}
	rest := strings.TrimSpace(text)
	for first := true; rest != "" || first; first = false {
		t := exprTerm{self: true}
		if !first {
			word, after, _ := strings.Cut(rest, " ")
			switch word {
			case "OR":
			case "MINUS":
				t.minus = true
			default:
				return nil, bad("has %q where OR or MINUS must stand", word)
			}
			rest = strings.TrimSpace(after)
		}
		if after, ok := strings.CutPrefix(rest, "<<"); ok {
			t.below, rest = true, strings.TrimSpace(after)
		} else if after, ok := strings.CutPrefix(rest, "<"); ok {
			t.self, t.below, rest = false, true, strings.TrimSpace(after)
		}
		n := 0
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		t.id, rest = rest[:n], rest[n:]
		if rest != "" && rest[0] != ' ' && rest[0] != '|' {
			return nil, bad("has %q after an identifier: write <<, < or nothing, an identifier, and a term in bars", rest)
		}
		if f := SNOMEDFault(t.id); f != "" {
			return nil, bad("has %q, which %s", t.id, f)
		}
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, "|") {
			term, after, ok := strings.Cut(rest[1:], "|")
			if !ok {
				return nil, bad("has a term whose bar does not close")
			}
			t.term, rest = strings.TrimSpace(term), strings.TrimSpace(after)
		}
		e.terms = append(e.terms, t)
	}
	return e, nil
}

// String writes the expression in one form: equal sets of parts in the same
// order give equal texts. Terms are left out.
func (e *Expression) String() string {
	var b strings.Builder
	for i, t := range e.terms {
		switch {
		case i > 0 && t.minus:
			b.WriteString(" MINUS ")
		case i > 0:
			b.WriteString(" OR ")
		}
		switch {
		case t.self && t.below:
			b.WriteString("<<")
		case t.below:
			b.WriteString("<")
		}
		b.WriteString(t.id)
	}
	return b.String()
}

// Expand gives the concepts of an expression, in byte order, each once. A
// concept that the hierarchy does not have, or a result of none, is a fault:
// the release does not fit the expression.
func (h *Hierarchy) Expand(e *Expression) ([]string, error) {
	set := map[string]bool{}
	for _, t := range e.terms {
		if !h.Has(t.id) {
			return nil, &engine.Fault{Code: "expression-unknown", Say: "concept " + t.id + " has no active relationship in this release: it is inactive or of another edition"}
		}
		var ids []string
		if t.self {
			ids = append(ids, t.id)
		}
		if t.below {
			ids = append(ids, h.Below(t.id)...)
		}
		for _, id := range ids {
			if t.minus {
				delete(set, id)
			} else {
				set[id] = true
			}
		}
	}
	if len(set) == 0 {
		return nil, &engine.Fault{Code: "expression-empty", Say: "the expression covers no concept in this release"}
	}
	return slices.Sorted(maps.Keys(set)), nil
}

// ListOf expands an expression into a list named name, with its hash. release
// overrides that of the hierarchy unless it is "". terms may be nil.
func (h *Hierarchy) ListOf(name, release string, e *Expression, terms map[string]string) (*List, error) {
	codes, err := h.Expand(e)
	if err != nil {
		return nil, err
	}
	if release == "" {
		release = h.Release
	}
	l := &List{Name: name, System: SNOMED, Release: release, Match: Exact, Codes: codes, Terms: map[string]string{}, Expression: e.String(), Hierarchy: h.Hash}
	for _, c := range codes {
		if t := terms[c]; t != "" {
			l.Terms[c] = t
		}
	}
	for _, t := range e.terms {
		if t.self && !t.minus && t.term != "" && l.Terms[t.id] == "" && l.holds(t.id) {
			l.Terms[t.id] = t.term
		}
	}
	l.Hash = hashList(l)
	return l, nil
}

// Terms of RF2 descriptions.
const (
	fullySpecified = "900000000000003001"
	synonym        = "900000000000013009"
)

// ReadTerms reads an RF2 description file: the newest active term of each
// concept, the fully specified name where there is one, else the synonym that
// comes first in byte order.
func ReadTerms(name string, r io.Reader) (map[string]string, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), 1<<20)
	bad := &engine.Fault{Code: "descriptions", Say: name + " is no RF2 description file: give one, or leave it out"}
	if !lines.Scan() {
		return nil, bad
	}
	at := map[string]int{}
	head := strings.Split(strings.TrimPrefix(strings.TrimRight(lines.Text(), "\r"), "\ufeff"), "\t")
	for i, c := range head {
		at[c] = i
	}
	for _, c := range []string{"id", "effectiveTime", "active", "conceptId", "typeId", "term"} {
		if _, ok := at[c]; !ok {
			return nil, bad
		}
	}
	type version struct {
		time, concept, term string
		full, active        bool
	}
	newest := map[string]version{}
	for lines.Scan() {
		cells := strings.Split(strings.TrimRight(lines.Text(), "\r"), "\t")
		if len(cells) != len(head) {
			return nil, bad
		}
		kind := cells[at["typeId"]]
		if kind != fullySpecified && kind != synonym {
			continue
		}
		v := version{cells[at["effectiveTime"]], cells[at["conceptId"]], cells[at["term"]], kind == fullySpecified, cells[at["active"]] == "1"}
		if old, ok := newest[cells[at["id"]]]; !ok || v.time > old.time {
			newest[cells[at["id"]]] = v
		}
	}
	if err := lines.Err(); err != nil {
		return nil, &engine.Fault{Code: "descriptions", Say: name + " cannot be read to its end", Err: err}
	}
	full, out := map[string]bool{}, map[string]string{}
	for _, v := range newest {
		switch old := out[v.concept]; {
		case !v.active || full[v.concept] && !v.full:
		case v.full && !full[v.concept]:
			full[v.concept], out[v.concept] = true, v.term
		case old == "" || v.term < old:
			out[v.concept] = v.term
		}
	}
	return out, nil
}
