package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// script is one statement as it is put together: notes at its head, named
// parts, and the SELECT that reads them.
type script struct {
	notes []string
	parts []part
	end   string
}

// part is a named query, with a comment that says what its rows are.
type part struct{ name, say, body string }

// note adds a comment line. Line breaks of titles do not end it.
func (s *script) note(format string, args ...any) {
	s.notes = append(s.notes, strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "))
}

// with adds a named part.
func (s *script) with(name, say, body string) {
	s.parts = append(s.parts, part{name, say, body})
}

func (s *script) String() string {
	var b strings.Builder
	for _, n := range s.notes {
		b.WriteString("-- " + n + "\n")
	}
	for i, p := range s.parts {
		if i == 0 {
			b.WriteString("WITH\n")
		} else {
			b.WriteString(",\n")
		}
		b.WriteString("-- " + p.say + "\n" + p.name + " AS (\n" + indent(p.body) + "\n)")
	}
	if len(s.parts) > 0 {
		b.WriteString("\n")
	}
	b.WriteString(s.end + "\n")
	return b.String()
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(s, "\n", "\n  ")
}

// literal is a table written out: rows of whole numbers, each with a comment
// or "".
type literal struct {
	rows  [][]int64
	notes []string
}

func (l *literal) add(note string, row ...int64) {
	l.rows = append(l.rows, row)
	l.notes = append(l.notes, strings.Join(strings.Fields(note), " "))
}

// perLine is how many rows without comments stand on one line.
const perLine = 6

func (l *literal) String() string {
	var b strings.Builder
	b.WriteString("VALUES")
	plain := !slices.ContainsFunc(l.notes, func(n string) bool { return n != "" })
	for i, row := range l.rows {
		if plain && i%perLine != 0 {
			b.WriteString(" ")
		} else {
			b.WriteString("\n  ")
		}
		b.WriteString("(" + numbers(row) + ")")
		if i < len(l.rows)-1 {
			b.WriteString(",")
		}
		if l.notes[i] != "" {
			b.WriteString(" -- " + l.notes[i])
		}
	}
	return b.String()
}

func numbers[T ~int64 | ~int | ~uint8](list []T) string {
	s := make([]string, len(list))
	for i, n := range list {
		s[i] = strconv.FormatInt(int64(n), 10)
	}
	return strings.Join(s, ", ")
}

// oneOf compares a column with a set of numbers, each once and ascending.
func oneOf[T ~int64 | ~int | ~uint8](column string, set []T) string {
	set = slices.Compact(slices.Sorted(slices.Values(set)))
	if len(set) == 1 {
		return column + " = " + numbers(set)
	}
	return column + " IN (" + numbers(set) + ")"
}

// choice is the condition of several families: a row passes when the family
// it is tried for has conditions that it meets.
type choice struct {
	lists    [][]string // different conditions, in order of first family
	families [][]int
}

func (c *choice) add(family int, conditions []string) {
	for i := range c.lists {
		if slices.Equal(c.lists[i], conditions) {
			c.families[i] = append(c.families[i], family)
			return
		}
	}
	c.lists = append(c.lists, conditions)
	c.families = append(c.families, []int{family})
}

// where gives a WHERE clause, "" for none: plain conditions when all families
// have the same.
func (c *choice) where(family string) string {
	if len(c.lists) == 1 {
		if len(c.lists[0]) == 0 {
			return ""
		}
		return "\nWHERE " + strings.Join(c.lists[0], "\n  AND ")
	}
	lines := make([]string, len(c.lists))
	for i, list := range c.lists {
		lines[i] = "(" + strings.Join(append([]string{oneOf(family, c.families[i])}, list...), " AND ") + ")"
	}
	return "\nWHERE " + strings.Join(lines, "\n  OR ")
}
