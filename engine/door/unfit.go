//go:build duckdb_arrow

package door

import (
	"context"

	"leftshift/engine"
	"leftshift/engine/access"
	"leftshift/engine/audit"
)

// CodeUnfit is the code of text from outside that cannot be taken.
const CodeUnfit = "text-unfit"

// Unfit refuses what came with text that the audit cannot hold as it was sent.
// The refusal is in the audit, with the text cut or replaced.
type Unfit struct {
	Fault  *engine.Fault
	Fields map[string]string // what is wrong, as a sentence, by "reason", "object" or a field of a form
}

func (u *Unfit) Error() string { return u.Fault.Error() }
func (u *Unfit) Unwrap() error { return u.Fault }

func unfit(fields map[string]string) *Unfit {
	return &Unfit{&engine.Fault{Code: CodeUnfit, Say: "what was sent cannot be taken as it is, and nothing was done: write it anew, shorter, with letters, digits and the usual signs, and without an NHS number"}, fields}
}

// unfitWords say what to do about a text.
var unfitWords = map[audit.Cause]string{
	audit.TooLong:    "This is too long. Shorten it",
	audit.Unreadable: "This has characters that cannot be read. Write it anew",
	audit.OfPatient:  "Leave out the NHS number: this is kept in the audit, which names no patient",
}

// fromOutside are the misfits of what somebody sent; the others are of the program or
// the sign-in, and cutting them loses nothing.
func fromOutside(all []audit.Misfit) map[string]string {
	out := map[string]string{}
	for _, m := range all {
		if m.Column == "reason" || m.Column == "object" {
			out[m.Column] = unfitWords[m.Why]
		}
	}
	return out
}

// Unreadable records and gives the refusal of a form or an address with
// characters that cannot be read, which was not passed to any other door.
func (d *Doors) Unreadable(ctx context.Context, who access.Principal, where Where, act access.Act, fields []string) error {
	if err := d.record(ctx, ask{who: who, where: where, act: act}, CodeUnfit); err != nil {
		return err
	}
	by := map[string]string{}
	for _, f := range fields {
		by[f] = unfitWords[audit.Unreadable]
	}
	return unfit(by)
}
