package filelock

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

func TestAcquire(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	l, err := Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(path); !errors.Is(err, ErrHeld) {
		t.Fatalf("second claim: %v, want ErrHeld", err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is left: %v", err)
	}
	other, err := Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil { // a second time
		t.Fatal(err)
	}
	if _, err := Acquire(path); !errors.Is(err, ErrHeld) {
		t.Errorf("a claim that was released twice took another's: %v, want ErrHeld", err)
	}
	if err := other.Release(); err != nil {
		t.Fatal(err)
	}
	if l, err = Acquire(path); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if err := (*Lock)(nil).Release(); err != nil {
		t.Error(err)
	}
	if _, err := Acquire(filepath.Join(path, "in", "no", "directory")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want ErrNotExist", err)
	}
}

// TestOneAtATime has many take and release the same claim: never two at once, though
// each removes the file.
func TestOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var holders, taken atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 300 {
				l, err := Acquire(path)
				if errors.Is(err, ErrHeld) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if holders.Add(1) != 1 {
					t.Error("two hold the claim")
				}
				taken.Add(1)
				holders.Add(-1)
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if taken.Load() == 0 {
		t.Error("nobody ever got the claim")
	}
}

// TestKilledHolder: a process that is killed leaves the file but no claim.
func TestKilledHolder(t *testing.T) {
	const child = "QNN_TEST_LOCK"
	if path := os.Getenv(child); path != "" {
		l, err := Acquire(path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.WriteString("held\n")
		<-t.Context().Done()
		_ = l.Release() // which keeps the file from being collected, and so closed, before
	}
	path := filepath.Join(t.TempDir(), "lock")
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledHolder$")
	c.Env = append(os.Environ(), child+"="+path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("child said %q, %v", line, err)
	}
	if _, err := Acquire(path); !errors.Is(err, ErrHeld) {
		t.Errorf("while the other lives: %v, want ErrHeld", err)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // killed
	l, err := Acquire(path)
	if err != nil {
		t.Fatalf("after its end: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}
