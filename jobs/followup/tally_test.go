package followup

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/features/kernel"
	"leftshift/features/outcome"
)

var (
	on, _    = engine.ParseDay("2025-06-30")
	asOf, _  = engine.ParseDay("2026-09-30")
	outcomes = []*outcome.Outcome{{ID: "one", Title: "One", Horizons: []int{30, 90, 365}, Freeze: 92}, {ID: "two", Title: "Two", Horizons: []int{90}, Freeze: 62}}
	exact    = disclosure.Rule{Small: 0, RoundTo: 1}
)

// drawn is a result with drawn labels of the outcomes above: time under
// observation is the same in both, as it is of one person.
func drawn(t *rapid.T) *kernel.Result {
	r := &kernel.Result{Labels: make([][]outcome.Label, len(outcomes))}
	for p := range rapid.IntRange(0, 60).Draw(t, "people") {
		r.Persons = append(r.Persons, engine.Person(p+1))
		r.Places = append(r.Places, kernel.Place{Age: int16(rapid.IntRange(-1, 105).Draw(t, "age")), Sex: engine.Sex(rapid.IntRange(0, 2).Draw(t, "sex"))})
		exit, exitDay := outcome.Completed, 365
		if rapid.Bool().Draw(t, "ends") {
			exit, exitDay = rapid.SampledFrom([]outcome.Status{outcome.Died, outcome.Left}).Draw(t, "how"), rapid.IntRange(1, 365).Draw(t, "exit")
		}
		for i, o := range outcomes {
			l := outcome.Label{Horizon: 365, Exit: exit, ExitDay: int16(exitDay), Status: exit, Day: int16(exitDay)}
			if i == 1 && rapid.IntRange(0, 3).Draw(t, "not at risk") == 0 {
				r.Labels[i] = append(r.Labels[i], outcome.Label{})
				continue
			}
			if rapid.Bool().Draw(t, "event") {
				l.Status, l.Day = rapid.SampledFrom([]outcome.Status{outcome.Event, outcome.Ended}).Draw(t, "what"), int16(rapid.IntRange(1, exitDay).Draw(t, "day"))
			}
			r.Labels[i] = append(r.Labels[i], l.Within(o.Horizon()))
		}
	}
	return r
}

func value(t *rapid.T, c disclosure.Cell) int {
	n, ok := c.Value()
	if !ok {
		t.Fatal("an exact rule hides a count")
	}
	return n
}

// Under a rule that hides nothing, the counts are those of the labels, person by
// person, in any division into buckets.
func TestCountsAreThoseOfTheLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounts(outcomes)
		parts := []*kernel.Result{drawn(t), drawn(t)}
		for _, r := range parts {
			c.add(r)
		}
		people, got, f := c.tallies(exact, on, asOf)
		n, died, left, exitDays := 0, 0, 0, 0
		for _, r := range parts {
			n += len(r.Persons)
			for row := range r.Persons {
				l := r.Labels[0][row]
				exitDays += int(l.ExitDay)
				switch l.Exit {
				case outcome.Died:
					died++
				case outcome.Left:
					left++
				}
			}
		}
		if value(t, people) != n || value(t, f.Deaths) != died || value(t, f.Leavers) != left || f.Days != 365 {
			t.Fatalf("%v people, %+v; want %d, %d died, %d left", people, f, n, died, left)
		}
		// Made of the counts: within what the actuarial method can be off.
		if v := value(t, f.Years); math.Abs(float64(v)-(float64(n)-float64(died+left)/2)*365/365.25) > 1 || math.Abs(float64(v)-float64(exitDays)/365.25) > float64(died+left)/2+2 {
			t.Fatalf("%d person-years of %d days, %d died and %d left", v, exitDays, died, left)
		}
		for i, o := range outcomes {
			for k, h := range o.Horizons {
				want, risk := map[outcome.Status]int{}, 0
				for _, r := range parts {
					for _, l := range r.Labels[i] {
						if l.Horizon == 0 {
							continue
						}
						risk++
						if int(l.Day) > h {
							l.Status = outcome.Completed
						}
						want[l.Status]++
					}
				}
				w := got[i].Horizons[k]
				if w.Days != h || value(t, got[i].AtRisk) != risk || value(t, w.Events) != want[outcome.Event] || value(t, w.Competing) != want[outcome.Died]+want[outcome.Ended] ||
					value(t, w.Left) != want[outcome.Left] || value(t, w.Cut) != 0 || value(t, w.Completed) != want[outcome.Completed] {
					t.Fatalf("%s within %d days: %+v of %v; want %v of %d", o.ID, h, w, got[i].AtRisk, want, risk)
				}
			}
		}
	})
}

// Under the standard rule nothing but 0, stars and multiples of 5 leaves, and no
// rate where its count is hidden.
func TestSmallCountsAreHidden(t *testing.T) {
	hidden := 0
	rapid.Check(t, func(t *rapid.T) {
		c := newCounts(outcomes)
		c.add(drawn(t))
		table := Table{}
		table.People, table.Outcomes, table.FollowUp = c.tallies(disclosure.Standard, on, asOf)
		text, err := json.Marshal(table)
		if err != nil {
			t.Fatal(err)
		}
		var any struct {
			People   string
			Outcomes []struct {
				AtRisk   string `json:"at_risk"`
				Horizons []map[string]any
			}
			Follow map[string]any `json:"follow_up"`
		}
		if err := json.Unmarshal(text, &any); err != nil {
			t.Fatal(err)
		}
		cells := map[string]string{"people": any.People, "deaths": any.Follow["deaths"].(string), "leavers": any.Follow["leavers"].(string), "years": any.Follow["person_years"].(string)}
		for _, o := range any.Outcomes {
			cells[o.AtRisk+" at risk"] = o.AtRisk
			for k, h := range o.Horizons {
				for name, v := range h {
					if s, ok := v.(string); ok {
						cells[strconv.Itoa(k)+name] = s
						if name == "events" && s == disclosure.Star && h["per_1000_person_years"] != nil {
							t.Fatalf("a rate of a hidden count: %s", text)
						}
					}
				}
			}
		}
		for name, s := range cells {
			n, err := strconv.Atoi(s)
			if s == disclosure.Star {
				hidden++
			} else if err != nil || n%5 != 0 || n == 5 {
				t.Fatalf("%s is %q", name, s)
			}
		}
	})
	if hidden == 0 {
		t.Error("nothing was hidden: this proves nothing")
	}
}

// Someone for whom an outcome has not settled is said to be cut, and from which
// day on the counts are complete.
func TestNotComplete(t *testing.T) {
	c := newCounts(outcomes)
	r := &kernel.Result{Labels: make([][]outcome.Label, 2)}
	for p := range 100 {
		r.Persons, r.Places = append(r.Persons, engine.Person(p+1)), append(r.Places, kernel.Place{Age: 70})
		cut := outcome.Label{Horizon: 365, Day: 109, ExitDay: 109, Status: outcome.Cut, Exit: outcome.Cut}
		r.Labels[0], r.Labels[1] = append(r.Labels[0], cut), append(r.Labels[1], cut.Within(90))
	}
	c.add(r)
	_, got, f := c.tallies(disclosure.Standard, on, on+200)
	want := []string{"", "", "2026-09-30"}
	for k, h := range got[0].Horizons {
		if cut, _ := h.Cut.Value(); h.Settles != want[k] || cut > 0 != (k == 2) {
			t.Errorf("%d days: settles %q, %s cut", h.Days, h.Settles, h.Cut)
		}
	}
	if got[1].Horizons[0].Settles != "" || f.Deaths.String() != "0" || f.ExpectedDeaths == nil {
		t.Errorf("%+v, %+v", got[1], f)
	}
	var text strings.Builder
	table := &Table{Index: "2025-06-30", Knowledge: "2026-01-16", Outcomes: got, FollowUp: f, Switches: []Switch{}}
	table.Outcomes[1].Unseen = []string{"spell.ed"}
	if err := table.Only([]string{"one"}).Write(&text); err != nil || !strings.Contains(text.String(), "(not complete before 2026-09-30)") || strings.Contains(text.String(), "two") {
		t.Errorf("%v\n%s", err, text.String())
	}
	text.Reset()
	if err := table.Write(&text); err != nil || !strings.Contains(text.String(), "counted without spell.ed, which no source holds here then") || !strings.Contains(text.String(), "two") {
		t.Errorf("%v\n%s", err, text.String())
	}
}

// A thousand people of 90, of whom nobody dies in a year, are doubted, in words
// without their number; ten thousand are taken for survivors only.
func TestDoubts(t *testing.T) {
	for people, want := range map[int]string{1000: "deaths-implausible leavers-implausible", 10000: "survivors-only deaths-implausible leavers-implausible", 10: ""} {
		c := newCounts(outcomes[:1])
		r := &kernel.Result{Labels: make([][]outcome.Label, 1)}
		for p := range people {
			r.Persons, r.Places = append(r.Persons, engine.Person(p+1)), append(r.Places, kernel.Place{Age: 90, Sex: engine.Male})
			r.Labels[0] = append(r.Labels[0], outcome.Label{Horizon: 365, Day: 365, ExitDay: 365})
		}
		c.add(r)
		var codes []string
		for _, w := range warnings(c.doubts(50)) {
			codes = append(codes, w.Code)
		}
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("%d people: %q, want %q", people, got, want)
		}
	}
}
