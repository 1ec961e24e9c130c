package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Markdown is CONFIG.md: every key with its type, its default and its
// meaning, made from the declaration.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

One TOML file, ` + "`leftshift.toml`" + `. It is read strictly: a key that is not listed here, a value
of another type or a value out of range stops the program, and all faults are reported at once
with their lines. Every key has a default but those marked *required*; times and dates are those
of Europe/London. A relative path is relative to the file's folder and may not lead out of it;
to mean another place, write an absolute path.

This page is generated from the program.
`)
	sections(&b, reflect.TypeFor[Config](), "", false)
	return b.String()
}

func sections(b *strings.Builder, t reflect.Type, path string, repeated bool) {
	for i := range t.NumField() {
		sf := t.Field(i)
		inner, list := sf.Type, false
		if inner.Kind() == reflect.Slice {
			inner, list = inner.Elem(), true
		}
		if !sf.IsExported() || inner.Kind() != reflect.Struct {
			continue
		}
		at := join(path, sf.Tag.Get("toml"))
		if list {
			fmt.Fprintf(b, "\n## [[%s]]\n\n", at)
		} else {
			fmt.Fprintf(b, "\n## [%s]\n\n", at)
		}
		fmt.Fprintf(b, "%s\n\n| key | is | default | meaning |\n| --- | --- | --- | --- |\n", sentence(sf.Tag.Get("say")))
		for j := range inner.NumField() {
			f := inner.Field(j)
			k := f.Type.Kind()
			if k == reflect.Struct || k == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct {
				continue
			}
			fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", f.Tag.Get("toml"), is(f), fallback(f), f.Tag.Get("say"))
		}
		sections(b, inner, at, repeated || list)
	}
}

func sentence(s string) string {
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// is says what may stand there.
func is(f reflect.StructField) string {
	t, prefix := f.Type, ""
	if t.Kind() == reflect.Slice {
		t, prefix = t.Elem(), "list: "
	}
	kind := map[reflect.Kind]string{reflect.String: "text", reflect.Bool: "true or false", reflect.Int: "whole number", reflect.Uint64: "whole number", reflect.Float64: "number"}[t.Kind()]
	rules := f.Tag.Get("check")
	switch {
	case strings.Contains(rules, "min="):
		kind += ", " + wanted(rules, "")
	case strings.Contains(rules, "one="):
		kind = strings.ReplaceAll(strings.TrimPrefix(wanted(rules, ""), "one of "), ", ", " / ")
	case ruled(rules, "day"):
		kind = "date"
	case ruled(rules, "path"):
		kind = "path"
	case ruled(rules, "glob"):
		kind = "path pattern"
	case ruled(rules, "name"), ruled(rules, "key"):
		kind = "name"
	}
	return prefix + kind
}

func fallback(f reflect.StructField) string {
	text := f.Tag.Get("default")
	switch {
	case ruled(f.Tag.Get("check"), "required") && text == "":
		return "*required*"
	case f.Type.Kind() == reflect.Slice:
		return "`[" + strings.ReplaceAll(text, ",", ", ") + "]`"
	case f.Type.Kind() == reflect.String:
		return "`\"" + text + "\"`"
	case f.Type.Kind() == reflect.Bool:
		return "`false`"
	case text == "":
		return "`0`"
	}
	return "`" + text + "`"
}
