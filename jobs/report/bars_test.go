package report

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func TestBars(t *testing.T) {
	text, err := Bars("Falls < 3 & more", "Share, %", []Bar{{"1", 60}, {"2 to 3", 40}, {"4 and more", math.NaN()}})
	if err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(string(text)))
	depth, words := 0, ""
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		switch x := tok.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			words += string(x) + "|"
		}
	}
	if depth != 0 {
		t.Errorf("depth %d at the end", depth)
	}
	for _, want := range []string{"Falls < 3 & more", "2 to 3", "4 and more", "hidden: few people", "60.0%", "Share, %"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in %s", want, words)
		}
	}
	if strings.Contains(words, "|0.0%") {
		t.Errorf("what is hidden is drawn as none: %s", words)
	}
	for _, none := range [][]Bar{nil, {{"1", math.NaN()}, {"2", math.NaN()}}} {
		if _, err := Bars("", "", none); err == nil {
			t.Error("nothing was drawn without an error")
		}
	}
}
