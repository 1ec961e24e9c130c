//go:build duckdb_arrow

package web

import (
	"fmt"
	"html/template"
	"strings"
)

// markdown draws the little Markdown of a model card: headings, one level of
// lists, tables, strong text and paragraphs. Everything else is text. The
// headings begin at the third level, for the page has its own.
func markdown(text string) template.HTML {
	var b strings.Builder
	var open string // element that is open
	shut := func() {
		if open != "" {
			b.WriteString(map[string]string{"ul": "</ul>", "table": "</tbody></table></div>"}[open])
			open = ""
		}
	}
	tables := 0
	head := false // the next row of a table is its first
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "# "): // the page has a title
			shut()
		case strings.HasPrefix(line, "## "):
			shut()
			b.WriteString(`<h3 class="nhsuk-heading-s">` + inline(line[3:]) + "</h3>\n")
		case strings.HasPrefix(line, "- "):
			if open != "ul" {
				shut()
				b.WriteString(`<ul class="nhsuk-list nhsuk-list--bullet">`)
				open = "ul"
			}
			b.WriteString("<li>" + inline(line[2:]) + "</li>\n")
		case strings.HasPrefix(line, "|"):
			if open != "table" {
				shut()
				tables++
				name := fmt.Sprintf("Table %d of the model card", tables) // each region has a name of its own
				b.WriteString(`<div class="app-wide" tabindex="0" role="region" aria-label="` + name + `"><table class="nhsuk-table"><caption class="nhsuk-table__caption nhsuk-u-visually-hidden">` + name + `</caption><thead class="nhsuk-table__head">`)
				open, head = "table", true
			}
			if strings.Trim(line, "|-: ") == "" {
				continue // the rule under the head
			}
			b.WriteString(`<tr class="nhsuk-table__row">`)
			for i, c := range strings.Split(strings.Trim(line, "|"), "|") {
				switch c = inline(strings.TrimSpace(c)); {
				case head:
					b.WriteString(`<th scope="col" class="nhsuk-table__header">` + c + "</th>")
				case i == 0:
					b.WriteString(`<th scope="row" class="nhsuk-table__header">` + c + "</th>")
				default:
					b.WriteString(`<td class="nhsuk-table__cell">` + c + "</td>")
				}
			}
			b.WriteString("</tr>\n")
			if head {
				b.WriteString(`</thead><tbody class="nhsuk-table__body">`)
				head = false
			}
		case line == "":
			shut()
		default:
			shut()
			b.WriteString("<p>" + inline(line) + "</p>\n")
		}
	}
	shut()
	return template.HTML(b.String()) //nolint:gosec // every text is escaped by inline
}

// inline escapes a text and makes what stands between two pairs of stars
// strong.
func inline(s string) string {
	s = template.HTMLEscapeString(s)
	parts := strings.Split(s, "**")
	if len(parts)%2 == 0 {
		return s
	}
	for i := 1; i < len(parts); i += 2 {
		parts[i] = "<strong>" + parts[i] + "</strong>"
	}
	return strings.Join(parts, "")
}
