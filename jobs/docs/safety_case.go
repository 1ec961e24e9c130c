//go:build duckdb_arrow

package main

import (
	"fmt"
	"regexp"
	"strings"
)

// scoreHead are the columns that only named people may fill.
var scoreHead = []string{"hazard", "initial severity", "initial likelihood", "initial risk", "residual severity", "residual likelihood", "residual risk", "owner", "accepted by", "on"}

// caseBlanks are what a safety case needs from people, in order of the page.
var caseBlanks = []string{
	"release that this case is of, and the digest of its build",
	"deployments and configuration that were reviewed",
	"test issues that are open in that release, judged by the clinical safety officer",
	"clinical safety officer's argument and conclusion",
	"approved by, role, registration and date",
}

// safetyCasePage makes the draft of the safety case report from the hazard log,
// or says what is wrong with the log.
func safetyCasePage(root string) (string, error) {
	hazards, err := readHazards(root)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	blank := func(k int) string { return "[To be named: " + caseBlanks[k] + "]" }
	p(`# Clinical safety case report, draft

After DCB0129 v4.2 (3.4, 3.5, 7.1), made from the [hazard log](../hazards.md). **It concludes nothing.** Developers wrote the log; nobody
has scored a hazard, accepted a risk or approved this page. Those columns are empty and this page cannot fill them: take a copy
for a release into the clinical risk management file, and score it there by the criteria of the
[plan](clinical-risk-management-plan.md).

## Blanks
`)
	for _, s := range caseBlanks {
		p("- %s", s)
	}
	var controls, part, bare int
	all := map[namedTest]bool{}
	var rows, scores [][]string
	for _, h := range hazards {
		ownPart, ownBare := 0, 0
		for _, c := range h.Controls {
			switch {
			case len(c.Tests) == 0:
				ownBare++
			case c.Bare:
				ownPart++
			}
		}
		tests := h.tests()
		for _, t := range tests {
			all[t] = true
		}
		controls, part, bare = controls+len(h.Controls), part+ownPart, bare+ownBare
		rows = append(rows, []string{"[" + h.ID + "](#" + anchor(h.ID+". "+h.Title) + ")", h.Title, fmt.Sprint(len(h.Controls)), fmt.Sprint(len(tests)), fmt.Sprint(ownPart), fmt.Sprint(ownBare)})
		scores = append(scores, append([]string{h.ID}, make([]string, len(scoreHead)-1)...))
	}
	p("\n## Sums\n")
	table(&b, []string{"", "number"}, [][]string{
		{"hazards", fmt.Sprint(len(hazards))}, {"controls", fmt.Sprint(controls)}, {"tests that hold them, each once", fmt.Sprint(len(all))},
		{"controls of which a part has no test", fmt.Sprint(part)}, {"controls without a test", fmt.Sprint(bare)},
	})
	p("\nA test that passes shows that a control works as written, not that it is enough (6.3.3).\n")
	table(&b, []string{"id", "hazard", "controls", "tests", "in part without a test", "without a test"}, rows)
	p(`
## The release (7.1.3)

%s

%s

What is delivered, its intended use and its users: [plan](clinical-risk-management-plan.md), section 1. Third-party products: `+"`go.mod`"+`, and the
[README](../../README.md) for what each does.

## Tests, and what is known to be wrong

`+"`make check`"+` runs every test that is named here, and fails when one that the log names is gone or this page is old. What is not
there, or is known to be weak, is under "What is not there yet" in the [README](../../README.md), and under "Remains" below.
All of it was tried on synthetic people and published examples; none on a site with real people.

%s

## Scores and acceptance
`, blank(0), blank(1), blank(2))
	table(&b, scoreHead, scores)
	p("\nHazards that reach acceptance only by what a deployer does (DCB0160) are all of them: each has a list below.")
	for _, h := range hazards {
		p("\n## %s. %s\n", h.ID, h.Title)
		p("**Causes.** %s\n\n**Effect.** %s\n\n**Controls.** %d:\n", rebase(h.Causes), rebase(h.Effect), len(h.Controls))
		for _, c := range h.Controls {
			p("- %s", rebase(c.Text))
		}
		var without []string
		for _, c := range h.Controls {
			if len(c.Tests) == 0 || c.Bare {
				without = append(without, c.untested()...)
			}
		}
		if len(without) > 0 {
			p("\n**Without a test:** %s.", strings.Join(without, "; "))
		}
		p("\n**For the deployer (DCB0160):** read, act or accept, each.\n")
		for _, s := range sentences(h.Remains) {
			p("- [ ] %s", rebase(s))
		}
	}
	p("\n## Conclusion\n\n%s\n\n%s", blank(3), blank(4))
	return b.String(), nil
}

var relativeLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// rebase makes the links of a text in docs/ lead from docs/assurance/.
func rebase(text string) string {
	return relativeLink.ReplaceAllStringFunc(text, func(m string) string {
		if to := m[2 : len(m)-1]; strings.Contains(to, "://") || strings.HasPrefix(to, "#") {
			return m
		}
		return "](../" + m[2:]
	})
}

// sentences cuts a text behind each full stop that a capital letter, code or
// emphasis follows; a paragraph's line breaks are spaces.
func sentences(text string) []string {
	text = strings.Join(strings.Fields(text), " ")
	var out []string
	from := 0
	for k := 0; k+2 < len(text); k++ {
		if text[k] == '.' && text[k+1] == ' ' && (text[k+2] >= 'A' && text[k+2] <= 'Z' || text[k+2] == '`' || text[k+2] == '*') {
			out = append(out, text[from:k+1])
			from = k + 2
		}
	}
	if from < len(text) {
		out = append(out, text[from:])
	}
	return out
}

// whereItIs begins the end of a clause: packages and pages that hold a control.
var whereItIs = regexp.MustCompile(`[:,] (packages )?\[`)

// untested gives the clauses of a control that have no test, without where they
// are: those that say so, and all of a control that names no test.
func (c *control) untested() []string {
	var out []string
	for _, s := range sentences(c.Text) {
		for _, clause := range strings.Split(s, "; ") {
			if noTest.MatchString(clause) || len(c.Tests) == 0 {
				out = append(out, strings.TrimRight(whereItIs.Split(clause, 2)[0], ". "))
			}
		}
	}
	return out
}

// anchor is the fragment that GitHub gives a heading: lower case, without
// punctuation, spaces as hyphens.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127:
			return r
		}
		return -1
	}, strings.ToLower(heading))
}

// safetyCasePath is where the page is; the hand-written ones stand beside it.
const safetyCasePath = "docs/assurance/clinical-safety-case.md"
