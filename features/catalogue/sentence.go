package catalogue

import (
	"math"
	"strconv"
	"strings"

	"leftshift/engine"
	"leftshift/features/matrix"
)

// Sentences have these places, filled when a list is made:
//
//	{n}                 the value as a whole number
//	{n:stay|stays}      the same with its noun in the right number
//	{value}             the value with up to one decimal, or two below 1
//	{unit}              the column's unit
//	{last}              the day of the newest row in words, 4 March 2026
//	{span}              a number of days in words: 12 days, 5 months, 3 years
//	[ ... ]             left out whole when a place in it cannot be filled
//
// A column's template has three lines: for a value, for zero, for unknown.
// An empty line is said from the title.
var places = []string{"n", "value", "unit", "last", "span"}

// Sentence renders the reader's sentence of a value. last is the day of the
// newest row behind it (engine.NoDay for none), on the as-of day. It starts
// with a capital and has no full stop.
func Sentence(col matrix.Column, value float32, last, on engine.Day) string {
	if matrix.StateOf(value) == matrix.Unobservable {
		return col.Title + ": cannot be seen, for no source shows it of this person"
	}
	parts := strings.SplitN(col.Sentence, "\n", 3)
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	if last > on {
		last = engine.NoDay
	}
	t := parts[0]
	switch {
	case math.IsNaN(float64(value)):
		if t = parts[2]; t == "" {
			return col.Title + ": not recorded"
		}
	case value == 0 && parts[1] != "":
		t = parts[1]
	case t == "":
		t = col.Title + ": {value}[ {unit}]"
	}
	s, ok := fill(t, col, value, last)
	if !ok {
		s, _ = fill(col.Title+": {value}[ {unit}]", col, value, last)
	}
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// fill puts values in places; false when a place outside brackets has none.
func fill(t string, col matrix.Column, value float32, last engine.Day) (string, bool) {
	var b strings.Builder
	for t != "" {
		i := strings.IndexAny(t, "[{")
		if i < 0 {
			b.WriteString(t)
			break
		}
		b.WriteString(t[:i])
		end := "}"
		if t[i] == '[' {
			end = "]"
		}
		j := strings.Index(t[i:], end)
		if j < 0 {
			return "", false
		}
		inner := t[i+1 : i+j]
		if t[i] == '[' {
			if s, ok := fill(inner, col, value, last); ok {
				b.WriteString(s)
			}
		} else {
			s, ok := place(inner, col, value, last)
			if !ok {
				return "", false
			}
			b.WriteString(s)
		}
		t = t[i+j+1:]
	}
	return b.String(), true
}

func place(name string, col matrix.Column, value float32, last engine.Day) (string, bool) {
	v := float64(value)
	name, nouns, hasNouns := strings.Cut(name, ":")
	if math.IsNaN(v) && name != "last" && name != "unit" {
		return "", false
	}
	switch name {
	case "n":
		n := int64(math.Round(v))
		s := strconv.FormatInt(n, 10)
		if hasNouns {
			one, many, _ := strings.Cut(nouns, "|")
			if n == 1 {
				return s + " " + one, true
			}
			return s + " " + many, true
		}
		return s, true
	case "value":
		return number(v), true
	case "unit":
		return col.Unit, col.Unit != ""
	case "last":
		if last == engine.NoDay {
			return "", false
		}
		return last.Words(), true
	case "span":
		return Span(int(math.Round(v))), true
	}
	return "", false
}

// number writes a value with one decimal, two when it is below 1, and no
// closing zeros.
func number(v float64) string {
	digits := 1
	if math.Abs(v) < 1 {
		digits = 2
	}
	s := strconv.FormatFloat(v, 'f', digits, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// Span says a number of days in words: days up to 60, whole months (of
// 30.4375 days) up to two years, then whole years (of 365.25 days).
func Span(days int) string {
	plural := func(n int, noun string) string {
		if n == 1 {
			return "1 " + noun
		}
		return strconv.Itoa(n) + " " + noun + "s"
	}
	switch {
	case days <= 60:
		return plural(days, "day")
	case days < 731:
		return plural(int(float64(days)/30.4375), "month")
	}
	return plural(int(float64(days)/365.25), "year")
}

// sentenceFault says what is wrong with a template, "" for nothing.
func sentenceFault(t string) string {
	depth := 0
	for i := 0; i < len(t); i++ {
		switch t[i] {
		case '[':
			depth++
		case ']':
			depth--
		case '\n':
			return "has more than one line"
		case '{':
			j := strings.IndexByte(t[i:], '}')
			if j < 0 {
				return "has a { without a }"
			}
			name, nouns, has := strings.Cut(t[i+1:i+j], ":")
			known := false
			for _, p := range places {
				known = known || p == name
			}
			if !known {
				return "has a place {" + name + "} that is none of {" + strings.Join(places, "}, {") + "}"
			}
			if has && (name != "n" || strings.Count(nouns, "|") != 1) {
				return "needs {n:one|many} for a noun with its plural"
			}
		}
		if depth < 0 || depth > 1 {
			return "has brackets that do not pair, or nest"
		}
	}
	if depth != 0 {
		return "has brackets that do not pair"
	}
	return ""
}
