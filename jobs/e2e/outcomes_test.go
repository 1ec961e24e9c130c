//go:build duckdb_arrow

package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// counted is what `outcomes count --json` prints.
type counted struct {
	Index     string `json:"index_date"`
	Knowledge string `json:"known_on"`
	People    string
	Outcomes  []struct {
		ID       string
		AtRisk   string `json:"at_risk"`
		Horizons []struct {
			Days                                    int
			Settles                                 string
			Events, Competing, Left, Cut, Completed string
			Rate                                    *float64 `json:"per_1000_person_years"`
		}
	}
	FollowUp struct {
		Deaths, Leavers string
		Expected        *float64 `json:"expected_deaths_per_1000_person_years"`
	} `json:"follow_up"`
	Switches []struct {
		Provider, From, To string
		Declared           bool
	} `json:"sdec_switches"`
}

func (s *site) outcomes(args ...string) counted {
	s.t.Helper()
	var c counted
	a := s.do("outcomes", append([]string{"count", "-q", "--json"}, args...)...).done(s.t)
	if err := json.Unmarshal([]byte(a.out), &c); err != nil {
		s.t.Fatalf("%v in\n%s", err, a.out)
	}
	return c
}

// outcomesSQL counts, by a program of its own, the people who are alive,
// registered and not in hospital on a day, and of them by what came first of an
// outcome (its first day by person is the query first), leaving and death. On
// one day leaving comes before the outcome, and the outcome before death.
func outcomesSQL(index, knowledge string, days int, first string) string {
	return strings.NewReplacer("{D}", "date '"+index+"'", "{K}", "date '"+knowledge+"'", "{H}", strconv.Itoa(days), "{first}", first).Replace(`
with here as (select distinct p.person, p.death_day from person p join registration r using (person)
  where (r.from_day is null or r.from_day <= {D}) and (r.to_day is null or r.to_day >= {D})
  and (p.birth_month is null or p.birth_month <= {D}) and (p.death_day is null or p.death_day > {D})
  and not exists (select 1 from spell s where s.person = p.person and s.kind in (1, 2, 4, 5, 6, 10) and s.start_day <= {D} and (s.end_day is null or s.end_day > {D})
    and s.known_from <= {D} and (s.known_to is null or s.known_to > {D}))),
-- A chain of registrations ends on the day after the last one that no other follows within 30 days.
leave as (select h.person, min(r.to_day) + 1 as day from here h join registration r using (person)
  where r.to_day >= {D} and not exists (select 1 from registration o where o.person = r.person and (o.from_day is null or o.from_day <= r.to_day + 31) and (o.to_day is null or o.to_day > r.to_day))
  group by h.person),
gone as (select h.person, h.death_day as died, case when h.death_day >= l.day and h.death_day - l.day <= 30 then null else l.day end as gone from here h left join leave l using (person)),
outcome as ({first}),
which as (select g.person, case
  when f.day <= {D} + {H} and (gone is null or f.day < gone) and (died is null or f.day <= died) then 'events'
  when died <= {D} + {H} and (gone is null or died <= gone) then 'competing'
  when gone <= {D} + {H} then 'left' else 'completed' end as what from gone g left join outcome f using (person))
select what, count(*) as n from which group by what`)
}

// overnight is the first start, after the index date, of a continuous emergency
// stay that crossed midnight, as known on the knowledge day.
const overnight = `select s.person, min(s.start_day) as day from spell s where s.kind = 1 and s.cis_first = 1 and s.start_day > {D}
  and s.known_from <= {K} and (s.known_to is null or s.known_to > {K})
  and (select max(coalesce(t.end_day, {K})) from spell t where t.person = s.person and t.cis = s.cis and t.known_from <= {K} and (t.known_to is null or t.known_to > {K})) > s.start_day
  group by s.person`

// TestOutcomesCount: the kernel's counts of an admission of a night or more and
// of death are those of SQL over the same tables, at every horizon, on the
// latest index date and on an earlier one; the published form hides what is
// small.
func TestOutcomesCount(t *testing.T) {
	timed(t)
	s := newSite(t)
	s.do("outcomes", "count").fails(t, 1, "no curated record")
	s.deliver()
	s.night(secondNight)
	shown := s.outcomes()
	if shown.Index != "2025-06-30" || shown.Knowledge != secondNight || len(shown.Outcomes) < 12 {
		t.Fatalf("%+v", shown)
	}
	s.write(s.read(s.config)+"\n[report]\nsmall_number = 0\nround_to = 1\n", s.config)

	for _, index := range []string{"", "2024-09-15"} {
		var args []string
		if index != "" {
			args = []string{"--index", index}
		}
		c := s.outcomes(args...)
		number := func(v string) int64 {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				t.Fatalf("an exact rule shows %q", v)
			}
			return n
		}
		checked, events := 0, int64(0)
		for _, o := range c.Outcomes {
			first, ok := map[string]string{"emergency_overnight": overnight, "death": "select person, death_day as day from person where death_day > {D}"}[o.ID]
			for _, h := range o.Horizons {
				if h.Settles != "" || number(h.Cut) != 0 {
					t.Errorf("%s within %d days of %s is not complete: %+v", o.ID, h.Days, c.Index, h)
				}
				if number(h.Events)+number(h.Competing)+number(h.Left)+number(h.Completed) != number(o.AtRisk) {
					t.Errorf("%s within %d days: %+v do not add up to %s", o.ID, h.Days, h, o.AtRisk)
				}
				if !ok {
					continue
				}
				first := strings.NewReplacer("{D}", "date '"+c.Index+"'", "{K}", "date '"+c.Knowledge+"'").Replace(first)
				want, all := map[string]int64{}, int64(0)
				for _, row := range s.query(outcomesSQL(c.Index, c.Knowledge, h.Days, first)) {
					want[row["what"].(string)] = int64(row["n"].(float64))
					all += int64(row["n"].(float64))
				}
				got := map[string]int64{"events": number(h.Events), "competing": number(h.Competing), "left": number(h.Left), "completed": number(h.Completed)}
				for what, n := range got {
					if n != want[what] {
						t.Errorf("%s within %d days of %s: %d %s, by SQL %d", o.ID, h.Days, c.Index, n, what, want[what])
					}
				}
				if all != number(c.People) || all != number(o.AtRisk) {
					t.Errorf("%s: %s at risk of %s people, by SQL %d", o.ID, o.AtRisk, c.People, all)
				}
				checked++
				events += number(h.Events)
				if o.ID == "death" && h.Days == 365 && (h.Events != c.FollowUp.Deaths || h.Left != c.FollowUp.Leavers || number(h.Left) == 0) {
					t.Errorf("death within a year: %+v; followed up: %+v", h, c.FollowUp)
				}
			}
		}
		if checked != 6 || events < 50 {
			t.Errorf("%s: %d comparisons of %d events prove little", c.Index, checked, events)
		}
	}

	// A horizon that has not settled says when it does; one before nothing has
	// is refused.
	late := s.outcomes("death", "--index", "2026-03-31")
	if len(late.Outcomes) != 1 || late.Outcomes[0].Horizons[1].Settles != "" || late.Outcomes[0].Horizons[2].Settles != "2027-07-01" || late.Outcomes[0].Horizons[2].Cut == "0" {
		t.Errorf("%+v", late.Outcomes)
	}
	s.do("outcomes", "count", "--index", "2026-08-31").fails(t, 1, "label-incomplete")
	s.do("outcomes", "count", "deaths").fails(t, 1, "outcome-unknown", "emergency_overnight")
	s.do("outcomes", "count", "--index", "June").fails(t, 2, "--index")

	// As shown: no count but 0, stars and multiples of 5.
	hidden := 0
	for _, o := range shown.Outcomes {
		for _, h := range o.Horizons {
			for _, v := range []string{o.AtRisk, h.Events, h.Competing, h.Left, h.Cut, h.Completed} {
				n, err := strconv.Atoi(v)
				if v == "*" {
					hidden++
				} else if err != nil || n%5 != 0 || n == 5 {
					t.Errorf("%s shows %q", o.ID, v)
				}
			}
			if h.Events == "*" && h.Rate != nil {
				t.Errorf("%s has a rate of a hidden count", o.ID)
			}
		}
	}
	if hidden == 0 {
		t.Error("nothing is small here: this proves little")
	}
	if shown.FollowUp.Expected == nil || *shown.FollowUp.Expected < 2 || *shown.FollowUp.Expected > 40 {
		t.Errorf("expected deaths %v", shown.FollowUp.Expected)
	}
}

// TestOutcomesSwitches: a declared change of where a trust records same-day
// emergency care is said, with a warning for each outcome that it moves and for
// no other.
func TestOutcomesSwitches(t *testing.T) {
	timed(t)
	s := newSite(t)
	s.deliver()
	s.night(secondNight)
	var declared []string
	for _, x := range s.outcomes().Switches {
		if x.Declared {
			declared = append(declared, x.Provider)
		}
	}
	provider := s.rows("select c.text from spell s join code c on c.code = s.provider where s.kind = 1 group by 1 order by count(*) desc, 1 limit 1")[0]
	if slices.Contains(declared, provider) {
		t.Fatalf("%s is declared already", provider)
	}
	s.write(s.read(s.config)+fmt.Sprintf("\n[[sdec_switch]]\nprovider = %q\ndate = 2025-10-01\n", provider), s.config)
	a := s.do("outcomes", "count", "-q").done(t)
	for _, want := range []string{provider + "  ", "declared, from 2025-10-01", "sdec-switch-within", "outcome emergency_bed counts"} {
		if !strings.Contains(a.out, want) {
			t.Errorf("%q is not said:\n%s", want, a.out)
		}
	}
	if strings.Contains(a.out, "outcome emergency_overnight counts") {
		t.Error("an outcome that no change moves is warned of")
	}
}

// TestOutcomesShow: every outcome that is listed is shown, with its codes.
func TestOutcomesShow(t *testing.T) {
	dir := t.TempDir()
	var refs []struct{ ID string }
	if err := json.Unmarshal([]byte(leftshift(t, dir, "outcomes", "list", "--json").done(t).out), &refs); err != nil || len(refs) < 12 {
		t.Fatalf("%v, %d outcomes", err, len(refs))
	}
	table := leftshift(t, dir, "outcomes", "list").done(t).out
	for _, r := range refs {
		if !strings.Contains(table, "\n"+r.ID+" ") {
			t.Errorf("%s is not in the table", r.ID)
		}
		if text := leftshift(t, dir, "outcomes", "show", r.ID).done(t).out; !strings.HasPrefix(text, r.ID+"\n") || !strings.Contains(text, "comes before") {
			t.Errorf("%s:\n%s", r.ID, text)
		}
	}
	if text := leftshift(t, dir, "outcomes", "show", "acsc_admission").done(t).out; !strings.Contains(text, "acsc19_all_primary") || !strings.Contains(text, "  hash ") {
		t.Errorf("no codes:\n%s", text)
	}
	leftshift(t, dir, "outcomes", "show", "nosuch").fails(t, 1, "outcome-unknown")
	leftshift(t, dir, "outcomes", "show").fails(t, 2, "takes one")
}
