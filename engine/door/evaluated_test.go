//go:build duckdb_arrow

package door

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"leftshift/engine/disclosure"
)

// A reader of the page who knows the rule and the method goes through all small
// numbers of people with the outcome, as two models' bands, a list within the
// highest and subgroups divide them, and keeps those that would have come out the
// same: no small count is ever known.
func TestF6TheModelPageAgainstEnumeration(t *testing.T) {
	for _, c := range []struct {
		name   string
		most   int
		models int
		list   bool
	}{{"a model with a list", 32, 1, true}, {"two models", 26, 2, false}} {
		t.Run(c.name, func(t *testing.T) {
			loose, tight := map[string]*possible{}, map[string]*possible{}
			for n := 0; n <= c.most; n++ {
				for women := 0; 2*women <= n; women++ {
					for high := 0; high <= n; high++ {
						lists, seconds := 0, 0
						if c.list {
							lists = high
						}
						if c.models > 1 {
							seconds = n
						}
						for listed := 0; listed <= lists; listed++ {
							for second := 0; second <= seconds; second++ {
								counts := []int{women, n - women, n - high, high}
								highs := []int{high}
								if c.list {
									counts = append(counts, listed)
								}
								if c.models > 1 {
									counts, highs = append(counts, n-second, second), append(highs, second)
								}
								alone := fmt.Sprint(disclosure.Standard.Count(n))
								for _, k := range counts {
									alone += " " + disclosure.Standard.Count(k).String()
								}
								note(loose, alone, n, counts)
								note(tight, modelPage(n, women, highs, listed, c.list), n, counts)
							}
						}
					}
				}
			}
			if known(loose, c.most) == 0 {
				t.Error("nothing to protect: the test is blind")
			}
			if k := known(tight, c.most); k != 0 {
				t.Errorf("%d small counts are known", k)
			}
		})
	}
}

// possible are the numbers that come out the same: bits of each count's values.
type possible struct {
	people int
	values []uint64
}

func note(seen map[string]*possible, shown string, n int, counts []int) {
	p := seen[shown]
	if p == nil {
		p = &possible{values: make([]uint64, len(counts))}
		seen[shown] = p
	}
	p.people = max(p.people, n)
	for i, k := range counts {
		p.values[i] |= 1 << k
	}
}

func known(seen map[string]*possible, most int) int {
	found := 0
	for _, p := range seen {
		for _, v := range p.values {
			if p.people <= most-10 && v&(v-1) == 0 && v > 1 && v <= 1<<7 {
				found++
			}
		}
	}
	return found
}

var models = func() (out [2]string) {
	for i := range out {
		out[i] = fmt.Sprintf(`{"name":"m%d","kind":"boost","horizon_days":365,"evaluation":{"people":1000,"weight":1000,"top":[{"share":0.05,"ppv":{"value":0}}],
			"bands":[{"weight":500,"expected":20},{"weight":500,"expected":30}],"subgroups":[{"group":"sex","label":"female","people":500},{"group":"sex","label":"male","people":500}]}}`, i)
	}
	return out
}()

// modelPage is what the page says of models whose highest band has so many.
func modelPage(events, women int, highs []int, listed int, list bool) string {
	b := &builder{rule: disclosure.Standard}
	var all []*evaluated
	for i, high := range highs {
		var e evaluated
		if err := json.Unmarshal([]byte(models[i]), &e); err != nil {
			panic(err)
		}
		r := e.Evaluation
		r.Events = float64(events)
		for k, n := range []int{events - high, high} {
			r.Bands[k].Observed = float64(n)
		}
		for k, n := range []int{women, events - women} {
			r.Subgroups[k].Events = float64(n)
		}
		if *r.Top[0].PPV.Value = float64(listed) / 50; !list {
			r.Top = nil
		}
		all = append(all, &e)
	}
	with := b.evaluations(all)
	first, second := with[0], (*evaluation)(nil)
	if len(with) > 1 {
		second = with[1]
	}
	var out []string
	for _, s := range []Section{measuresSection(with), calibrationSection(b.rule, first, second), topSection(first, second), subgroupSection(first, second)} {
		for _, t := range s.Tables {
			for _, row := range t.Rows {
				out = append(out, strings.Join(Line(row), " "))
			}
		}
	}
	return strings.Join(out, "|")
}
