package codelist

import (
	"fmt"
	"sort"
	"strings"
)

// Markdown writes the index of code lists and sensitive topics for people
// to read. The same library always gives the same text.
func Markdown(lib *Library) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Code lists\n\nGenerated from the data; change `features/codelist/lists.toml` and its files, not this page.\n\n")
	codes, approved := 0, 0
	for _, l := range lib.Lists {
		codes += len(l.Codes)
		if l.ApprovedBy != "" {
			approved++
		}
	}
	fmt.Fprintf(&b, "%d lists, %d codes, %d approved by a clinician. Library `%.12s`.\n\n", len(lib.Lists), codes, approved, lib.Hash)
	b.WriteString("| list | title | system | match | codes | source | confirmation | who may see it | approved | hash |\n| --- | --- | --- | --- | ---: | --- | --- | --- | --- | --- |\n")
	for _, l := range lib.Lists {
		seen, by := "care team", "no"
		if lib.ClinicianOnly(l.Name) {
			seen = "clinicians only"
		}
		if l.ApprovedBy != "" {
			by = l.ApprovedBy + ", until " + l.ApprovedTo
		}
		row(&b, "`"+l.Name+"`", l.Title, l.System, string(l.Match), fmt.Sprint(len(l.Codes)), l.Source.ID, l.Confirmation, seen, by, fmt.Sprintf("`%.12s`", l.Hash))
	}
	b.WriteString("\n## Rules that the codes do not say\n\n")
	for _, l := range lib.Lists {
		if l.Rule != "" {
			fmt.Fprintf(&b, "- `%s`: %s\n", l.Name, cell(l.Rule))
		}
	}
	b.WriteString("\n## Sources\n\n| source | title | repository | licence | note |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range sourcesOf(lib) {
		row(&b, s.ID, s.Title, s.Repository, s.Licence, s.Note)
	}
	b.WriteString("\n## Sensitive topics\n\nLists under a topic are named to clinicians only.\n\n| topic | why | lists |\n| --- | --- | --- |\n")
	for _, t := range lib.Topics {
		row(&b, t.Title, t.Why, "`"+strings.Join(t.Lists, "`, `")+"`")
	}
	return b.String()
}

func row(b *strings.Builder, cells ...string) {
	b.WriteString("|")
	for _, c := range cells {
		b.WriteString(" " + cell(c) + " |")
	}
	b.WriteString("\n")
}

// cell keeps text inside one cell of a table.
func cell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\n", " "), "|", `\|`)
}

func sourcesOf(lib *Library) []Source {
	by := map[string]Source{}
	for _, l := range lib.Lists {
		by[l.Source.ID] = l.Source
	}
	out := make([]Source, 0, len(by))
	for _, s := range by {
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}
