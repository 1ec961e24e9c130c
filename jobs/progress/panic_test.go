package progress

import (
	"strings"
	"testing"
)

func TestPanicked(t *testing.T) {
	recovered := func(do func()) (err error) {
		defer func() { err = Panicked(recover()) }()
		do()
		return nil
	}
	var none []int
	var unmade map[string]int
	for _, c := range []struct {
		do   func()
		want string
	}{
		{func() { panic("Mary Smith") }, "a value of type string"},
		{func() { _ = none[len(none)+3] }, "index out of range"},
		{func() { unmade["x"] = 1 }, "a value of type"},
	} {
		code, say := Explain(recovered(c.do))
		if code != "panic" || !strings.Contains(say, "panic_test.go:") || strings.Contains(say, "Smith") {
			t.Errorf("%q, %q", code, say)
		}
		if c.want != "a value of type" && !strings.Contains(say, c.want) {
			t.Errorf("%q has no %q", say, c.want)
		}
	}
}
