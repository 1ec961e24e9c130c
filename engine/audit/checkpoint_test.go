package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leftshift/engine"
	"leftshift/engine/identity"
)

func lines(t *testing.T, dir string) []Checkpoint {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "checkpoints"))
	must(t, err)
	var all []Checkpoint
	for _, line := range strings.SplitAfter(string(text), "\n") {
		if line == "" {
			continue
		}
		c, err := ParseCheckpoint(strings.TrimSuffix(line, "\n"))
		must(t, err)
		if c.String()+"\n" != line {
			t.Errorf("%q reads as %q", line, c)
		}
		all = append(all, c)
	}
	return all
}

// The first entry, every so many entries, and after so long.
func TestB22CheckpointsAreMadeOnAppend(t *testing.T) {
	dir := t.TempDir()
	now := night
	opt := signing(dir)
	opt.Every, opt.Age, opt.Now = 5, time.Hour, func() time.Time { return now }
	write := func(n int) {
		l := open(t, filepath.Join(dir, "audit.db"), opt)
		for range n {
			add(t, l, look("u", 1))
		}
		must(t, l.Close()) // after what the writer still does
	}
	for _, step := range []struct {
		entries int
		later   time.Duration
		want    []int64
	}{
		{1, 0, []int64{1}},
		{4, 0, []int64{1}}, // 5
		{1, 0, []int64{1, 6}},
		{12, 0, []int64{1, 6, 11, 16}},              // 18
		{1, time.Hour - 1e6, []int64{1, 6, 11, 16}}, // 19
		{1, 1e6, []int64{1, 6, 11, 16, 20}},
		{0, 9 * time.Hour, []int64{1, 6, 11, 16, 20}},
		{1, -48 * time.Hour, []int64{1, 6, 11, 16, 20, 21}}, // the clock was put back
	} {
		now = now.Add(step.later)
		write(step.entries)
		var got []int64
		for _, c := range lines(t, dir) {
			got = append(got, c.Sequence)
		}
		if !slices.Equal(got, step.want) {
			t.Fatalf("after %+v: checkpoints of %v", step, got)
		}
	}
	if r, breaks := verify(t, dir); !r.Sound() || r.Checkpoints != 6 || r.Proved != 21 {
		t.Errorf("%+v %v", r, breaks)
	}
}

// Of several processes one makes the checkpoint that is due.
func TestB22OneProcessMakesTheCheckpoint(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, filepath.Join(dir, "audit.db"), signing(dir)), open(t, filepath.Join(dir, "audit.db"), signing(dir))
	add(t, a, look("a", 1))
	must(t, a.Close())
	add(t, b, look("b", 2)) // b knows of no checkpoint yet
	must(t, b.Close())
	if got := lines(t, dir); len(got) != 1 || got[0].Sequence != 1 {
		t.Errorf("%v", got)
	}
}

// A crash in the middle of a line leaves a tail, which is not believed, and
// which the next checkpoint mends.
func TestB22TornCheckpoint(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir, 3, 7)
	path := filepath.Join(dir, "checkpoints")
	whole, err := os.ReadFile(path)
	must(t, err)
	for cut := 1; cut < 40; cut += 7 {
		must(t, os.WriteFile(path, whole[:len(whole)-cut], 0o600))
		if r, breaks := verify(t, dir); !r.Sound() || !r.Torn || r.Proved != 3 {
			t.Errorf("cut by %d: %+v %v", cut, r, breaks)
		}
	}
	// a disk may also have made the file longer without writing what is in it
	tail := append(bytes.Clone(whole[:bytes.IndexByte(whole, '\n')+1]), make([]byte, 1000)...)
	must(t, os.WriteFile(path, tail, 0o600))
	l := open(t, filepath.Join(dir, "audit.db"), signing(dir))
	c, err := l.Checkpoint(context.Background())
	must(t, err)
	if got := lines(t, dir); len(got) != 2 || got[1].Sequence != 10 || got[1].String() != c.String() {
		t.Errorf("%v", got)
	}
	if r, breaks := verify(t, dir); !r.Sound() || r.Torn || r.Proved != 10 {
		t.Errorf("%+v %v", r, breaks)
	}
}

// No byte of a line can be changed, and no other key signs.
func TestB22ForgedCheckpoints(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir, 3, 7)
	path := filepath.Join(dir, "checkpoints")
	whole, err := os.ReadFile(path)
	must(t, err)
	end := bytes.IndexByte(whole, '\n')
	for at := range end {
		b := bytes.Clone(whole)
		b[at] ^= 1
		must(t, os.WriteFile(path, b, 0o600))
		if _, breaks := verify(t, dir); len(breaks) != 1 || breaks[0].Kind != Unsigned || breaks[0].Line != 1 {
			t.Errorf("byte %d changed: %v", at, breaks)
		}
	}
	// the running log does not go on from a last line that was changed
	for _, back := range []int{2, 50, 100, 120, 140, 200} {
		b := bytes.Clone(whole)
		b[len(b)-back] ^= 1
		must(t, os.WriteFile(path, b, 0o600))
		if _, err := Open(filepath.Join(dir, "audit.db"), signing(dir)); codeOf(err) != "audit-checkpoint-changed" {
			t.Errorf("byte %d from the end changed: %v", back, err)
		}
	}

	id := make([]byte, idBytes)
	forged := sign(testKey(2), id, head{seq: 3}, night)
	must(t, os.WriteFile(path, []byte(forged.String()+"\n"), 0o600))
	if _, breaks := verify(t, dir); len(breaks) != 1 || !strings.Contains(breaks[0].Say, "is not signed by a key that was given") {
		t.Errorf("forged: %v", breaks)
	}
	another := sign(testKey(1), id, head{seq: 3}, night)
	must(t, os.WriteFile(path, append([]byte(another.String()+"\r\n"+strings.Repeat("x", 3*lineBytes)+"\n"), whole...), 0o600))
	r, breaks := verify(t, dir)
	if len(breaks) != 2 || breaks[0].Kind != Unsigned || breaks[0].Line != 2 || breaks[1].Kind != Other || breaks[1].Line != 1 || r.Proved != 7 {
		t.Errorf("of another log: %+v %v", r, breaks)
	}
}

// A key that is replaced begins a new file; the old checkpoints count with the old public key.
func TestB22KeysAreReplaced(t *testing.T) {
	dir := t.TempDir()
	filled(t, dir, 3)
	opt := signing(dir)
	opt.Key = testKey(2)
	if _, err := Open(filepath.Join(dir, "audit.db"), opt); codeOf(err) != "audit-checkpoint-changed" {
		t.Errorf("the new key goes on with the old file: %v", err)
	}
	text, err := os.ReadFile(opt.Checkpoints)
	must(t, err)
	opt.Checkpoints += "-2"
	l := open(t, filepath.Join(dir, "audit.db"), opt)
	_, err = l.Checkpoint(context.Background())
	must(t, err)
	second, err := os.ReadFile(opt.Checkpoints)
	must(t, err)
	text = append(text, second...)
	public := func(b byte) ed25519.PublicKey { return testKey(b).Public().(ed25519.PublicKey) }
	r, err := Verify(context.Background(), filepath.Join(dir, "audit.db"), Proof{bytes.NewReader(text), []ed25519.PublicKey{public(2), public(1)}}, nil)
	if must(t, err); !r.Sound() || r.Checkpoints != 2 || r.Proved != 10 {
		t.Errorf("%+v", r)
	}
	r, err = Verify(context.Background(), filepath.Join(dir, "audit.db"), Proof{bytes.NewReader(text), []ed25519.PublicKey{public(2)}}, nil)
	if must(t, err); r.Breaks != 1 {
		t.Errorf("without the old key: %+v", r)
	}
}

// A checkpoint that cannot be written is told and tried again; what was
// appended stands.
func TestCheckpointFileThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	opt := signing(dir)
	opt.Checkpoints = filepath.Join(dir, "none", "checkpoints")
	var warned []string
	opt.Warn = func(err error) { warned = append(warned, codeOf(err)) }
	l := open(t, filepath.Join(dir, "audit.db"), opt)
	add(t, l, look("u", 1))
	if _, err := l.Checkpoint(context.Background()); codeOf(err) != "audit-checkpoint-write" {
		t.Errorf("asked: %v", err)
	}
	must(t, os.Mkdir(filepath.Join(dir, "none"), 0o700))
	add(t, l, look("u", 2))
	must(t, l.Close())
	if len(warned) != 1 || warned[0] != "audit-checkpoint-write" {
		t.Errorf("warned of %v", warned)
	}
	if text, err := os.ReadFile(opt.Checkpoints); err != nil || bytes.Count(text, []byte("\n")) != 1 {
		t.Errorf("%q, %v", text, err)
	}
}

func TestKeyFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.key")
	must(t, NewKeyFile(path))
	for name, mode := range map[string]os.FileMode{path: 0o400, path + ".pub": 0o444} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	key, err := LoadKey(path)
	must(t, err)
	public, err := LoadPublicKey(path + ".pub")
	must(t, err)
	if !sign(key, make([]byte, idBytes), head{}, night).signedBy(public) {
		t.Error("the public key does not check what the key signs")
	}
	raw, err := identity.LoadKeyFile(path)
	must(t, err)
	if bytes.Equal(key.Seed(), raw) {
		t.Error("the key of the file signs as it is")
	}
	if err := NewKeyFile(path); codeOf(err) != "key-file-exists" {
		t.Errorf("again: %v", err)
	}
	must(t, os.WriteFile(filepath.Join(dir, "bad.pub"), []byte("00"), 0o600))
	if _, err := LoadPublicKey(filepath.Join(dir, "bad.pub")); codeOf(err) != "key-file-shape" {
		t.Errorf("bad: %v", err)
	}
	if _, err := LoadPublicKey(filepath.Join(dir, "no.pub")); codeOf(err) != "key-file-missing" {
		t.Errorf("missing: %v", err)
	}
}

// An empty audit can be stated too, and an audit in use be verified.
func TestB22VerifyWhileAppending(t *testing.T) {
	dir := t.TempDir()
	opt := signing(dir)
	opt.Every = 3
	l := open(t, filepath.Join(dir, "audit.db"), opt)
	if c, err := l.Checkpoint(context.Background()); err != nil || c.Sequence != 0 {
		t.Errorf("%v, %v", c, err)
	}
	if r, breaks := verify(t, dir); !r.Sound() || r.Checkpoints != 1 || r.Entries != 0 {
		t.Errorf("%+v %v", r, breaks)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 60 {
			if _, err := l.Append(context.Background(), look("u", engine.Person(i+1), 99)); err != nil {
				t.Error(err)
			}
		}
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		if r, breaks := verify(t, dir); !r.Sound() {
			t.Fatalf("%+v %v", r, breaks)
		}
	}
}
