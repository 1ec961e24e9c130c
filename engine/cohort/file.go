package cohort

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Text is a definition's TOML file, as Parse reads it. The same definition has
// the same bytes.
func (d *Dictionary) Text(def *Definition) []byte {
	var b bytes.Buffer
	for _, x := range [][2]string{{"id", def.ID}, {"name", def.Name}, {"version", def.Version}, {"author", def.Author}, {"as_of", def.AsOf}} {
		if x[1] != "" {
			fmt.Fprintf(&b, "%s = %s\n", x[0], quoted(x[1]))
		}
	}
	b.WriteString("\n# Everyone of whom this is true is in. docs/COHORTS.md says what may be asked.\n[where]\n")
	if kids, word := def.Where.group(); kids != nil {
		fmt.Fprintf(&b, "%s = [\n", word)
		for _, k := range kids {
			fmt.Fprintf(&b, "  %s,\n", k.inline())
		}
		b.WriteString("]\n")
	} else {
		b.WriteString(strings.Join(def.Where.keys(), "\n") + "\n")
	}
	for _, t := range def.Tests {
		var parts []string
		for _, id := range slices.Sorted(maps.Keys(t.Person)) {
			parts = append(parts, id+" = "+t.Person[id].text(d.Field(id).Kind))
		}
		fmt.Fprintf(&b, "\n[[tests]]\nname = %s\nin = %t\nperson = { %s }\n", quoted(t.Name), t.In, strings.Join(parts, ", "))
	}
	return b.Bytes()
}

// group is the parts of a group and its word; nil of a condition.
func (n Node) group() (kids []Node, word string) {
	switch {
	case n.All != nil:
		return n.All, "all"
	case n.Any != nil:
		return n.Any, "any"
	case n.None != nil:
		return n.None, "none"
	}
	return nil, ""
}

func (n Node) inline() string {
	kids, word := n.group()
	if kids == nil {
		return "{ " + strings.Join(n.keys(), ", ") + " }"
	}
	parts := make([]string, len(kids))
	for i, k := range kids {
		parts[i] = k.inline()
	}
	return "{ " + word + " = [ " + strings.Join(parts, ", ") + " ] }"
}

// keys are those of a condition.
func (n Node) keys() []string {
	out := []string{"field = " + quoted(n.Field), "op = " + quoted(string(n.Op))}
	values := make([]string, len(n.Values))
	for i, v := range n.Values {
		values[i] = literalText(v)
	}
	switch takes[n.Op].values {
	case 0:
	case 1:
		out = append(out, "value = "+values[0])
	default:
		out = append(out, "values = ["+strings.Join(values, ", ")+"]")
	}
	return out
}

func literalText(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return quoted(v.(string))
}

// text is a made-up person's value of a kind.
func (v Value) text(k Kind) string {
	switch {
	case v.State == Unobservable:
		return `"not_observable"`
	case k == Labels:
		parts := make([]string, len(v.Labels))
		for i, l := range v.Labels {
			parts[i] = quoted(l)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case v.State == Unknown:
		return `"unknown"`
	case k == Text:
		return quoted(v.Text)
	case k == Flag:
		return strconv.FormatBool(v.Flag)
	}
	return literalText(v.Number)
}

// quoted is a TOML basic string: that of JSON, for control characters are left
// out.
func quoted(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string
	}
	return string(text)
}
