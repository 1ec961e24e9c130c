//go:build duckdb_arrow

package main

import (
	"strings"

	"leftshift/engine"
	"leftshift/features/scenario"
)

// caseLine is one kind of line of a case; scenario.Keys has its words.
type caseLine struct {
	line, says string
	example    string // with every word, which the tests have read
}

// caseLines are the kinds of line, in the order in which a case has them.
var caseLines = []caseLine{
	{"person", "The person; at most once. Without it: born in 1950, nothing else known.",
		"person birth=1940-03 sex=female ethnic=A died=2024-05-01 sources=2"},
	{"registration", "A registration with a practice. Without any: registered from 2000 on.",
		"registration from=2015-01-01 to=2020-01-01 practice=A81001"},
	{"residence", "A place of living.",
		"residence from=2015-01-01 to=2020-01-01 imd=3 area=E01000001 care_home"},
	{"event", "A dated fact.",
		"event 2024-03-01 problem snomed:44054006 value=7.5 status=active mode=telephone position=1 source=ours organisation=A81001 end=2024-04-01 known=2024-03-05 until=2024-06-01"},
	{"spell", "An interval of care.",
		"spell emergency 2024-03-01..2024-03-05 cis=1 continues attended=5 destination=19 discharge=1 specialty=300 arrival=snomed:1048071000000103 provider=RAA known=2024-03-06 until=2024-06-01"},
	{"document", "A pointer to a document.",
		"document 2024-03-01 care_plan snomed:735324008 end=2025-03-01 status=active known=2024-03-02 until=2024-06-01"},
	{"on", "The as-of day of what is expected below it. A case may have several.",
		"on 2024-06-30 data=2015-01-01"},
}

const caseExpect = `
Below a line ` + "`on DAY`" + `, one a line and as a rule indented:

| line | holds when |
| --- | --- |
| ` + "`FEATURE = 2`" + ` | the value is that, to 0.0005 |
| ` + "`FEATURE = 2 on 2024-03-01`" + ` | and the newest row behind it is of that day |
| ` + "`FEATURE = ?`" + ` | there is no value: it is unknown |
| ` + "`FEATURE says SENTENCE`" + ` | a list says exactly that |

` + "`#`" + ` after a space, or at the start of a line, begins a comment.
`

// casePage writes the part on the language of cases.
func casePage(b *strings.Builder) {
	b.WriteString("\n## The rows of a case\n\n`record` is text, one row of a made-up person a line: the word that begins it, then the words of its table, " +
		"those in capitals in their places and the others in any order as `NAME=VALUE`. A row is not known before the day that it says, so a case shows that too.\n")
	for _, l := range caseLines {
		b.WriteString("\n### " + l.line + "\n\n" + l.says + "\n\n    " + l.example + "\n\n")
		table(b, []string{"word", "is", "without it", "meaning"}, keyRows(scenario.Keys(), l.line))
	}
	b.WriteString("\n### What is expected\n" + caseExpect)
}

// named gives the names of a table of the engine, without the empty first one.
func named(names []string) []string {
	if len(names) > 0 && names[0] == "" {
		return names[1:]
	}
	return names
}

// closed are the words that keys and cases take where no others will do.
func closed() [][]string {
	quoted := func(names []string) string { return "`" + strings.Join(named(names), "`, `") + "`" }
	return [][]string{
		{"`source`", quoted([]string{"event", "spell", "document", "demographic", "derived"})},
		{"`kinds`, KIND of an event", quoted(engine.EventKinds())},
		{"`spells`, `within`, KIND of a spell", quoted(engine.SpellKinds())},
		{"`categories`, CATEGORY", quoted(engine.DocumentNames())},
		{"`status`", quoted(engine.StatusNames())},
		{"`modes`, `mode=`", quoted(engine.ModeNames())},
		{"`positions`", quoted([]string{"none", "primary", "secondary"})},
		{"`absence`", quoted([]string{"zero", "unknown"})},
		{"`display`", quoted([]string{"team", "clinician"})},
		{"system, before the colon of a code", quoted(systems()[1:])},
	}
}
