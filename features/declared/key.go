package declared

import (
	"fmt"
	"reflect"
	"strings"
)

// Key is one key of a table, as a page explains it.
type Key struct {
	Table    string // "feature"; "" for the file itself
	Name     string
	Type     string // in the words of TOML, as "a list of whole numbers"
	Required bool
	Default  string // what its absence means; "" when it is required
	Meaning  string
}

// Keys gives the keys of every table of a file that is read into a T, each
// table's in the order of its fields. It panics when a field does not say what
// it means, which a test of its package finds.
//
// A field is a key by its tags: toml its name, means its meaning, and need
// ("yes") that it must be given, or else without what its absence means. A tag
// twice ("told") says that its package tells itself of a thing named twice.
func Keys[T any]() []Key { return keys(reflect.TypeFor[T](), "") }

func keys(t reflect.Type, table string) []Key {
	var own, below []Key
	for _, f := range fields(t) {
		sub, isTable := tableOf(f.Type)
		if isTable {
			name := strings.TrimPrefix(table+"."+f.name, ".")
			below = append(below, keys(sub, name)...)
			if table == "" {
				continue // the table's own keys say it all
			}
		}
		tag := f.Tag
		k := Key{Table: table, Name: f.name, Type: typeWords(f.Type, join(table, f.name)), Required: tag.Get("need") == "yes", Default: tag.Get("without"), Meaning: tag.Get("means")}
		if k.Meaning == "" || k.Required == (k.Default != "") {
			panic(fmt.Sprintf("declared: key %s of %s must say what it means, and either that it is needed or what its absence means", f.name, t))
		}
		own = append(own, k)
	}
	return append(own, below...)
}

// field is a field of a struct that is a key.
type field struct {
	reflect.StructField
	name string
}

// fields gives the fields that are keys, those of embedded structs in place.
func fields(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("toml")
		switch {
		case name != "" && name != "-":
			out = append(out, field{f, name})
		case f.Anonymous && f.Type != placeType && f.Type.Kind() == reflect.Struct:
			for _, x := range fields(f.Type) {
				x.Index = append(append([]int{}, f.Index...), x.Index...)
				out = append(out, x)
			}
		}
	}
	return out
}

// tableOf gives the struct of a field that is an array of tables.
func tableOf(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
		return t.Elem(), true
	}
	return nil, false
}

// typeWords says a type in the words of TOML.
func typeWords(t reflect.Type, name string) string {
	switch t.Kind() {
	case reflect.Pointer:
		return typeWords(t.Elem(), name)
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Map:
		return "a table of strings"
	case reflect.Slice:
		if _, ok := tableOf(t); ok {
			return "tables, each under [[" + name + "]]"
		}
		return "a list of " + strings.TrimPrefix(typeWords(t.Elem(), name), "a ") + "s"
	}
	panic("declared: no key has the type " + t.String())
}

// valueWords says what a value is, in the same words.
func valueWords(v any) string {
	switch v := v.(type) {
	case string:
		return "a string"
	case bool:
		return "true or false"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a point"
	case map[string]any:
		return "a table"
	case []any:
		if len(v) == 0 {
			return "an empty list"
		}
		first := valueWords(v[0])
		for _, x := range v {
			if valueWords(x) != first {
				return "a list of " + plural(first) + " and " + plural(valueWords(x))
			}
		}
		return "a list of " + plural(first)
	}
	return "a date or a time"
}

func plural(words string) string {
	switch words {
	case "true or false":
		return words
	case "a number with a point":
		return "numbers with a point"
	case "a date or a time":
		return "dates or times"
	}
	_, noun, _ := strings.Cut(words, " ")
	if head, rest, ok := strings.Cut(noun, " of "); ok {
		return head + "s of " + rest
	}
	return noun + "s"
}
