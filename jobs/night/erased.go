//go:build duckdb_arrow

package night

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leftshift/engine"
	"leftshift/engine/consent"
	"leftshift/engine/lake"
	"leftshift/jobs/config"
)

// certified refuses a landed batch whose manifest says that rows were erased from
// it, unless the certificate that it names, in the site's state folder, says so
// too and of this very manifest.
func (n *Night) certified(b *lake.Batch) error {
	if len(b.Erased) == 0 {
		return nil
	}
	refused := func(err error) error {
		return &engine.Fault{Code: "batch-erasure", Say: "the manifest of landed batch " + b.ID + " of " + b.Source + " names an erasure that no certificate states: end an erasure that was cut off with `leftshift retain --apply`, or restore the state folder's retention/ or the batch", Err: err}
	}
	name := b.Erased[len(b.Erased)-1].Certificate
	if !filepath.IsLocal(name) || strings.ContainsAny(name, `/\`) {
		return refused(nil)
	}
	manifest, err := os.ReadFile(filepath.Join(b.Dir, "manifest.json"))
	if err != nil {
		return refused(err)
	}
	text, err := os.ReadFile(filepath.Join(n.Config.At(n.Config.Serve.State), "retention", name+".json"))
	if err != nil {
		return refused(err)
	}
	var c struct {
		Erasure struct {
			Landed []struct{ Name, After string }
		}
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return refused(err)
	}
	h := sha256.Sum256(manifest)
	for _, x := range c.Erasure.Landed {
		if x.Name == "landed/"+b.Source+"/"+b.ID && x.After == hex.EncodeToString(h[:]) {
			return nil
		}
	}
	return refused(nil)
}

// KeptOut says of whom the opt-out lists of some kinds, for the purpose of the
// site, say that nothing is used. It reads the lists as a night of today does and
// holds them as long as the answer is held. Who is withheld only because nobody
// asked about them yet is not among them.
func KeptOut(c *config.Config, today engine.Day, kinds []string) (func(engine.Person) bool, error) {
	var sets []*consent.Set
	for _, kind := range kinds {
		// A person on two lists counts once, by the first: so each list is read
		// alone, the others being declared for other purposes.
		one := *c
		one.OptOut = slices.Clone(c.OptOut)
		for i := range one.OptOut {
			if o := &one.OptOut[i]; o.Kind != kind {
				o.Purposes = []string{"of another list"}
			}
		}
		w, err := (&Night{Config: &one, Today: today}).consent()
		if err != nil {
			return nil, err
		}
		sets = append(sets, w.set)
	}
	return func(p engine.Person) bool {
		for _, s := range sets {
			switch s.Reason(p) {
			case consent.ReasonNational, consent.ReasonType1, consent.ReasonObjection:
				return true
			}
		}
		return false
	}, nil
}
