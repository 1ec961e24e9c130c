package cohort

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"leftshift/engine"
)

// Definition is a cohort as its file says it.
type Definition struct {
	ID      string
	Name    string
	Version string
	Author  string
	AsOf    string // ISO date of the snapshot that it is for; "": any
	Where   Node
	Tests   []Test
}

// Test is a made-up person and whether they are in.
type Test struct {
	Name   string
	In     bool
	Person map[string]Value // by field; one that is not there is unknown
}

// Parse reads a definition's TOML file: id, name, version, author, as_of
// (optional), the table where (see ParseNode), and tests, each with name, in and
// a table person of values by field. The text "unknown" or "not_observable" for
// a number or flag is that state. The Fault says what is wrong, without values.
func (d *Dictionary) Parse(text []byte, clinical bool) (*Definition, error) {
	var file struct {
		ID      string         `toml:"id"`
		Name    string         `toml:"name"`
		Version string         `toml:"version"`
		Author  string         `toml:"author"`
		AsOf    string         `toml:"as_of"`
		Where   map[string]any `toml:"where"`
		Tests   []struct {
			Name   string         `toml:"name"`
			In     *bool          `toml:"in"`
			Person map[string]any `toml:"person"`
		} `toml:"tests"`
	}
	r := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := r.Decode(&file); err != nil {
		var bad *toml.DecodeError
		line := 0
		if errors.As(err, &bad) {
			line, _ = bad.Position()
		}
		return nil, fault("cohort-file", "the cohort's file cannot be read (line %d): it holds id, name, version, author, as_of, where and tests, as TOML", line)
	}
	def := &Definition{ID: file.ID, Name: file.Name, Version: file.Version, Author: file.Author, AsOf: file.AsOf}
	if !identifier.MatchString(def.ID) || def.Name == "" || def.Version == "" || def.Author == "" {
		return nil, fault("cohort-file", "a cohort needs an id (small letters, digits and _), a name, a version and an author")
	}
	if _, ok := engine.ParseDay(def.AsOf); def.AsOf != "" && !ok {
		return nil, fault("cohort-file", "the as_of of a cohort is no date: write it as 2026-03-31 in quotes")
	}
	var err error
	if def.Where, err = d.ParseNode(file.Where, clinical); err != nil {
		return nil, err
	}
	for i, t := range file.Tests {
		if t.Name == "" || t.In == nil {
			return nil, fault("cohort-test", "test %d of the cohort needs a name and in = true or false", i+1)
		}
		test := Test{Name: t.Name, In: *t.In, Person: map[string]Value{}}
		for id, x := range t.Person {
			v, ok := d.made(id, x)
			if !ok {
				return nil, fault("cohort-test", "test %d of the cohort gives its person a field that is none, or a value not of its kind", i+1)
			}
			test.Person[id] = v
		}
		def.Tests = append(def.Tests, test)
	}
	return def, nil
}

// made is a value of a made-up person.
func (d *Dictionary) made(id string, x any) (Value, bool) {
	f := d.Field(id)
	if f == nil {
		return Value{}, false
	}
	switch {
	case x == "unknown":
		return Value{}, f.Kind != Labels
	case x == "not_observable":
		return Value{State: Unobservable}, f.Source == Feature
	}
	v := Value{State: Known}
	if f.Kind == Labels {
		list, ok := x.([]any)
		for _, l := range list {
			s, is := l.(string)
			ok = ok && is
			v.Labels = append(v.Labels, s)
		}
		return v, ok
	}
	l, ok := literal(f, x)
	if !ok {
		return Value{}, false
	}
	switch l := l.(type) {
	case float64:
		v.Number = l
	case string:
		v.Text = l
	case bool:
		v.Flag = l
	}
	return v, true
}

// Check runs the definition's tests. The Fault names those that fail, by place.
func (d *Dictionary) Check(def *Definition) error {
	var failed []int
	for i, t := range def.Tests {
		if (d.Eval(def.Where, func(id string) Value { return t.Person[id] }) == True) != t.In {
			failed = append(failed, i+1)
		}
	}
	if failed != nil {
		return fault("cohort-test-fails", "the cohort does not do what its tests say: tests %v fail; change the definition or the tests", failed)
	}
	if !slices.ContainsFunc(def.Tests, func(t Test) bool { return t.In }) || !slices.ContainsFunc(def.Tests, func(t Test) bool { return !t.In }) {
		return fault("cohort-untested", "a cohort needs a test of a made-up person who is in, and one of a person who is not")
	}
	return nil
}

// Hash is the hex SHA-256 of what decides who is in: equal for equal trees,
// whatever the name.
func (n Node) Hash() string {
	text, err := json.Marshal(n)
	if err != nil {
		panic(err) // values are float64, string or bool
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
