package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"leftshift/engine"
	"leftshift/features/matrix"
	"leftshift/models/boost"
	"leftshift/models/censor"
	"leftshift/models/registry"
)

// people simulates rows with a known risk: two index dates, some deaths, some
// who leave.
func people(seed uint64, n int, index engine.Day) *Sample {
	rng := rand.New(rand.NewPCG(seed, 5))
	m := matrix.New([]matrix.Column{{ID: "age"}, {ID: "admissions"}, {ID: "noise"}}, n)
	s := &Sample{Matrix: m, Outcome: map[int][]censor.Row{}}
	rows := make([]censor.Row, n)
	for i := range n {
		age, past := rng.Float64()*100, float64(rng.IntN(4))
		m.Values[0][i], m.Values[1][i], m.Values[2][i] = float32(age), float32(past), float32(rng.Float64())
		p := 1 / (1 + math.Exp(5-0.03*age-0.8*past))
		day := 1 + rng.IntN(365)
		switch {
		case rng.Float64() < 0.05:
			rows[i] = censor.Row{Status: censor.Left, Day: day}
		case rng.Float64() < p:
			rows[i] = censor.Row{Status: censor.Event, Day: day}
		case rng.Float64() < 0.02:
			rows[i] = censor.Row{Status: censor.Died, Day: day}
		default:
			rows[i] = censor.Row{Status: censor.Completed, Day: 365}
		}
		s.Person, s.Index = append(s.Person, engine.Person(i*7919+1)), append(s.Index, index)
	}
	s.Outcome[365] = rows
	return s
}

// both puts the rows of two samples in one.
func both(a, b *Sample) *Sample {
	n := a.Matrix.Rows + b.Matrix.Rows
	out := &Sample{Matrix: matrix.New(a.Matrix.Columns, n), Person: append(a.Person, b.Person...), Index: append(a.Index, b.Index...),
		Outcome: map[int][]censor.Row{365: append(a.Outcome[365], b.Outcome[365]...)}}
	for j := range out.Matrix.Values {
		out.Matrix.Values[j] = append(append([]float32(nil), a.Matrix.Values[j]...), b.Matrix.Values[j]...)
	}
	return out
}

func TestFitIsCalibratedAndDeterministic(t *testing.T) {
	var ids []string
	for _, threads := range []int{1, 3} {
		models, err := Fit(t.Context(), both(people(1, 6000, 18000), people(2, 6000, 18500)), 18500, Options{Seed: 3, Threads: threads, Logistic: true, Boost: boost.Options{Trees: 40, Leaves: 6}})
		if err != nil {
			t.Fatal(err)
		}
		b := registry.Bundle{Format: 1, Synthetic: true}
		for i := range models {
			e := models[i].Evaluation
			if e.AUROC.Value < 0.7 || e.Slope.Value < 0.85 || e.Slope.Value > 1.15 {
				t.Errorf("%s: AUROC %.3f, slope %.3f", models[i].Name, e.AUROC.Value, e.Slope.Value)
			}
			b.Models = append(b.Models, models[i].Fitted)
		}
		text, id, err := b.Encode()
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		back, err := registry.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, again, _ := back.Encode(); again != id {
			t.Error("a bundle read back has another identifier")
		}
	}
	if ids[0] != ids[1] {
		t.Errorf("1 thread gives %s, 3 give %s", ids[0], ids[1])
	}
}

// Nobody is predicted by a fit that saw them: with labels that are pure noise
// nothing is learned, though trees could remember every person.
func TestNoPersonIsInTheirOwnFit(t *testing.T) {
	noise := func(index engine.Day) *Sample {
		rng := rand.New(rand.NewPCG(9, 9)) // the same people and labels at both dates
		s := people(4, 3000, index)
		for i := range s.Person {
			s.Matrix.Values[2][i] = float32(i)
			s.Outcome[365][i] = censor.Row{Status: censor.Completed, Day: 365}
			if rng.IntN(5) == 0 {
				s.Outcome[365][i] = censor.Row{Status: censor.Event, Day: 10}
			}
		}
		return s
	}
	models, err := Fit(t.Context(), both(noise(18000), noise(18500)), 18500, Options{Boost: boost.Options{Trees: 150, Leaves: 60, MinChildRows: 1}})
	if err == nil {
		if a := models[0].Evaluation.AUROC.Value; a > 0.55 {
			t.Errorf("AUROC %.3f on noise: a person is in their own fit", a)
		}
	}
	// Margins that rank the wrong way make calibration refuse, which is as good.
}

func TestTestMustFollowTraining(t *testing.T) {
	if _, err := Fit(t.Context(), both(people(1, 500, 18000), people(2, 500, 18300)), 18300, Options{}); err == nil {
		t.Error("a test that begins before the training labels close was accepted")
	}
}

// A fit that is called off ends, with the reason, before it is done.
func TestFitEndsWithItsContext(t *testing.T) {
	s := both(people(1, 3000, 18000), people(2, 3000, 18500))
	for _, logistic := range []bool{false, true} {
		why := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		fits := 0
		opt := Options{Logistic: logistic, Boost: boost.Options{Trees: 20}, Progress: func(done, total int, what string) {
			if fits++; fits > total/2 {
				cancel(why)
			}
		}}
		if models, err := Fit(ctx, s, 18500, opt); !errors.Is(err, why) || models != nil {
			t.Errorf("%d models, %v", len(models), err)
		}
		cancel(nil)
	}
}

// G48: a model is evaluated once more without columns, on the same people, and is
// itself the same for it.
func TestG48WithAndWithoutAColumn(t *testing.T) {
	s := both(people(1, 4000, 18000), people(2, 4000, 18500))
	opt := Options{Seed: 3, Boost: boost.Options{Trees: 40, Leaves: 6}}
	plain, err := Fit(t.Context(), s, 18500, opt)
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	opt.Progress = func(done, total int, _ string) {
		if done > total {
			t.Errorf("step %d of %d", done, total)
		}
		steps = total - done
	}
	opt.Without = []string{"admissions", "not a column"}
	got, err := Fit(t.Context(), s, 18500, opt)
	if err != nil {
		t.Fatal(err)
	}
	w := got[0].Without
	if steps != 0 || w == nil || !slices.Equal(w.Columns, []string{"admissions"}) {
		t.Fatalf("%d steps left, %+v", steps, w)
	}
	with := got[0].Evaluation
	if w.Evaluation.People != with.People || math.Abs(w.Evaluation.Events-with.Events) > 1e-6 || w.Evaluation.AUROC.Value > with.AUROC.Value-0.03 {
		t.Errorf("AUROC %v without, %v with, of %d and %d people", w.Evaluation.AUROC.Value, with.AUROC.Value, w.Evaluation.People, with.People)
	}
	got[0].Without = nil
	if !reflect.DeepEqual(plain, got) {
		t.Error("the model that serves is another for being compared")
	}
	opt.Without = []string{"not a column"}
	if got, err = Fit(t.Context(), s, 18500, opt); err != nil || got[0].Without != nil {
		t.Errorf("%v", err)
	}
	// Nothing that tells nothing is missed.
	opt.Without = []string{"noise"}
	if got, err = Fit(t.Context(), s, 18500, opt); err != nil || math.Abs(float64(got[0].Without.Evaluation.AUROC.Value-with.AUROC.Value)) > 0.02 {
		t.Errorf("%v, %v", got[0].Without.Evaluation.AUROC.Value, err)
	}
}
