package progress

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"leftshift/engine"
)

// Panicked is the error of a recovered panic: where it began, and what the Go
// runtime says if it was the runtime's. Any other value could quote a record,
// so only its type is told. Call it in the deferred function that recovered.
func Panicked(value any) error {
	what := fmt.Sprintf("a value of type %T", value)
	if err, ok := value.(runtime.Error); ok {
		what = Mask(err.Error())
	}
	where := "an unknown place"
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for past := false; ; {
		f, more := frames.Next()
		if past && !strings.HasPrefix(f.Function, "runtime.") {
			where = fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
			break
		}
		past = past || f.Function == "runtime.gopanic"
		if !more {
			break
		}
	}
	return &engine.Fault{Code: "panic", Say: "a fault of the program at " + where + ": " + what + "; report it with this sentence"}
}
