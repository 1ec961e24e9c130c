package report

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/identity"
	"leftshift/models/evaluate"

	"pgregory.net/rapid"
)

var write = flag.String("write", "", "write the example report to this file")

func render(t testing.TB, n Night) string {
	t.Helper()
	out, err := Render(n)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestExample(t *testing.T) {
	n := made(t, 24_000, 1)
	page := render(t, n)
	if *write != "" {
		if err := os.WriteFile(*write, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		"<title>Night report – Anyshire</title>", "Synthetic data.", "As of 4 November 2026", `<html lang="en-GB">`,
		"hospital: Newest fact, 14 August 2026.",
		"<td class=\"number\">1,204,568</td>", // 1,204,523 that are not withheld, and 43 that are, shown as 45
		"<td class=\"number\">1,051</td>", "Harbour neighbourhood team", "does not diagnose",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(page, "1,204,566") {
		t.Error("the exact records in are shown: those withheld can be found by subtraction")
	}
	n.Synthetic = false
	if strings.Contains(render(t, n), "Synthetic data.") {
		t.Error("a report on real people says that they are made up")
	}
}

func TestSameNightSameBytes(t *testing.T) {
	n := made(t, 3000, 2)
	first := render(t, n)
	if again := render(t, n); again != first || render(t, made(t, 3000, 2)) != first {
		t.Error("the same night gives other bytes")
	}
}

// A page without outside assets or script, with one h1, headers with scope, and
// well-formed as XML once the elements without an end are closed.
func TestPageIsSelfContainedAndWellFormed(t *testing.T) {
	page := render(t, made(t, 3000, 3))
	for _, bad := range []string{"<script", "http:", "https:", "src=", "@import", "url(", "<link", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if strings.Count(page, "<h1") != 1 || strings.Count(page, "<main") != 1 || strings.Count(page, "<svg") != strings.Count(page, "<details>") || strings.Count(page, "<svg") < 4 {
		t.Error("one h1, one main, and a table behind every plot, please")
	}
	if n := regexp.MustCompile(`<th[ >]`).FindAllStringIndex(page, -1); len(n) != strings.Count(page, " scope=") {
		t.Errorf("%d headers, %d with a scope", len(n), strings.Count(page, " scope="))
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("id %s is there twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?:href="#|aria-labelledby=")([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("nothing has the id %s", m[1])
		}
	}
	d := xml.NewDecoder(strings.NewReader(regexp.MustCompile(`<(meta[^>]*)>`).ReplaceAllString(strings.TrimPrefix(page, "<!DOCTYPE html>"), "<$1/>")))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	last := 1
	for _, m := range regexp.MustCompile(`<h([1-6])`).FindAllStringSubmatch(page, -1) {
		level := int(m[1][0] - '0')
		if level > last+1 {
			t.Errorf("an h%d follows an h%d", level, last)
		}
		last = level
	}
}

// No NHS number in any of its forms, no person key, and no small count of
// people in any table.
func TestAggregatesOnly(t *testing.T) {
	n := made(t, 3000, 4)
	page := render(t, n)
	for i := 0; i+10 <= len(page); i++ {
		if identity.ValidNHSNumber(page[i : i+10]) {
			t.Fatalf("a valid NHS number at byte %d", i)
		}
	}
	keys := 0
	for _, l := range n.Lists.Lists {
		for _, r := range l.Rows {
			keys++
			if strings.Contains(page, fmt.Sprint(int64(r.Person))) {
				t.Fatal("a person key is in the page")
			}
		}
	}
	if keys == 0 {
		t.Fatal("no list to look for")
	}
	people := regexp.MustCompile(`(?s)<svg.*?</svg>|<th.*?</th>`).ReplaceAllString(page[strings.Index(page, `id="population"`):strings.Index(page, `id="evaluation"`)], "")
	if small := regexp.MustCompile(`>[1-7]<`).FindString(people); small != "" || !strings.Contains(people, ">*<") {
		t.Errorf("%q stands alone in the population, or nothing is hidden", small)
	}
}

// What a reader sees of one population is what they see of another that looks
// the same through the rule.
func TestPeoplePassTheDoor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := Night{Site: "x", Rule: disclosure.Standard}, Night{Site: "x", Rule: disclosure.Standard}
		one, two := Breakdown{By: "PCN"}, Breakdown{By: "PCN"}
		for k := range rapid.IntRange(1, 6).Draw(t, "groups") {
			v := rapid.IntRange(0, 60).Draw(t, "people")
			w := v
			for range 3 {
				if o := rapid.IntRange(max(0, v-6), v+6).Draw(t, "other"); disclosure.Standard.Count(o) == disclosure.Standard.Count(v) {
					w = o
				}
			}
			one.Groups = append(one.Groups, Group{fmt.Sprint("PCN ", k), v, 0.1})
			two.Groups = append(two.Groups, Group{fmt.Sprint("PCN ", k), w, 0.1})
		}
		a.Population, b.Population = []Breakdown{one}, []Breakdown{two}
		x, err := Render(a)
		if err != nil {
			t.Fatal(err)
		}
		y, err := Render(b)
		if err != nil || !bytes.Equal(x, y) {
			t.Fatalf("pages differ: %v", err)
		}
	})
}

func TestWhatDoesNotAddUpIsSaid(t *testing.T) {
	n := Night{Site: "x", Flows: []Flow{{Source: "gp", Flow: "patients", In: 10, Accepted: 9}}, Tables: []Rows{{"event", 5, 3, 1, 0}}}
	page := render(t, n)
	for _, want := range []string{"The records of gp, patients do not add up", "The rows of table event do not add up"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, nothing := range []string{"No records came in", "Nobody was scored", "No evaluation came", "No lists came", "Nothing needs attention"} {
		if !strings.Contains(render(t, Night{Site: "x"}), nothing) {
			t.Errorf("an empty night does not say %q", nothing)
		}
	}
	if !strings.Contains(render(t, Night{Site: "x", Rule: disclosure.Rule{RoundTo: 1}}), "control is switched off") {
		t.Error("nothing says that counts are exact")
	}
}

func TestRefusals(t *testing.T) {
	for _, n := range []Night{{}, {Site: "x", AsOf: engine.NoDay}, {Site: "x", Rule: disclosure.Rule{Small: -1}}, {Site: "x", Flows: []Flow{{In: -1}}},
		{Site: "x", Population: []Breakdown{{Groups: []Group{{People: -1}}}}}, {Site: "x", Evaluations: []Evaluation{{}}},
		{Site: "x", Run: []Fact{{"Who", "943 476 5919"}}}, {Site: "x", Run: []Fact{{"Who", "9434765919"}}}, {Site: "x", Card: Card{Model: "4611686018427387904"}}} {
		if out, err := Render(n); err == nil || out != nil {
			t.Errorf("%+v is rendered", n)
		}
	}
}

func TestGuard(t *testing.T) {
	for text, ok := range map[string]bool{"943 476 5919": false, "943-476-5919.": false, "943 476 5918": true, "1943 476 5919": true, "943 476 59190": true,
		"123456789": true, "1234567890": false, "x0000000000x": false, "1,234,567,890": true, "": true, "999 123 4567": true} {
		if err := Guard([]byte(text)); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := fmt.Sprintf("%010d", rapid.Int64Range(0, 9_999_999_999).Draw(t, "n"))
		spaced := s[:3] + " " + s[3:6] + " " + s[6:]
		if identity.ValidNHSNumber(s) != (Guard([]byte("a "+spaced+" b")) != nil) {
			t.Fatalf("%s", spaced)
		}
	})
}

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{things(0): "0", things(999): "999", things(1000): "1,000", things(1234567): "1,234,567", things(-1234): "-1,234",
		percent(0): "0.0%", percent(0.123): "0.12%", percent(0.999): "1.0%", percent(12.34): "12.3%", decimal(-0.0001, 2): "0.00", decimal(-0.5, 2): "−0.50",
		lower("PCN"): "PCN", lower("Risk band"): "risk band", estimate(evaluate.Estimate{Value: 0.5, Low: 0.25, High: 0.75}, 2).Sub: "0.25 to 0.75"} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
