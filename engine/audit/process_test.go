package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"leftshift/engine"
)

// TestMain lets the test binary be another process that appends.
func TestMain(m *testing.M) {
	if dir := os.Getenv("AUDIT_TEST_DIR"); dir != "" {
		n, _ := strconv.Atoi(os.Getenv("AUDIT_TEST_ENTRIES"))
		os.Exit(child(dir, os.Getenv("AUDIT_TEST_USER"), n))
	}
	os.Exit(m.Run())
}

// child appends n entries from four goroutines and writes a line for each that
// was acknowledged.
func child(dir, user string, n int) int {
	opt := signing(dir)
	opt.Every = 7
	l, err := Open(filepath.Join(dir, "audit.db"), opt)
	if err != nil {
		fmt.Println("error", err)
		return 3
	}
	var wait sync.WaitGroup
	var one sync.Mutex
	for g := range 4 {
		wait.Go(func() {
			for i := g; i < n; i += 4 {
				e, err := l.Append(context.Background(), look(user, engine.Person(i+1), engine.Person(n+i+1)))
				one.Lock()
				if err != nil {
					fmt.Println("error", err)
				} else {
					fmt.Printf("wrote %d %x\n", e.Sequence, e.Hash)
				}
				one.Unlock()
			}
		})
	}
	wait.Wait()
	if err := l.Close(); err != nil {
		fmt.Println("error", err)
		return 3
	}
	return 0
}

func spawn(dir, user string, n int) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "AUDIT_TEST_DIR="+dir, "AUDIT_TEST_USER="+user, "AUDIT_TEST_ENTRIES="+strconv.Itoa(n))
	return cmd
}

// acknowledged reads a child's lines.
func acknowledged(t *testing.T, out string) map[int64]string {
	t.Helper()
	all := map[int64]string{}
	for line := range strings.Lines(out) {
		if !strings.HasSuffix(line, "\n") {
			continue // killed while it wrote the line
		}
		var seq int64
		var hash string
		if _, err := fmt.Sscanf(line, "wrote %d %s\n", &seq, &hash); err != nil || all[seq] != "" {
			t.Fatalf("the child says %q", line)
		}
		all[seq] = hash
	}
	return all
}

func hashes(t *testing.T, dir string) map[int64]string {
	t.Helper()
	l := open(t, filepath.Join(dir, "audit.db"), Options{})
	defer l.Close()
	all := map[int64]string{}
	must(t, l.entries(context.Background(), Filter{}, "ASC", func(e Entry) error {
		all[e.Sequence] = hex.EncodeToString(e.Hash[:])
		return nil
	}))
	return all
}

// Two processes of four goroutines each, and this one, keep one chain.
func TestB22TwoProcessesKeepOneChain(t *testing.T) {
	dir := t.TempDir()
	const each = 40
	var out [2]bytes.Buffer
	var cmds []*exec.Cmd
	for i := range out { // they make the file together
		cmd := spawn(dir, fmt.Sprintf("process-%d", i), each)
		cmd.Stdout, cmd.Stderr = &out[i], &out[i]
		must(t, cmd.Start())
		cmds = append(cmds, cmd)
	}
	l := open(t, filepath.Join(dir, "audit.db"), signing(dir))
	for i := range each {
		add(t, l, look("here", engine.Person(i+1)))
	}
	want := map[int64]string{}
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v: %s", err, &out[i])
		}
		for seq, hash := range acknowledged(t, out[i].String()) {
			want[seq] = hash
		}
	}
	must(t, l.Close())
	have := hashes(t, dir)
	if len(want) != 2*each || len(have) != 3*each {
		t.Errorf("%d acknowledged there, %d entries", len(want), len(have))
	}
	for seq, hash := range want {
		if have[seq] != hash {
			t.Errorf("entry %d is %q, acknowledged as %q", seq, have[seq], hash)
		}
	}
	if r, breaks := verify(t, dir); !r.Sound() || r.Last != 3*each || r.Checkpoints < 2*each/7 {
		t.Errorf("%+v %v", r, breaks)
	}
}

// Goroutines of one process share transactions and one chain.
func TestB22ConcurrentAppends(t *testing.T) {
	dir := t.TempDir()
	l := open(t, filepath.Join(dir, "audit.db"), signing(dir))
	var wait sync.WaitGroup
	for g := range 50 {
		wait.Go(func() {
			for i := range 6 {
				if _, err := l.Append(context.Background(), look(fmt.Sprintf("g%d", g), engine.Person(i+1))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if r, breaks := verify(t, dir); !r.Sound() || r.Last != 300 {
		t.Errorf("%+v %v", r, breaks)
	}
}

// A process that is killed in the middle of appending: what it acknowledged is
// there as it said, whole with its persons, and the chain goes on.
func TestB22KilledWhileAppending(t *testing.T) {
	dir := t.TempDir()
	want := map[int64]string{}
	for round, after := range []int{1, 13, 40} {
		cmd := spawn(dir, fmt.Sprintf("round-%d", round), 1_000_000)
		pipe, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		var out strings.Builder
		in := bufio.NewReader(pipe)
		for n := 0; ; n++ {
			line, err := in.ReadString('\n')
			out.WriteString(line)
			if err != nil {
				break
			}
			if n == after {
				must(t, cmd.Process.Kill())
			}
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child lived")
		}
		got := acknowledged(t, out.String())
		if len(got) <= after {
			t.Fatalf("round %d: %d acknowledged", round, len(got))
		}
		for seq, hash := range got {
			want[seq] = hash
		}
		r, breaks := verify(t, dir)
		if !r.Sound() || r.Persons != 2*r.Entries {
			t.Errorf("round %d: %+v %v", round, r, breaks)
		}
		have := hashes(t, dir)
		for seq, hash := range want {
			if have[seq] != hash {
				t.Errorf("round %d: entry %d is %q, acknowledged as %q", round, seq, have[seq], hash)
			}
		}
	}
}
