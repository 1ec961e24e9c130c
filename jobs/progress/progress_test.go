package progress

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/identity"
)

// valid makes an NHS number from nine digits, or "" where none exists. These
// are of the range 999, which is never issued.
func valid(nine string) string {
	for c := byte('0'); c <= '9'; c++ {
		if n := nine + string(c); identity.ValidNHSNumber(n) {
			return n
		}
	}
	return ""
}

func TestMask(t *testing.T) {
	const masked = "[masked]"
	n := valid("999000001")
	if n == "" {
		n = valid("999000002")
	}
	grouped := n[:3] + " " + n[3:6] + " " + n[6:]
	bad := n[:9] + string('0'+(n[9]-'0'+1)%10)
	for in, want := range map[string]string{
		"":                                      "",
		n:                                       masked,
		"a " + n + ".":                          "a " + masked + ".",
		grouped:                                 masked,
		strings.ReplaceAll(grouped, " ", "-"):   masked,
		strings.ReplaceAll(grouped, " ", "%20"): masked,
		"x" + n + "y" + grouped + "z":           "x" + masked + "y" + masked + "z",
		bad:                                     bad,
		n + "1":                                 n + "1",
		"1" + n:                                 "1" + n,
		n + "," + n:                             masked + "," + masked,
		"2026-" + grouped:                       "2026-" + masked,
		strings.ReplaceAll(grouped, " ", "  "):  masked,
		strings.ReplaceAll(grouped, " ", "\u00a0"): masked,
		strings.ReplaceAll(grouped, " ", "/"):      masked,
		n[:9]:                                      n[:9],
		"12345678901234567":                        "12345678901234567",
		`{"id":"` + n + `"}`:                       `{"id":"` + masked + `"}`,
	} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q) is %q; want %q", in, got, want)
		}
	}
}

// No text around a number saves it from the mask, as long as it is no digit.
func TestMaskProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := valid(fmt.Sprintf("999%06d", rapid.IntRange(0, 999999).Draw(t, "n")))
		if n == "" {
			t.Skip()
		}
		around := rapid.StringMatching(`([a-z ":/=-]{0,5}[a-z":/=])?`)
		text := around.Draw(t, "before") + n + around.Draw(t, "after")
		if got := Mask(text); strings.Contains(got, n) {
			t.Fatalf("%q stays in %q", n, got)
		}
	})
}

func TestExplain(t *testing.T) {
	secret := errors.New(`Could not convert string 'Mary Smith' to INT32`)
	for _, c := range []struct {
		err       error
		code, say string
	}{
		{nil, "", ""},
		{&engine.Fault{Code: "feed-shrunk", Say: "the feed shrank"}, "feed-shrunk", "the feed shrank"},
		{fmt.Errorf("step: %w", &engine.Fault{Code: "a", Say: "b", Err: secret}), "a", "b: an error of type *errors.errorString"},
		{&engine.Fault{Code: "a", Say: "b", Err: &engine.Fault{Code: "c", Say: "d"}}, "a", "b: d"},
		{secret, "unexpected", "an error of type *errors.errorString"},
		{&fs.PathError{Op: "open", Path: "/x", Err: syscall.EACCES}, "file", "open /x: permission denied"},
		{&fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC}, "disk-full", "the disk is full"},
		{context.Canceled, "cancelled", "the run was stopped"},
		{errors.Join(secret, secret), "unexpected", "an error of type *errors.errorString"},
	} {
		code, say := Explain(c.err)
		if code != c.code || !strings.HasPrefix(say, c.say) || strings.Contains(say, "Smith") {
			t.Errorf("Explain(%v) is %q, %q", c.err, code, say)
		}
	}
}

func TestLogKeepsToItsList(t *testing.T) {
	n := valid("999000001") + valid("999000002")
	n = n[:10]
	var b bytes.Buffer
	l := NewLogger(&b, slog.LevelInfo)
	l = l.With("name", "Mary Smith", "run", "r1").WithGroup("g")
	l.Info("looked at "+n, "step", "land "+n, "address", "1 High Street", "err", errors.New("Mary Smith"),
		"rows", 12, "took", 1500*time.Millisecond, "say", strings.Repeat("é", 600), "digest", struct{ N string }{"Mary Smith"},
		"counts", Counts{"in": 3, "Mary Smith": 1, n: 1})
	l.Debug("not shown")
	line := b.String()
	if strings.Contains(line, n) || strings.Contains(line, "Smith") || strings.Contains(line, "High Street") {
		t.Fatalf("leaks: %s", line)
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "time")
	delete(got, "say")
	want := `{"counts":{"in":3},"dropped_keys":2,"err":"an error of type *errors.errorString, not told further because its text may quote a record","level":"INFO","msg":"looked at [masked]","rows":12,"run":"r1","step":"land [masked]","took":1.5}`
	if text, _ := json.Marshal(got); string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if strings.ContainsRune(line, '\uFFFD') {
		t.Error("a text was cut inside a character")
	}
}

var story = []Event{
	RunStarted{Run: "r1", Job: "night"},
	StepStarted{Run: "r1", Step: "land", Index: 1},
	StepAdvanced{Step: "land", Done: 5, Total: 20, Unit: "files"},
	StepAdvanced{Step: "land", Done: 10, Total: 20, Unit: "files"},
	StepAdvanced{Step: "land", Done: 20, Total: 20, Unit: "files"},
	StepEnded{Run: "r1", Step: "land", Took: 1234 * time.Millisecond, Summary: Counts{"in": 14, "held": 12}},
	Warning{Step: "curate", Code: "late", Say: "a feed is late"},
	StepStarted{Run: "r1", Step: "curate", Index: 2},
	StepAdvanced{Step: "curate", Done: 7, Unit: "rows"},
	StepEnded{Run: "r1", Step: "curate", Took: 61 * time.Second, Code: "bad", Say: "it broke"},
	RunEnded{Run: "r1", Job: "night", State: "failed", Took: 62 * time.Second, Code: "bad", Say: "it broke"},
}

func TestLines(t *testing.T) {
	var b bytes.Buffer
	at := time.Unix(0, 0)
	l := Lines(&b, 5*time.Second, func() time.Time { at = at.Add(3 * time.Second); return at })
	for _, e := range story {
		l(e)
	}
	want := `land: started
land: 10 of 20 files (50 %)
land: done in 1.2s: held 12, in 14
curate: warning: a feed is late [late]
curate: started
curate: failed after 1m1s: it broke [bad]
night failed in 1m2s: it broke [bad]
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestBarLeavesTheSameLines(t *testing.T) {
	var b bytes.Buffer
	l := Bar(&b)
	for _, e := range story {
		l(e)
	}
	out := b.String()
	for _, want := range []string{"land: done in 1.2s: held 12, in 14\n", "curate: warning: a feed is late [late]\n", "night failed in 1m2s: it broke [bad]\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
}

func TestTerminalOfAFile(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	Terminal(f)(StepStarted{Step: "land"})
	text, _ := os.ReadFile(f.Name())
	if string(text) != "land: started\n" {
		t.Errorf("%q", text)
	}
}

func TestLogOfARun(t *testing.T) {
	var b bytes.Buffer
	l := Log(NewLogger(&b, slog.LevelInfo))
	for _, e := range story {
		l(e)
	}
	var msgs []string
	for line := range strings.Lines(b.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		msgs = append(msgs, fmt.Sprint(m["level"], " ", m["msg"]))
		if m["dropped_keys"] != nil {
			t.Errorf("an event uses a key that is not allowed: %s", line)
		}
	}
	want := "INFO run started,INFO step started,INFO step ended,WARN warning,INFO step started,ERROR step failed,ERROR run ended"
	if got := strings.Join(msgs, ","); got != want {
		t.Errorf("got %s", got)
	}
}

func TestTeeTakesTurns(t *testing.T) {
	n := 0 // no lock of its own: the race detector and the count watch
	l := Tee(func(Event) { n++ }, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				l(StepAdvanced{})
			}
		})
	}
	wg.Wait()
	if n != 4000 {
		t.Errorf("heard %d of 4000", n)
	}
}
