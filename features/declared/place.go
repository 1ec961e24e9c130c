package declared

import (
	"bytes"
	"fmt"
	"reflect"
	"sort"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// Place is where a table stands. A struct that embeds one is told it when it
// is read; the tag fault of the embedded field is the code of the fault that
// tells which of its keys are missing ("incomplete" without one).
type Place struct {
	File string
	Line int // of its header, from 1; 0 only before it is read

	lines  map[string]int
	broken map[string]bool
	faulty bool
}

var placeType = reflect.TypeFor[Place]()

// Key gives the line of a key, or of the header where the key is not given.
func (p *Place) Key(key string) int {
	if line, ok := p.lines[key]; ok {
		return line
	}
	return p.Line
}

// Nth gives the line of one item, from 0, of a list; that of its key when it
// is not known.
func (p *Place) Nth(key string, i int) int {
	if line, ok := p.lines[fmt.Sprintf("%s.%d", key, i)]; ok {
		return line
	}
	return p.Key(key)
}

// Broken says whether a fault was told of the key when the table was read:
// that it is missing, misspelt or no value of its type; or since, by Spoil. What else could be
// said of its value would only repeat it.
func (p *Place) Broken(key string) bool { return p.broken[key] }

// Faulty says whether any fault was told of the table when it was read, those
// of tables within it apart.
func (p *Place) Faulty() bool { return p.faulty }

// Spoil notes that a fault of a key was told.
func (p *Place) Spoil(key string) {
	if p.broken == nil {
		p.broken = map[string]bool{}
	}
	p.broken[key], p.faulty = true, true
}

// chart gives the line of every table and key of a TOML text that can be read,
// by its path: "feature.2" for the third [[feature]], "feature.2.windows",
// "feature.2.windows.0".
type chart struct {
	text   []byte
	starts []int // of lines
	parser unstable.Parser
	lines  map[string]int
	tables map[string]int // arrays of tables: how many so far
}

func linesOf(text []byte) map[string]int {
	c := &chart{text: text, starts: []int{0}, lines: map[string]int{}, tables: map[string]int{}}
	for i, b := range text {
		if b == '\n' {
			c.starts = append(c.starts, i+1)
		}
	}
	c.parser.Reset(text)
	at := ""
	for c.parser.NextExpression() {
		switch e := c.parser.Expression(); e.Kind {
		case unstable.Table:
			at = c.path("", e.Key(), false)
		case unstable.ArrayTable:
			at = c.path("", e.Key(), true)
		case unstable.KeyValue:
			c.pair(at, e)
		}
	}
	return c.lines
}

// path follows a key from a table and notes the line of each of its parts. A
// part that is an array of tables means the last of them; opens begins another.
func (c *chart) path(at string, key unstable.Iterator, opens bool) string {
	for key.Next() {
		k := key.Node()
		at = strings.TrimPrefix(at+"."+string(k.Data), ".")
		line := c.line(k)
		c.note(at, line)
		n, isArray := c.tables[at]
		if opens && key.IsLast() {
			c.tables[at] = n + 1
			at = fmt.Sprintf("%s.%d", at, n)
			c.note(at, line)
		} else if isArray {
			at = fmt.Sprintf("%s.%d", at, n-1)
		}
	}
	return at
}

func (c *chart) pair(at string, e *unstable.Node) {
	path := c.path(at, e.Key(), false)
	c.value(path, c.lines[path], e.Value())
}

func (c *chart) value(path string, line int, v *unstable.Node) {
	kids := v.Children()
	switch v.Kind {
	case unstable.InlineTable:
		for kids.Next() {
			c.pair(path, kids.Node())
		}
	case unstable.Array:
		for i := 0; kids.Next(); i++ {
			item := fmt.Sprintf("%s.%d", path, i)
			if k := kids.Node(); k.Raw.Length > 0 {
				line = c.line(k)
			}
			c.note(item, line)
			c.value(item, line, kids.Node())
		}
	}
}

func (c *chart) note(path string, line int) {
	if _, ok := c.lines[path]; !ok {
		c.lines[path] = line
	}
}

func (c *chart) line(n *unstable.Node) int {
	return sort.SearchInts(c.starts, int(n.Raw.Offset)+1)
}

// lineAt gives the line of an offset.
func lineAt(text []byte, offset int) int { return 1 + bytes.Count(text[:offset], []byte("\n")) }
