//go:build duckdb_arrow

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"leftshift/engine/readability"
)

// assuranceFiles are those of docs/assurance, by name: a new one is looked after
// without being named here, and one of these may not go.
var assuranceFiles = []string{"clinical-risk-management-plan.md", "clinical-safety-case.md", "dpia.md", "dtac.md", "privacy-notice.md"}

// assurance gives the texts of docs/assurance by file name.
func assurance(t *testing.T) map[string]string {
	t.Helper()
	list, err := os.ReadDir(filepath.Join(root, "docs/assurance"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range list {
		text, err := os.ReadFile(filepath.Join(root, "docs/assurance", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name()] = string(text)
	}
	for _, name := range assuranceFiles {
		if out[name] == "" {
			t.Errorf("docs/assurance has no %s", name)
		}
	}
	return out
}

var blankMark = regexp.MustCompile(`\[To be named: ([^\]\n]+)\]`)

// blanksOf gives the blanks of a text as it lists them at its top, and as they
// stand below, each once, in order.
func blanksOf(text string) (listed, found []string) {
	_, rest, _ := strings.Cut(text, "\n## Blanks\n\n")
	list, rest, _ := strings.Cut(rest, "\n\n")
	for _, line := range strings.Split(list, "\n") {
		listed = append(listed, strings.TrimPrefix(line, "- "))
	}
	for _, m := range blankMark.FindAllStringSubmatch(rest, -1) {
		if !slices.Contains(found, m[1]) {
			found = append(found, m[1])
		}
	}
	return
}

// faultsOfBlanks says how the list at the top and the blanks below differ, and
// which blanks are marked in another way.
func faultsOfBlanks(text string) []string {
	var out []string
	listed, found := blanksOf(text)
	if !slices.Equal(listed, found) {
		out = append(out, fmt.Sprintf("its list of blanks is\n%s\nand its blanks are\n%s", strings.Join(listed, "\n"), strings.Join(found, "\n")))
	}
	if n := len(regexp.MustCompile(`(?i)\bTBC\b|\bTBD\b|\bTODO\b|\bto be (confirmed|agreed|completed|decided|determined|filled|given|added)\b|\[(name|date|insert)[^\]]*\]|_{4,}|\?{3,}`).FindAllString(text, -1)); n > 0 {
		out = append(out, fmt.Sprintf("%d blanks are marked otherwise than [To be named: …]", n))
	}
	if n, m := strings.Count(strings.ToLower(text), "to be named"), len(blankMark.FindAllString(text, -1)); n != m {
		out = append(out, fmt.Sprintf("%d of %d words “to be named” are no whole mark", n-m, n))
	}
	return out
}

// No blank is filled, added or taken away without the list at the top saying so,
// and each is marked in the one way.
func TestG37G39G43EveryBlankIsMarkedAndListed(t *testing.T) {
	for name, text := range assurance(t) {
		for _, fault := range faultsOfBlanks(text) {
			t.Errorf("%s: %s", name, fault)
		}
		if _, found := blanksOf(text); len(found) < 5 {
			t.Errorf("%s has %d blanks: who has filled the others?", name, len(found))
		}
	}
	// The check finds what it is for.
	good := "# T\n\n## Blanks\n\n- a\n- b\n\n## One\n\n[To be named: a] x [To be named: b] [To be named: a]\n"
	if f := faultsOfBlanks(good); f != nil {
		t.Errorf("a whole page has faults: %q", f)
	}
	for _, bad := range []string{
		strings.Replace(good, "[To be named: b]", "Dr A. Name", 1), // filled, and still listed
		strings.Replace(good, "- b\n", "", 1),                      // not listed
		strings.Replace(good, "- a\n- b", "- b\n- a", 1),
		good + "Reviewed by: TBC\n", good + "date: ____\n", good + "To be named by the board\n", good + "[insert organisation]\n",
	} {
		if faultsOfBlanks(bad) == nil {
			t.Errorf("no fault is found in %q", bad)
		}
	}
}

// Links lead somewhere; one that bears the name of a test leads to that test, and
// so does the name of a test that is no link.
func TestG37G39G43LinksOfTheDraftsLead(t *testing.T) {
	loose := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`")
	links := 0
	for name, text := range assurance(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			to, fragment, _ := strings.Cut(m[2], "#")
			if strings.HasPrefix(m[2], "https://") {
				continue
			}
			links++
			at := filepath.Join(root, "docs/assurance", to)
			if to == "" {
				at = filepath.Join(root, "docs/assurance", name)
			}
			source, err := os.ReadFile(at)
			if err != nil {
				if s, err := os.Stat(at); err != nil || !s.IsDir() {
					t.Errorf("%s: the link to %s leads nowhere", name, m[2])
				}
				continue
			}
			if test := strings.Trim(m[1], "`"); strings.HasPrefix(m[1], "`Test") && !strings.Contains(string(source), "\nfunc "+test+"(") {
				t.Errorf("%s: there is no %s in %s", name, test, to)
			}
			if fragment != "" && !slices.Contains(anchorsOf(string(source)), fragment) {
				t.Errorf("%s: %s has no heading #%s", name, to, fragment)
			}
		}
		for _, m := range loose.FindAllStringSubmatch(text, -1) {
			at := strings.Index(text, m[0])
			near := text[at:min(len(text), at+len(m[0])+120)]
			l := link.FindStringSubmatch(near)
			if text[at-1] != '[' && (l == nil || !hasTest(filepath.Join(root, "docs/assurance", l[2]), m[1])) {
				t.Errorf("%s names %s and does not lead to it", name, m[1])
			}
		}
	}
	if links < 300 {
		t.Errorf("only %d links", links)
	}
}

func hasTest(path, name string) bool {
	text, err := os.ReadFile(path)
	return err == nil && strings.Contains(string(text), "\nfunc "+name+"(")
}

func anchorsOf(text string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		out = append(out, anchor(m[1]))
	}
	return out
}

// american are spellings that British English has not.
var american = regexp.MustCompile(`(?i)\b(\w*(color|favor|behavior|neighbor|labor|honor)(s|ed|ing|al|able)?|(organ|recogn|pseudonym|anonym|author|minim|summar|categor|standard|priorit|util|character|stabil|final|general|emphas)iz(e|es|ed|ing|ation|ations|er)|analyz(e|ed|es|ing)|cent(er|ers|ered)|(label|cancel|travel|model|signal|counsel)(ed|ing)|enroll?ment|fulfill?(ment)?|judgment|licens(e)d? under the|catalog|gray|pediatric\w*|anemia|hospitalization|program(s)? of care|toward|gotten|defense|offense)\b`)

// british lets through what the pattern catches and is British.
var british = map[string]bool{"labelled": true, "cancelled": true, "modelled": true, "fulfilment": true}

func TestG37G39G43TheDraftsAreInBritishEnglish(t *testing.T) {
	for name, text := range assurance(t) {
		text = regexp.MustCompile("`[^`]*`|\\]\\([^)]*\\)").ReplaceAllString(text, "")
		for _, word := range american.FindAllString(text, -1) {
			if !british[strings.ToLower(word)] {
				t.Errorf("%s says %q", name, word)
			}
		}
	}
	for _, word := range []string{"color", "behaviors", "organization", "pseudonymized", "center", "labeled", "judgment"} {
		if !american.MatchString("the " + word + " of") {
			t.Errorf("%q is let through", word)
		}
	}
	for _, word := range []string{"colour", "organisation", "centre", "size", "judgement", "laboratory", "prize"} {
		if american.MatchString("the " + word + " of") {
			t.Errorf("%q is refused", word)
		}
	}
}

// The words for the public can be read by whoever can read the leaflet, and say
// what such a notice has to: profiling, who, from where, how long, how to object,
// the rights and to whom to complain.
func TestG43ThePrivacyNoticeIsPlainAndWhole(t *testing.T) {
	_, notice, ok := strings.Cut(assurance(t)["privacy-notice.md"], "\n## The notice\n")
	if !ok {
		t.Fatal("there is no notice")
	}
	var said []string
	for _, p := range strings.Split(notice, "\n\n") {
		if p = strings.TrimSpace(p); p != "" && !strings.HasPrefix(p, "#") {
			said = append(said, strings.Join(strings.Fields(blankMark.ReplaceAllString(p, "us")), " "))
		}
	}
	grade, words := readability.Grade(said)
	if words < 300 || grade > 8 {
		t.Errorf("%d words, grade %.1f", words, grade)
	}
	for _, want := range []string{"profiling", "You can object at any time", "does not decide about your care", "Type 1 opt-out", "national data opt-out", "data protection officer", "Information Commissioner",
		"copy of what we hold", "put it right", "delete it", "[To be named: name of the controller", "[To be named: how long", "[To be named: how to object", "[To be named: legal basis", "[To be named: sources of records"} {
		if !strings.Contains(strings.Join(strings.Fields(notice), " "), want) {
			t.Errorf("the notice has no %q", want)
		}
	}
}
