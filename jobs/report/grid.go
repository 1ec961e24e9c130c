package report

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"

	"leftshift/engine/disclosure"
	"leftshift/models/evaluate"
)

// page is what the template shows. It holds text only: counts of people have
// passed disclosure control before they come here.
type page struct {
	Site      string
	Synthetic bool
	AsOf      string
	Style     template.CSS
	Tiles     []tile
	Attention []string
	Run       []Fact
	Sections  []section
	Small     int
	RoundTo   int
}

type tile struct{ Label, Value, Note string }

type section struct {
	ID, Title string
	Lead      []string
	Blocks    []block
}

// block is a heading with any of a text, a list, a table and plots.
type block struct {
	Heading string
	Text    []string
	Items   []string
	Facts   []Fact
	Grid    *grid
	Figures []figure
}

// grid is a table. The first cell of a row is its header.
type grid struct {
	Caption string
	Head    []head
	Rows    [][]cell
	Foot    []cell // totals; nil for none
	Note    string
}

type head struct {
	Text   string
	Number bool
}

// cell is a text, its class, and what stands below it, smaller.
type cell struct{ Text, Class, Sub string }

// figure is a plot, what it shows in words, and its numbers.
type figure struct {
	ID, Title, Words string
	SVG              template.HTML
	Grid             grid
}

// heads makes column headers; those that start with # are of numbers.
func heads(names ...string) []head {
	out := make([]head, len(names))
	for k, n := range names {
		out[k] = head{Text: strings.TrimPrefix(n, "#"), Number: strings.HasPrefix(n, "#")}
	}
	return out
}

func row(texts ...string) []cell {
	out := make([]cell, len(texts))
	for k, t := range texts {
		out[k] = cell{Text: t}
	}
	return out
}

// none is how a number that does not exist is written.
const none = "–"

// things writes a count of things: exact, in groups of three.
func things(n int) string {
	s := strconv.Itoa(n)
	for k := len(s) - 3; k > 0 && s[k-1] != '-'; k -= 3 {
		s = s[:k] + "," + s[k:]
	}
	return s
}

// people writes a controlled count.
func people(c disclosure.Cell) string {
	if v, ok := c.Value(); ok {
		return things(v)
	}
	return disclosure.Star
}

// share writes the percentage of two controlled counts.
func share(part, whole disclosure.Cell) string {
	if v, ok := disclosure.Percent(part, whole); ok {
		return percent(v)
	}
	if v, ok := whole.Value(); ok && v == 0 {
		return none
	}
	return disclosure.Star
}

// percent writes a percentage to a tenth, below 1 to a hundredth.
func percent(v float64) string {
	if math.IsNaN(v) {
		return none
	}
	if v > 0 && v < 0.995 {
		return fmt.Sprintf("%.2f%%", v)
	}
	return fmt.Sprintf("%.1f%%", v)
}

// decimal writes a number with a true minus sign.
func decimal(v float64, places int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return none
	}
	s := strconv.FormatFloat(v, 'f', places, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return strings.Replace(s, "-", "−", 1)
}

// estimate writes a measure with its interval below.
func estimate(e evaluate.Estimate, places int) cell {
	return cell{Text: decimal(float64(e.Value), places), Sub: span(e, 1, places)}
}

// span writes the interval of a measure times a factor, or nothing.
func span(e evaluate.Estimate, times float64, places int) string {
	low, high := times*float64(e.Low), times*float64(e.High)
	if math.IsNaN(low) || math.IsNaN(high) {
		return ""
	}
	return decimal(low, places) + " to " + decimal(high, places)
}

// whole is the count that stands for a weighted one: rounded, but never 0 when
// it is above.
func whole(w float64) int {
	if !(w > 0) {
		return 0
	}
	return max(1, int(math.Round(w)))
}
