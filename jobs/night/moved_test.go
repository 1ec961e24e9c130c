//go:build duckdb_arrow

package night

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/engine/risklist"
	"leftshift/engine/schema"
	"leftshift/features/matrix"
	"leftshift/jobs/definitions"
	"leftshift/models/boost"
	"leftshift/models/calibrate"
	"leftshift/models/explain"
	"leftshift/models/registry"
)

// movedColumns are what the models of these tests read: one of each way to move,
// and one that only clinicians may see.
var movedColumns = []string{"age", "care_home", "emergency_admissions_365d", "days_since_emergency_admission", "falls_365d", "mental_health_contacts_90d"}

// twoNights is a model, what it read then and reads now, and what was published
// then by another model or by the same.
type twoNights struct {
	n         *Night
	then, now *matrix.Matrix
	old, new  *registry.Fitted
	redefined map[string]bool
	absent    map[string]bool
}

const thenDay, nowDay = engine.Day(20600), engine.Day(20630)

func modelOf(t *testing.T, seed uint64, x *matrix.Matrix) *registry.Fitted {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 7))
	y := make([]float64, x.Rows)
	for i := range y {
		z := -1.5
		for j := range x.Values {
			if v := x.Values[j][i]; v == v {
				z += float64(v) / 40 * float64(1+(int(seed)+j)%3)
			}
		}
		if rng.Float64() < 1/(1+math.Exp(-z)) {
			y[i] = 1
		}
	}
	m, err := boost.Fit(x, y, nil, boost.Options{Seed: seed, Trees: 30, Leaves: 8})
	if err != nil {
		t.Fatal(err)
	}
	return &registry.Fitted{Name: "boost_365", Kind: registry.KindBoost, Horizon: 365, Boost: m, Curve: &calibrate.Curve{Method: calibrate.Platt, Intercept: -.1 * float64(seed), Slope: .9}}
}

// twoNightsOf makes two nights of random people, of whom everything may have changed.
func twoNightsOf(t *testing.T) *twoNights {
	t.Helper()
	set, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	x := &twoNights{n: bare(t), redefined: map[string]bool{}, absent: map[string]bool{}}
	x.n.Config.Site.Synthetic = true
	x.n.Catalogue = set.Catalogue
	rng := rand.New(rand.NewPCG(3, 3))
	columns := x.n.columns(movedColumns...)
	x.then, x.now = matrix.New(columns, 500), matrix.New(columns, 500)
	for _, m := range []*matrix.Matrix{x.then, x.now} {
		for j, c := range columns {
			if x.n.Catalogue.Find(c.ID).Dated() {
				m.Last[j] = make([]int32, m.Rows)
			}
			for i := range m.Values[j] {
				m.Values[j][i] = float32(rng.IntN(60))
				switch {
				case c.ID == "care_home":
					m.Values[j][i] = float32(rng.IntN(2))
				case rng.IntN(9) == 0:
					m.Values[j][i] = matrix.NaN
				case rng.IntN(30) == 0:
					m.Values[j][i] = matrix.NotObservable
				}
				if m.Last[j] != nil {
					m.Last[j][i] = int32(thenDay) - 40 + int32(rng.IntN(60))
				}
			}
		}
	}
	x.old = modelOf(t, 1, x.then)
	x.new = modelOf(t, 2, x.now)
	return x
}

// same makes the values of then those of now.
func (x *twoNights) same() { x.then = x.now }

// compare takes the two nights apart, and gives what the care team and clinicians
// are told too.
func (x *twoNights) compare(t *testing.T) (map[engine.Person]schema.Move, [2][]schema.MoveReason) {
	t.Helper()
	c := &comparison{n: x.n, model: x.new, now: x.now, needs: x.now.Columns, moves: map[engine.Person]schema.Move{},
		was:  &earlierNight{asOf: thenDay, score: map[engine.Person]earlierScore{}},
		then: &values{Matrix: x.then, row: map[engine.Person]int{}}}
	margin, err := x.old.Margin(x.then)
	if err != nil {
		t.Fatal(err)
	}
	var at []int
	for i := range x.now.Rows {
		p := engine.Person(100 + i)
		c.rows.Person, c.rows.AsOf = append(c.rows.Person, int64(p)), append(c.rows.AsOf, int32(nowDay))
		c.then.row[p] = i
		c.was.score[p] = earlierScore{x.old.Curve.Probability(margin[i]), "low"}
		at = append(at, i)
	}
	for _, col := range x.now.Columns {
		c.then.redefined = append(c.then.redefined, x.redefined[col.ID])
		c.then.absent = append(c.then.absent, x.absent[col.ID])
	}
	dir := t.TempDir()
	for k, table := range []string{"move", "move_reason", "move_reason"} {
		c.files[k] = &schema.File{Path: filepath.Join(dir, string(rune('a'+k))), Table: schema.PublishedTable(table)}
		if err := c.files[k].Make(); err != nil {
			t.Fatal(err)
		}
	}
	var told [2][]schema.MoveReason
	c.hear = func(reader int, r schema.MoveReason) { told[reader] = append(told[reader], r) }
	if err := c.part(at); err != nil {
		t.Fatal(err)
	}
	for _, f := range c.files {
		if _, _, err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return c.moves, told
}

// logOdds gives the log-odds published now.
func (x *twoNights) logOdds(t *testing.T) []float64 {
	margin, err := x.new.Margin(x.now)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range x.new.Curve.Apply(margin) {
		margin[i] = math.Log(p / (1 - p))
	}
	return margin
}

// F9, F8: whatever changed, the parts of every move add up to what the published
// log-odds changed by, and so do the parts told to each kind of reader.
func TestF9F8MovesAddUp(t *testing.T) {
	x := twoNightsOf(t)
	x.redefined["falls_365d"] = true
	moves, told := x.compare(t)
	sums := [2]map[engine.Person]float64{{}, {}}
	for reader := range told {
		for _, r := range told[reader] {
			sums[reader][r.Person] += r.Change
		}
	}
	causes := [schema.Causes]int{}
	for i, now := range x.logOdds(t) {
		p := engine.Person(100 + i)
		m := moves[p]
		then := math.Log(m.Before / (1 - m.Before))
		parts := m.Parts()
		for c, v := range parts {
			if v != 0 {
				causes[c]++
			}
		}
		if d := total(parts) - (now - then); math.Abs(d) > 1e-9 {
			t.Fatalf("row %d: off by %v", i, d)
		}
		for reader := range sums {
			if d := sums[reader][p] - (now - then); math.Abs(d) > 1e-9 {
				t.Fatalf("row %d: reader %d is told parts off by %v", i, reader, d)
			}
		}
	}
	for c, n := range causes {
		if n == 0 {
			t.Errorf("no move by %s: this proves nothing of it", schema.Cause(c))
		}
	}
}

// The same night twice moves nothing and tells nothing.
func TestF9TheSameNightTwiceIsZero(t *testing.T) {
	x := twoNightsOf(t)
	x.same()
	x.old = x.new
	moves, told := x.compare(t)
	for p, m := range moves {
		if m.Parts() != [schema.Causes]float64{} {
			t.Fatalf("%v moved by %v", p, m.Parts())
		}
	}
	if len(moves) != x.now.Rows || told[0] != nil || told[1] != nil {
		t.Errorf("%d moves; told %v", len(moves), told)
	}
}

// movedBy is how many moved by a cause, which has to be the only one.
func movedBy(t *testing.T, moves map[engine.Person]schema.Move, cause schema.Cause) int {
	t.Helper()
	moved := 0
	for p, m := range moves {
		parts := m.Parts()
		if parts[cause] != 0 {
			moved++
		}
		parts[cause] = 0
		if parts != [schema.Causes]float64{} {
			t.Fatalf("%v moved by %v beside %v", p, parts, cause)
		}
	}
	return moved
}

// Another model alone: all of it is the model's.
func TestF9AModelAloneMovesNoData(t *testing.T) {
	x := twoNightsOf(t)
	x.same()
	moves, told := x.compare(t)
	if moved := movedBy(t, moves, schema.ByModel); moved < 400 {
		t.Errorf("the model moved %d people", moved)
	}
	for _, r := range told[0] {
		if r.Cause != schema.ByModel.String() && r.Change != 0 {
			t.Fatalf("told: %+v", r)
		}
	}
	// A column that the snapshot before has not is part of the model.
	x.absent["falls_365d"] = true
	x.then = &matrix.Matrix{Columns: x.now.Columns, Rows: x.now.Rows, Values: append([][]float32(nil), x.now.Values...), Last: x.now.Last}
	x.then.Values[x.then.Find("falls_365d")] = make([]float32, x.now.Rows)
	if moves, _ = x.compare(t); len(moves) == 0 {
		t.Fatal("nobody is compared")
	}
	for p, m := range moves {
		if total(m.Parts()) != m.Model {
			t.Fatalf("%v: a new column moved by %v beside the model", p, m.Parts())
		}
	}
}

// A code list alone: the values under it are all that changed, and all of the
// move is put down to definitions.
func TestF9ACodeListAloneMovesNoData(t *testing.T) {
	x := twoNightsOf(t)
	old := x.then.Values
	x.then = &matrix.Matrix{Columns: x.now.Columns, Rows: x.now.Rows, Values: append([][]float32(nil), x.now.Values...), Last: x.now.Last}
	k := x.now.Find("falls_365d")
	x.then.Values[k] = old[k]
	x.redefined["falls_365d"] = true
	x.old = x.new
	moves, _ := x.compare(t)
	if moved := movedBy(t, moves, schema.ByDefinitions); moved < 50 {
		t.Errorf("the code list moved %d people", moved)
	}
}

// What only clinicians may read is told to nobody else, nor said to be there.
func TestF9SensitiveStoriesAreNotTold(t *testing.T) {
	x := twoNightsOf(t)
	_, told := x.compare(t)
	secret := x.n.Catalogue.Find("mental_health_contacts_90d")
	if secret.Display != matrix.DisplayClinician {
		t.Fatal("the feature is no secret: this proves nothing")
	}
	clinician := 0
	for reader := range told {
		for _, r := range told[reader] {
			if r.Feature == secret.ID || strings.Contains(r.Text, "ental health") {
				if reader == 0 {
					t.Fatalf("the care team is told %+v", r)
				}
				clinician++
			}
		}
	}
	if clinician == 0 {
		t.Error("clinicians are told nothing of it either: this proves nothing")
	}
}

func TestF9CausesOfOneValue(t *testing.T) {
	set, err := definitions.OpenAt(definitions.Place{})
	if err != nil {
		t.Fatal(err)
	}
	nan, hidden := matrix.NaN, matrix.NotObservable
	for _, c := range []struct {
		id      string
		was, is float32
		last    engine.Day
		want    schema.Cause
	}{
		{"age", 80, 81, engine.NoDay, schema.ByTime},
		{"age", 81, 80, engine.NoDay, schema.ByChanged},
		{"care_home", 0, 1, engine.NoDay, schema.ByChanged},
		{"emergency_admissions_365d", 1, 2, thenDay + 12, schema.ByNew},
		{"emergency_admissions_365d", 1, 2, thenDay - 12, schema.ByChanged}, // became known since
		{"emergency_admissions_365d", 2, 1, thenDay - 90, schema.ByGone},
		{"emergency_admissions_365d", 2, hidden, engine.NoDay, schema.BySources},
		{"emergency_admissions_365d", hidden, 0, engine.NoDay, schema.BySources},
		{"days_since_emergency_admission", 20, 50, thenDay - 20, schema.ByTime},
		{"days_since_emergency_admission", 200, 3, nowDay - 3, schema.ByNew},
		{"days_since_emergency_admission", nan, 3, nowDay - 3, schema.ByNew},
		{"days_since_emergency_admission", 5, 20, nowDay - 20, schema.ByNew},         // longer ago than it was, and another
		{"days_since_emergency_admission", 20, 400, nowDay - 400, schema.ByGone},     // the newest was taken back
		{"days_since_emergency_admission", 100, 110, nowDay - 110, schema.ByChanged}, // became known since
		{"days_since_discharge", 900, 12, engine.NoDay, schema.ByNew},
		{"falls_365d", 1, 0, engine.NoDay, schema.ByGone},
		{"dementia_established", 0, 1, thenDay - 340, schema.ByTime},
		{"stroke_tia_ever", 1, 0, engine.NoDay, schema.ByChanged}, // taken back
		{"bmi_mean_365d", 27, 28, thenDay + 3, schema.ByNew},
		{"bmi_mean_365d", 27, nan, engine.NoDay, schema.ByGone},
	} {
		d := set.Catalogue.Find(c.id)
		if d == nil {
			t.Fatalf("no feature %s", c.id)
		}
		if got := causeOf(d, false, c.was, c.is, c.last, thenDay, nowDay); got != c.want {
			t.Errorf("%s from %v to %v: %s, want %s", c.id, c.was, c.is, got, c.want)
		}
		if got := causeOf(d, true, c.was, c.is, c.last, thenDay, nowDay); got != schema.ByDefinitions {
			t.Errorf("%s read otherwise: %s", c.id, got)
		}
		text := moveText(c.want, d.Column(), c.was, c.is, c.last, nowDay)
		if text == "" || strings.ContainsAny(text[:1], "abcdefghijklmnopqrstuvwxyz") || strings.HasSuffix(text, ".") {
			t.Errorf("%s: %q", c.id, text)
		}
	}
	falls := set.Catalogue.Find("falls_365d").Column()
	if got := moveText(schema.ByGone, falls, 1, 0, engine.NoDay, nowDay); got != falls.Title+": no longer counts" {
		t.Errorf("%q", got)
	}
}

// An opt-out alone: nobody else's risk moved; whoever comes in their place came
// for the places, and they are gone for their opt-out.
func TestF9G6AnOptOutAlone(t *testing.T) {
	moves := map[engine.Person]schema.Move{2: {Person: 2, Band: "high"}, 3: {Person: 3, Band: "moderate"}}
	tl := &tally{moves: moves, gone: func(p engine.Person) string {
		if p == 1 {
			return risklist.OptedOut.String()
		}
		return risklist.NoRecord.String()
	}}
	var got movedCounts
	tl.people(&got, map[engine.Person]string{2: "high", 3: "high"})
	tl.lists(&got, &risklist.Result{Lists: []risklist.List{{Rows: []risklist.Row{{Person: 2, Status: risklist.Stayer}, {Person: 3, Status: risklist.Joiner}}}},
		Leavers: []risklist.Leaver{{Person: 1, Reason: risklist.NoRecord}}})
	if got.Steady != 2 || got.New != 0 || len(got.Rose)+len(got.Fell) != 0 {
		t.Errorf("%+v", got)
	}
	for name, x := range map[string]struct {
		counts map[string]int
		key    string
	}{"up": {got.Up, risklist.ByPlaces}, "joined": {got.Joiners, risklist.ByPlaces}, "left": {got.Leavers, "opted_out"}} {
		if len(x.counts) != 1 || x.counts[x.key] != 1 {
			t.Errorf("%s: %v", name, x.counts)
		}
	}
	if len(got.Down) != 0 {
		t.Errorf("down: %v", got.Down)
	}
}

// The cause that is named is one of those that pushed the way that the risk went.
func TestF9MainCause(t *testing.T) {
	parts := [schema.Causes]float64{schema.ByModel: -3, schema.ByNew: 2, schema.ByTime: 1.5}
	if c, ok := explain.Main(parts); !ok || c != schema.ByNew {
		t.Errorf("%v %v", c, ok)
	}
	parts[schema.ByModel] = -9
	if c, ok := explain.Main(parts); !ok || c != schema.ByModel {
		t.Errorf("%v %v", c, ok)
	}
	if _, ok := explain.Main([schema.Causes]float64{}); ok {
		t.Error("nothing moved, for a cause")
	}
}
