//go:build duckdb_arrow

package door

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/cohort"
)

// CohortEntry is a cohort of the list.
type CohortEntry struct {
	Handle                string // id@version, in paths; "" where its file cannot be counted
	Name, Version, Author string
	Origin                string // where its file is, in words
	Counted               string // when it was last counted, in words; "" never
	Fault                 string // why it cannot be counted; "" it can
}

// CohortReport is what an analyst sees of a cohort, or of two beside each other:
// no person, and no number that has not passed package disclosure.
type CohortReport struct {
	Frame
	Handle, Hash string
	Name         string
	Version      string
	Author       string
	AsOf         string // that its file names, ISO; "" any
	Tree         CohortPart
	Sections     []Section
	Ways         []OptionValue // to divide people
	Others       []OptionValue // cohorts it may be compared with
	Scores       []OptionValue // whose cut-offs may be compared
	Dates        []OptionValue // snapshots of other dates, on which it may be counted too
}

// Table finds a table; a Fault with code no-page when there is none of that id.
func (r *CohortReport) Table(id string) (*Table, error) {
	for _, s := range r.Sections {
		if i := slices.IndexFunc(s.Tables, func(t Table) bool { return t.ID == id }); i >= 0 {
			return &s.Tables[i], nil
		}
	}
	return nil, &engine.Fault{Code: "no-page", Say: "there is no such table: go back to the page and choose one"}
}

var originWords = map[string]string{"site": "this site's files", "saved": "saved here", "example": "example"}

// read is every definition there is, and its entry.
func (q *asked) read() (entries []CohortEntry, by map[string]*cohort.Definition, err error) {
	all, err := q.shelf.All()
	if err != nil {
		return nil, nil, err
	}
	by = map[string]*cohort.Definition{}
	for _, k := range all {
		e := CohortEntry{Name: k.File, Origin: originWords[k.Origin]}
		def, err := q.desk.Dictionary.Parse(k.Text, q.clinical)
		if err == nil {
			e.Name, e.Version, e.Author = def.Name, def.Version, def.Author
			err = q.desk.Dictionary.Check(def)
		}
		if err == nil {
			handle, ok := def.Handle()
			switch {
			case !ok:
				err = &engine.Fault{Say: "its version has other signs than letters, digits, dots, - and _"}
			case by[handle] != nil:
				err = &engine.Fault{Say: "another file has the same id and version"}
			default:
				e.Handle, by[handle] = handle, def
				if at, _ := q.shelf.LastCounted(def.Where.Hash()); !at.IsZero() {
					e.Counted = moment(at)
				}
			}
		}
		if f := (*engine.Fault)(nil); errors.As(err, &f) {
			e.Fault = f.Say
		} else if err != nil {
			return nil, nil, err
		}
		entries = append(entries, e)
	}
	slices.SortStableFunc(entries, func(a, b CohortEntry) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return entries, by, nil
}

// find gives the definition of a handle; a Fault with code no-page for none.
func (q *asked) find(handle string) (*cohort.Definition, []CohortEntry, error) {
	entries, by, err := q.read()
	if err != nil {
		return nil, nil, err
	}
	if def := by[handle]; def != nil {
		return def, entries, nil
	}
	return nil, nil, &engine.Fault{Code: "no-page", Say: "there is no such cohort, or it cannot be counted: choose one of the list"}
}

// Cohorts lists the definitions that there are, those that cannot be counted
// too.
func (d *Doors) Cohorts(ctx context.Context, who access.Principal, where Where) ([]CohortEntry, Frame, error) {
	var out []CohortEntry
	f, err := d.atDesk(ctx, who, where, access.Count, "cohorts", func(q *asked) (err error) {
		out, _, err = q.read()
		return err
	})
	if err != nil {
		return nil, f, err
	}
	return out, f, nil
}

// Cohort counts a definition of the list on the current snapshot. act is Count
// for a page and ExportCounts for a file.
func (d *Doors) Cohort(ctx context.Context, who access.Principal, where Where, act access.Act, handle string) (*CohortReport, error) {
	out, _, err := d.count(ctx, who, where, act, handle)
	return out, err
}

func (d *Doors) count(ctx context.Context, who access.Principal, where Where, act access.Act, handle string) (out *CohortReport, group []byte, err error) {
	out, err = d.told(ctx, who, where, act, "cohort", func(q *asked) (*CohortReport, error) {
		def, entries, err := q.find(handle)
		if err != nil {
			return nil, err
		}
		q.object = "cohort/" + handle
		r, err := q.count(ctx, def)
		if err != nil {
			return nil, err
		}
		out, err := q.report(def, r)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Handle != "" && e.Handle != handle {
				out.Others = append(out.Others, OptionValue{Value: e.Handle, Text: e.Name + ", version " + e.Version})
			}
		}
		if out.Dates, err = d.dates(q.s, ""); err != nil {
			return nil, err
		}
		out.Handle = handle
		group, err = cohort.Group(def, r)
		return out, err
	})
	if err != nil {
		return nil, nil, err
	}
	return out, group, nil
}

// CohortGroup is a cohort as a FHIR Group without members.
func (d *Doors) CohortGroup(ctx context.Context, who access.Principal, where Where, handle string) ([]byte, error) {
	_, group, err := d.count(ctx, who, where, access.ExportCounts, handle)
	return group, err
}

// CohortFile is a definition's file: what it asks and its tests, no count.
func (d *Doors) CohortFile(ctx context.Context, who access.Principal, where Where, handle string) (text []byte, err error) {
	_, err = d.atDesk(ctx, who, where, access.DefineCohort, "cohort", func(q *asked) error {
		def, _, err := q.find(handle)
		if err == nil {
			q.object, q.query = "cohort/"+handle, def.Where.Hash()
			text = q.desk.Dictionary.Text(def)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return text, nil
}

// CountText counts a definition that is a file's text: for the command line.
func (d *Doors) CountText(ctx context.Context, who access.Principal, where Where, text []byte) (*CohortReport, error) {
	return d.told(ctx, who, where, access.Count, "cohort", func(q *asked) (*CohortReport, error) {
		def, err := q.desk.Dictionary.Parse(text, q.clinical)
		if err != nil {
			return nil, err
		}
		r, err := q.count(ctx, def)
		if err != nil {
			return nil, err
		}
		return q.report(def, r)
	})
}

// count asks the desk, and notes when.
func (q *asked) count(ctx context.Context, def *cohort.Definition) (*cohort.Review, error) {
	q.query = def.Where.Hash()
	r, err := q.desk.Count(ctx, def)
	if err != nil {
		return nil, err
	}
	return r, q.shelf.Counted(q.query, q.s.Name)
}

func (q *asked) report(def *cohort.Definition, r *cohort.Review) (*CohortReport, error) {
	d := q.desk.Dictionary
	kept, err := withheldOf(q.s)
	if err != nil {
		return nil, err
	}
	out := &CohortReport{Hash: r.Hash, Name: def.Name, Version: def.Version, Author: def.Author, AsOf: def.AsOf, Tree: partsOf(d, def.Where, "")}
	if shown(r.Total) {
		out.Tree.note(def.Where, r.LeftOut, q.rule)
	}
	out.Handle, _ = def.Handle()
	out.Sections = []Section{howMany(r), attrition(d, def.Where, r, kept, q.rule)}
	for _, x := range r.MakeUp {
		out.Sections = append(out.Sections, makeUpOf(r, x))
		out.Ways = append(out.Ways, OptionValue{Value: x.ID, Text: x.Title})
	}
	if missing := q.desk.LeftOut(); len(missing) > 0 {
		out.Sections = append(out.Sections, Section{Title: "Not told", Words: []string{"This snapshot has no feature for: " + strings.Join(missing, "; ") + "."}})
	}
	out.Scores = q.scores()
	return out, nil
}

// scores are those whose cut-offs may be compared.
func (q *asked) scores() []OptionValue {
	var out []OptionValue
	for _, f := range q.desk.Dictionary.Fields() {
		if f.Source == cohort.Score {
			out = append(out, OptionValue{Value: f.ID, Text: f.Title})
		}
	}
	return out
}

// CompareCohorts puts two definitions of the list beside each other, by a way to
// divide people ("": none).
func (d *Doors) CompareCohorts(ctx context.Context, who access.Principal, where Where, act access.Act, a, b, by string) (*CohortReport, error) {
	return d.compare(ctx, who, where, act, by, func(q *asked) (*cohort.Comparison, [2]string, error) {
		var def [2]*cohort.Definition
		for i, handle := range []string{a, b} {
			var err error
			if def[i], _, err = q.find(handle); err != nil {
				return nil, [2]string{}, err
			}
		}
		q.object = "cohorts/" + a + "/" + b
		return q.compare(ctx, def[0], def[1], by)
	})
}

// CompareTexts does so with two files' texts: for the command line.
func (d *Doors) CompareTexts(ctx context.Context, who access.Principal, where Where, a, b []byte, by string) (*CohortReport, error) {
	return d.compare(ctx, who, where, access.Count, by, func(q *asked) (*cohort.Comparison, [2]string, error) {
		var def [2]*cohort.Definition
		for i, text := range [][]byte{a, b} {
			var err error
			if def[i], err = q.desk.Dictionary.Parse(text, q.clinical); err != nil {
				return nil, [2]string{}, err
			}
		}
		return q.compare(ctx, def[0], def[1], by)
	})
}

func (q *asked) compare(ctx context.Context, a, b *cohort.Definition, by string) (*cohort.Comparison, [2]string, error) {
	q.query = hashOf(a.Where.Hash(), b.Where.Hash())
	c, err := q.desk.Compare(ctx, a, b, by)
	return c, [2]string{a.Name + ", version " + a.Version, b.Name + ", version " + b.Version}, err
}

// CompareCuts puts two cut-offs of one score beside each other.
func (d *Doors) CompareCuts(ctx context.Context, who access.Principal, where Where, act access.Act, score string, one, other float64, by string) (*CohortReport, error) {
	return d.compare(ctx, who, where, act, by, func(q *asked) (*cohort.Comparison, [2]string, error) {
		q.object = "cut-offs"
		least := func(x float64) (cohort.Node, error) {
			return q.desk.Dictionary.ParseNode(map[string]any{"field": score, "op": string(cohort.AtLeast), "value": x}, q.clinical)
		}
		low, err := least(min(one, other))
		if err != nil {
			return nil, [2]string{}, err
		}
		high, err := least(max(one, other))
		if err != nil {
			return nil, [2]string{}, err
		}
		q.query = hashOf(low.Hash(), high.Hash())
		c, err := q.desk.CompareCuts(ctx, score, one, other, by)
		return c, [2]string{conditionWords(q.desk.Dictionary, low), conditionWords(q.desk.Dictionary, high)}, err
	})
}

func (d *Doors) compare(ctx context.Context, who access.Principal, where Where, act access.Act, by string, answer func(*asked) (*cohort.Comparison, [2]string, error)) (*CohortReport, error) {
	return d.told(ctx, who, where, act, "cohorts", func(q *asked) (*CohortReport, error) {
		c, names, err := answer(q)
		if err != nil {
			return nil, err
		}
		out := &CohortReport{Hash: q.query, Sections: compared(c, names[0], names[1], midSentence(q.desk.Title(by)))}
		for _, id := range q.desk.Dimensions() {
			out.Ways = append(out.Ways, OptionValue{Value: id, Text: q.desk.Title(id), Chosen: id == by})
		}
		return out, nil
	})
}

// hashOf is the hex SHA-256 of texts, one a line.
func hashOf(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\n")))
	return hex.EncodeToString(sum[:])
}

// midSentence is a title within a sentence: Age as age, PLUS and Core20 as they
// are.
func midSentence(title string) string {
	if len(title) > 1 && title[1] >= 'a' && title[1] <= 'z' && !strings.HasPrefix(title, "Core20") {
		return strings.ToLower(title[:1]) + title[1:]
	}
	return title
}
