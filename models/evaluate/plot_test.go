package evaluate

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

func TestPlots(t *testing.T) {
	d := simulate(11, 3000, 0, 1)
	r, err := Evaluate(d, Options{Replicates: 50})
	if err != nil {
		t.Fatal(err)
	}
	bare, err := Evaluate(d, none)
	if err != nil {
		t.Fatal(err)
	}
	const title = "Risk & <outcome>"
	for name, f := range map[string]func() ([]byte, error){
		"calibration":       func() ([]byte, error) { return PlotCalibration(r, title) },
		"without intervals": func() ([]byte, error) { return PlotCalibration(bare, title) },
		"roc":               func() ([]byte, error) { return PlotROC(d, title) },
	} {
		got, err := f()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		again, _ := f()
		if !bytes.Equal(got, again) {
			t.Errorf("%s: two drawings differ", name)
		}
		// Well-formed, with the title first, text in fonts that a browser has,
		// and nothing from elsewhere.
		dec := xml.NewDecoder(bytes.NewReader(got))
		var names []string
		text, paths := 0, 0
		for {
			tok, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			s, ok := tok.(xml.StartElement)
			if !ok {
				continue
			}
			names = append(names, s.Name.Local)
			switch s.Name.Local {
			case "title":
				var got string
				if err := dec.DecodeElement(&got, &s); err != nil || got != title {
					t.Errorf("%s: title %q %v", name, got, err)
				}
			case "text":
				text++
				for _, a := range s.Attr {
					if a.Name.Local == "style" && !strings.Contains(a.Value, "Arial,") {
						t.Errorf("%s: text style %s", name, a.Value)
					}
				}
			case "path":
				paths++
			}
		}
		if names[0] != "svg" || names[1] != "title" || names[2] != "desc" {
			t.Errorf("%s: starts with %v", name, names[:3])
		}
		if text < 10 || paths < 10 {
			t.Errorf("%s: %d texts, %d paths", name, text, paths)
		}
		if bytes.Contains(got, []byte("NaN")) || bytes.Contains(got, []byte(">-0<")) || bytes.Contains(got, []byte("url(")) || bytes.Contains(got, []byte("href=")) {
			t.Errorf("%s: holds NaN or a reference", name)
		}
	}
	if _, err := PlotROC(Data{Margin: []float64{1, 2}, Y: []float64{0, 0}}, title); err == nil {
		t.Error("ROC of nobody with the outcome")
	}
}
