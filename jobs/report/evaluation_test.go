package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"leftshift/engine/disclosure"
	"leftshift/models/evaluate"
)

// judged is a night with one evaluation of people of whom so many have the
// outcome, half of them in each of two subgroups, with one more in the first.
func judged(t *testing.T, people, events, first int) Night {
	t.Helper()
	var d evaluate.Data
	g := evaluate.Group{Name: "Sex"}
	for i := range people {
		d.Margin = append(d.Margin, float64(i*37%people)/float64(people)-4)
		y, label := 0.0, "Female"
		if i%2 == 1 {
			label = "Male"
		}
		d.Y, g.Labels = append(d.Y, y), append(g.Labels, label)
	}
	for k := range events {
		i := 4 * k
		if k >= first {
			i++
		}
		d.Y[i] = 1
	}
	d.Groups = []evaluate.Group{g}
	r, err := evaluate.Evaluate(d, evaluate.Options{Replicates: 20, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return Night{Site: "x", Rule: disclosure.Standard, Evaluations: []Evaluation{{Model: "m", Horizon: 365, Best: 0.875, Report: r}}}
}

// texts is the words of a page from one place to another, without marks.
func texts(t *testing.T, page, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, from)
	part, _, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("the page has no %q before %q", from, to)
	}
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(part, " ")), " ")
}

// Where the number with the outcome is hidden nothing says what it was.
func TestHiddenOutcomesHaveNoMeasures(t *testing.T) {
	for events := 1; events <= disclosure.Standard.Small; events++ {
		n := judged(t, 2000, events, events/2)
		page := render(t, n)
		if got, want := texts(t, page, "Models and horizons side by side</caption>", "A slope below 1"), "m 365 2,000 *"+strings.Repeat(" too few", 7); !strings.HasSuffix(got, want) {
			t.Errorf("%d with the outcome: the models' table ends %q", events, got)
		}
		tops := texts(t, page, "What lists of the highest risks would have held</caption>", "Sensitivity: the share")
		if strings.Count(tops, "* too few too few") != len(n.Evaluations[0].Report.Top) || strings.Count(tops, "%") != len(n.Evaluations[0].Report.Top) {
			t.Errorf("%d with the outcome: lists are %q", events, tops)
		}
		m := n.Evaluations[0].Report.Measures
		for name, e := range map[string]cell{"AUROC": estimate(m.AUROC, 3), "average precision": estimate(m.AveragePrecision, 3), "Brier": estimate(m.Brier, 4), "slope": estimate(m.Slope, 2), "intercept": estimate(m.Intercept, 2), "observed over expected": estimate(m.ObservedExpected, 2)} {
			for _, text := range []string{e.Text, e.Sub} {
				if len(text) > 3 && strings.Contains(texts(t, page, "<body", "</body>"), " "+text+" ") {
					t.Errorf("%d with the outcome: %s %s is in the page", events, name, text)
				}
			}
		}
		if !regexp.MustCompile(`(?s)AUROC.{0,80}too few`).MatchString(texts(t, page, "<main", `id="records"`)) {
			t.Errorf("%d with the outcome: the tiles do not say too few", events)
		}
		if strings.Contains(page, "the dashed line is that of everyone") {
			t.Error("the subgroups' plot shows everyone's AUROC")
		}
	}
	// With enough of them all of it is there.
	n := judged(t, 2000, 200, 100)
	page := render(t, n)
	if strings.Contains(texts(t, page, "Models and horizons side by side</caption>", "A slope below 1"), tooFew) || !strings.Contains(page, "the dashed line is that of everyone, "+decimal(float64(n.Evaluations[0].Report.AUROC.Value), 3)) {
		t.Error("measures of many people are hidden")
	}
}

// A subgroup whose number with the outcome is hidden has neither measures nor a
// point in the plot.
func TestHiddenSubgroupsHaveNoMeasures(t *testing.T) {
	n := judged(t, 2000, 203, 200)
	b := &builder{night: n}
	r := n.Evaluations[0].Report
	c := b.control(r)
	f, err := b.subgroups(r, c)
	if err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for k, row := range f.Grid.Rows {
		if _, ok := c.groupEvents[k].Value(); ok {
			continue
		}
		hidden++
		if got := fmt.Sprint(row[5:]); got != fmt.Sprint([]cell{{Text: tooFew}, {Text: tooFew}, {Text: tooFew}}) {
			t.Errorf("%s: %s", row[1].Text, got)
		}
		if strings.Contains(string(f.SVG), "Sex: "+row[1].Text) {
			t.Errorf("%s is in the plot", row[1].Text)
		}
	}
	if hidden == 0 {
		t.Fatal("no subgroup is hidden")
	}
}
