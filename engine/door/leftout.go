//go:build duckdb_arrow

package door

import (
	"context"
	"slices"

	"leftshift/engine/access"
	"leftshift/engine/disclosure"
	"leftshift/engine/risklist"
)

// LeftOut is people of a team's practices who are not on its list, for a reason.
type LeftOut struct {
	Text   string // finishes "N people ..."
	People disclosure.Cell
}

// LeftOut tells a team why people of its own are not on its list (R5): a fact for
// who works the list, nil for others and where the snapshot does not say. They are
// counts of people whom nobody is shown, so they pass disclosure control, with the
// list itself as one division.
func (d *Doors) LeftOut(ctx context.Context, who access.Principal, where Where, team string) ([]LeftOut, error) {
	s, done, purpose, err := d.use(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	cut := s.Cut(team)
	if cut == nil || cut.Left == nil || !slices.Contains(who.Teams, team) {
		return nil, nil
	}
	a := ask{who: who, where: where, act: access.OpenList, subject: access.List(purpose, team), object: team + ": who is left out", shot: s.Name}
	if _, err := d.passList(ctx, a, s); err != nil {
		return nil, err
	}
	parts := []int{cut.Size}
	var codes []risklist.Code
	for _, c := range risklist.Codes() {
		if n := cut.Left[c.String()]; n > 0 {
			codes, parts = append(codes, c), append(parts, int(n))
		}
	}
	cells := d.rule().Partitions(parts)[0][1:]
	out := make([]LeftOut, len(codes))
	for k, c := range codes {
		out[k] = LeftOut{c.Sentences(), cells[k]}
	}
	return out, nil
}

func (d *Doors) rule() disclosure.Rule {
	if d.opt.Rule == (disclosure.Rule{}) {
		return disclosure.Standard
	}
	return d.opt.Rule
}
