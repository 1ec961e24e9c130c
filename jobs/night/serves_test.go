//go:build duckdb_arrow

package night

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"leftshift/features/matrix"
	"leftshift/models/calibrate"
	"leftshift/models/logistic"
	"leftshift/models/registry"
)

// agedOnly is a whole bundle of one column, fitted on n's definition of it.
func agedOnly(t *testing.T, n *Night, synthetic bool) *registry.Bundle {
	t.Helper()
	m := matrix.New([]matrix.Column{{ID: "age"}}, 200)
	y := make([]float64, 200)
	for i := range y {
		m.Values[0][i] = float32(i / 2)
		if i%7 < i/50 {
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
	columns := []string{"age"}
	return &registry.Bundle{Format: 1, Site: "test", Synthetic: synthetic, Columns: columns, Features: n.Catalogue.Subset(columns).Hash, Definitions: definitionsOf(n.Catalogue, columns),
		Models: []registry.Fitted{{Name: "logistic_365", Kind: registry.KindLogistic, Horizon: 365, Logistic: fit, Curve: curve}}}
}

// A bundle that is saved does not serve until someone approves it; one that was
// changed since, or fitted on made-up people, does not serve real ones even so.
func TestOnlyWhatWasApprovedAndIsAsItWasServesRealPeople(t *testing.T) {
	n := bare(t)
	store := n.Registry()
	id, err := store.Put(agedOnly(t, n, false), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, b, err := n.serving(); got != "" || b != nil || err != nil {
		t.Errorf("what nobody approved serves: %q, %v", got, err)
	}
	faulted(t, "approved by nobody", store.Approve(registry.Approval{Bundle: id, By: " ", On: "2026-01-01"}), "approval-by-nobody")
	if got, _, _ := n.serving(); got != "" {
		t.Error("an approval by nobody counts")
	}
	if err := store.Approve(registry.Approval{Bundle: id, By: "A. Name", On: "2026-01-01"}); err != nil {
		t.Fatal(err)
	}
	if got, b, err := n.serving(); got != id || b == nil || err != nil {
		t.Fatalf("the approved one does not serve: %q, %v", got, err)
	}

	path := filepath.Join(store.Dir, id, "bundle.json")
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(was, []byte(`"site":"test"`), []byte(`"site":"best"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err = n.serving()
	faulted(t, "changed", err, "bundle-changed", id)
	if err := os.WriteFile(path, was, 0o600); err != nil {
		t.Fatal(err)
	}

	other := agedOnly(t, n, false)
	other.Features = "of other definitions"
	other.Definitions[0] = "0"
	if id, err = store.Put(other, nil); err != nil {
		t.Fatal(err)
	}
	if err := store.Approve(registry.Approval{Bundle: id, By: "A. Name", On: "2026-01-02"}); err != nil {
		t.Fatal(err)
	}
	_, _, err = n.serving()
	faulted(t, "other features", err, "bundle-catalogue", "1 changed: age")

	if id, err = store.Put(agedOnly(t, n, true), nil); err != nil {
		t.Fatal(err)
	}
	if err := store.Approve(registry.Approval{Bundle: id, By: "A. Name", On: "2026-01-03"}); err != nil {
		t.Fatal(err)
	}
	_, _, err = n.serving()
	faulted(t, "fitted on made-up people", err, "bundle-synthetic", id)
	n.Config.Model.Bundle = id // nor when the configuration names it
	_, _, err = n.serving()
	faulted(t, "named in the configuration", err, "bundle-synthetic", id)
	unapproved := agedOnly(t, n, false)
	unapproved.Site = "another"
	if n.Config.Model.Bundle, err = store.Put(unapproved, nil); err != nil {
		t.Fatal(err)
	}
	_, _, err = n.serving()
	faulted(t, "named, and approved by nobody", err, "bundle-unapproved", n.Config.Model.Bundle)
	if n.Config.Model.Bundle, err = store.Put(agedOnly(t, n, false), nil); err != nil {
		t.Fatal(err)
	}
	if got, _, err := n.serving(); got != n.Config.Model.Bundle || err != nil {
		t.Errorf("one approved before others does not serve where it is named: %q, %v", got, err)
	}
	n.Config.Model.Bundle = id
	n.Config.Site.Synthetic = true
	if got, _, err := n.serving(); got != id || err != nil {
		t.Errorf("made-up people are not scored by their own: %q, %v", got, err)
	}
}
