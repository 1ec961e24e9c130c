package plot

import (
	"html/template"
	"math"
	"strings"
)

// Pairs draws for each row two lying bars from 0, the first above the second,
// each with its number.
func Pairs(title, axis string, names [2]string, rows []Row) template.HTML {
	const bar, gap = 14, 10
	var c canvas
	left, right := room(rows), max(wide("hidden"), widest(rows))+28
	scale := ticks(greatest(rows, 0, 1))
	top := scale[len(scale)-1]
	x := func(v float64) float64 { return left + v/top*(width-left-right) }
	at := 0.0
	for k, n := range names {
		c.rect(classes[k], at, 4, 14, 14)
		c.text(at+20, 16, "start", n)
		at += wide(n) + 40
	}
	const from, step = 30.0, 2*bar + gap
	bottom := from + float64(len(rows))*step
	for _, t := range scale {
		c.grid(x(t), from, x(t), bottom)
		c.scale(x(t), bottom+18, "middle", tick(t))
	}
	c.line("app-plot-axis", left, from, left, bottom)
	for i, r := range rows {
		y := from + float64(i)*step + gap/2
		c.text(left-8, y+bar+5, "end", cut(r.Label))
		for k := range 2 {
			y := y + float64(k)*bar
			switch {
			case r.hidden(k):
				c.rect("app-plot-hidden", left, y, box, bar)
				c.text(left+box+6, y+bar-2, "start", "hidden")
			case math.IsNaN(r.Values[k]):
				c.text(left+6, y+bar-2, "start", "none")
			default:
				c.rect(classes[k], left, y, x(r.Values[k])-left, bar)
				c.text(x(r.Values[k])+6, y+bar-2, "start", r.Texts[k])
			}
		}
	}
	c.text(width/2, bottom+40, "middle", axis)
	return c.svg(title, bottom+50)
}

// classes are those of a first and a second bar.
var classes = [2]string{"app-plot-bar", "app-plot-bar-other"}

// widest is what the longest number needs.
func widest(rows []Row) float64 {
	w := 0.0
	for _, r := range rows {
		for _, t := range r.Texts {
			w = max(w, wide(t))
		}
	}
	return w
}

// cut is a label that fits beside the bars; the table has it whole.
func cut(label string) string {
	const most = 318
	if wide(label) <= most {
		return label
	}
	w := wide("…")
	for i, r := range label {
		if w += wide(string(r)); w > most {
			return strings.TrimRight(label[:i], " ,;:") + "…"
		}
	}
	return label
}
