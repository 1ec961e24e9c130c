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
		if strings.HasPrefix(line, "| `") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 11 {
			t.Errorf("line %d does not have ten cells: %s", n+1, line)
		}
	}
	if !strings.Contains(text, "clinicians only") || !strings.Contains(text, "gm-sde") {
		t.Error("the page lacks topics or sources")
	}
}
