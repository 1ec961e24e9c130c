package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"leftshift/engine"
	"leftshift/engine/disclosure"
	"leftshift/engine/risklist"
	"leftshift/models/evaluate"
)

// made is a night of made-up people whose risks are right by construction.
func made(t testing.TB, people int, seed uint64) Night {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 7))
	ages := []string{"18 to 39", "40 to 54", "55 to 64", "65 to 74", "75 to 84", "85 and over"}
	ageShare := []float64{0.35, 0.58, 0.72, 0.85, 0.95, 1}
	var candidates []risklist.Candidate
	var p, y []float64
	age, sex, imd := make([]string, people), make([]string, people), make([]string, people)
	pcn := make([]string, people)
	for i := range people {
		u, k := rng.Float64(), 0
		for u > ageShare[k] {
			k++
		}
		d := 1 + rng.IntN(10)
		age[i], imd[i], sex[i] = ages[k], fmt.Sprintf("%02d", d), []string{"Female", "Male"}[rng.IntN(2)]
		pcn[i] = "PCN " + string(rune('A'+rng.IntN(7)))
		if rng.IntN(people) < 5 {
			sex[i] = "Not known"
		}
		logit := -5 + 0.62*float64(k) - 0.07*float64(d) + 1.15*rng.NormFloat64()
		risk := 1 / (1 + math.Exp(-logit))
		p = append(p, risk)
		y = append(y, 0)
		if rng.Float64() < risk {
			y[i] = 1
		}
		var flags risklist.Flags
		switch rng.IntN(220) {
		case 0, 1:
			flags = risklist.Palliative.Flag()
		case 2, 3, 4:
			flags = risklist.CareHome.Flag()
		case 5:
			flags = risklist.Died.Flag()
		case 6:
			flags = risklist.OptedOut.Flag()
		case 7:
			if rng.IntN(20) == 0 {
				flags = risklist.InHospital.Flag()
			}
		}
		candidates = append(candidates, risklist.Candidate{Person: engine.Person(4_000_000_000_000_000_000 + rng.Int64N(1<<60)), Probability: risk, Practice: engine.Code(1 + rng.IntN(9)), Flags: flags})
	}
	teams := []risklist.Team{
		{ID: "t1", Name: "Harbour neighbourhood team", Practices: []engine.Code{1, 2, 3}, Capacity: 60},
		{ID: "t2", Name: "Moor and Vale neighbourhood team", Practices: []engine.Code{3, 4, 5}, Capacity: 40},
		{ID: "t3", Name: "Northgate frailty service", Practices: []engine.Code{6}, Capacity: 25},
		{ID: "t4", Name: "Riverside care coordinators", Practices: []engine.Code{7, 8}},
	}
	rules := risklist.Rules{Capacity: 50, Exclude: risklist.Palliative.Flag() | risklist.CareHome.Flag() | risklist.InHospital.Flag(), MinProbability: 0.005}
	old := append([]risklist.Candidate(nil), candidates...)
	for i := range old {
		old[i].Flags = 0
		if rng.IntN(12) == 0 {
			old[i].Probability *= rng.Float64()
		}
	}
	before, err := risklist.Build(old, teams, rules, nil)
	if err != nil {
		t.Fatal(err)
	}
	var previous []risklist.Place
	for _, l := range before.Lists {
		for _, r := range l.Rows {
			previous = append(previous, risklist.Place{Person: r.Person, Team: r.Team})
		}
	}
	lists, err := risklist.Build(candidates, teams, rules, previous)
	if err != nil {
		t.Fatal(err)
	}
	by := func(name string, label func(i int) string, labels []string) Breakdown {
		d := Breakdown{By: name}
		for _, l := range labels {
			g := Group{Label: l}
			for i := range p {
				if label(i) == l {
					g.People++
					g.MeanRisk += p[i]
				}
			}
			g.MeanRisk /= float64(g.People)
			d.Groups = append(d.Groups, g)
		}
		return d
	}
	titles := map[risklist.Band]string{risklist.VeryHigh: "Very high", risklist.High: "High", risklist.Moderate: "Moderate", risklist.Low: "Low"}
	deciles := by("Deprivation decile", func(i int) string { return imd[i] }, []string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10"})
	for k := range deciles.Groups {
		deciles.Groups[k].Label = fmt.Sprint(k + 1)
	}
	deciles.Groups[0].Label, deciles.Note = "1 (most deprived)", "Index of Multiple Deprivation, 2019."
	measure := func(noise float64, groups []evaluate.Group) *evaluate.Report {
		q := make([]float64, people)
		for i := range q {
			q[i] = math.Log(p[i]/(1-p[i])) + noise*rng.NormFloat64()
		}
		r, err := evaluate.Evaluate(evaluate.Data{Margin: q, Y: y, Groups: groups}, evaluate.Options{Replicates: 40, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	asOf, _ := engine.ParseDay("2026-11-04")
	population := []Breakdown{
		by("Risk band", func(i int) string { return titles[lists.Cuts.Band(p[i])] }, []string{"Very high", "High", "Moderate", "Low"}),
		by("Age band", func(i int) string { return age[i] }, ages), deciles,
		by("PCN", func(i int) string { return pcn[i] }, []string{"PCN A", "PCN B", "PCN C", "PCN D", "PCN E", "PCN F", "PCN G"}),
		by("Sex", func(i int) string { return sex[i] }, []string{"Female", "Male", "Not known"}),
	}
	best := float64(measure(0, nil).AUROC.Value)
	evaluations := []Evaluation{
		{"Gradient boosted trees", 365, best, measure(0.25, []evaluate.Group{{Name: "Age", Labels: age}, {Name: "Sex", Labels: sex}, {Name: "Deprivation", Labels: imd}})},
		{"Logistic regression", 365, best, measure(0.5, nil)},
		{"Gradient boosted trees", 90, 0, measure(0.4, nil)},
		{"Gradient boosted trees", 30, 0, measure(0.6, nil)},
	}
	return Night{
		Site: "Anyshire", Synthetic: true, AsOf: asOf, Rule: disclosure.Standard,
		Run: []Fact{{"Purpose", "case finding"}, {"Snapshot", "9f3a12bc88d0"}, {"Model bundle", "3c1f0e77a2b4"}, {"Feature catalogue", "254 features, version 1"}},
		Flows: []Flow{
			{Source: "gp", Flow: "patients", Files: 4, In: 24_310, Accepted: 24_210, Pending: 31, Quarantined: 12, Withheld: 57},
			{Source: "gp", Flow: "observations", Files: 12, In: 1_204_566, Accepted: 1_203_101, Pending: 1_020, Quarantined: 402, Withheld: 43},
			{Source: "hospital", Flow: "admitted", Files: 3, In: 18_455, Accepted: 18_450, Quarantined: 1, Withheld: 4},
			{Source: "directory", Flow: "organisations", Files: 1, In: 512, Reference: 512},
		},
		Refused: []Refusal{
			{"gp", engine.Quarantined, "date-impossible", "The date does not exist.", 213},
			{"gp", engine.Quarantined, "unit-missing", "The value has no unit that its analyte knows.", 201},
			{"gp", engine.Pending, "subject-unknown", "No landed record ties the subject to a person yet.", 1_051},
			{"hospital", engine.Quarantined, "spell-backwards", "The spell ends before it starts.", 1},
			{"all", engine.Withheld, "optout-national", "The person has set the national data opt-out.", 96},
			{"all", engine.Withheld, "objection", "The person objects to this use.", 8},
		},
		Tables: []Rows{{"event", 1_203_101, 1_190_040, 12_001, 1_060}, {"spell", 18_450, 18_440, 10, 0}, {"registration", 24_210, 24_002, 208, 0}},
		Quality: []Quality{
			{Source: "gp", Measure: "Newest fact", Text: "3 November 2026"},
			{Source: "gp", Measure: "People without an ethnic category", Part: 812, Whole: 24_002, People: true},
			{Source: "gp", Measure: "Values with an unknown unit", Part: 201, Whole: 403_220},
			{Source: "gp", Measure: "Codes in no code list", Part: 88_400, Whole: 1_190_040},
			{Source: "hospital", Measure: "Newest fact", Text: "14 August 2026", Attention: true},
			{Source: "hospital", Measure: "Spells without a diagnosis", Part: 1_420, Whole: 18_440, Attention: true},
		},
		Population: population, Evaluations: evaluations, Lists: lists,
		Card: Card{Model: "Gradient boosted trees, 365 days", Outcome: "The first emergency admission in the 365 days after the as-of date.",
			Limits: []string{"A model fitted here fits here: test it again before use elsewhere, and after a change of coding or of services.", "Once lists are acted on, admissions prevented look like risk that was never there."},
			Facts:  []Fact{{"Population", "Everyone of 18 and over registered with a practice of the site on the as-of date"}, {"Fitted on", "Index dates 1 July 2023 to 1 July 2024"}, {"Predictors", "254; age, sex and deprivation are among them, ethnicity is not"}}},
	}
}
