//go:build duckdb_arrow

// Package e2e drives the built program as a user would: its command line, its
// exit codes, its files. Nothing here calls the program's own code.
package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	root    string // of the repository
	scratch string // for the whole test run
	program string
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if root, err = filepath.Abs("../.."); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if scratch, err = os.MkdirTemp("", "leftshift-e2e-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(scratch)
		program = filepath.Join(scratch, "leftshift")
		build := exec.Command("go", "build", "-tags=duckdb_arrow", "-o", program, ".")
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "the program does not build: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// answer is what a command left behind.
type answer struct {
	code     int
	out, err string
}

// leftshift runs a command in a folder.
func leftshift(t testing.TB, dir string, args ...string) answer {
	t.Helper()
	return finish(t, start(t, dir, args...))
}

// command is a leftshift that has been started.
type command struct {
	*exec.Cmd
	args     []string
	out, err bytes.Buffer
}

func start(t testing.TB, dir string, args ...string) *command {
	t.Helper()
	c := &command{Cmd: exec.Command(program, args...), args: args}
	c.Dir, c.Stdout, c.Stderr = dir, &c.out, &c.err
	c.Env = append(os.Environ(), "TMPDIR="+t.TempDir(), "LEFTSHIFT_DEBUG=")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

func finish(t testing.TB, c *command) answer {
	t.Helper()
	err := c.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	a := answer{c.ProcessState.ExitCode(), c.out.String(), c.err.String()}
	for _, trace := range []string{"goroutine ", "panic:", "runtime error", ".go:"} {
		if strings.Contains(a.out+a.err, trace) {
			t.Fatalf("leftshift %v shows a stack trace:\n%s%s", c.args, a.out, a.err)
		}
	}
	return a
}

// done fails the test unless the command ended with 0.
func (a answer) done(t testing.TB) answer {
	t.Helper()
	if a.code != 0 {
		t.Fatalf("exit %d\n%s%s", a.code, a.out, a.err)
	}
	return a
}

// fails fails the test unless the command ended with the code and says each
// of the words on standard error.
func (a answer) fails(t testing.TB, code int, words ...string) {
	t.Helper()
	if a.code != code {
		t.Errorf("exit %d, want %d\n%s%s", a.code, code, a.out, a.err)
	}
	for _, w := range words {
		if !strings.Contains(a.err, w) {
			t.Errorf("standard error does not say %q:\n%s", w, a.err)
		}
	}
}

// timed logs how long a test took, for the reader only.
func timed(t *testing.T) {
	start := time.Now()
	t.Cleanup(func() { t.Logf("took %.1fs", time.Since(start).Seconds()) })
}

// The two nights of the synthetic site: files under later/ are known after
// the first.
const (
	firstNight  = "2026-08-31"
	secondNight = "2026-09-30"
)

// template is a synthetic system of 2,000 people with keys and a small model,
// trained on what was known on the first night, and nothing landed.
var template = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch, "template")
	do := func(args ...string) error {
		c := exec.Command(program, args...)
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("leftshift %v: %w\n%s", args, err, out)
		}
		return nil
	}
	if err := do("synth", "-q", "--people", "2000", "--seed", "5", "--hold-back", "30", "--end", secondNight, "--out", dir); err != nil {
		return "", err
	}
	later := filepath.Join(dir, "later")
	if err := os.Rename(later, later+".away"); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "leftshift.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	// Globs, so that a delivery may have another name.
	text = bytes.ReplaceAll(text, []byte(".csv\", \"later"), []byte("*.csv\", \"later"))
	text = bytes.Replace(text, []byte("[model]\n"), []byte("[model]\nhorizons = [90]\n"), 1)
	text = append(text, "\n[model.boost]\nrounds = 20\n"...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return "", err
	}
	if err := do("train", "-q", "--config", path, "--as-of", firstNight); err != nil {
		return "", err
	}
	for _, gone := range []string{"landed", "steps", "tmp", "ledger.db"} {
		if err := os.RemoveAll(filepath.Join(dir, "data", gone)); err != nil {
			return "", err
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "vault")); err != nil {
		return "", err
	}
	return dir, os.Rename(later+".away", later)
})
