//go:build duckdb_arrow

package door

import (
	"context"
	"math"
	"strings"
	"testing"

	"leftshift/engine/access"
)

// F10: the errors of a list are told by group, from what is shown.
func TestF10ErrorsByGroupAreOfShownCounts(t *testing.T) {
	s := crowd(t, 30000)
	r, err := s.Tell(context.Background(), principal(access.Analyst), Where{Route: "/model"}, OfModel, nil)
	if err != nil {
		t.Fatal(err)
	}
	checked, groups := 0, map[string]bool{}
	for _, x := range r.Sections {
		for _, table := range x.Tables {
			if table.ID != "errors" {
				continue
			}
			for _, row := range table.Rows {
				group, _, _ := strings.Cut(row[0].Text, ":")
				groups[group] = true
				for at := 1; at < len(row); at += 5 {
					caught, missed, rate := row[at], row[at+1], row[at+2]
					if rate.Hidden() != (caught.Hidden() || missed.Hidden()) {
						t.Errorf("%s: %v", row[0].Text, Line(row))
					}
					if want := 100 * missed.Value / (missed.Value + caught.Value); !rate.Hidden() && rate.Text != "–" {
						if math.Abs(rate.Value-want) > .051 {
							t.Errorf("%s: %v, want %v", row[0].Text, rate.Value, want)
						}
						checked++
					}
				}
			}
		}
	}
	if checked < 10 || len(groups) != 4 {
		t.Errorf("%d rates in the groups %v", checked, groups)
	}
}

// F10: both models' lists divide the same people of a group with the outcome, and
// without it. Whoever reads all pages of two models learns of no hidden number more
// than that it is of few people.
func TestF10ErrorsOfTwoModelsTellNothingTogether(t *testing.T) {
	checked := 0
	for _, people := range []int{6000, 12000, 30000} {
		s := crowd(t, people)
		r, err := s.Tell(context.Background(), principal(access.Analyst), Where{Route: "/model"}, OfModel, nil)
		if err != nil {
			t.Fatal(err)
		}
		var models []string
		for _, o := range r.Options {
			if o.Name == "model" {
				for _, v := range o.Values {
					models = append(models, v.Value)
				}
			}
		}
		type cell struct{ group, model, of string }
		told := map[cell]Field{} // of all pages
		for _, a := range models {
			for _, c := range models {
				r, err := s.Tell(context.Background(), principal(access.Analyst), Where{Route: "/model"}, OfModel, Choice{"model": a, "beside": c})
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range r.Sections {
					for _, table := range x.Tables {
						if table.ID != "errors" {
							continue
						}
						for _, row := range table.Rows {
							for k, at := 0, 1; at < len(row); k, at = k+1, at+5 {
								m := []string{a, c}[k]
								for name, f := range map[string]Field{"listed": row[at], "not listed": row[at+1], "without, listed": row[at+3]} {
									key := cell{row[0].Text, m, name}
									if was, ok := told[key]; !ok || was.Hidden() {
										told[key] = f
									}
								}
							}
						}
					}
				}
			}
		}
		bounds := func(f Field) (lo, hi int) {
			switch {
			case f.Hidden():
				return 1, 7
			case f.Value == 0:
				return 0, 0
			}
			return max(int(f.Value)-2, 8), int(f.Value) + 2
		}
		for key, f := range told {
			if !f.Hidden() || key.of == "without, listed" {
				continue
			}
			rest := map[string]string{"listed": "not listed", "not listed": "listed"}[key.of]
			if told[cell{key.group, key.model, rest}].Hidden() {
				continue
			}
			restLo, restHi := bounds(told[cell{key.group, key.model, rest}])
			for _, m := range models {
				a, ok := told[cell{key.group, m, "listed"}]
				c := told[cell{key.group, m, "not listed"}]
				if !ok || m == key.model || horizonOf(m) != horizonOf(key.model) || a.Hidden() && c.Hidden() {
					continue
				}
				aLo, aHi := bounds(a)
				cLo, cHi := bounds(c)
				checked++
				if aLo+cLo-restHi > 1 || aHi+cHi-restLo < 7 {
					t.Errorf("of %d people, %v: from %d to %d, beside %s", people, key, aLo+cLo-restHi, aHi+cHi-restLo, m)
				}
			}
		}
	}
	t.Logf("%d hidden numbers", checked)
	if checked == 0 {
		t.Error("the test is blind")
	}
}

func horizonOf(model string) string { return model[strings.LastIndex(model, "_")+1:] }
