package evaluate

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Colours of the NHS identity guidelines, told apart without colour vision by
// their lightness; lines differ in dashes too.
var (
	blue = color.RGBA{0x00, 0x5E, 0xB8, 0xFF}
	grey = color.RGBA{0x76, 0x86, 0x92, 0xFF}
)

// PlotCalibration draws the observed rate against the mean probability of each
// band, with intervals where there are any, and the line on which predictions
// mean what they say. The result is a self-contained SVG, the same bytes for
// the same report.
func PlotCalibration(r *Report, title string) ([]byte, error) {
	p := newPlot(title, "Predicted risk (%)", "Observed rate (%)")
	var points plotter.XYs
	var bars plotter.YErrors
	top := 0.0
	for _, b := range r.Bands {
		x, y := 100*b.Expected/b.Weight, 100*float64(b.Rate.Value)
		low, high := 100*float64(b.Rate.Low), 100*float64(b.Rate.High)
		if math.IsNaN(low) {
			low, high = y, y
		}
		points = append(points, plotter.XY{X: x, Y: y})
		bars = append(bars, struct{ Low, High float64 }{max(0, y-low), max(0, high-y)})
		top = max(top, x, high, y)
	}
	if len(points) == 0 || top == 0 {
		return nil, fmt.Errorf("evaluate.plot: there is nothing to draw; evaluate rows with some risk first")
	}
	ideal, err := curve(plotter.XYs{{X: 0, Y: 0}, {X: top, Y: top}}, grey, 1, 4)
	if err != nil {
		return nil, err
	}
	line, err := curve(points, blue, 1.5)
	if err != nil {
		return nil, err
	}
	dots, err := plotter.NewScatter(points)
	if err != nil {
		return nil, err
	}
	dots.GlyphStyle = draw.GlyphStyle{Color: blue, Radius: 3, Shape: draw.CircleGlyph{}}
	errors, err := plotter.NewYErrorBars(struct {
		plotter.XYs
		plotter.YErrors
	}{points, bars})
	if err != nil {
		return nil, err
	}
	errors.Color = blue
	p.Add(ideal, errors, line, dots)
	p.Legend.Add("Tenths of people by risk", line, dots)
	p.Legend.Add("Predicted equals observed", ideal)
	legend(p, true, true)
	p.X.Min, p.Y.Min, p.X.Max, p.Y.Max = 0, 0, top*1.02, top*1.02
	return render(p, title, fmt.Sprintf("Calibration plot of %d bands of risk. Observed over expected %s, slope %s.",
		len(points), words(r.ObservedExpected.Value), words(r.Slope.Value)))
}

// PlotROC draws sensitivity against the share of people without the outcome who
// are on the list, for lists of every size.
func PlotROC(d Data, title string) ([]byte, error) {
	trace, err := Trace(d)
	if err != nil {
		return nil, err
	}
	points := plotter.XYs{{X: 0, Y: 0}}
	area := 0.0
	for _, t := range trace {
		if math.IsNaN(t.Sensitivity) || math.IsNaN(t.Others) {
			return nil, fmt.Errorf("evaluate.plot: everyone has the same outcome; take a longer period or more people")
		}
		last := points[len(points)-1]
		points = append(points, plotter.XY{X: 100 * t.Others, Y: 100 * t.Sensitivity})
		area += (t.Others - last.X/100) * (t.Sensitivity + last.Y/100) / 2
	}
	p := newPlot(title, "People without the outcome on the list (%)", "People with the outcome on the list (%)")
	chance, err := curve(plotter.XYs{{X: 0, Y: 0}, {X: 100, Y: 100}}, grey, 1, 4)
	if err != nil {
		return nil, err
	}
	line, err := curve(points, blue, 1.5)
	if err != nil {
		return nil, err
	}
	p.Add(chance, line)
	p.Legend.Add("Model", line)
	p.Legend.Add("Chance", chance)
	legend(p, false, false)
	p.X.Min, p.Y.Min, p.X.Max, p.Y.Max = 0, 0, 100, 100
	return render(p, title, fmt.Sprintf("Receiver operating characteristic. Area under the curve %.3f.", area))
}

func curve(points plotter.XYs, c color.Color, width vg.Length, dashes ...vg.Length) (*plotter.Line, error) {
	line, err := plotter.NewLine(points)
	if err != nil {
		return nil, fmt.Errorf("evaluate.plot: %w", err)
	}
	line.LineStyle = draw.LineStyle{Color: c, Width: width, Dashes: dashes}
	return line, nil
}

func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	for _, f := range []*font.Font{&p.Title.TextStyle.Font, &p.X.Label.TextStyle.Font, &p.Y.Label.TextStyle.Font,
		&p.X.Tick.Label.Font, &p.Y.Tick.Label.Font, &p.Legend.TextStyle.Font} {
		f.Typeface, f.Variant, f.Size = "Liberation", "Sans", 11
	}
	p.Title.TextStyle.Font.Size = 13
	p.Title.Padding = 6
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.TickerFunc(ticks), plot.TickerFunc(ticks)
	p.Add(plotter.NewGrid())
	return p
}

// legend places the legend inside the plot.
func legend(p *plot.Plot, top, left bool) {
	p.Legend.Top, p.Legend.Left = top, left
	p.Legend.Padding, p.Legend.XOffs, p.Legend.YOffs = 3, -6, 6
	if left {
		p.Legend.XOffs = 6
	}
	if top {
		p.Legend.YOffs = -6
	}
}

// ticks are at multiples of 1, 2 or 5 times a power of ten, four to nine of
// them.
func ticks(low, high float64) []plot.Tick {
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, k := range []float64{5, 2} {
		if (high-low)/(k*step) >= 4 {
			step *= k
			break
		}
	}
	var out []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9; k++ {
		v := math.Round(k*step*1e9)/1e9 + 0 // not -0
		out = append(out, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', -1, 64)})
	}
	return out
}

// render draws a plot as SVG. The text names common fonts with the measures of
// the one it was laid out with (Liberation Sans has those of Arial), so that it
// shows without an embedded font. The title and description are for screen
// readers.
func render(p *plot.Plot, title, description string) ([]byte, error) {
	c := vgsvg.New(16*vg.Centimeter, 12*vg.Centimeter)
	all := draw.New(c)
	all.SetColor(color.White)
	all.Fill(all.Rectangle.Path())
	p.Draw(draw.Crop(all, 8, -14, 8, -8))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("evaluate.plot: %w", err)
	}
	out := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;font-variant:normal;"),
		[]byte("font-family:Arial,Helvetica,'Liberation Sans',sans-serif;"))
	if i := bytes.Index(out, []byte("<svg ")); i >= 0 { // without the file header, it can stand inside a page
		out = out[i:]
	}
	open := bytes.IndexByte(out, '>')
	head := append([]byte(`<svg role="img" `), out[len("<svg "):open+1]...)
	head = append(head, "\n<title>"+html.EscapeString(title)+"</title>\n<desc>"+html.EscapeString(description)+"</desc>"...)
	return append(head, out[open+1:]...), nil
}

func words(n Number) string {
	if math.IsNaN(float64(n)) {
		return "not known"
	}
	return strconv.FormatFloat(float64(n), 'f', 2, 64)
}
