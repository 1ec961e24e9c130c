package kernel

import (
	"slices"
	"testing"
	"testing/fstest"

	"leftshift/engine"
	"leftshift/features/catalogue"
	"leftshift/features/matrix"
	"leftshift/features/plan"
	"leftshift/features/population"
)

// Nothing found is zero or unknown where it could have been seen, and not
// observable where it could not.
func TestF7ThreeStates(t *testing.T) {
	s := load(t)
	on := day("2024-06-30")
	r := &record{}
	for id := int64(1); id <= 3; id++ {
		r.persons = append(r.persons, personRow{id: id, birth: day("1950-01-01"), death: engine.NoDay, sex: 1})
		r.registrations = append(r.registrations, intervalRow{person: id, code: engine.Code(min(id, 2)), from: day("2010-01-01"), to: engine.NoDay})
	}
	// Persons 2 and 3 are of a practice that sends nothing; 3 came from elsewhere
	// with a record.
	r.events = append(r.events, eventRow{person: 3, day: on - 9, last: on - 9, kind: engine.Problem, known: on - 9, knownTo: engine.NoDay})
	r.sort()
	var all population.Kinds
	all.Put("spell", uint8(engine.NHS111))
	all.Put("document", 2)
	silent := all
	silent.Put("event", uint8(engine.Problem))
	silent.Put("event", uint8(engine.Observation))
	coverage := []population.Coverage{{Unseen: all, Practices: map[engine.Code]population.Kinds{2: silent}}}
	res := run(t, s, r, 10, []engine.Day{on}, on, Options{Coverage: coverage})
	state := func(id string, row int) matrix.State {
		j := res.Matrix.Find(id)
		if j < 0 {
			t.Fatalf("no feature %s", id)
		}
		return matrix.StateOf(res.Matrix.Values[j][row])
	}
	for _, c := range []struct {
		id   string
		want [3]matrix.State
	}{
		{"problems_365d", [3]matrix.State{matrix.Known, matrix.Unobservable, matrix.Known}},
		{"bmi_latest_1095d", [3]matrix.State{matrix.Unknown, matrix.Unobservable, matrix.Unobservable}},
		{"emergency_admissions_365d", [3]matrix.State{}},
		{"days_since_emergency_admission", [3]matrix.State{matrix.Unknown, matrix.Unknown, matrix.Unknown}},
		{"age", [3]matrix.State{}},
	} {
		for row, want := range c.want {
			if got := state(c.id, row); got != want {
				t.Errorf("%s of person %d is %s, want %s", c.id, row+1, got, want)
			}
		}
	}
	for i := range s.cat.Definitions {
		if c := &res.Matrix.Columns[i]; c.Observed == "spell.nhs111" {
			for row := range 3 {
				if got := state(c.ID, row); got != matrix.Unobservable {
					t.Errorf("%s of person %d is %s, and no source could have shown it", c.ID, row+1, got)
				}
			}
		}
	}
	if res.Unseen[0] != "document.care_plan spell.nhs111" {
		t.Errorf("unseen of person 1: %q", res.Unseen[0])
	}
}

// What is derived of what could not be seen: that something is absent, or few,
// is asked in vain of anyone of whom it could not be seen, unless another part
// decides it.
func TestDerivedOfWhatIsSeen(t *testing.T) {
	s := load(t)
	const derived = `
[[feature]]
id = "medicine_without_problem"
title = "Medicine without a problem"
source = "derived"
terms = ["ours_medication & ours_problem < 1"]
aggregate = "holds"
absence = "unknown"
display = "team"
area = "ours"
why = "It says that something is not there."

[[feature]]
id = "neither_seen"
title = "No problem in the record of a man"
source = "derived"
terms = ["male & ours_problem < 1"]
aggregate = "holds"
absence = "unknown"
display = "team"
area = "ours"
why = "It reads one kind of record."

[[feature]]
id = "of_a_woman"
title = "No problem in the record of a woman"
source = "derived"
terms = ["female & ours_problem < 1"]
aggregate = "holds"
absence = "unknown"
display = "team"
area = "ours"
why = "It is decided although the one kind of record that it reads is unseen."

[[feature]]
id = "either"
title = "A medicine or no problem"
source = "derived"
terms = ["ours_medication | ours_problem < 1"]
aggregate = "holds"
absence = "unknown"
display = "team"
area = "ours"
why = "One way is enough."
`
	text := derived
	for _, kind := range []string{"medication", "problem"} {
		text += `
[[feature]]
id = "ours_` + kind + `"
title = "Ours"
source = "event"
kinds = ["` + kind + `"]
windows = [365]
aggregate = "count"
absence = "zero"
display = "team"
area = "ours"
why = "It is read by another."
`
	}
	cat, err := catalogue.LoadWith(s.lib, s.analytes, catalogue.Folder{Name: "ours", FS: fstest.MapFS{"a.toml": {Data: []byte(text)}}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(cat.Subset([]string{"medicine_without_problem", "neither_seen", "of_a_woman", "either"}), s.lib, s.analytes, nil)
	if err != nil {
		t.Fatal(err)
	}
	on := day("2024-06-30")
	r := &record{}
	for id := int64(1); id <= 2; id++ {
		r.persons = append(r.persons, personRow{id: id, birth: day("1950-01-01"), death: engine.NoDay, sex: engine.Male})
		r.registrations = append(r.registrations, intervalRow{person: id, code: engine.Code(id), from: day("2010-01-01"), to: engine.NoDay})
		r.events = append(r.events, eventRow{person: id, day: on - 9, last: on - 9, kind: engine.Medication, known: on - 9, knownTo: engine.NoDay})
	}
	r.sort()
	var silent population.Kinds
	silent.Put("event", uint8(engine.Problem))
	res := runPlan(t, p, r, 10, []engine.Day{on}, on, Options{Coverage: []population.Coverage{{Practices: map[engine.Code]population.Kinds{2: silent}}}})
	for id, want := range map[string][2]float32{"medicine_without_problem": {1, matrix.NotObservable}, "neither_seen": {1, matrix.NotObservable}, "of_a_woman": {0, 0}, "either": {1, 1}} {
		for row, v := range want {
			got := res.Matrix.Values[res.Matrix.Find(id)][row]
			if matrix.StateOf(got) != matrix.StateOf(v) || v == v && got != v {
				t.Errorf("%s of person %d is %v (%s), want %v", id, row+1, got, matrix.StateOf(got), v)
			}
		}
	}
	if want := []string{"", "problem feature.medicine_without_problem feature.neither_seen"}; !slices.Equal(res.Unseen, want) {
		t.Errorf("unseen %q, want %q", res.Unseen, want)
	}
}

// A stray row of a kind that nobody can be seen to have makes nobody's seen,
// whatever else the person's practice lacks.
func TestAStrayRowIsSeenNowhere(t *testing.T) {
	s := load(t)
	on := day("2024-06-30")
	r := &record{}
	for id := int64(1); id <= 2; id++ {
		r.persons = append(r.persons, personRow{id: id, birth: day("1950-01-01"), death: engine.NoDay, sex: 1})
		r.registrations = append(r.registrations, intervalRow{person: id, code: engine.Code(id), from: day("2010-01-01"), to: engine.NoDay})
		r.events = append(r.events, eventRow{person: id, day: on - 900, last: on - 900, kind: engine.Problem, known: on - 9, knownTo: engine.NoDay})
	}
	r.sort()
	var all population.Kinds
	all.Put("event", uint8(engine.Problem))
	silent := all
	silent.Put("event", uint8(engine.Observation))
	res := run(t, s, r, 10, []engine.Day{on}, on, Options{Coverage: []population.Coverage{{Unseen: all, Practices: map[engine.Code]population.Kinds{2: silent}}}})
	j := res.Matrix.Find("problems_365d")
	for row := range 2 {
		if got := matrix.StateOf(res.Matrix.Values[j][row]); got != matrix.Unobservable {
			t.Errorf("person %d's problems are %s, want not observable", row+1, got)
		}
	}
}
