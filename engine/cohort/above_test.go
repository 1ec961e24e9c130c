//go:build duckdb_arrow

package cohort

import (
	"context"
	"testing"
)

// A9: what a cut-off of a cohort would give each practice and team is within what
// it would give of everyone, a higher cut-off within a lower, and the parts are
// those of the whole, but for rounding.
func TestA9TheWorkloadOfACohortIsWithinThatOfEveryone(t *testing.T) {
	ctx := context.Background()
	desk := openMade(t, publishMade(t, 20000, 6), t.TempDir(), Options{})
	women := define(t, desk.Dictionary, "women", `{field="sex",op="in",values=["female"]}`, `{sex="female"}`, `{sex="male"}`)
	at := func(def *Definition, cut float64, by string) *Workload {
		w, err := desk.Above(ctx, def, "score_boost_365", cut, by)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, by := range []string{"practice", "team"} {
		all, low, high := at(nil, 0.1, by), at(women, 0.1, by), at(women, 0.3, by)
		sum := 0
		for i, l := range low.By {
			people, shown := l.Above.Value()
			most, _ := all.By[i].Above.Value()
			least, _ := high.By[i].Above.Value()
			if !shown || people > most || people < least || l.Of != all.By[i].Of || l.Of == "" {
				t.Errorf("%s %s: %d of %d, above a higher cut-off %d", by, l.Of, people, most, least)
			}
			events, ok := l.Expected.Value()
			everyones, also := l.Everyone.Value()
			if !ok || !also || events > people || events > everyones || float64(events) < 0.1*float64(people)-5 {
				t.Errorf("%s %s: %d expected events of %d people, of %d", by, l.Of, events, people, everyones)
			}
			sum += people
		}
		total, _ := low.All.Above.Value()
		if d := sum - total; d > 3*len(low.By) || d < -3*len(low.By) || len(low.By) < 3 {
			t.Errorf("by %s %d people, in all %d", by, sum, total)
		}
		if again := at(nil, 0.1, by); again.All != all.All {
			t.Error("the same again is another number")
		}
	}
	// Few expected events are not none.
	rare := define(t, desk.Dictionary, "rare", `{all=[{field="hba1c_latest",op="between",values=[20,21]},{field="score_boost_365",op="at_most",value=0.1}]}`, `{hba1c_latest=20, score_boost_365=0.05}`, `{hba1c_latest=50}`)
	few := at(rare, 0.0, "team")
	if people, shown := few.All.Above.Value(); !shown || people == 0 {
		t.Fatal("nobody to look at")
	}
	for _, l := range append(few.By, few.All) {
		people, _ := l.Above.Value()
		if events, shown := l.Expected.Value(); shown && events == 0 && people > 0 {
			t.Errorf("%d people, of whom no event is expected", people)
		}
	}
	if _, err := desk.Above(ctx, women, "score_boost_365", 0.1, "nothing"); code(err) != "cohort-dimension" {
		t.Error(err)
	}
	if _, err := desk.Above(ctx, women, "age", 0.1, "team"); code(err) != "cohort-score" {
		t.Error(err)
	}
}

func TestA9ACutOffIsANumberOrAPercentage(t *testing.T) {
	for text, want := range map[string]float64{"0.2": 0.2, "20%": 0.2, " 5 ": 5, "7.5 %": 0.075} {
		if v, err := CutOff(text); err != nil || v != want {
			t.Errorf("%q: %v, %v", text, v, err)
		}
	}
	for _, text := range []string{"", "%", "x", "NaN", "Inf", "1e12", "0,2"} {
		if _, err := CutOff(text); code(err) != "cohort-value" {
			t.Errorf("%q: %v", text, err)
		}
	}
}
