package declared

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// Read reads a TOML text into a struct whose fields are its keys (see Keys),
// and adds a fault for each key that is not one, has a value of another type,
// names a thing twice, or is missing; what is sound is read. into points to the
// struct. False means that the text is no TOML at all, which is one fault, and
// nothing was read. A byte order mark of UTF-8 is passed over.
func Read(file string, text []byte, into any, faults *Faults) bool {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		faults.Add(file, 1, "utf-8", "is written in UTF-16: save it as UTF-8")
		return false
	}
	if !utf8.Valid(text) {
		good := 0
		for good < len(text) {
			r, n := utf8.DecodeRune(text[good:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			good += n
		}
		faults.Add(file, lineAt(text, good), "utf-8", "holds a letter that is no UTF-8: save the file as UTF-8")
		return false
	}
	var all map[string]any
	if err := toml.Unmarshal(text, &all); err != nil {
		line := 0
		var bad *toml.DecodeError
		if errors.As(err, &bad) {
			line, _ = bad.Position()
		}
		faults.Add(file, line, "toml", "is not readable TOML: %s", strings.TrimPrefix(err.Error(), "toml: "))
		return false
	}
	r := &reader{file: file, lines: linesOf(text), faults: faults}
	r.table(reflect.ValueOf(into).Elem(), all, "", "")
	return true
}

type reader struct {
	file   string
	lines  map[string]int
	faults *Faults
}

// table reads one table. path is its place among the lines, name how a reader
// knows it: "feature", "group.member"; both are "" for the file.
func (r *reader) table(v reflect.Value, m map[string]any, path, name string) {
	place, code := &Place{}, "incomplete"
	for i := range v.NumField() {
		if v.Type().Field(i).Type == placeType {
			place = v.Field(i).Addr().Interface().(*Place)
			code = cmp.Or(v.Type().Field(i).Tag.Get("fault"), code)
		}
	}
	*place = Place{File: r.file, Line: r.lines[path], lines: map[string]int{}}
	known, types := []string{}, map[string]field{}
	for _, f := range fields(v.Type()) {
		known, types[f.name] = append(known, f.name), f
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
		place.lines[k] = r.lines[join(path, k)]
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(place.lines[a]-place.lines[b], cmp.Compare(a, b)) })
	for _, k := range keys {
		if f, ok := types[k]; ok {
			if !r.value(v.FieldByIndex(f.Index), m[k], join(path, k), f, join(name, k), place) {
				place.Spoil(k)
			}
			continue
		}
		free := slices.DeleteFunc(slices.Clone(known), func(o string) bool { _, given := m[o]; return given })
		if meant := Nearest(k, free); meant != "" {
			r.faults.Add(r.file, place.lines[k], "unknown-key", "%s is not a key %s: did you mean %s?", k, in(name), meant)
			place.Spoil(meant)
		} else {
			r.faults.Add(r.file, place.lines[k], "unknown-key", "%s is not a key %s: remove it, or use one of %s", k, in(name), strings.Join(known, ", "))
			place.faulty = true
		}
	}
	r.missing(v, m, name, code, place)
}

// missing tells which keys that are needed are not there, or are empty.
func (r *reader) missing(v reflect.Value, m map[string]any, name, code string, place *Place) {
	var lack []string
	for _, f := range fields(v.Type()) {
		if f.Tag.Get("need") != "yes" || place.Broken(f.name) || !empty(v.FieldByIndex(f.Index)) {
			continue
		}
		if text := f.Tag.Get("means"); text != "" {
			lack = append(lack, f.name+" ("+text+")")
		} else {
			lack = append(lack, f.name)
		}
		place.Spoil(f.name)
	}
	if len(lack) == 0 {
		return
	}
	who := "[[" + name + "]]"
	if s, ok := m[fields(v.Type())[0].name].(string); ok && s != "" && !strings.Contains(s, " ") {
		who += " " + s // its own name, where that comes first
	}
	r.faults.Add(r.file, place.Line, code, "%s lacks %s: add %s", who, strings.Join(lack, ", "), map[bool]string{true: "it", false: "them"}[len(lack) == 1])
}

// empty says whether a needed value says nothing. A number or a switch that is
// needed is a pointer.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		return strings.TrimSpace(v.String()) == ""
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}

// value reads one value; false means that a fault was told of it.
func (r *reader) value(v reflect.Value, x any, path string, f field, name string, place *Place) bool {
	if _, ok := tableOf(v.Type()); ok {
		return r.tables(v, x, path, name, f)
	}
	if !set(v, x) {
		r.faults.Add(r.file, r.lines[path], "type", "%s must be %s, here %s", f.name, typeWords(v.Type(), name), valueWords(x))
		return false
	}
	list, ok := x.([]any)
	if !ok {
		return true
	}
	seen := map[any]bool{}
	for i, item := range list {
		at := join(path, itoa(i))
		place.lines[f.name+"."+itoa(i)] = r.lines[at]
		if seen[item] && f.Tag.Get("twice") == "" {
			r.faults.Add(r.file, r.lines[at], "twice", "%s has %s twice: keep one", f.name, quoted(item))
			place.faulty = true // what it says is known all the same
		}
		seen[item] = true
	}
	return true
}

// tables reads an array of tables, however it is written.
func (r *reader) tables(v reflect.Value, x any, path, name string, f field) bool {
	list, ok := x.([]any)
	for _, item := range list {
		_, isTable := item.(map[string]any)
		ok = ok && isTable
	}
	if !ok {
		r.faults.Add(r.file, r.lines[path], "type", "%s must be tables, each under the header [[%s]], here %s", f.name, name, valueWords(x))
		return false
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
	for i, item := range list {
		r.table(v.Index(i), item.(map[string]any), join(path, itoa(i)), name)
	}
	return true
}

// set puts a value in its field; false when it is of another type.
func set(v reflect.Value, x any) bool {
	switch v.Kind() {
	case reflect.Pointer:
		p := reflect.New(v.Type().Elem())
		if !set(p.Elem(), x) {
			return false
		}
		v.Set(p)
		return true
	case reflect.Slice:
		list, ok := x.([]any)
		out := reflect.MakeSlice(v.Type(), len(list), len(list))
		for i, item := range list {
			ok = ok && set(out.Index(i), item)
		}
		if ok {
			v.Set(out)
		}
		return ok
	case reflect.Map:
		table, ok := x.(map[string]any)
		out := reflect.MakeMap(v.Type())
		for k, item := range table {
			s, isString := item.(string)
			ok = ok && isString
			out.SetMapIndex(reflect.ValueOf(k), reflect.ValueOf(s))
		}
		if ok {
			v.Set(out)
		}
		return ok
	}
	switch x := x.(type) {
	case string:
		if v.Kind() == reflect.String {
			v.SetString(x)
			return true
		}
	case bool:
		if v.Kind() == reflect.Bool {
			v.SetBool(x)
			return true
		}
	case int64:
		if v.Kind() == reflect.Int {
			v.SetInt(x)
			return true
		}
		if v.Kind() == reflect.Float64 {
			v.SetFloat(float64(x))
			return true
		}
	case float64:
		if v.Kind() == reflect.Float64 && !math.IsNaN(x) && !math.IsInf(x, 0) {
			v.SetFloat(x)
			return true
		}
	}
	return false
}

func join(path, key string) string { return strings.TrimPrefix(path+"."+key, ".") }

func itoa(i int) string { return strconv.Itoa(i) }

func quoted(x any) string {
	if s, ok := x.(string); ok {
		return strconv.Quote(s)
	}
	return fmt.Sprint(x)
}

// in says in which table, for a reader.
func in(name string) string {
	if name == "" {
		return "of the file"
	}
	return "of [[" + name + "]]"
}
