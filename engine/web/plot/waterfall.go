package plot

import (
	"html/template"
	"math"
)

// Waterfall draws for each row what is left after it, and beyond that what it
// took away from the row before: two values of a row, the second NaN where
// nothing is known to be taken.
func Waterfall(title, axis string, names [2]string, rows []Row) template.HTML {
	var c canvas
	left, right := room(rows), beyond(rows)
	most := 0.0
	for _, r := range rows {
		most = max(most, zero(r.Values[0])+zero(r.Values[1]))
	}
	scale := ticks(most)
	top := scale[len(scale)-1]
	x := func(v float64) float64 { return left + v/top*(width-left-right) }
	c.rect("app-plot-bar", 0, 4, 14, 14)
	c.text(20, 16, "start", names[0])
	next := wide(names[0]) + 40
	c.faded("app-plot-bar", 0.25, next, 4, 14, 14)
	c.rect("app-plot-axis", next, 4, 14, 14)
	c.text(next+20, 16, "start", names[1])
	const from = 30.0
	bottom := from + float64(len(rows))*rowStep
	for _, t := range scale {
		c.grid(x(t), from, x(t), bottom)
		c.scale(x(t), bottom+18, "middle", tick(t))
	}
	for i, r := range rows {
		y := from + float64(i)*rowStep + 4
		c.text(left-8, y+14, "end", cut(r.Label))
		if r.hidden(0) || math.IsNaN(r.Values[0]) {
			c.rect("app-plot-hidden", left, y, box, rowBar)
			c.text(left+box+6, y+14, "start", "hidden")
			continue
		}
		now := x(r.Values[0])
		c.rect("app-plot-bar", left, y, now-left, rowBar)
		if !r.hidden(1) && r.Values[1] > 0 {
			was := x(r.Values[0] + r.Values[1])
			c.faded("app-plot-bar", 0.25, now, y, was-now, rowBar)
			c.line("app-plot-axis", was, y, was, y+rowBar)
			now = was
		}
		c.text(now+6, y+14, "start", r.Texts[0])
	}
	c.line("app-plot-axis", left, from, left, bottom)
	c.text(width/2, bottom+40, "middle", axis)
	return c.svg(title, bottom+50)
}

// zero is a number, 0 for none.
func zero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}
