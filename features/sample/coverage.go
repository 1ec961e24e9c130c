package sample

import (
	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/features/population"
)

// Coverage draws what could not be seen on each index date: of everyone, and of
// the people of a practice. Kinds are drawn whether or not anyone has rows of
// them. Nil is that everything could be seen.
func Coverage(t *rapid.T, dates []engine.Day) []population.Coverage {
	if oneIn(t, 4, "all seen") {
		return nil
	}
	out := make([]population.Coverage, len(dates))
	for i := range out {
		out[i].Unseen = kinds(t)
		if rapid.Bool().Draw(t, "by practice") {
			out[i].Practices = map[engine.Code]population.Kinds{1: kinds(t), 2: kinds(t)}
		}
	}
	return out
}

// kinds draws kinds of record: of each table none, some or all.
func kinds(t *rapid.T) (out population.Kinds) {
	for _, x := range []struct {
		table string
		n     int
	}{{"event", len(engine.EventKinds())}, {"spell", len(engine.SpellKinds())}, {"document", len(engine.DocumentNames())}} {
		some := rapid.SampledFrom([]string{"none", "some", "some", "all"}).Draw(t, x.table+" unseen")
		for k := 1; k < x.n && some != "none"; k++ {
			if some == "all" || rapid.Bool().Draw(t, "unseen") {
				out.Put(x.table, uint8(k))
			}
		}
	}
	return out
}
