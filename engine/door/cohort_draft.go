//go:build duckdb_arrow

package door

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/cohort"
)

// CohortDraft is a cohort in the making, of one user.
type CohortDraft struct {
	Frame
	ID, Mark string
	Tree     CohortPart
	Fields   []CohortField
	Section  *Section // the count so far; nil where there is nothing to count
	Say      string   // why it was not counted; "" else
	// As proposes the names to save under.
	As CohortName
}

// CohortName is what a cohort is saved under.
type CohortName struct{ ID, Name, Version string }

// BeginCohort makes a draft of everyone, or of a definition of the list, and
// gives its id.
func (d *Doors) BeginCohort(ctx context.Context, who access.Principal, where Where, from string) (id string, err error) {
	_, err = d.atDesk(ctx, who, where, access.DefineCohort, "cohort draft", func(q *asked) error {
		f := cohort.NewDraft(rand.Text(), who.User, "", cohort.Node{})
		if from != "" {
			def, _, err := q.find(from)
			if err != nil {
				return err
			}
			f = cohort.NewDraft(f.ID, who.User, from, def.Where)
		}
		id, q.query = f.ID, f.Tree.Hash()
		return q.shelf.PutDraft(f)
	})
	if err != nil {
		return "", err
	}
	return id, nil
}

// draft reads a user's draft.
func (q *asked) draft(who access.Principal, id string) (*cohort.Draft, error) {
	text, err := q.shelf.Draft(who.User, id)
	if err != nil {
		return nil, err
	}
	return q.desk.Dictionary.ParseDraft(text, q.clinical)
}

// CohortDraft gives a draft with the count so far.
func (d *Doors) CohortDraft(ctx context.Context, who access.Principal, where Where, id string) (out *CohortDraft, err error) {
	f, err := d.atDesk(ctx, who, where, access.Count, "cohort draft", func(q *asked) error {
		f, err := q.draft(who, id)
		if err != nil {
			return err
		}
		dictionary := q.desk.Dictionary
		out = &CohortDraft{ID: f.ID, Mark: f.Mark(), Tree: partsOf(dictionary, f.Tree, ""), Fields: fieldsOf(dictionary, q.clinical)}
		if out.As, err = q.propose(f); err != nil {
			return err
		}
		whole, ok := f.Whole()
		if !ok {
			return nil
		}
		q.query = whole.Hash()
		def, err := dictionary.WithExamples(&cohort.Definition{Where: whole})
		var r *cohort.Review
		if err == nil {
			r, err = q.desk.Count(ctx, def)
		}
		if fault := (*engine.Fault)(nil); errors.As(err, &fault) && fault.Err == nil {
			out.Say = fault.Say // not counted; it can still be changed
			return nil
		}
		if err != nil {
			return err
		}
		kept, err := withheldOf(q.s)
		if err != nil {
			return err
		}
		if q.query == f.Tree.Hash() && shown(r.Total) { // places are the same: no group is empty
			out.Tree.note(whole, r.LeftOut, q.rule)
		}
		s := attrition(dictionary, whole, r, kept, q.rule)
		s.Title = "So far"
		s.Tables = append(howMany(r).Tables, s.Tables...)
		s.Plot = Plot{}
		out.Section, q.rows = &s, rowsOf([]Section{s})
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Frame = f
	return out, nil
}

// propose are names to save under: those of the cohort that the draft began
// with, and the version after it.
func (q *asked) propose(f *cohort.Draft) (CohortName, error) {
	as := CohortName{Version: "1"}
	_, by, err := q.read()
	def := by[f.From]
	if err != nil || def == nil {
		return as, err
	}
	as = CohortName{def.ID, def.Name, def.Version + ".1"}
	if n, err := strconv.Atoi(def.Version); err == nil {
		for as.Version = strconv.Itoa(n + 1); by[def.ID+"@"+as.Version] != nil; as.Version = strconv.Itoa(n + 1) {
			n++
		}
	}
	return as, nil
}

// Edit changes a draft: what its form sends.
type Edit struct {
	Mark  string // of the tree that the form was made of
	Do    string // condition, group, turn or remove
	At    string // place
	Group string // all, any or none, of group and turn
	// Field, Op and Values are a condition's, as typed.
	Field, Op string
	Values    []string
}

// EditCohort changes a draft. The tree that the form was made of must be the one
// that is there.
func (d *Doors) EditCohort(ctx context.Context, who access.Principal, where Where, id string, e Edit) error {
	_, err := d.atDesk(ctx, who, where, access.DefineCohort, "cohort draft", func(q *asked) error {
		f, err := q.draft(who, id)
		if err != nil {
			return err
		}
		if e.Mark != f.Mark() {
			return &engine.Fault{Code: "cohort-place", Say: "the cohort was changed meanwhile, in another window: look at what it is now, and do it again"}
		}
		switch e.Do {
		case "condition":
			var n cohort.Node
			if n, err = q.condition(e); err == nil {
				err = f.Add(e.At, n)
			}
		case "group":
			err = f.AddGroup(e.At, e.Group)
		case "turn":
			err = f.Turn(e.At, e.Group)
		case "remove":
			err = f.Remove(e.At)
		default:
			err = &engine.Fault{Code: "cohort-shape", Say: "nothing was chosen to be done: use one of the buttons"}
		}
		if err != nil {
			return err
		}
		q.query = f.Tree.Hash()
		return q.shelf.PutDraft(f)
	})
	return err
}

// condition makes a condition of what was typed.
func (q *asked) condition(e Edit) (cohort.Node, error) {
	m := map[string]any{"field": e.Field, "op": e.Op}
	f := q.desk.Dictionary.Field(e.Field)
	if f == nil {
		return cohort.Node{}, &engine.Fault{Code: "cohort-field", Say: "choose what the condition is about"}
	}
	var values []any
	for _, v := range e.Values {
		for line := range strings.SplitSeq(v, "\n") {
			parts := []string{line}
			if f.Kind == cohort.Number {
				parts = strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
			}
			for _, p := range parts {
				if p = strings.TrimSpace(p); p == "" {
					continue
				}
				switch f.Kind {
				case cohort.Number:
					x, err := strconv.ParseFloat(p, 64)
					if err != nil {
						return cohort.Node{}, &engine.Fault{Code: "cohort-value", Say: "enter a number, such as 60 or 0.25; two or more with commas between them"}
					}
					values = append(values, x)
				case cohort.Flag:
					values = append(values, p == "yes")
				default:
					values = append(values, p)
				}
			}
		}
	}
	switch op := cohort.Op(e.Op); {
	case op == cohort.IsUnknown || op == cohort.IsNotObservable:
	case op == cohort.In || op == cohort.NotIn || op == cohort.Between:
		if len(values) == 0 {
			return cohort.Node{}, noValue
		}
		m["values"] = values
	case len(values) != 1:
		return cohort.Node{}, noValue
	default:
		m["value"] = values[0]
	}
	return q.desk.Dictionary.ParseNode(m, q.clinical)
}

var noValue = &engine.Fault{Code: "cohort-value", Say: "enter a value: one, or several where the condition is about several, two where it is between"}

// SaveCohort keeps a draft as a version of a cohort, and gives its handle. Tests
// of a made-up person who is in and one who is not are made for its file.
func (d *Doors) SaveCohort(ctx context.Context, who access.Principal, where Where, id, mark string, as CohortName) (handle string, err error) {
	_, err = d.atDesk(ctx, who, where, access.DefineCohort, "cohort draft", func(q *asked) error {
		f, err := q.draft(who, id)
		if err != nil {
			return err
		}
		whole, ok := f.Whole()
		switch {
		case mark != f.Mark():
			return &engine.Fault{Code: "cohort-place", Say: "the cohort was changed meanwhile, in another window: look at what it is now, and save that"}
		case !ok:
			return &engine.Fault{Code: "cohort-empty", Say: "add a condition first: a cohort of everyone is not saved"}
		case strings.TrimSpace(as.Name) == "" || len(as.Name) > 200:
			return &engine.Fault{Code: "cohort-name", Say: "give the cohort a name, of 200 letters at most"}
		}
		def, err := q.desk.Dictionary.WithExamples(&cohort.Definition{ID: as.ID, Name: strings.TrimSpace(as.Name), Version: as.Version, Author: author(who), Where: whole})
		if err != nil {
			return err
		}
		text := q.desk.Dictionary.Text(def)
		if def, err = q.desk.Dictionary.Parse(text, q.clinical); err != nil {
			return err
		}
		_, by, err := q.read()
		if err != nil {
			return err
		}
		handle, _ = def.Handle()
		if by[handle] != nil {
			return &engine.Fault{Code: "cohort-exists", Say: "there is this version of the cohort already, and it is not changed: give another version"}
		}
		q.object, q.query = "cohort/"+handle, whole.Hash()
		if err := q.shelf.Save(def, text); err != nil {
			return err
		}
		q.shelf.DropDraft(f)
		return nil
	})
	if err != nil {
		return "", err
	}
	return handle, nil
}

// author is who saves, as the file says it.
func author(who access.Principal) string {
	if who.Name == "" {
		return who.User
	}
	if who.Organisation == "" {
		return who.Name
	}
	return who.Name + ", " + who.Organisation
}
