package pipeline

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"leftshift/engine/durable"
)

// TestMain lets the test binary be the process that dies.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PIPELINE_TEST_DIR"); dir != "" {
		n, err := strconv.Atoi(os.Getenv("PIPELINE_TEST_DIE"))
		if err != nil {
			panic(err)
		}
		p := small(dir, words)
		p.Hook = func(string, string) error {
			if n--; n == 0 {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				time.Sleep(time.Minute)
			}
			return nil
		}
		if err := p.Execute(context.Background(), "r1"); err != nil {
			fmt.Println(err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The process is killed before each operation on the disk in turn; the next
// run ends with the bytes of a run that nobody killed.
func TestKillAtEveryOperation(t *testing.T) {
	want := clean(t)
	for n := 1; ; n++ {
		dir := t.TempDir()
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), "PIPELINE_TEST_DIR="+dir, "PIPELINE_TEST_DIE="+strconv.Itoa(n))
		out, err := cmd.CombinedOutput()
		if err == nil {
			if n < 30 {
				t.Fatalf("only %d operations", n)
			}
			return
		}
		if s := err.(*exec.ExitError).Sys().(syscall.WaitStatus); !s.Signaled() {
			t.Fatalf("operation %d: %v: %s", n, err, out)
		}
		if now, err := durable.Pointed(filepath.Join(dir, "snapshots")); err != nil {
			t.Fatalf("operation %d: a torn pointer %q: %v", n, now, err)
		}
		if err := small(dir, words).Execute(context.Background(), "r2"); err != nil {
			t.Fatalf("operation %d: the next run: %v", n, err)
		}
		if got := tree(t, dir); got != want {
			t.Fatalf("operation %d: got\n%s\nwant\n%s", n, got, want)
		}
	}
}
