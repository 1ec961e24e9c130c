package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/durable"
	"leftshift/jobs/ledger"
	"leftshift/jobs/progress"
)

// small is a pipeline of three steps over the text in `in`: words become
// files, the files one snapshot, and the snapshot current.
func small(root, in string) *Pipeline {
	put := func(r *Run, path, text string) error {
		if err := r.Op("create", path); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		f, err := os.Create(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for part := range strings.SplitSeq(text, "") { // a kill may tear it
			if err := r.Op("write", path); err != nil {
				return err
			}
			if _, err := f.WriteString(part); err != nil {
				return err
			}
		}
		return nil
	}
	return &Pipeline{Root: root, Version: "v1", Steps: []Step{
		{
			Name:   "land",
			Digest: func(context.Context, *Run) (string, error) { return DigestOf(in), nil },
			Do: func(_ context.Context, r *Run, dir string) error {
				for i, word := range strings.Fields(in) {
					if err := put(r, filepath.Join(dir, "words", fmt.Sprint(i)), word); err != nil {
						return err
					}
					r.Count("words", 1)
				}
				return nil
			},
			Keep: 2,
		},
		{
			Name: "snapshot", Folder: "snapshots",
			Digest: func(_ context.Context, r *Run) (string, error) { return DigestOf(r.Identity("land")), nil },
			Do: func(_ context.Context, r *Run, dir string) error {
				all := ""
				for i := range strings.Fields(in) {
					b, err := os.ReadFile(filepath.Join(r.Output("land"), "words", fmt.Sprint(i)))
					if err != nil {
						return err
					}
					all += "," + string(b)
				}
				return put(r, filepath.Join(dir, "all"), all)
			},
			Check: func(_ context.Context, r *Run, dir string) error {
				b, err := os.ReadFile(filepath.Join(dir, "all"))
				if err != nil {
					return err
				}
				if strings.Count(string(b), ",") != len(strings.Fields(in)) {
					return &engine.Fault{Code: "short", Say: "the snapshot is short"}
				}
				return nil
			},
		},
		{
			Name: "publish",
			Do: func(_ context.Context, r *Run, _ string) error {
				return r.Point(filepath.Dir(r.Output("snapshot")), r.Identity("snapshot"))
			},
		},
	}}
}

// tree is every file below a folder with its bytes, and every folder.
func tree(t testing.TB, root string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if e.IsDir() {
			fmt.Fprintf(&b, "%s/\n", rel)
			return nil
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s = %q\n", rel, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const words = "one two three"

func clean(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := small(dir, words).Execute(context.Background(), "r0"); err != nil {
		t.Fatal(err)
	}
	return tree(t, dir)
}

var errInjected = errors.New("injected")

// An operation fails, or panics, or it and all that follow fail: whichever of
// them it is, the next run ends with the bytes of a run without failure, and
// until then the pointer names nothing.
func TestFailAtEveryOperation(t *testing.T) {
	want := clean(t)
	for _, kind := range []string{"once", "for good", "panic"} {
		for n := 1; ; n++ {
			dir := t.TempDir()
			i, at := 0, ""
			p := small(dir, words)
			p.Hook = func(op, path string) error {
				i++
				if i == n {
					at = op + " " + strings.TrimPrefix(path, dir)
				}
				switch {
				case i == n && kind == "panic" && !strings.HasPrefix(op, "re"):
					panic("injected")
				case i == n, i > n && kind == "for good":
					return errInjected
				}
				return nil
			}
			var err error
			func() {
				defer func() {
					if recover() != nil { // in the runner itself: as a crash
						err = errInjected
					}
				}()
				err = p.Execute(context.Background(), "r1")
			}()
			if at == "" {
				if err != nil {
					t.Fatal(err)
				}
				if n < 30 {
					t.Fatalf("only %d operations", n)
				}
				break
			}
			if err == nil {
				t.Fatalf("%s at %s: no error", kind, at)
			}
			if now, err := durable.Pointed(filepath.Join(dir, "snapshots")); err != nil {
				t.Fatalf("%s at %s: a torn pointer %q: %v", kind, at, now, err)
			}
			if err := small(dir, words).Execute(context.Background(), "r2"); err != nil {
				t.Fatalf("%s at %s: the next run: %v", kind, at, err)
			}
			if got := tree(t, dir); got != want {
				t.Fatalf("%s at %s: got\n%s\nwant\n%s", kind, at, got, want)
			}
		}
	}
}

func TestNothingIsDoneTwice(t *testing.T) {
	dir := t.TempDir()
	run := func(p *Pipeline) string {
		t.Helper()
		var b strings.Builder
		p.Hear = func(e progress.Event) {
			if e, ok := e.(progress.StepEnded); ok {
				fmt.Fprintf(&b, "%s:%v:%s ", e.Step, e.Reused, e.Summary)
			}
		}
		if err := p.Execute(context.Background(), fmt.Sprint("r", time.Now().UnixNano())); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(b.String())
	}
	for i, c := range []struct{ in, version, want string }{
		{words, "v1", "land:false:words 3 snapshot:false: publish:false:"},
		{words, "v1", "land:true:words 3 snapshot:true: publish:false:"},
		{"one two", "v1", "land:false:words 2 snapshot:false: publish:false:"},
		{words, "v2", "land:false:words 3 snapshot:false: publish:false:"},
		{words, "v1", "land:false:words 3 snapshot:true: publish:false:"}, // land keeps two
		{words, "v2", "land:true:words 3 snapshot:true: publish:false:"},
	} {
		p := small(dir, c.in)
		p.Version = c.version
		if got := run(p); got != c.want {
			t.Errorf("run %d: got %q; want %q", i, got, c.want)
		}
	}
	kept, _ := os.ReadDir(filepath.Join(dir, "steps/land"))
	if len(kept) != 2 {
		t.Errorf("%d outputs of land; it keeps 2", len(kept))
	}
}

func TestADamagedOutputIsPutAside(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"short":       func(d string) error { return os.Truncate(filepath.Join(d, "words/1"), 1) },
		"missing":     func(d string) error { return os.Remove(filepath.Join(d, "words/1")) },
		"changed":     func(d string) error { return os.WriteFile(filepath.Join(d, "words/1"), []byte("TWO"), 0o600) },
		"added":       func(d string) error { return os.WriteFile(filepath.Join(d, "words/3"), []byte("four"), 0o600) },
		"no manifest": func(d string) error { return os.Remove(filepath.Join(d, ManifestName)) },
		"torn":        func(d string) error { return os.Truncate(filepath.Join(d, ManifestName), 9) },
	} {
		dir := t.TempDir()
		p := small(dir, words)
		if err := p.Execute(context.Background(), "r1"); err != nil {
			t.Fatal(err)
		}
		found, _ := filepath.Glob(filepath.Join(dir, "steps/land/*"))
		if err := damage(found[0]); err != nil {
			t.Fatal(err)
		}
		file := name != "no manifest" && name != "torn" // else the folder is all that can be named
		warned := false
		p.Hear = func(e progress.Event) {
			if w, ok := e.(progress.Warning); ok && w.Code == "output-damaged" {
				warned = !file || strings.Contains(w.Say, "land/"+filepath.Base(found[0])+"/words/")
			}
		}
		if err := p.Execute(context.Background(), "r2"); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(found[0] + ".damaged-r2"); err != nil || !warned {
			t.Errorf("%s: put aside: %v; warned: %v", name, err, warned)
		}
		m, err := ReadManifest(found[0])
		if err != nil || m.Verify(found[0], true) != nil || m.Counts["words"] != 3 {
			t.Errorf("%s: %v, %+v", name, err, m)
		}
	}
}

func TestDeepVerify(t *testing.T) {
	dir := t.TempDir()
	if err := small(dir, words).Execute(context.Background(), "r1"); err != nil {
		t.Fatal(err)
	}
	found, _ := filepath.Glob(filepath.Join(dir, "steps/land/*"))
	if err := os.WriteFile(filepath.Join(found[0], "words/0"), []byte("ONE"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := ReadManifest(found[0])
	if err != nil {
		t.Fatal(err)
	}
	if m.Verify(found[0], false) != nil || m.Verify(found[0], true) == nil {
		t.Error("a change of bytes that keeps the length is for the deep look")
	}
	m.Files[0].Path = "../x"
	if m.Verify(found[0], false) == nil {
		t.Error("a manifest may look outside its folder")
	}
}

func TestStepsThatMisbehave(t *testing.T) {
	digest := func(context.Context, *Run) (string, error) { return "d", nil }
	for code, s := range map[string]Step{
		"panic": {Digest: digest, Do: func(context.Context, *Run, string) error { panic("Mary Smith") }},
		"step-output": {Digest: digest, Do: func(_ context.Context, _ *Run, dir string) error {
			return os.Symlink("/etc/passwd", filepath.Join(dir, "x"))
		}},
		"unexpected": {Digest: func(context.Context, *Run) (string, error) { return "", errors.New("x") }, Do: func(context.Context, *Run, string) error { return nil }},
		"short": {Digest: digest, Do: func(context.Context, *Run, string) error { return nil },
			Check: func(context.Context, *Run, string) error { return &engine.Fault{Code: "short"} }},
	} {
		dir := t.TempDir()
		s.Name = "x"
		err := (&Pipeline{Root: dir, Steps: []Step{s}}).Execute(context.Background(), "r")
		if got, say := progress.Explain(err); got != code || strings.Contains(say, "Smith") {
			t.Errorf("%v; want %s", err, code)
		}
		if left, _ := os.ReadDir(filepath.Join(dir, "steps/x")); len(left) != 0 {
			t.Errorf("%s left %v", code, left)
		}
	}
}

func TestStopAndCancel(t *testing.T) {
	dir := t.TempDir()
	l, err := ledger.Open("", ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	attempt := func(change func(*Pipeline, context.CancelFunc)) error {
		t.Helper()
		r, ctx, err := l.Begin(context.Background(), ledger.Start{Job: "night"})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		p := small(dir, words)
		p.Record = r
		change(p, cancel)
		err = p.Execute(ctx, r.ID)
		if err := r.End(ledger.Outcome(ctx, err), err, true); err != nil {
			t.Fatal(err)
		}
		return err
	}
	// Asked to stop while the first step works: that step ends well.
	if err := attempt(func(p *Pipeline, _ context.CancelFunc) {
		stop := make(chan struct{})
		p.Stop = stop
		do := p.Steps[0].Do
		p.Steps[0].Do = func(ctx context.Context, r *Run, dir string) error { close(stop); return do(ctx, r, dir) }
	}); !errors.Is(err, ledger.ErrStopped) {
		t.Errorf("stopped: %v", err)
	}
	// Cancelled in the second.
	if err := attempt(func(p *Pipeline, cancel context.CancelFunc) {
		p.Steps[1].Do = func(ctx context.Context, r *Run, dir string) error { cancel(); return ctx.Err() }
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := attempt(func(p *Pipeline, _ context.CancelFunc) {
		p.Steps[1].Do = func(context.Context, *Run, string) error { return &engine.Fault{Code: "bad", Say: "bad"} }
	}); err == nil {
		t.Error("no failure")
	}
	if err := attempt(func(*Pipeline, context.CancelFunc) {}); err != nil {
		t.Error(err)
	}
	runs, err := l.Runs(9)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, r := range runs {
		got += fmt.Sprintf("%s %s:", r.State, r.Code)
		for _, s := range r.Steps {
			got += strings.TrimRight(fmt.Sprintf(" %s %s %v", s.Name, s.State, s.Counts), " ")
		}
		got += "\n"
	}
	want := `succeeded : land reused words 3 snapshot succeeded publish succeeded
failed bad: land reused words 3 snapshot failed
cancelled cancelled: land reused words 3 snapshot cancelled
cancelled stopped: land succeeded words 3
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestNoRunWithoutSpace(t *testing.T) {
	p := small(t.TempDir(), words)
	p.MinFree = 1 << 60
	if code, _ := progress.Explain(p.Execute(context.Background(), "r")); code != "disk-full" {
		t.Error(code)
	}
}

func TestPointer(t *testing.T) {
	dir := t.TempDir()
	r := &Run{}
	if now, err := durable.Pointed(dir); now != "" || err != nil {
		t.Error(now, err)
	}
	for _, bad := range []string{"", ".", "..", "../x", "/etc", "none", "a/b", "a\n"} {
		if err := r.Point(dir, bad); err == nil {
			t.Errorf("points at %q", bad)
		}
	}
	for _, name := range []string{"a", "b", "b", "a"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := r.Point(dir, name); err != nil {
			t.Fatal(err)
		}
		if now, err := durable.Pointed(dir); now != name || err != nil {
			t.Error(now, err)
		}
	}
	for _, text := range []string{"", "a", "../a\n", "none\n", "a\nb\n", "/etc\n"} {
		if err := os.WriteFile(filepath.Join(dir, durable.Current), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if now, err := durable.Pointed(dir); err == nil {
			t.Errorf("%q gives %q", text, now)
		}
	}
}

func TestDigestOf(t *testing.T) {
	if DigestOf("a", "b") == DigestOf("ab") || DigestOf("a", "b") == DigestOf("a", "b", "") || DigestOf() == DigestOf("") {
		t.Error("parts run together")
	}
}
