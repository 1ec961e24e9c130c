//go:build duckdb_arrow

package landedout

import (
	"context"
	"path/filepath"

	"leftshift/engine"
	"leftshift/engine/analyte"
	"leftshift/engine/identity"
	"leftshift/engine/synth"
	"leftshift/engine/synth/world"
)

// Options say where the batches go and who keeps the identities.
type Options struct {
	// Secrets gives the key of the pseudonyms and the vault of the site. It is
	// called once the folder of the run is there, which must be empty before.
	// A nil vault keeps no identities.
	Secrets func() (*identity.Keyer, identity.Store, error)
	// Root is the folder of landed batches; empty means data/landed in the
	// folder of the run.
	Root string
	// Analytes convert measured values, as for the extractors. Nil: every value
	// is kept in thousandths of the unit given.
	Analytes *analyte.Table
	// People of a batch: part k holds the people from k*People on. 0 means
	// DefaultPart.
	People int
}

// DefaultPart is the number of people of a batch, those of both places.
const DefaultPart = 25_000

// Run makes a synthetic system whose records are landed, not written; for all
// else see synth.Run. The night of the batches is the last day. A run that
// fails leaves no batch. Errors are those of synth.Run, and Faults:
// landed-hold-back, and what the vault and the lake say.
func Run(ctx context.Context, o synth.Options, to Options) (synth.Summary, error) {
	if o.HoldBackDays != 0 {
		return synth.Summary{}, &engine.Fault{Code: "landed-hold-back", Say: "batches are landed for one night: hold back no days, or write source files"}
	}
	if to.Root == "" {
		to.Root = filepath.Join(o.Out, "data", "landed")
	}
	if o.People == 0 {
		o.People = synth.DefaultPeople
	}
	if to.People <= 0 {
		to.People = DefaultPart
	}
	var bases []*place
	o.Places = func(w *world.World) (places [world.Places]synth.Place, err error) {
		keys, vault, err := to.Secrets()
		if err != nil {
			return places, err
		}
		a, b := newPlaceA(newPlace("place_a", w, o.People, &to, keys, vault)), newPlaceB(newPlace("place_b", w, o.People, &to, keys, vault))
		bases = []*place{a.place, b.place}
		return [world.Places]synth.Place{a, b}, nil
	}
	s, err := synth.Run(ctx, o)
	if err != nil {
		for _, p := range bases {
			p.abandon()
		}
	}
	return s, err
}
