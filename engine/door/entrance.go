//go:build duckdb_arrow

package door

import (
	"context"

	"leftshift/engine/access"
)

// Entered records that someone signed in or out, chose a role, or was refused.
func (d *Doors) Entered(ctx context.Context, who access.Principal, act, outcome string) error {
	return d.record(ctx, ask{who: who, act: access.Act(act), where: Where{Route: "sign-in"}}, outcome)
}
