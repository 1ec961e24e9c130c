package ledger

import (
	"context"
	"errors"

	"leftshift/engine"
)

// ErrStopped is the error of a run that was asked to stop and did, between
// two pieces of work.
var ErrStopped = &engine.Fault{Code: "stopped", Say: "stopped on request at a safe point; the next run goes on from there"}

// Outcome is the state in which a run ends that returned the error. A run
// that was stopped, at a safe point or by its context, is cancelled; one that
// lost its lease has failed.
func Outcome(ctx context.Context, err error) State {
	var cause *engine.Fault
	switch {
	case err == nil:
		return Succeeded
	case errors.Is(err, ErrStopped):
		return Cancelled
	case errors.As(context.Cause(ctx), &cause):
		return Failed
	case errors.Is(err, context.Canceled):
		return Cancelled
	}
	return Failed
}
