//go:build duckdb_arrow

package web

import (
	"html"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"leftshift/engine/readability"
)

// forbidden are ways of saying that something is certain to happen to a person,
// what treatment to give, or that this is a device that raises alarms (R14, G40).
var forbidden = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\b(will|shall|is going to|are going to|is bound to)\b[^.:;!?]{0,60}\b(admi\w+|hospital\w*|die|dies|died|deteriorat\w+|emergency)`),
	regexp.MustCompile(`(?i)\b(is|are) (certain|sure|expected|predicted|due) to (be admitted|come to hospital|die|deteriorate)`),
	regexp.MustCompile(`(?i)\b(needs|requires|must be) (hospital|admission|admitted|treat\w*)`),
	regexp.MustCompile(`(?i)\b(prescrib\w+|start|stop|increase|reduce|change|give)\b[^.:;!?]{0,30}\b(medicine|medicines|medication|drug|drugs|dose|treatment|tablets|statin|statins)\b`),
	regexp.MustCompile(`(?i)\b(recommended|suggested|advised) (treatment|medicine|dose|action|intervention)`),
	regexp.MustCompile(`(?i)\b(predicts|predicted|prediction|diagnosis of|diagnosed by|alarm|red flag)\b`),
}

var tags = regexp.MustCompile(`(?s)<[^>]*>|\{\{[^}]*\}\}`)

// certain finds forbidden words in a text as people read it.
func certain(text string) []string {
	text = html.UnescapeString(tags.ReplaceAllString(text, "\n"))
	var out []string
	for _, line := range strings.Split(text, "\n") {
		for _, f := range forbidden {
			if m := f.FindString(line); m != "" {
				out = append(out, m)
			}
		}
	}
	return out
}

func TestR14G40NothingSaysWhatWillHappenOrHowToTreat(t *testing.T) {
	// The rules find what they are for.
	for _, said := range []string{
		"This person will be admitted soon", "He will probably go into hospital", "She is going to die", "is certain to be admitted", "Start a statin and increase the dose",
		"Stop this medicine", "Recommended treatment: rest", "The model predicts an admission", "needs admission",
	} {
		if certain(said) == nil {
			t.Errorf("%q is let through", said)
		}
	}
	for _, said := range []string{"about 18 in 100 in the next 12 months", "It does not diagnose or decide treatment", "The note will be read by others", "takes many medicines, and they have not been reviewed"} {
		if got := certain(said); got != nil {
			t.Errorf("%q is refused: %q", said, got)
		}
	}
	err := fs.WalkDir(files, "templates", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		for _, said := range certain(string(text)) {
			t.Errorf("%s says %q", path, said)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Pages as they are drawn, with what doors and vocabularies say.
	s := open(t)
	pages := 0
	for _, r := range Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		answer, text := s.ask(t, "GET", s.filled(t, r, "s1"), whoMay(t, r.Act)+" s1", nil)
		if answer.StatusCode != http.StatusOK {
			continue
		}
		pages++
		for _, said := range certain(text) {
			t.Errorf("%s says %q", r.Path, said)
		}
	}
	if pages < 8 {
		t.Errorf("only %d pages were read", pages)
	}
}

func TestR15G43TheWordsAreOneClickAway(t *testing.T) {
	s := open(t)
	if text := s.page(t, 10, amy).text; !strings.Contains(text, `href="/words"`) {
		t.Error("the page of a person does not lead to the words")
	}
	_, text := s.ask(t, "GET", "/words", amy, nil)
	for _, want := range []string{"What to say", "What not to say", "If they object", `href="/words/leaflet"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the words have no %q", want)
		}
	}
	_, text = s.ask(t, "GET", "/words/leaflet", amy, nil)
	for _, want := range []string{"You can object at any time", "profiling", "Test ICS", "does not decide about your care"} {
		if !strings.Contains(text, want) {
			t.Errorf("the leaflet has no %q", want)
		}
	}
	if strings.Contains(text, "Family") || strings.Contains(text, number) {
		t.Error("the leaflet names somebody")
	}
}

// F16: the leaflet can be read at about the reading age of 11 to 13 that the NHS
// asks of patient information: by the Flesch-Kincaid grade.
func TestF16TheLeafletIsPlain(t *testing.T) {
	s := open(t)
	_, text := s.ask(t, "GET", "/words/leaflet", amy, nil)
	main := regexp.MustCompile(`(?s)</h1>(.*)</main>`).FindStringSubmatch(text)[1]
	var said []string
	for _, p := range regexp.MustCompile(`(?s)<(?:p|li)[^>]*>(.*?)</(?:p|li)>`).FindAllStringSubmatch(main, -1) {
		said = append(said, html.UnescapeString(tags.ReplaceAllString(p[1], "")))
	}
	if grade, words := readability.Grade(said); words < 150 || grade > 8 {
		t.Errorf("%d words, grade %.1f", words, grade)
	}
}
