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
	for _, want := range []string{"Falls < 3 & more", "2 to 3", "4 and more *", "Share, %"} {
		if !strings.Contains(words, want) {
			t.Errorf("no %q in %s", want, words)
		}
	}
	if _, err := Bars("", "", nil); err == nil {
		t.Error("nothing was drawn without an error")
	}
}
