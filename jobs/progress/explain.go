package progress

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"leftshift/engine"
)

// Explain gives the code and the sentence of an error that may be kept in a
// ledger or a log. The text of a Fault and of the operating system is passed
// on, masked; any other error's text could quote a record, so only its type
// is told. Nil gives "", "".
func Explain(err error) (code, say string) {
	if err == nil {
		return "", ""
	}
	var fault *engine.Fault
	if errors.As(err, &fault) {
		say := fault.Say
		if fault.Err != nil {
			_, cause := Explain(fault.Err)
			say += ": " + cause
		}
		return fault.Code, Mask(say)
	}
	if errors.Is(err, syscall.ENOSPC) {
		return "disk-full", "the disk is full: free space and run again"
	}
	if errors.Is(err, context.Canceled) {
		return "cancelled", "the run was stopped"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "deadline", "the time allowed was over"
	}
	var path *fs.PathError
	var link *os.LinkError
	var number syscall.Errno
	switch {
	case errors.As(err, &path):
		return "file", Mask(path.Error())
	case errors.As(err, &link):
		return "file", Mask(link.Error())
	case errors.As(err, &number):
		return "system", number.Error()
	}
	return "unexpected", fmt.Sprintf("an error of type %T, not told further because its text may quote a record", root(err))
}

// root is the innermost error of a chain, the first branch where it splits.
func root(err error) error {
	for {
		switch x := err.(type) {
		case interface{ Unwrap() error }:
			if x.Unwrap() == nil {
				return err
			}
			err = x.Unwrap()
		case interface{ Unwrap() []error }:
			if len(x.Unwrap()) == 0 {
				return err
			}
			err = x.Unwrap()[0]
		default:
			return err
		}
	}
}
