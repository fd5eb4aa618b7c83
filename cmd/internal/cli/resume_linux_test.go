package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/qnn-go/qnn/qnn/experiment"
)

// binaryDir is the directory of the binary, once there is one.
var binaryDir string

// binary is the path of qnn, built when a test first asks for it.
var binary = sync.OnceValues(func() (string, error) {
	var err error
	if binaryDir, err = os.MkdirTemp("", "qnn-test-"); err != nil {
		return "", err
	}
	path := filepath.Join(binaryDir, "qnn")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/qnn-go/qnn/cmd/qnn").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if binaryDir != "" {
		_ = os.RemoveAll(binaryDir) // a directory of temporary files
	}
	os.Exit(code)
}

// process is qnn with the given arguments in a process of its own.
func process(t *testing.T, threads int, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), path, args...)
	c.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", threads))
	var errs bytes.Buffer
	c.Stderr = &errs
	return c, &errs
}

// stopAndResume trains with a signal sent after each of the delays, in turn to the
// first run and to its resumptions, and then to the end. It returns how often the
// signal met a running process.
func stopAndResume(t *testing.T, signal os.Signal, threads int, delays []time.Duration, dir string, args ...string) int {
	t.Helper()
	next := append([]string{"train", "--out", dir, "--no-baselines"}, args...)
	met := 0
	for _, delay := range append(delays, time.Hour) {
		c, errs := process(t, threads, next...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(delay, func() { _ = c.Process.Signal(signal) })
		err := c.Wait()
		timer.Stop()
		if err == nil {
			return met
		}
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			t.Fatal(err)
		}
		switch {
		case signal == os.Interrupt && exit.ExitCode() == exitInterrupted:
			if !strings.Contains(errs.String(), "Resume: qnn train --resume "+dir) {
				t.Fatalf("no way to resume in\n%s", errs)
			}
		case signal == syscall.SIGKILL && exit.ExitCode() == -1:
		default:
			t.Fatalf("%v\n%s", err, errs)
		}
		if _, err := os.Stat(filepath.Join(dir, experiment.CheckpointFile)); err == nil {
			met++
			next = []string{"train", "--resume", dir, "--no-baselines"}
		} // killed before the first checkpoint, it may begin again in the same directory
	}
	t.Fatal("the last run did not end")
	return met
}

// TestInterruptAndResume: metrics and model of a run that was stopped several times,
// by Ctrl-C or by force, are those of one that was not, on one thread and on two.
func TestInterruptAndResume(t *testing.T) {
	epochs := "250"
	if testing.Short() { // under the race detector an epoch takes ten times as long
		epochs = "25"
	}
	ms := time.Millisecond
	for _, tt := range []struct {
		name   string
		signal os.Signal
		delays []time.Duration
		args   string
	}{
		{"interrupt", os.Interrupt, []time.Duration{700 * ms, 500 * ms, 600 * ms}, "--optimizer adam"},
		{"interrupt", os.Interrupt, []time.Duration{600 * ms, 650 * ms}, "--optimizer lbfgs"},
		{"kill", syscall.SIGKILL, []time.Duration{1200 * ms, 1300 * ms}, "--optimizer adam"},
	} {
		t.Run(tt.name+" "+tt.args, func(t *testing.T) {
			base := append(strings.Fields(tt.args), "--data", "breast-cancer", "--reduce", "pca", "--layers", "5", "--epochs", epochs, "--patience", "-1", "--seed", "4")
			whole := filepath.Join(t.TempDir(), "whole")
			stopAndResume(t, os.Interrupt, 2, nil, whole, base...)
			for _, threads := range []int{1, 2} {
				dir := filepath.Join(t.TempDir(), "stopped")
				met := stopAndResume(t, tt.signal, threads, tt.delays, dir, base...)
				t.Logf("%d threads: stopped %d times", threads, met)
				for _, name := range []string{experiment.MetricsFile, experiment.ModelFile} {
					if read(t, whole, name) != read(t, dir, name) {
						t.Errorf("%d threads: %s differs from the uninterrupted run's", threads, name)
					}
				}
				epochs := strings.Count(read(t, dir, experiment.MetricsFile), "\n") - 1
				times := strings.Fields(read(t, dir, experiment.TimingFile))[1:]
				if len(times) != epochs || slices.ContainsFunc(times, func(row string) bool { return strings.HasSuffix(row, ",") }) {
					t.Errorf("%d threads: times %v of %d epochs", threads, times, epochs)
				}
				if stale, _ := filepath.Glob(filepath.Join(dir, ".unfinished-*")); len(stale) > 0 {
					t.Errorf("left behind: %v", stale)
				}
			}
		})
	}
}

func TestInterruptedInProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	errs := &watcher{word: "epoch  3/40", found: cancel}
	code := run(ctx, []string{"train", "--data", "iris", "--reduce", "none", "--epochs", "40", "--out", dir}, Streams{Out: &out, Err: errs})
	if code != exitInterrupted || !strings.Contains(errs.String(), "interrupted  at epoch 4, batch 0; everything is saved. Resume: qnn train --resume "+dir) {
		t.Fatalf("exit code %d\n%s", code, errs)
	}
	refuse(t, exitIO, "finish it: qnn train --resume", "evaluate", dir)
	command(t, 0, "train", "--resume", dir, "--quiet")
	before := read(t, dir, experiment.ModelFile)
	command(t, 0, "train", "--resume", dir, "--quiet") // finished: results are written again
	if read(t, dir, experiment.ModelFile) != before {
		t.Error("resuming a finished run changed its model")
	}
	command(t, 0, "train", "--resume", dir, "--quiet", "--epochs", "42")
	if rows := strings.Count(read(t, dir, experiment.MetricsFile), "\n"); rows != 43 && !strings.Contains(read(t, dir, experiment.ReportFile), "no longer improves") {
		t.Errorf("%d lines of metrics after two more epochs, want 43", rows)
	}
}

// TestInterruptedAfterTraining ends the context when training is over: the run can
// still be resumed, and then has its report.
func TestInterruptedAfterTraining(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithCancel(t.Context())
	out := &watcher{word: "stopped   after epoch 2", found: cancel}
	var errs bytes.Buffer
	code := run(ctx, []string{"train", "--data", "iris", "--reduce", "none", "--epochs", "2", "--out", dir}, Streams{Out: out, Err: &errs})
	if code != exitInterrupted || !strings.Contains(errs.String(), "interrupted  after training; everything is saved. Resume: qnn train --resume "+dir) {
		t.Fatalf("exit code %d\n%s", code, &errs)
	}
	command(t, 0, "train", "--resume", dir, "--quiet")
	if len(read(t, dir, experiment.ReportFile)) == 0 {
		t.Error("no report")
	}
}

// TestClosedPipe runs train in a process whose standard output nobody reads: the run
// is whole, and nothing is said.
func TestClosedPipe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	c, errs := process(t, 1, "train", "--data", "iris", "--reduce", "none", "--epochs", "2", "--no-baselines", "--quiet", "--out", dir)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	c.Stdout = w
	err = c.Run()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitIO {
		t.Errorf("ended with %v, want exit code %d", err, exitIO)
	}
	if errs.Len() > 0 {
		t.Errorf("standard error: %s", errs)
	}
	if len(read(t, dir, experiment.ModelFile)) == 0 {
		t.Error("no model")
	}
}

// TestOutputToAPipe: --out writes into a named pipe instead of replacing it, and so
// into devices such as /dev/null.
func TestOutputToAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	got := make(chan string)
	go func() {
		data, _ := os.ReadFile(pipe)
		got <- string(data)
	}()
	command(t, 0, "data", "xor", "--out", pipe)
	info, err := os.Lstat(pipe)
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Fatalf("the pipe has become %v, %v", info, err)
	}
	if text := <-got; !strings.HasPrefix(text, "x1,x2,class\n") {
		t.Errorf("read %q", text)
	}
}

// mount returns a file system in memory that lasts as long as the test.
func mount(t *testing.T, flags uintptr, options string) string {
	t.Helper()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", flags, options); err != nil {
		t.Skipf("needs the right to mount a file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	return disk
}

// TestReadOnlyDisk: a run that cannot be written leaves nothing and says so.
func TestReadOnlyDisk(t *testing.T) {
	disk := mount(t, syscall.MS_RDONLY, "")
	refuse(t, exitIO, "read-only file system. Write to another place", "train", "--data", "iris", "--quiet", "--out", filepath.Join(disk, "run"))
	refuse(t, exitIO, "read-only file system", "data", "iris", "--out", filepath.Join(disk, "iris.csv"))
}

// watcher is a buffer that calls found once word is in it.
type watcher struct {
	bytes.Buffer
	word  string
	found func()
}

func (w *watcher) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if strings.Contains(w.String(), w.word) {
		w.found()
	}
	return n, err
}

// TestFullDisk trains into a small file system: the run ends with an I/O error,
// nothing half-written stays, and with more space the run goes on.
func TestFullDisk(t *testing.T) {
	disk := mount(t, 0, "size=48k")
	t.Chdir(disk)
	filler := strings.Repeat("x", 40<<10)
	put(t, "filler", filler)
	_, errs := command(t, exitIO, "train", "--data", "moons", "--epochs", "2", "--quiet")
	if !strings.Contains(errs, "no space left on device. Free space on that disk") {
		t.Errorf("standard error: %s", errs)
	}
	if left, err := filepath.Glob("*"); err != nil || len(left) != 1 {
		t.Errorf("a run that could not begin left %v, %v", left, err)
	}
	if err := os.Remove("filler"); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(disk, "run")
	_, errs = command(t, exitIO, "train", "--data", "moons", "--reduce", "none", "--layers", "20", "--epochs", "60", "--out", dir, "--no-baselines", "--quiet")
	if !strings.Contains(errs, "then: qnn train --resume "+dir) {
		t.Errorf("no way to resume in: %s", errs)
	}
	if !strings.Contains(errs, "no space left on device") || strings.Count(errs, "\n") != 1 {
		t.Errorf("standard error: %s", errs)
	}
	if stale, _ := filepath.Glob(filepath.Join(dir, ".unfinished-*")); len(stale) > 0 {
		t.Errorf("left behind: %v", stale)
	}
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT, "size=4m"); err != nil {
		t.Fatal(err)
	}
	command(t, 0, "train", "--resume", dir, "--no-baselines", "--quiet")
	if len(read(t, dir, experiment.ReportFile)) == 0 {
		t.Error("no report after there was space again")
	}
}
