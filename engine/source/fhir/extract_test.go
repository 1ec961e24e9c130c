package fhir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"leftshift/engine"
	"leftshift/engine/identity"
	"leftshift/engine/schema"
	"leftshift/engine/source"
)

const good = `{"resourceType":"Flag","id":"%d","subject":{"reference":"Patient/p"},"period":{"start":"2020-01-01"},"code":{"coding":[{"system":"http://snomed.info/sct","code":"1119451001"}]}}`

func reasons(t *testing.T, in string, opt Options) (*landed, string) {
	t.Helper()
	l, err := land(t, strings.NewReader(in), opt, "2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	l.rows(t, schema.TableQuarantine, func(get func(string) any) {
		out = append(out, fmt.Sprintf("%d %s", get("position"), get("reason")))
	})
	return l, strings.Join(out, ", ")
}

func TestBytesThatAreNoText(t *testing.T) {
	ok := fmt.Sprintf(good, 1)
	for name, c := range map[string]struct{ in, want string }{
		"invalid UTF-8":        {ok + "\n" + strings.Replace(ok, "Patient/p", "Patient/\xff", 1), "2 utf8-invalid"},
		"bare NUL":             {ok + "\n" + strings.Replace(ok, "Patient/p", "Patient/\x00", 1), "2 nul"},
		"bare control":         {ok + "\n" + strings.Replace(ok, "Patient/p", "Patient/\x07", 1), "2 json-control"},
		"NUL between":          {ok + "\n\x00" + ok, "2 json-syntax"},
		"mark within the file": {ok + "\n\ufeff" + ok, "2 json-syntax"},
		"carriage returns":     {ok + "\r\n" + ok + "\r\n", ""},
		"no last line end":     {ok + "\n" + ok[:40], "2 json-truncated"},
	} {
		if l, got := reasons(t, c.in, testOptions()); got != c.want || l.counts.In != 2 {
			t.Errorf("%s: %q in %d, want %q", name, got, l.counts.In, c.want)
		}
	}
	if l, got := reasons(t, "\ufeff"+ok, testOptions()); got != "" || l.counts.Held != 1 || l.counts.Reasons["bom"] != 1 {
		t.Errorf("mark at the start: %q %+v", got, l.counts)
	}
	bundle := `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + strings.Replace(ok, "Patient/p", "Patient/\xff", 1) + `},{"resource":` + ok + `}]}`
	if l, got := reasons(t, bundle, testOptions()); got != "1 utf8-invalid" || l.counts.Held != 1 {
		t.Errorf("entry with invalid UTF-8: %q %+v", got, l.counts)
	}
}

func TestFormatsThatAreNotOurs(t *testing.T) {
	for in, want := range map[string]string{
		"\xff\xfe{\x00": "format-utf16", "\x1f\x8b\x08\x00": "format-compressed", "PK\x03\x04": "format-compressed",
		" \n\t<Bundle": "format-xml", "": "file-empty", "\n \n": "file-empty", "\xef\xbb\xbf": "file-empty",
	} {
		_, err := land(t, strings.NewReader(in), testOptions(), "2026-11-20")
		var f *engine.Fault
		if !errors.As(err, &f) || f.Code != want || f.Say == "" || f.Say == f.Code {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	_, err := land(t, io.MultiReader(strings.NewReader(fmt.Sprintf(good, 1)+"\n"), iotest.ErrReader(errors.New("disk"))), testOptions(), "2026-11-20")
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != "read-failed" {
		t.Errorf("a reading error gives %v", err)
	}
}

// A line beyond the limit is passed over without being held, wherever it
// stands and however it comes; a Bundle may be longer.
func TestLongLines(t *testing.T) {
	ok := fmt.Sprintf(good, 1)
	opt := testOptions()
	opt.MaxLine = 500
	long := `{"resourceType":"Flag","id":"` + strings.Repeat("x", 5000) + `"}`
	for _, c := range []struct{ in, want string }{
		{long + "\n" + ok + "\n", "1 line-too-long"},
		{ok + "\n" + long + "\n" + ok, "2 line-too-long"},
		{ok + "\n" + ok + "\n" + long, "3 line-too-long"},
		{ok + "\n" + ok[:len(ok)-1] + strings.Repeat(" ", 500) + "}", "2 line-too-long"},
	} {
		if _, got := reasons(t, c.in, opt); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	bundle := `{"resourceType":"Bundle","type":"collection","entry":[` + strings.Repeat(`{"resource":`+ok+`},`, 99) + `{"resource":` + ok + `}]}`
	if l, got := reasons(t, bundle, opt); got != "" || l.counts.Held != 100 {
		t.Errorf("a Bundle in one long line: %q %+v", got, l.counts)
	}
	opt.MaxBundle = 1000
	_, err := land(t, strings.NewReader(bundle), opt, "2026-11-20")
	var f *engine.Fault
	if !errors.As(err, &f) || f.Code != "bundle-too-large" {
		t.Errorf("a Bundle beyond the limit gives %v", err)
	}
	l := newLines(strings.NewReader(strings.Repeat("y", 64<<20)+"\n"+ok), 1<<20)
	if _, tooLong, ok, err := l.next(); !tooLong || !ok || err != nil || len(l.buf) > 1<<20+2 {
		t.Errorf("64 MiB line: %v %v %v, held %d", tooLong, ok, err, len(l.buf))
	}
	if line, tooLong, _, _ := l.next(); tooLong || string(line) != ok {
		t.Errorf("the line after it is %q", line)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	keys, _ := identity.NewKeyer(make([]byte, 32))
	b := source.NewBatch(t.TempDir(), source.Meta{Source: "t", Lag: -1}, keys, nil)
	if err := Extract(ctx, strings.NewReader(strings.Repeat(fmt.Sprintf(good, 1)+"\n", 3000)), testOptions(), b); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled run gives %v", err)
	}
}

// pieces are lines of every fate.
var pieces = []string{
	fmt.Sprintf(good, 1), fmt.Sprintf(good, 2), `{"resourceType":"Location","id":"l"}`, `{"resourceType":"Claim"}`, `{"resourceType":"Condition","subject":{"reference":"Patient/p"}}`,
	`{"resourceType":"Condition"}`, `{"a":1,"a":2}`, `{"resourceType":"Patient","id":"p","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9693632109"}]}`,
	`{"resourceType":"Organization","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"RR8"}]}`, `{"resourceType":"Observation","status":"entered-in-error","subject":{"reference":"Patient/p"}}`,
	`{"resourceType":"Flag","id":"e","subject":{"reference":"Patient/p"},"period":{"start":"1700-01-01"}}`, `garbage`, `[1`, `{}`, "\xff", `{"resourceType":"Encounter","status":"finished","class":{"code":"EMER"},"subject":{"reference":"Patient/p"},"period":{"start":"2020-01-01"}}`,
}

// Every record has one disposition and they add up, whatever the file; the
// same rows land however the bytes arrive; and a Bundle of the same resources
// counts the same.
func TestCountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 12).Draw(t, "lines")
		in := strings.Join(lines, rapid.SampledFrom([]string{"\n", "\r\n", "\n\n \n"}).Draw(t, "end")) + "\n"
		if len(lines) == 1 && strings.HasPrefix(lines[0], "[") {
			return // an array alone is another format
		}
		if strings.HasPrefix(lines[0], "[") {
			in = pieces[0] + "\n" + in
			lines = append([]string{pieces[0]}, lines...)
		}
		tb := fakeTB{t: t}
		defer tb.clean()
		run := func(r io.Reader) (string, source.Counts, int64) {
			l, err := land(&tb, r, testOptions(), "2026-11-20")
			if err != nil {
				t.Fatalf("%q: %v", in, err)
			}
			var typed int64
			for _, n := range l.types {
				typed += n
			}
			return l.text(&tb), l.counts, typed
		}
		whole, c, typed := run(strings.NewReader(in))
		if c.In != c.Held+c.Reference+c.Quarantined || c.In != int64(len(lines)) || typed != c.In {
			t.Fatalf("%q: %+v, types %d", in, c, typed)
		}
		if bytewise, _, _ := run(iotest.OneByteReader(strings.NewReader(in))); bytewise != whole {
			t.Fatalf("%q: other rows byte by byte:\n%s\n%s", in, bytewise, whole)
		}
	})
}

// fakeTB gives rapid's inner runs directories that end with them.
type fakeTB struct {
	testing.TB
	t    *rapid.T
	dirs []string
}

func (f *fakeTB) Helper() {}

func (f *fakeTB) TempDir() string {
	dir, err := os.MkdirTemp("", "fhir")
	if err != nil {
		f.t.Fatal(err)
	}
	f.dirs = append(f.dirs, dir)
	return dir
}

func (f *fakeTB) Fatal(args ...any)                 { f.t.Fatal(args...) }
func (f *fakeTB) Fatalf(format string, args ...any) { f.t.Fatalf(format, args...) }
func (f *fakeTB) Errorf(format string, args ...any) { f.t.Errorf(format, args...) }

func (f *fakeTB) clean() {
	for _, d := range f.dirs {
		os.RemoveAll(d)
	}
}

func FuzzExtract(f *testing.F) {
	for _, p := range pieces {
		f.Add([]byte(p + "\n" + pieces[0]))
		f.Add([]byte(`{"resourceType":"Bundle","type":"document","entry":[{"fullUrl":"urn:uuid:1","resource":` + p + `},{"resource":` + pieces[0] + `}]}`))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		l, err := land(t, bytes.NewReader(in), testOptions(), "2026-11-20")
		var fault *engine.Fault
		if err != nil {
			if !errors.As(err, &fault) {
				t.Fatal(err)
			}
			return
		}
		if c := l.counts; c.In != c.Held+c.Reference+c.Quarantined {
			t.Fatalf("%+v", c)
		}
	})
}

// The reasons' table has every code once, with words.
func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Reasons {
		if seen[r.Code] || r.Say == "" || !strings.Contains("stops quarantined reference note", r.Kind) {
			t.Errorf("%+v", r)
		}
		seen[r.Code] = true
	}
}

// Every code that the source can give is in the table.
func TestReasonsAreComplete(t *testing.T) {
	table := map[string]bool{}
	for _, r := range Reasons {
		table[r.Code] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	given := regexp.MustCompile(`(?:\b(?:note|blame|fault|flaw|Note)\(|hard\{|quarantine\(\w+, |nobody\{|nobody\{code: |Quarantine\(\w+, |Reference\()"([a-z0-9-]+)"[,)}]`)
	n := 0
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range given.FindAllStringSubmatch(string(raw), -1) {
			n++
			if !table[m[1]] {
				t.Errorf("%s gives %q, which the table of reasons does not have", path, m[1])
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d codes found in the source", n)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{"1": "1", "-1.50": "-1.50", "7.005e1": "70.05", "1E-3": "0.001", "-12.5e-2": "-0.125", "5e3": "5000", "1.2e+1": "12"} {
		if got, ok := plain(in); !ok || got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
	if _, ok := plain("1e30"); ok {
		t.Error("1e30 taken")
	}
}
