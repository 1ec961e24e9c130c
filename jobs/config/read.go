package config

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"leftshift/engine"
)

// maxBytes of a configuration file.
const maxBytes = 1 << 20

// New is the configuration of an empty file: every default, no name.
func New() *Config {
	c := new(Config)
	fill(reflect.ValueOf(c).Elem())
	return c
}

// Load reads and validates a configuration file. The error is a *Faults with
// everything that is wrong, or a fault that says why it cannot be read.
func Load(path string) (*Config, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, &engine.Fault{Code: "config-unreadable", Say: "the configuration file's path cannot be made absolute: start in a folder that exists", Err: err}
	}
	info, err := os.Stat(full)
	if err != nil {
		return nil, &engine.Fault{Code: "config-unreadable", Say: "the configuration file cannot be read: give its path, or make one", Err: err}
	}
	if !info.Mode().IsRegular() || info.Size() > maxBytes {
		return nil, &engine.Fault{Code: "config-unreadable", Say: "the configuration must be a plain file of at most 1 MiB"}
	}
	doc, err := os.ReadFile(full)
	if err != nil {
		return nil, &engine.Fault{Code: "config-unreadable", Say: "the configuration file cannot be read: check who may read it", Err: err}
	}
	return Parse(doc, full)
}

// Parse reads and validates a configuration. File names it in errors, and its
// folder, or the one that site.root gives from there, is what relative paths
// are relative to; it is not opened.
func Parse(doc []byte, file string) (*Config, error) {
	c := New()
	c.file = file
	if file != "" {
		c.dir = filepath.Dir(file)
	}
	f := &faults{lines: positions(doc)}
	c.lines = f.lines
	var raw map[string]any
	if err := toml.Unmarshal(doc, &raw); err != nil {
		x := Fault{Code: "config-syntax", Text: "not TOML: " + strings.TrimPrefix(err.Error(), "toml: ")}
		if de := (*toml.DecodeError)(nil); errors.As(err, &de) {
			x.Line, _ = de.Position()
		}
		f.list = append(f.list, x)
		return nil, f.err(file)
	}
	f.bind(reflect.ValueOf(c).Elem(), raw, "")
	switch root := filepath.Clean(c.Site.Root); {
	case c.Site.Root == "":
	case filepath.IsAbs(root):
		c.dir = root
	default:
		c.dir = filepath.Join(c.dir, root)
	}
	c.validate(f)
	if err := f.err(file); err != nil {
		return nil, err
	}
	return c, nil
}

// fill sets the default of every field of a struct.
func fill(v reflect.Value) {
	for i := range v.NumField() {
		sf, field := v.Type().Field(i), v.Field(i)
		if !sf.IsExported() {
			continue
		}
		if field.Kind() == reflect.Struct {
			fill(field)
			continue
		}
		text := sf.Tag.Get("default")
		if text == "" {
			continue
		}
		var err error
		switch field.Kind() {
		case reflect.String:
			field.SetString(text)
		case reflect.Int:
			var n int64
			n, err = strconv.ParseInt(text, 10, 64)
			field.SetInt(n)
		case reflect.Uint64:
			var n uint64
			n, err = strconv.ParseUint(text, 10, 64)
			field.SetUint(n)
		case reflect.Float64:
			var x float64
			x, err = strconv.ParseFloat(text, 64)
			field.SetFloat(x)
		case reflect.Slice: // of int or text
			for word := range strings.SplitSeq(text, ",") {
				if sf.Type.Elem().Kind() == reflect.String {
					field.Set(reflect.Append(field, reflect.ValueOf(word)))
					continue
				}
				n, e := strconv.Atoi(word)
				err = errors.Join(err, e)
				field.Set(reflect.Append(field, reflect.ValueOf(n)))
			}
		default:
			panic("config: a default on " + sf.Name)
		}
		if err != nil {
			panic("config: the default of " + sf.Name + ": " + err.Error())
		}
	}
}

// bind puts a value of the document into a field, or reports a fault.
func (f *faults) bind(v reflect.Value, raw any, path string) {
	wrong := func() { f.add(path, "config-type", "expected %s", typeWords(v.Type())) }
	switch v.Kind() {
	case reflect.Struct:
		table, ok := raw.(map[string]any)
		if !ok {
			wrong()
			return
		}
		keys := make([]string, 0, len(table))
		for k := range table {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			at := join(path, k)
			if i, ok := fieldOf(v.Type(), k); ok {
				f.bind(v.Field(i), table[k], at)
			} else {
				f.add(at, "config-unknown-key", "no such key; %s", suggest(v.Type(), k))
			}
		}
	case reflect.Slice:
		list, ok := raw.([]any)
		if !ok {
			wrong()
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
		for i, item := range list {
			if e := v.Index(i); e.Kind() == reflect.Struct {
				fill(e)
			}
			f.bind(v.Index(i), item, path+"["+strconv.Itoa(i)+"]")
		}
	case reflect.String:
		switch x := raw.(type) {
		case string:
			v.SetString(x)
		case toml.LocalDate: // as_of = 2026-03-04, without quotes
			v.SetString(x.String())
		default:
			wrong()
		}
	case reflect.Bool:
		x, ok := raw.(bool)
		if !ok {
			wrong()
			return
		}
		v.SetBool(x)
	case reflect.Int:
		x, ok := raw.(int64)
		if !ok {
			wrong()
			return
		}
		v.SetInt(x)
	case reflect.Uint64:
		x, ok := raw.(int64)
		if !ok || x < 0 {
			wrong()
			return
		}
		v.SetUint(uint64(x))
	case reflect.Float64:
		switch x := raw.(type) {
		case float64:
			if math.IsNaN(x) || math.IsInf(x, 0) {
				wrong()
				return
			}
			v.SetFloat(x)
		case int64:
			v.SetFloat(float64(x))
		default:
			wrong()
		}
	default:
		panic("config: no reader for " + v.Type().String())
	}
}

func fieldOf(t reflect.Type, key string) (int, bool) {
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("toml"); tag != "" && tag == key {
			return i, true
		}
	}
	return 0, false
}

func typeWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct:
		return "a table"
	case reflect.Slice:
		switch t.Elem().Kind() {
		case reflect.Struct:
			return "a list of tables: write [[ ]] around its name"
		case reflect.String:
			return `a list of texts: ["one", "two"]`
		}
		return "a list of whole numbers: [1, 2]"
	case reflect.String:
		return "text in quotes"
	case reflect.Bool:
		return "true or false, without quotes"
	case reflect.Int:
		return "a whole number"
	case reflect.Uint64:
		return "a whole number, 0 or more"
	}
	return "a number"
}

// suggest names the nearest key, or all of them.
func suggest(t reflect.Type, key string) string {
	var keys []string
	best, least := "", 3
	for i := range t.NumField() {
		k := t.Field(i).Tag.Get("toml")
		if k == "" {
			continue
		}
		keys = append(keys, k)
		if d := engine.Distance(k, key); d < least && d < len(k) {
			best, least = k, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "the keys here are " + strings.Join(keys, ", ")
}
