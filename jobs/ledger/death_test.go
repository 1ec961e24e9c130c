package ledger

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the process that dies.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LEDGER_TEST_DIR"); dir != "" {
		child(dir, os.Getenv("LEDGER_TEST_DIE"))
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child works on the folder and kills itself before its n-th move; "hold"
// keeps the lock until its input ends.
func child(dir, die string) {
	check := func(err error) {
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(3)
		}
	}
	lock, err := Acquire(dir, WorkLock, night)
	check(err)
	if die == "hold" {
		fmt.Println("held")
		_, _ = io.Copy(io.Discard, os.Stdin)
		check(lock.Release())
		return
	}
	n, err := strconv.Atoi(die)
	check(err)
	move := func() {
		if n--; n == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			time.Sleep(time.Minute)
		}
	}
	move()
	l, err := Open(dir, Options{Host: "here"})
	check(err)
	move()
	_, err = l.Enter("j", night)
	check(err)
	move()
	r, _, err := l.Begin(context.Background(), Start{Job: "j", For: night})
	check(err)
	for _, name := range []string{"land", "curate"} {
		move()
		check(r.StepStarted(name, "d"))
		move()
		check(r.StepEnded(Succeeded, nil, nil))
	}
	move()
	check(r.End(Succeeded, nil, false))
	move()
	fmt.Println("lived", n)
}

func spawn(dir, die string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "LEDGER_TEST_DIR="+dir, "LEDGER_TEST_DIE="+die)
	return cmd
}

// The process is killed before each of its moves in turn. Each time the lock
// is free at once, and the next process finds a ledger from which the slot is
// run to its one end.
func TestKilledBetweenTransitions(t *testing.T) {
	for n := 1; ; n++ {
		dir := t.TempDir()
		out, err := spawn(dir, strconv.Itoa(n)).CombinedOutput()
		if err == nil {
			if n != 10 {
				t.Fatalf("the child lived through %d moves: %s", n, out)
			}
			return
		}
		if state := err.(*exec.ExitError).Sys().(syscall.WaitStatus); !state.Signaled() {
			t.Fatalf("move %d: %v: %s", n, err, out)
		}
		lock, err := Acquire(dir, WorkLock, night)
		must(t, err)
		l, err := Open(dir, Options{Host: "here"})
		must(t, err)
		_, err = l.Enter("j", night)
		must(t, err)
		_, err = l.Recover()
		must(t, err)
		waiting, err := l.Waiting("j")
		must(t, err)
		ended := n == 9 // killed after its end was recorded
		if (len(waiting) == 0) != ended {
			t.Fatalf("move %d: waiting %+v", n, waiting)
		}
		if !ended {
			r, _, err := l.Begin(context.Background(), Start{Job: "j", For: night})
			must(t, err)
			if want := map[bool]int{true: 1, false: 2}[n <= 3]; r.Attempt != want {
				t.Errorf("move %d: attempt %d", n, r.Attempt)
			}
			must(t, r.End(Succeeded, nil, false))
		}
		runs, err := l.Runs(10)
		must(t, err)
		for i, r := range runs {
			if want := map[bool]State{true: Succeeded, false: Abandoned}[i == 0]; r.State != want {
				t.Errorf("move %d: run %d is %s", n, i, r.State)
			}
			for _, s := range r.Steps {
				if s.State == Running {
					t.Errorf("move %d: a step of a dead run is running", n)
				}
			}
		}
		slots, err := l.Slots("j", 10)
		must(t, err)
		if len(slots) != 1 || slots[0].State != Succeeded {
			t.Errorf("move %d: slots %+v", n, slots)
		}
		must(t, l.Close())
		must(t, lock.Release())
	}
}

func TestASecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	cmd := spawn(dir, "hold")
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the child says %q", line)
	}
	_, err = Acquire(dir, WorkLock, night)
	want := fmt.Sprintf("another run (process %d, since 02:30:00 on 4 March 2026) is using this data folder: wait until it ends", cmd.Process.Pid)
	if codeOf(err) != "folder-in-use" || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v; want %s", err, want)
	}
	if other, err := Acquire(dir, ScheduleLock, night); err != nil {
		t.Errorf("the two locks are one: %v", err)
	} else {
		must(t, other.Release())
	}
	// kill -9 releases it
	must(t, cmd.Process.Kill())
	_ = cmd.Wait()
	in.Close()
	lock, err := Acquire(dir, WorkLock, night)
	must(t, err)
	if _, err := Acquire(dir, WorkLock, night); codeOf(err) != "folder-in-use" {
		t.Errorf("twice in one process: %v", err)
	}
	must(t, lock.Release())
	must(t, (*Lock)(nil).Release())
}
