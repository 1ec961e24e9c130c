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
		if l.Approval.Covers(l, l.Approval.Until) {
			approved++
		}
	}
	fmt.Fprintf(&b, "%d lists, %d codes, %d approved by a clinician. Library `%.12s`.\n\n", len(lib.Lists), codes, approved, lib.Hash)
	b.WriteString("The hash is of system, release, way of matching and codes. A site approves a list by its hash (`leftshift codelist approve`); where people are real, a list that no approval covers gives no reason, and a run that would exclude people by it stops. Lists of a site's own: [OWN_CODELISTS.md](OWN_CODELISTS.md).\n\n")
	b.WriteString("| list | title | system | release | match | codes | source | confirmation | who may see it | approved | hash |\n| --- | --- | --- | --- | --- | ---: | --- | --- | --- | --- | --- |\n")
	for _, l := range lib.Lists {
		seen, by := "care team", "no"
		if lib.ClinicianOnly(l.Name) {
			seen = "clinicians only"
		}
		if a := l.Approval; a.Covers(l, a.Until) {
			by = a.By + " (" + a.Role + "), until " + a.Until
		}
		row(&b, "`"+l.Name+"`", l.Title, l.System, l.Release, string(l.Match), fmt.Sprint(len(l.Codes)), l.Source.ID, l.Confirmation, seen, by, fmt.Sprintf("`%.12s`", l.Hash))
	}
	b.WriteString("\n## What ends, declines or outdates a list\n\n| list | resolved by | declined by | excepted by | the newest of it and these holds |\n| --- | --- | --- | --- | --- |\n")
	for _, l := range lib.Lists {
		cells, any := []string{"`" + l.Name + "`"}, false
		for _, k := range l.Means.kinds() {
			any = any || len(k.Lists) > 0
			cells = append(cells, ticked(k.Lists))
		}
		if any {
			row(&b, cells...)
		}
	}
	b.WriteString("\n## Rules that the codes do not say\n\n")
	for _, l := range lib.Lists {
		if l.Rule != "" {
			fmt.Fprintf(&b, "- `%s`: %s\n", l.Name, cell(l.Rule))
		}
		if l.Expression != "" {
			fmt.Fprintf(&b, "- `%s`: the codes of `%s` in release %s, relationships `%.12s`\n", l.Name, l.Expression, cell(l.Release), l.Hierarchy)
		}
	}
	b.WriteString("\n## Sources\n\n| source | title | repository | licence | note |\n| --- | --- | --- | --- | --- |\n")
	for _, s := range sourcesOf(lib) {
		row(&b, s.ID, s.Title, s.Repository, s.Licence, s.Note)
	}
	b.WriteString("\n## Sensitive topics\n\nLists under a topic are named to clinicians only.\n\n| topic | why | lists |\n| --- | --- | --- |\n")
	for _, t := range lib.Topics {
		row(&b, t.Title, t.Why, ticked(t.Lists))
	}
	return b.String()
}

func ticked(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
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
