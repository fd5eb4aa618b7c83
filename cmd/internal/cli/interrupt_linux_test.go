package cli

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestInterruptWhileBlocked: a command that waits for input that does not come, or for a
// reader of its output, ends on the first signal. Without that these processes never end.
func TestInterruptWhileBlocked(t *testing.T) {
	model := quick(t, "--data", "iris", "--layers", "1")
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		for _, args := range []string{
			"predict " + model + " --data PIPE", "evaluate " + model + " --data PIPE", "export " + model + " --data PIPE",
			"simulate PIPE", "inspect PIPE", "transpile PIPE --target ibm", "train --config PIPE", "train --data PIPE.csv",
			"export " + model + " --target PIPE.json", "export " + model + " --target ibm --prices PIPE", "predict PIPE --data absent.csv",
			"results PIPE.dir",
		} {
			t.Run(signal.String()+" "+args, func(t *testing.T) {
				dir := t.TempDir()
				pipe := filepath.Join(dir, "pipe")
				for name := range strings.FieldsSeq(args) {
					if strings.HasPrefix(name, "PIPE") {
						pipe = filepath.Join(dir, "pipe"+name[strings.LastIndex(name, "PIPE")+4:])
					}
				}
				if strings.HasSuffix(pipe, ".dir") {
					if err := os.Mkdir(pipe, 0o700); err != nil {
						t.Fatal(err)
					}
					args, pipe = "results "+pipe, filepath.Join(pipe, "manifest.json")
				}
				if err := syscall.Mkfifo(pipe, 0o600); err != nil {
					t.Skip(err)
				}
				words := strings.Fields(args)
				for k := range words {
					if strings.HasPrefix(words[k], "PIPE") {
						words[k] = pipe
					}
				}
				interruptReader(t, signal, pipe, words...)
			})
		}
	}
}

// interruptReader starts qnn, waits until it reads from a pipe, and signals it.
func interruptReader(t *testing.T, signal os.Signal, pipe string, args ...string) {
	t.Helper()
	c, errs := process(t, 1, args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- c.Wait()
		if r, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0); err == nil { // so that the test does not wait for ever
			_ = r.Close()
		}
	}()
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0) // which waits for the reader
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }() // nothing was written
	_ = c.Process.Signal(signal)     // or it has ended, which is found below
	err = <-ended
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitInterrupted {
		t.Errorf("ended with %v, want exit code %d\n%s", err, exitInterrupted, errs)
	}
	if errs.String() != "qnn: interrupted\n" {
		t.Errorf("standard error: %q", errs)
	}
}

// TestInterruptWriter: a command whose output nobody reads ends too.
func TestInterruptWriter(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	c, errs := process(t, 1, "data", "digits", "--out", pipe)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	r, err := os.Open(pipe) // which waits for the writer, whose text is longer than a pipe holds
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }() // opened for reading
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	err = c.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != exitInterrupted {
		t.Errorf("ended with %v, want exit code %d\n%s", err, exitInterrupted, errs)
	}
}

// TestPrivateFiles: what is written under a mask for oneself alone stays so, a replaced
// file keeps its mode, and a link that leads nowhere yet is followed.
func TestPrivateFiles(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077))
	dir := quick(t, "--data", "iris", "--layers", "1")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := d.Info(); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	syscall.Umask(0o022)
	samples := filepath.Join(dir, "iris.csv")
	command(t, 0, "data", "iris", "--out", samples)
	out, link := filepath.Join(dir, "predictions.csv"), filepath.Join(dir, "link.csv")
	if err := errors.Join(os.WriteFile(out, nil, 0o600), os.Symlink("elsewhere.csv", link)); err != nil {
		t.Fatal(err)
	}
	command(t, 0, "predict", dir, "--data", samples, "--out", out)
	command(t, 0, "predict", dir, "--data", samples, "--out", link)
	for path, want := range map[string]fs.FileMode{samples: 0o644, out: 0o600, filepath.Join(dir, "elsewhere.csv"): 0o644} {
		if info, err := os.Lstat(path); err != nil || info.Mode() != want || info.Size() == 0 {
			t.Errorf("%s: %v, %v, want %v", path, info, err, want)
		}
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link has become %v, %v", info, err)
	}
}
