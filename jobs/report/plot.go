package report

import (
	"bytes"
	"fmt"
	"html/template"
	"image/color"
	"math"

	"leftshift/engine"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Colours of the NHS design system: dark enough to print in black and white.
var (
	ink  = color.NRGBA{0x21, 0x2b, 0x32, 0xff}
	grey = color.NRGBA{0x4c, 0x62, 0x72, 0xff}
	pale = color.NRGBA{0xd8, 0xdd, 0xe0, 0xff}
	blue = color.NRGBA{0x00, 0x5e, 0xb8, 0xff}
)

// plotWidth is 533 pixels: half of the page.
const plotWidth = 400

type bar struct {
	label string
	value float64 // NaN for one that is hidden
}

type point struct{ x, y, low, high float64 } // low and high NaN for no interval

type interval struct {
	label            string
	value, low, high float64
}

// canvas is an empty plot in the house style. Letters are measured as
// Liberation Sans, which is as wide as Arial; the page's style sheet sets the
// reader's own.
func canvas() *plot.Plot {
	p := plot.New()
	sans := font.Font{Typeface: "Liberation", Variant: "Sans", Size: 11}
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Color, a.LineStyle.Width = grey, 0.75
		a.Label.TextStyle.Font, a.Label.TextStyle.Color = sans, ink
		a.Tick.Label.Font, a.Tick.Label.Color = sans, ink
		a.Tick.Color, a.Tick.LineStyle.Width, a.Tick.Length = grey, 0.75, 4
		a.Label.Padding = 6
		a.Tick.Marker = steps{}
	}
	return p
}

func lines(vertical, horizontal bool) *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical = draw.LineStyle{Color: pale, Width: 0.5}
	g.Horizontal = g.Vertical
	if !vertical {
		g.Vertical.Color = nil
	}
	if !horizontal {
		g.Horizontal.Color = nil
	}
	return g
}

func dashed(xys plotter.XYs) *plotter.Line {
	return &plotter.Line{XYs: xys, LineStyle: draw.LineStyle{Color: grey, Width: 1, Dashes: []vg.Length{4, 3}}}
}

func solid(xys plotter.XYs, width vg.Length) *plotter.Line {
	return &plotter.Line{XYs: xys, LineStyle: draw.LineStyle{Color: blue, Width: width}}
}

func dots(xys plotter.XYs) *plotter.Scatter {
	return &plotter.Scatter{XYs: xys, GlyphStyle: draw.GlyphStyle{Color: blue, Radius: 3.5, Shape: draw.CircleGlyph{}}}
}

// steps are ticks at every 1, 2 or 5 times a power of ten: about five of them.
type steps struct{}

func (steps) Ticks(low, high float64) []plot.Tick {
	if !(high > low) {
		return nil
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, times := range []float64{5, 2} {
		if (high-low)/(step*times) >= 4 {
			step *= times
			break
		}
	}
	places := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var out []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9; k++ {
		out = append(out, plot.Tick{Value: k * step, Label: decimal(k*step, places)})
	}
	return out
}

// places are tick labels for rows of a plot, the first row on top.
type places []string

func (p places) Ticks(_, _ float64) []plot.Tick {
	out := make([]plot.Tick, len(p))
	for k, l := range p {
		out[k] = plot.Tick{Value: float64(len(p) - 1 - k), Label: l}
	}
	return out
}

// rows makes the Y axis one of named rows.
func rows(p *plot.Plot, labels []string) {
	p.Y.Tick.Marker = places(labels)
	p.Y.Tick.Length, p.Y.LineStyle.Width = 0, 0
	p.Y.Min, p.Y.Max = -0.6, float64(len(labels))-0.4
}

// drawCalibration plots predicted against observed, in percent.
func drawCalibration(points []point) (template.HTML, error) {
	p := canvas()
	p.X.Label.Text, p.Y.Label.Text = "Predicted, %", "Observed, %"
	top := 1.0
	var at plotter.XYs
	p.Add(lines(true, true))
	for _, v := range points {
		top = max(top, v.x, v.y)
		if !math.IsNaN(v.high) {
			top = max(top, v.high)
		}
		at = append(at, plotter.XY{X: v.x, Y: v.y})
	}
	top *= 1.05
	p.Add(dashed(plotter.XYs{{X: 0, Y: 0}, {X: top, Y: top}}))
	for _, v := range points {
		if !math.IsNaN(v.low) && !math.IsNaN(v.high) {
			p.Add(solid(plotter.XYs{{X: v.x, Y: v.low}, {X: v.x, Y: v.high}}, 1.25))
		}
	}
	p.Add(dots(at))
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, top, 0, top
	return svg(p, plotWidth, 360)
}

// drawBars plots lying bars from 0, the first on top, with their values. A
// hidden one has no length: a hatched box of the same size for all stands in its
// place, and the word.
func drawBars(axis string, bars []bar) (template.HTML, error) {
	p := canvas()
	p.X.Label.Text = axis
	var labels []string
	top := 0.0
	for _, b := range bars {
		labels = append(labels, b.label)
		if b.value > top { // not where hidden
			top = b.value
		}
	}
	rows(p, labels)
	p.X.Min, p.X.Max = 0, max(top*1.15, 1e-9)
	p.Add(lines(true, false))
	for k, b := range bars {
		y := float64(len(bars) - 1 - k)
		if math.IsNaN(b.value) {
			p.Add(hatch{y: y}, words{x: p.X.Max * hatchShare, y: y, text: "hidden: few people", style: p.X.Tick.Label})
			continue
		}
		box, err := plotter.NewPolygon(plotter.XYs{{X: 0, Y: y - 0.36}, {X: b.value, Y: y - 0.36}, {X: b.value, Y: y + 0.36}, {X: 0, Y: y + 0.36}})
		if err != nil {
			return "", plotFault(err)
		}
		box.Color, box.LineStyle.Width = blue, 0
		p.Add(box)
		p.Add(words{x: b.value, y: y, text: percent(b.value), style: p.X.Tick.Label})
	}
	return svg(p, plotWidth, 56+20*vg.Length(len(bars)))
}

// drawIntervals plots a value with its interval on each row, and a dashed line
// at the value of everyone.
func drawIntervals(axis string, values []interval, all float64) (template.HTML, error) {
	p := canvas()
	p.X.Label.Text = axis
	var labels []string
	lo, hi := all, all
	if math.IsNaN(all) {
		lo, hi = math.Inf(1), math.Inf(-1)
	}
	for _, v := range values {
		labels = append(labels, v.label)
		lo, hi = min(lo, v.value), max(hi, v.value)
		if !math.IsNaN(v.low) && !math.IsNaN(v.high) {
			lo, hi = min(lo, v.low), max(hi, v.high)
		}
	}
	if !(lo <= hi) {
		lo, hi = 0.5, 1
	}
	rows(p, labels)
	room := max(0.02, (hi-lo)*0.06)
	p.X.Min, p.X.Max = lo-room, hi+room
	p.Add(lines(true, true))
	if !math.IsNaN(all) {
		p.Add(dashed(plotter.XYs{{X: all, Y: p.Y.Min}, {X: all, Y: p.Y.Max}}))
	}
	var at plotter.XYs
	for k, v := range values {
		y := float64(len(values) - 1 - k)
		at = append(at, plotter.XY{X: v.value, Y: y})
		if !math.IsNaN(v.low) && !math.IsNaN(v.high) {
			p.Add(solid(plotter.XYs{{X: v.low, Y: y}, {X: v.high, Y: y}}, 1.5))
		}
	}
	p.Add(dots(at))
	return svg(p, plotWidth, 56+18*vg.Length(max(1, len(values))))
}

// hatchShare is the width of the box of a hidden bar, of that of the plot.
const hatchShare = 0.06

// hatch is the box of a hidden bar on row y.
type hatch struct{ y float64 }

func (h hatch) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	left, right, low, high := x(p.X.Min), x(p.X.Min+(p.X.Max-p.X.Min)*hatchShare), y(h.y-0.36), y(h.y+0.36)
	line := draw.LineStyle{Color: grey, Width: 0.75}
	c.StrokeLines(line, []vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: high}, {X: left, Y: high}, {X: left, Y: low}})
	const gap = 4
	for at := left - (high - low); at < right; at += gap {
		// From the lower edge up to the right, cut to the box.
		from, to := vg.Point{X: at, Y: low}, vg.Point{X: at + (high - low), Y: high}
		if from.X < left {
			from = vg.Point{X: left, Y: low + (left - at)}
		}
		if to.X > right {
			to = vg.Point{X: right, Y: high - (to.X - right)}
		}
		if to.X > from.X {
			c.StrokeLines(line, []vg.Point{from, to})
		}
	}
}

// words writes text to the right of a place in the plot.
type words struct {
	x, y  float64
	text  string
	style text.Style
}

func (w words) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := w.style
	style.XAlign, style.YAlign = draw.XLeft, draw.YCenter
	c.FillText(style, vg.Point{X: x(w.x) + 4, Y: y(w.y) + 2}, w.text)
}

// drawnFont is what each text says of its font; without it the page's holds.
const drawnFont = "font-family:Liberation Sans;font-variant:normal;font-weight:normal;font-style:normal;"

// svg draws a plot as an SVG element to stand in a page: no prologue, no
// background, hidden from readers of a screen, who have its words and table.
func svg(p *plot.Plot, width, height vg.Length) (template.HTML, error) {
	p.BackgroundColor = nil // the page's
	c := vgsvg.New(width, height)
	p.Draw(draw.New(c))
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return "", plotFault(err)
	}
	body := out.Bytes()
	from := bytes.Index(body, []byte("<svg"))
	if from < 0 {
		return "", plotFault(fmt.Errorf("no svg element"))
	}
	end := from + bytes.IndexByte(body[from:], '>') + 1
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %g %g" width="%.0f" height="%.0f" aria-hidden="true" focusable="false">`, width.Points(), height.Points(), width.Points()*4/3, height.Points()*4/3) + string(bytes.ReplaceAll(body[end:], []byte(drawnFont), nil))), nil
}

func plotFault(err error) error {
	return &engine.Fault{Code: "report-plot", Say: "a plot of the night report could not be drawn; this is a defect", Err: err}
}
