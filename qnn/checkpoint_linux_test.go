package qnn

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// limitFiles lets no file grow over n bytes, as a full disk would, while f runs.
func limitFiles(t *testing.T, n uint64, f func() error) error {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
			t.Fatal(err)
		}
	}()
	return f()
}

// A write that fails after any number of bytes leaves the old checkpoint where it
// is, a whole one before it, and nothing else. The limit is the whole process's, so
// that the test runs in one of its own.
func TestFullDisk(t *testing.T) {
	const child = "QNN_TEST_FULL_DISK"
	if os.Getenv(child) == "" {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFullDisk$")
		c.Env = append(os.Environ(), child+"=1")
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		return
	}
	signal.Ignore(syscall.SIGXFSZ) // so that write fails with EFBIG instead
	path := filepath.Join(t.TempDir(), "checkpoint")
	save(t, path, exampleState(1))
	save(t, path, exampleState(2))
	size := func() uint64 { return uint64(value(os.Stat(path))(t).Size()) }
	old := size()
	for n := uint64(0); n < old+200; n += 37 {
		err := limitFiles(t, n, func() error { return SaveState(path, exampleState(20)) })
		if !errors.Is(err, syscall.EFBIG) {
			t.Fatalf("files of at most %d bytes: error %v, want EFBIG", n, err)
		}
		holds(t, path, exampleState(2))
		previous := exampleState(1)
		if n >= old { // room for the copy, but not for the new
			previous = exampleState(2)
		}
		holds(t, path+PreviousSuffix, previous)
		if files := value(os.ReadDir(filepath.Dir(path)))(t); len(files) != 2 {
			t.Fatalf("files of at most %d bytes: %v left over", n, files)
		}
	}
	save(t, path, exampleState(20))
	if size() < old+200 {
		t.Fatalf("the new checkpoint has %d bytes: the test needs a larger one", size())
	}
	holds(t, path, exampleState(20))
	holds(t, path+PreviousSuffix, exampleState(2))
}

// A directory that cannot be written to leaves both checkpoints in place.
func TestReadOnlyDirectory(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root writes everywhere")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "checkpoint")
	save(t, path, exampleState(1))
	save(t, path, exampleState(2))
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(dir, 0o700) }() // so that it can be removed
	if err := SaveState(path, exampleState(3)); !errors.Is(err, os.ErrPermission) {
		t.Errorf("error %v, want ErrPermission", err)
	}
	holds(t, path, exampleState(2))
	holds(t, path+PreviousSuffix, exampleState(1))
}
