//go:build duckdb_arrow

package night

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/lake"
	"leftshift/engine/schema"
	"leftshift/engine/snapshot"
	"leftshift/jobs/config"
	"leftshift/jobs/pipeline"
	"leftshift/models/evaluate"
	"leftshift/models/registry"
)

const gateFile = "gate.json"

// Gate is what the model is held to and where it does not keep to it, as
// published. Breaches name groups and limits, and no number of people.
type Gate struct {
	Action   string   `json:"action"` // warn or hold
	Held     int      `json:"held"`   // measures that were held against a limit
	Breaches []Breach `json:"breaches"`
}

// Breach is one measure that is beyond its limit, with the whole of its interval.
type Breach struct {
	Of      string  `json:"of"`      // the people that it was tested on, or the scores of a night
	Group   string  `json:"group"`   // "" everyone
	Label   string  `json:"label"`   // of the group
	Measure string  `json:"measure"` // observed over expected, calibration slope, AUROC
	Below   bool    `json:"below"`   // else above
	Limit   float64 `json:"limit"`
}

const ofTest = "the people that it was tested on"

// String is the breach as a sentence without its full stop.
func (b Breach) String() string {
	side, who := "above", "everyone"
	if b.Below {
		side = "below"
	}
	if b.Group != "" {
		who = b.Group + ": " + b.Label
	}
	return fmt.Sprintf("%s of %s is %s %g, in %s", b.Measure, who, side, b.Limit, b.Of)
}

// bound holds one measure against its limits.
func (g *Gate) bound(b Breach, e evaluate.Estimate, low, high float64) {
	l, h := float64(e.Low), float64(e.High)
	if l != l || h != h {
		return // no interval, so nothing can be said
	}
	g.Held++
	switch {
	case low > 0 && h < low:
		b.Below, b.Limit = true, low
	case high > 0 && l > high:
		b.Limit = high
	default:
		return
	}
	g.Breaches = append(g.Breaches, b)
}

// measures holds one table of measures against the limits.
func (g *Gate) measures(c config.Gate, of, group, label string, m *evaluate.Measures) {
	if int(m.Events) < c.Events {
		return
	}
	b := Breach{Of: of, Group: group, Label: label}
	b.Measure = "observed over expected"
	g.bound(b, m.ObservedExpected, c.RatioLow, c.RatioHigh)
	b.Measure = "calibration slope"
	g.bound(b, m.Slope, c.SlopeLow, c.SlopeHigh)
	b.Measure = "AUROC"
	g.bound(b, m.AUROC, c.AUROC, 0)
}

// gate holds the model that ranks the lists against the limits: on the people it
// was tested on, and in the newest of its own published scores whose outcomes are
// due, with those of its shorter horizons.
func gate(c config.Gate, bundle *registry.Bundle, due []schema.Due) *Gate {
	g := &Gate{Action: c.Action, Breaches: []Breach{}}
	if bundle == nil {
		return g
	}
	f := bundle.Primary()
	if r := f.Evaluation; r != nil {
		g.measures(c, ofTest, "", "", &r.Measures)
		for i := range r.Subgroups {
			s := &r.Subgroups[i]
			g.measures(c, ofTest, s.Group, s.Label, &s.Measures)
		}
	}
	// Shorter horizons of the same kind come due first.
	newest := map[string]engine.Day{}
	for _, x := range due {
		if x.People >= 0 && slices.ContainsFunc(bundle.Models, func(m registry.Fitted) bool { return m.Name == x.Model && m.Kind == f.Kind }) {
			if d, ok := newest[x.Model]; !ok || x.AsOf > d {
				newest[x.Model] = x.AsOf
			}
		}
	}
	for _, x := range due {
		if d, ok := newest[x.Model]; !ok || x.AsOf != d || x.People < 0 || x.By == schema.DueTenth {
			continue
		}
		group := x.By
		if group == schema.DueEveryone {
			group = ""
		}
		n := func(v float64) evaluate.Number { return evaluate.Number(v) }
		g.measures(c, fmt.Sprintf("the scores of %s, %d days ahead", x.AsOf, x.Horizon), group, x.Label, &evaluate.Measures{Events: x.Events,
			ObservedExpected: evaluate.Estimate{Value: n(x.Ratio), Low: n(x.RatioLow), High: n(x.RatioHigh)},
			Slope:            evaluate.Estimate{Value: n(x.Slope), Low: n(x.SlopeLow), High: n(x.SlopeHigh)},
			AUROC:            evaluate.Estimate{Value: n(x.AUROC), Low: n(x.AUROCLow), High: n(x.AUROCHigh)}})
	}
	return g
}

// gated works out the gate of a snapshot in the making, writes it there and
// gives it with the table of what came due.
func (n *Night) gated(ctx context.Context, db *lake.DB, out string, bundle *registry.Bundle) (*Gate, []schema.Due, error) {
	due, err := lake.Rows[schema.Due](ctx, db, filepath.Join(out, dueFile), "")
	if err != nil {
		return nil, nil, err
	}
	id, _, err := n.serving()
	if err != nil {
		return nil, nil, err
	}
	own, err := n.scoredBy(id, due)
	if err != nil {
		return nil, nil, err
	}
	c := n.Config.Gate
	c.Events = max(c.Events, n.Config.Report.SmallNumber+1) // of fewer nothing is told
	g := gate(c, bundle, own)
	return g, due, writeJSON(filepath.Join(out, gateFile), g)
}

// scoredBy gives the rows of snapshots that a bundle scored: the model before it,
// whose models have the same names, is not this one's to answer for. Of a snapshot
// that is no longer there nobody knows.
func (n *Night) scoredBy(id string, due []schema.Due) ([]schema.Due, error) {
	all, err := snapshot.All(n.Data)
	if err != nil {
		return nil, err
	}
	by := map[string]string{}
	for _, m := range all {
		by[m.Name] = m.Bundle
	}
	var out []schema.Due
	for _, x := range due {
		if id != "" && by[x.Snapshot] == id {
			out = append(out, x)
		}
	}
	return out, nil
}

// namedBreaches is how many breaches a warning or refusal names.
const namedBreaches = 5

// say puts the breaches into words.
func (g *Gate) say() string {
	var words []string
	for _, b := range g.Breaches[:min(len(g.Breaches), namedBreaches)] {
		words = append(words, b.String())
	}
	if k := len(g.Breaches) - namedBreaches; k > 0 {
		words = append(words, fmt.Sprintf("and %d more", k))
	}
	return strings.Join(words, "; ")
}

// stepGate warns of a model that does not keep to its limits, or holds the run
// before anything is published.
func (n *Night) stepGate() pipeline.Step {
	return pipeline.Step{Name: "gate", Do: func(_ context.Context, r *pipeline.Run, _ string) error {
		var g Gate
		text, err := os.ReadFile(filepath.Join(r.Output("snapshot"), "snapshot", gateFile))
		if err == nil {
			err = json.Unmarshal(text, &g)
		}
		if err != nil {
			return err
		}
		r.Count("measures held to limits", int64(g.Held))
		r.Count("beyond their limit", int64(len(g.Breaches)))
		switch {
		case len(g.Breaches) == 0:
			return nil
		case g.Action == "hold":
			return &engine.Fault{Code: "gate-held", Say: "nothing is published, and the lists of the night before stay, for the model does not keep to the limits of [gate]: " + g.say() +
				". Look at the night report in " + filepath.Join(r.Output("snapshot"), "snapshot", "report.html") + ", then train again, or decide on the limits and on gate.action"}
		}
		r.Warn("gate-passed", "the model does not keep to the limits of [gate]: "+g.say())
		return nil
	}}
}

// lines say the breaches on the night report.
func (g *Gate) lines() []string {
	var out []string
	for _, b := range g.Breaches {
		out = append(out, strings.ToUpper(b.String()[:1])+b.String()[1:]+".")
	}
	return out
}
