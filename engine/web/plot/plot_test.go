package plot

import (
	"encoding/xml"
	"errors"
	"html/template"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// whole fails unless the text is well-formed XML without anything inline.
func whole(t interface{ Fatalf(string, ...any) }, svg template.HTML) {
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
	}
	if strings.Contains(string(svg), "style=") || strings.Contains(string(svg), "<script") || strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
		t.Fatalf("not fit for a page: %s", svg)
	}
}

// Whatever the numbers, every plot is well formed, and what is hidden looks the
// same whatever it hides.
func TestF6APlotShowsNoMoreThanItsTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows, other []Row
		for range rapid.IntRange(1, 8).Draw(t, "rows") {
			r := Row{Label: rapid.StringMatching(`[a-z<&" ]{0,12}`).Draw(t, "label")}
			for range 4 {
				v := float64(5 * rapid.IntRange(0, 1000).Draw(t, "n"))
				hidden := rapid.Bool().Draw(t, "hidden")
				if hidden {
					v = math.NaN()
				}
				r.Values, r.Hidden, r.Texts = append(r.Values, v), append(r.Hidden, hidden), append(r.Texts, "x")
			}
			rows = append(rows, r)
			s := r
			s.Texts = append([]string(nil), r.Texts...)
			for k, h := range s.Hidden {
				if h {
					s.Texts[k] = "7" // what a star hides
				}
			}
			other = append(other, s)
		}
		for _, draw := range []func([]Row) template.HTML{
			func(r []Row) template.HTML { return Bars("a <b>", "people", r) },
			func(r []Row) template.HTML { return Pyramid("a", "people", [2]string{"m", "f"}, r) },
			func(r []Row) template.HTML { return Stacked("a", []string{"a", "b", "c", "d"}, r) },
			func(r []Row) template.HTML { return Pairs("a", "people", [2]string{"then", "now"}, r) },
			func(r []Row) template.HTML { return Waterfall("a", "people", [2]string{"left", "out"}, r) },
			func(r []Row) template.HTML { return Points("a", "ratio", 1, r) },
			func(r []Row) template.HTML { return Calibration("a", []string{"one", "two"}, r) },
		} {
			whole(t, draw(rows))
			if draw(rows) != draw(other) {
				t.Fatalf("what is hidden changes the plot")
			}
		}
	})
}

func TestABarIsAsLongAsItsNumber(t *testing.T) {
	svg := string(Bars("t", "people", []Row{{"a", []float64{100}, nil, []string{"100"}}, {"b", []float64{50}, nil, []string{"50"}}}))
	m := regexp.MustCompile(`class="app-plot-bar" x="[\d.]+" y="[\d.]+" width="([\d.]+)"`).FindAllStringSubmatch(svg, -1)
	if len(m) != 2 {
		t.Fatalf("%v", m)
	}
	if got, want := m[1][1], num(atof(t, m[0][1])/2); math.Abs(atof(t, got)-atof(t, want)) > 0.11 {
		t.Errorf("half of %s is %s", m[0][1], got)
	}
}

func atof(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
