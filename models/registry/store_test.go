package registry

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leftshift/engine"
	"leftshift/features/matrix"
	"leftshift/models/calibrate"
	"leftshift/models/evaluate"
	"leftshift/models/logistic"
)

func bundle(t *testing.T, seed uint64) *Bundle {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	m := matrix.New([]matrix.Column{{ID: "age"}}, 400)
	y := make([]float64, 400)
	for i := range y {
		m.Values[0][i] = float32(rng.IntN(100))
		if rng.Float64() < float64(m.Values[0][i])/150 {
			y[i] = 1
		}
	}
	fit, err := logistic.Fit(m, y, nil, logistic.Options{})
	if err != nil {
		t.Fatal(err)
	}
	margin, err := fit.Margin(m)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := calibrate.FitPlatt(margin, y, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	e, err := evaluate.Evaluate(evaluate.Data{Probability: curve.Apply(margin), Y: y}, evaluate.Options{Replicates: 20})
	if err != nil {
		t.Fatal(err)
	}
	return &Bundle{Format: 1, Site: "test", Outcome: "an event", Columns: []string{"age"}, Models: []Fitted{{Name: "logistic_365", Kind: KindLogistic, Horizon: 365, Logistic: fit, Curve: curve, Evaluation: e}}}
}

func code(err error) string {
	var f *engine.Fault
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// A bundle is what its name says, and only such a bundle can be approved.
func TestStore(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	if _, ok, err := s.Approved(); ok || err != nil {
		t.Fatalf("an empty store serves something: %v", err)
	}
	b := bundle(t, 1)
	id, err := s.Put(b, map[string][]byte{"card.md": []byte(b.Card())})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Put(b, nil); err != nil || again != id {
		t.Errorf("the same bundle saved again is %s, %v", again, err)
	}
	if other, err := s.Put(bundle(t, 2), nil); err != nil || other == id {
		t.Errorf("another bundle has the same identifier: %v", err)
	}
	if err := s.Approve(Approval{Bundle: id, By: "a clinical safety officer", On: "2026-01-01"}); err != nil {
		t.Fatal(err)
	}
	if a, ok, err := s.Approved(); err != nil || !ok || a.Bundle != id {
		t.Errorf("%+v %v %v", a, ok, err)
	}
	for by, want := range map[string]string{"": "approval-by-nobody", "  ": "approval-by-nobody"} {
		if err := s.Approve(Approval{Bundle: id, By: by}); code(err) != want {
			t.Errorf("approved by %q: %v", by, err)
		}
	}
	for _, name := range []string{"../../..", "", id + "/..", "approved.json"} {
		if err := s.Approve(Approval{Bundle: name, By: "x"}); code(err) != "bundle-name" {
			t.Errorf("bundle %q: %v", name, err)
		}
	}
	if err := s.Approve(Approval{Bundle: "0000000000000000", By: "x"}); code(err) != "bundle-missing" {
		t.Errorf("a bundle that is not there was approved: %v", err)
	}
	path := filepath.Join(s.Dir, id, "bundle.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), `"site":"test"`, `"site":"tes7"`, 1)
	if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(id); code(err) != "bundle-changed" {
		t.Errorf("a changed bundle was taken: %v", err)
	}
	if err := s.Approve(Approval{Bundle: id, By: "x"}); code(err) != "bundle-changed" {
		t.Errorf("a changed bundle was approved: %v", err)
	}
}

func TestCardSaysWhatItIsFor(t *testing.T) {
	b := bundle(t, 3)
	if strings.Contains(b.Card(), "top 0.5 %") {
		t.Error("the card tells shares of a list that would hold a handful")
	}
	b.Models[0].Evaluation.Events = fewEvents
	for _, want := range []string{"does not diagnose", "An event", "AUROC", "calibration slope", "top 0.5 %"} {
		if !strings.Contains(strings.ToLower(b.Card()), strings.ToLower(want)) {
			t.Errorf("the card does not say %q", want)
		}
	}
	if strings.Contains(b.Card(), "synthetic") {
		t.Error("a card of real people says synthetic")
	}
	b.Synthetic = true
	if !strings.Contains(b.Card(), "Not for use with real ones") {
		t.Error("a card of synthetic people does not say so")
	}
}

// Deaths and leavers stand beside what is expected of them; a bundle from before
// that was noted says them alone.
func TestCardSaysWhatWasExpected(t *testing.T) {
	b := bundle(t, 3)
	b.DeathsPer1000, b.LeaversPer1000 = 9.26, 41
	if text := b.Card(); !strings.Contains(text, "deaths per 1,000 person-years: 9.3; leavers: 41.0.") {
		t.Errorf("without expected rates the card says\n%s", text)
	}
	b.ExpectedDeathsPer1000, b.ExpectedLeaversPer1000 = 10.04, 50
	if text := b.Card(); !strings.Contains(text, "deaths per 1,000 person-years: 9.3, where 10.0 are expected; leavers: 41.0, where 50.0 are expected.") {
		t.Errorf("the card says\n%s", text)
	}
}

func TestDecodeRefusesWhatIsNotWhole(t *testing.T) {
	for _, bad := range []string{`{}`, `{"format":2}`, `{"format":1,"models":[{"name":"x","kind":"boost"}]}`, `{"format":1,"unknown":1}`, `[`} {
		if _, err := Decode([]byte(bad)); err == nil {
			t.Errorf("taken: %s", bad)
		}
	}
}

// Every approval stays on record, and none is of a bundle that had none.
func TestEarlierApprovalsAreKept(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	var ids []string
	for seed := range uint64(3) {
		id, err := s.Put(bundle(t, seed+1), nil)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for _, k := range []int{0, 1, 0} {
		if err := s.Approve(Approval{Bundle: ids[k], By: "A. Name", On: "2026-01-01"}); err != nil {
			t.Fatal(err)
		}
	}
	a, ok, err := s.Approved()
	if err != nil || !ok || a.Bundle != ids[0] || len(a.Earlier) != 2 || a.Earlier[1].Bundle != ids[1] || a.Earlier[0].Earlier != nil {
		t.Errorf("%+v, %v, %v", a, ok, err)
	}
	if !a.Of(ids[0]) || !a.Of(ids[1]) || a.Of(ids[2]) || (Approval{}).Of(ids[0]) {
		t.Error("what was approved is not told from what was not")
	}
	if err := os.WriteFile(filepath.Join(s.Dir, "approved.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := code(s.Approve(Approval{Bundle: ids[1], By: "A. Name", On: "2026-01-02"})); got != "approval-damaged" {
		t.Errorf("a damaged record of approvals: %s", got)
	}
}
