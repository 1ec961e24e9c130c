package report

import (
	"fmt"
	"html"
	"math"
	"strings"

	"leftshift/engine"
)

// Bar is one bar of Bars: a percentage of 0 or more; NaN is drawn as hidden.
type Bar struct {
	Label string
	Value float64
}

// Bars draws lying bars, the first on top, as an SVG file of its own. The error
// is of no bar that could be drawn.
func Bars(title, axis string, bars []Bar) ([]byte, error) {
	var in []bar
	seen := false
	for _, b := range bars {
		in = append(in, bar{b.Label, b.Value})
		seen = seen || !math.IsNaN(b.Value)
	}
	if !seen {
		return nil, &engine.Fault{Code: "plot-empty", Say: "there is nothing to draw: too few people have a value"}
	}
	inner, err := drawBars(axis, in)
	if err != nil {
		return nil, err
	}
	text := string(inner)
	at := strings.IndexByte(text, '>')
	if at < 0 {
		return nil, plotFault(fmt.Errorf("no svg element"))
	}
	const room = 28 // for the title
	height := 56 + 20*len(in) + room
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="-10 0 %d %d" width="%d" height="%d" role="img" font-family="Arial, Liberation Sans, sans-serif">`, plotWidth+20, height, (plotWidth+20)*4/3, height*4/3)
	fmt.Fprintf(&b, "\n<title>%s</title>\n<rect x=\"-10\" width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n<text x=\"8\" y=\"18\" font-size=\"12\" fill=\"#212b32\">%s</text>\n<g transform=\"translate(0 %d)\">", html.EscapeString(title), html.EscapeString(title), room)
	b.WriteString(strings.TrimSuffix(strings.TrimSpace(text[at+1:]), "</svg>"))
	b.WriteString("</g>\n</svg>\n")
	return []byte(b.String()), nil
}
