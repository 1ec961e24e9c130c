// Package plot draws the numbers of a table as SVG to stand in a page. The
// colours are classes of the page's style sheet, for no style may be inline.
// What is hidden in the table is a dashed box of one size here: it says no more
// than the star does. The same numbers give the same bytes.
package plot

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Row is one row of a plot: a label and a number for each series; NaN is hidden
// or has no meaning, as Hidden says.
type Row struct {
	Label  string
	Values []float64
	Hidden []bool   // by series; nil: none is
	Texts  []string // the numbers as the table has them
}

func (r Row) hidden(k int) bool { return k < len(r.Hidden) && r.Hidden[k] }

const (
	width    = 680
	rowStep  = 26
	rowBar   = 18
	charWide = 7.4 // of the page's text, at 14 pixels
	capWide  = 10  // of a capital or a digit, at most
	box      = 16  // of what is hidden
)

// canvas gathers the shapes of one plot.
type canvas struct{ b strings.Builder }

func num(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

func (c *canvas) text(x, y float64, anchor, s string) { c.write("app-plot-text", x, y, anchor, s) }

// scale is a number of an axis: it is of the drawing and not of the data.
func (c *canvas) scale(x, y float64, anchor, s string) {
	c.write("app-plot-text app-plot-scale", x, y, anchor, s)
}

func (c *canvas) write(class string, x, y float64, anchor, s string) {
	fmt.Fprintf(&c.b, `<text class="%s" x="%s" y="%s" text-anchor="%s">%s</text>`, class, num(x), num(y), anchor, html.EscapeString(s))
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(&c.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, num(x), num(y), num(w), num(h))
}

func (c *canvas) faded(class string, opacity, x, y, w, h float64) {
	fmt.Fprintf(&c.b, `<rect class="%s" fill-opacity="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, strconv.FormatFloat(opacity, 'f', 2, 64), num(x), num(y), num(w), num(h))
}

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&c.b, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`, class, num(x1), num(y1), num(x2), num(y2))
}

// grid is a faint line.
func (c *canvas) grid(x1, y1, x2, y2 float64) {
	fmt.Fprintf(&c.b, `<line class="app-plot-axis" stroke-opacity="0.25" x1="%s" y1="%s" x2="%s" y2="%s"/>`, num(x1), num(y1), num(x2), num(y2))
}

// svg closes the plot. The title is read by a screen reader; the table beside
// it has the numbers.
func (c *canvas) svg(title string, height float64) template.HTML {
	return template.HTML(fmt.Sprintf(`<svg class="app-plot" role="img" viewBox="0 0 %d %s" width="%d" height="%s"><title>%s</title>`, width, num(height), width, num(height), html.EscapeString(title)) + c.b.String() + "</svg>") //nolint:gosec // every text is escaped above
}

// ticks are at multiples of 1, 2 or 5 times a power of ten: about four, from 0
// to the first at or above most.
func ticks(most float64) []float64 {
	if !(most > 0) {
		most = 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most/3)))
	for _, k := range []float64{5, 2} {
		if most/(step*k) >= 3 {
			step *= k
			break
		}
	}
	out := []float64{0}
	for k := 1.0; out[len(out)-1] < most-step*1e-9; k++ {
		out = append(out, k*step)
	}
	return out
}

func tick(v float64) string {
	s := strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
	for i := len(s) - 3; i > 0 && !strings.Contains(s, "."); i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// wide is what a text needs at most.
func wide(s string) float64 {
	w := 0.0
	for _, r := range s {
		if unicode.IsUpper(r) {
			w += capWide
		} else {
			w += charWide
		}
	}
	return w
}

// room is what the longest label needs.
func room(rows []Row) float64 {
	w := 0.0
	for _, r := range rows {
		w = max(w, wide(r.Label))
	}
	return min(w+12, 330)
}

// beyond is what the longest number beside a bar needs.
func beyond(rows []Row) float64 {
	w := wide("hidden")
	for _, r := range rows {
		w = max(w, wide(r.Texts[0]))
	}
	return w + 10
}

// greatest is the greatest number of some series.
func greatest(rows []Row, series ...int) float64 {
	most := 0.0
	for _, r := range rows {
		for _, k := range series {
			if r.Values[k] > most {
				most = r.Values[k]
			}
		}
	}
	return most
}
