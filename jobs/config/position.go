package config

import (
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// positions gives the line of every key and table of a TOML document by its
// path: "source[1].flow[0].map". A document with a syntax fault gives the
// lines up to it.
func positions(doc []byte) map[string]int {
	x := indexer{lines: map[string]int{}, last: map[string]int{}}
	x.parser.Reset(doc)
	table := ""
	for x.parser.NextExpression() {
		e := x.parser.Expression()
		switch e.Kind {
		case unstable.Table:
			table = x.header(e, false)
		case unstable.ArrayTable:
			table = x.header(e, true)
		case unstable.KeyValue:
			x.keyValue(table, e)
		}
	}
	return x.lines
}

type indexer struct {
	parser unstable.Parser
	lines  map[string]int
	last   map[string]int // index of the last element of each array of tables
}

// header enters a table header and gives its path.
func (x *indexer) header(e *unstable.Node, array bool) string {
	path, line := "", 0
	for it := e.Key(); it.Next(); {
		n := it.Node()
		line = x.parser.Shape(n.Raw).Start.Line
		path = join(path, string(n.Data))
		if it.IsLast() && array {
			if i, ok := x.last[path]; ok {
				x.last[path] = i + 1
			} else {
				x.last[path] = 0
				x.enter(path, line)
			}
		}
		if i, ok := x.last[path]; ok {
			path += "[" + strconv.Itoa(i) + "]"
		}
	}
	x.enter(path, line)
	// A new element starts its own arrays.
	if array {
		for p := range x.last {
			if strings.HasPrefix(p, path+".") {
				delete(x.last, p)
			}
		}
	}
	return path
}

func (x *indexer) keyValue(table string, e *unstable.Node) {
	path := table
	for it := e.Key(); it.Next(); {
		n := it.Node()
		path = join(path, string(n.Data))
		x.enter(path, x.parser.Shape(n.Raw).Start.Line)
	}
	x.value(path, e.Value())
}

func (x *indexer) value(path string, v *unstable.Node) {
	switch v.Kind {
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			x.keyValue(path, it.Node())
		}
	case unstable.Array:
		i := 0
		for it := v.Children(); it.Next(); i++ {
			n := it.Node()
			at := path + "[" + strconv.Itoa(i) + "]"
			if n.Raw.Length > 0 {
				x.enter(at, x.parser.Shape(n.Raw).Start.Line)
			}
			x.value(at, n)
		}
	}
}

func (x *indexer) enter(path string, line int) {
	if _, ok := x.lines[path]; !ok {
		x.lines[path] = line
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
