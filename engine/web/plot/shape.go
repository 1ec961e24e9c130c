package plot

import (
	"html/template"
	"math"
)

// Bars draws lying bars from 0, the first row on top, each with its number.
func Bars(title, axis string, rows []Row) template.HTML {
	var c canvas
	left, right := room(rows), beyond(rows)
	scale := ticks(greatest(rows, 0))
	top := scale[len(scale)-1]
	x := func(v float64) float64 { return left + v/top*(width-left-right) }
	bottom := float64(len(rows))*rowStep + 8
	for _, t := range scale {
		c.grid(x(t), 4, x(t), bottom)
		c.scale(x(t), bottom+18, "middle", tick(t))
	}
	c.line("app-plot-axis", left, 4, left, bottom)
	for i, r := range rows {
		y := float64(i)*rowStep + 8
		c.text(left-8, y+14, "end", r.Label)
		switch {
		case r.hidden(0):
			c.rect("app-plot-hidden", left, y, box, rowBar)
			c.text(left+box+6, y+14, "start", "hidden")
		case math.IsNaN(r.Values[0]):
			c.text(left+6, y+14, "start", "none")
		default:
			c.rect("app-plot-bar", left, y, x(r.Values[0])-left, rowBar)
			c.text(x(r.Values[0])+6, y+14, "start", r.Texts[0])
		}
	}
	c.text(width/2, bottom+40, "middle", axis)
	return c.svg(title, bottom+50)
}

// Pyramid draws two series back to back, the last row on top, as population
// pyramids are read.
func Pyramid(title, axis string, names [2]string, rows []Row) template.HTML {
	var c canvas
	middle := room(rows) + 16
	half := (width - middle) / 2
	scale := ticks(greatest(rows, 0, 1))
	top := scale[len(scale)-1]
	const inset = 30 // for the numbers of the axis at its ends
	at := func(v float64) float64 { return v / top * (half - inset) }
	bottom := float64(len(rows))*rowStep + 34
	c.text(half-4, 18, "end", names[0])
	c.text(half+middle+4, 18, "start", names[1])
	for _, t := range scale {
		for _, x := range []float64{half - at(t), half + middle + at(t)} {
			c.grid(x, 28, x, bottom)
			c.scale(x, bottom+18, "middle", tick(t))
		}
	}
	for i, r := range rows {
		y := float64(len(rows)-1-i)*rowStep + 32
		c.text(half+middle/2, y+14, "middle", r.Label)
		for k := range 2 {
			w, class := at(r.Values[k]), [2]string{"app-plot-bar", "app-plot-bar-other"}[k]
			if r.hidden(k) {
				w, class = box, "app-plot-hidden"
			}
			if math.IsNaN(w) {
				continue
			}
			if k == 0 {
				c.rect(class, half-w, y, w, rowBar)
			} else {
				c.rect(class, half+middle, y, w, rowBar)
			}
		}
	}
	c.line("app-plot-axis", half, 28, half, bottom)
	c.line("app-plot-axis", half+middle, 28, half+middle, bottom)
	c.text(width/2, bottom+40, "middle", axis)
	return c.svg(title, bottom+50)
}

// Stacked draws for each row its series as parts of the whole of those that are
// shown, from the darkest on. A box at the end says that some are hidden.
func Stacked(title string, names []string, rows []Row) template.HTML {
	var c canvas
	left, right := room(rows), 70.0
	span := width - left - right
	// The key, in as many lines as it needs.
	x, y := 0.0, 0.0
	for k, n := range names {
		w := wide(n) + 40
		if x > 0 && x+w > width {
			x, y = 0, y+24
		}
		c.faded("app-plot-bar", shade(k, len(names)), x, y+4, 14, 14)
		c.rect("app-plot-axis", x, y+4, 14, 14)
		c.text(x+20, y+16, "start", n)
		x += w
	}
	from := y + 34
	bottom := from + float64(len(rows))*rowStep
	for _, t := range []float64{0, 25, 50, 75, 100} {
		c.grid(left+t/100*span, from, left+t/100*span, bottom)
		c.scale(left+t/100*span, bottom+18, [...]string{"start", "middle", "middle", "middle", "end"}[int(t/25)], tick(t)+"%")
	}
	for i, r := range rows {
		y := from + float64(i)*rowStep + 4
		c.text(left-8, y+14, "end", r.Label)
		total, hidden := 0.0, false
		for k, v := range r.Values {
			hidden = hidden || r.hidden(k)
			if v > 0 {
				total += v
			}
		}
		at := left
		for k, v := range r.Values {
			if !(v > 0) || total == 0 {
				continue
			}
			w := v / total * span
			c.faded("app-plot-bar", shade(k, len(names)), at, y, w, rowBar)
			c.line("app-plot-axis", at+w, y, at+w, y+rowBar)
			at += w
		}
		if hidden { // beside the whole of what is shown
			c.rect("app-plot-hidden", at+4, y, box, rowBar)
			c.text(at+box+8, y+14, "start", "hidden")
		}
	}
	c.line("app-plot-axis", left, from, left, bottom)
	return c.svg(title, bottom+28)
}

// shade tells parts apart by lightness alone.
func shade(k, of int) float64 {
	if of < 2 {
		return 1
	}
	return 1 - 0.92*float64(k)/float64(of-1)
}

// Calibration draws predicted against observed, both in percent: rows have two
// values for each series. Points of the second series are squares on a dashed
// line.
func Calibration(title string, names []string, rows []Row) template.HTML {
	var c canvas
	const left, side = 60.0, 400.0
	above := 14 + 26*float64(len(names))
	most := 0.0
	for k := range names {
		most = max(most, greatest(rows, 2*k, 2*k+1))
	}
	scale := ticks(most)
	top := scale[len(scale)-1]
	x := func(v float64) float64 { return left + v/top*side }
	y := func(v float64) float64 { return above + side - v/top*side }
	for _, t := range scale {
		c.grid(x(t), above, x(t), above+side)
		c.grid(left, y(t), left+side, y(t))
		c.scale(x(t), above+side+20, "middle", tick(t)+"%")
		c.scale(left-8, y(t)+5, "end", tick(t)+"%")
	}
	c.b.WriteString(`<line class="app-plot-axis" stroke-dasharray="4 4" x1="` + num(x(0)) + `" y1="` + num(y(0)) + `" x2="` + num(x(top)) + `" y2="` + num(y(top)) + `"/>`)
	for k, name := range names {
		line, mark := "app-plot-line", "app-plot-bar"
		if k > 0 {
			line, mark = "app-plot-line-other", "app-plot-bar-other"
		}
		px, py := math.NaN(), math.NaN()
		point := func(ax, ay float64) {
			if k > 0 {
				c.rect(mark, ax-5, ay-5, 10, 10)
			} else {
				c.b.WriteString(`<circle class="` + mark + `" cx="` + num(ax) + `" cy="` + num(ay) + `" r="5"/>`)
			}
		}
		for _, r := range rows {
			v, w := r.Values[2*k], r.Values[2*k+1]
			if math.IsNaN(v) || math.IsNaN(w) || r.hidden(2*k) || r.hidden(2*k+1) {
				px = math.NaN()
				continue
			}
			if !math.IsNaN(px) {
				c.line(line, px, py, x(v), y(w))
			}
			px, py = x(v), y(w)
			point(px, py)
		}
		at := 18 + 26*float64(k)
		c.line(line, left, at-5, left+30, at-5)
		point(left+15, at-5)
		c.text(left+38, at, "start", name)
	}
	c.text(left+side/2, above+side+44, "middle", "predicted")
	c.text(left+8, above+14, "start", "observed")
	return c.svg(title, above+side+54)
}

// Points draws for each row a point with the interval around it, and a dashed
// line at what is right. The values of a row are the point, the lower and the
// upper end; none is below 0.
func Points(title, axis string, right float64, rows []Row) template.HTML {
	var c canvas
	left, after := room(rows), beyond(rows)
	most := right
	for _, r := range rows {
		for k, v := range r.Values {
			if !math.IsNaN(v) && !r.hidden(k) {
				most = max(most, v)
			}
		}
	}
	scale := ticks(most)
	top := scale[len(scale)-1]
	x := func(v float64) float64 { return left + max(v, 0)/top*(width-left-after) }
	bottom := float64(len(rows))*rowStep + 8
	for _, t := range scale {
		c.grid(x(t), 4, x(t), bottom)
		c.scale(x(t), bottom+18, "middle", tick(t))
	}
	c.b.WriteString(`<line class="app-plot-axis" stroke-dasharray="4 4" x1="` + num(x(right)) + `" y1="4" x2="` + num(x(right)) + `" y2="` + num(bottom) + `"/>`)
	for i, r := range rows {
		y := float64(i)*rowStep + 17
		c.text(left-8, y+5, "end", r.Label)
		switch {
		case r.hidden(0):
			c.rect("app-plot-hidden", left, y-9, box, rowBar)
			c.text(left+box+6, y+5, "start", "hidden")
		case math.IsNaN(r.Values[0]):
			c.text(left+6, y+5, "start", "none")
		default:
			if !math.IsNaN(r.Values[1]) && !math.IsNaN(r.Values[2]) {
				c.line("app-plot-line", x(r.Values[1]), y, x(r.Values[2]), y)
			}
			c.b.WriteString(`<circle class="app-plot-bar" cx="` + num(x(r.Values[0])) + `" cy="` + num(y) + `" r="5"/>`)
			c.text(width, y+5, "end", r.Texts[0])
		}
	}
	c.text(width/2, bottom+40, "middle", axis)
	return c.svg(title, bottom+50)
}
