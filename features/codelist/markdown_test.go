package codelist

import (
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	lib := load(t)
	text := Markdown(lib)
	if text != Markdown(load(t)) {
		t.Error("two loads give different pages")
	}
	for _, l := range lib.Lists {
		if !strings.Contains(text, "| `"+l.Name+"` | ") {
			t.Errorf("list %s is not on the page", l.Name)
		}
	}
	for n, line := range strings.Split(text, "\n") {
		if cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") - 1; strings.HasPrefix(line, "| `") && cells != 11 && cells != 5 {
			t.Errorf("line %d has %d cells, not those of a list or of its meaning: %s", n+1, cells, line)
		}
	}
	if !strings.Contains(text, "clinicians only") || !strings.Contains(text, "gm-sde") {
		t.Error("the page lacks topics or sources")
	}
}
