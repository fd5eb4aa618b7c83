package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func entries(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestWriteReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	for _, s := range []string{"first", "second, longer", "3"} {
		if err := Write(path, text(s)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != s {
			t.Fatalf("read %q, %v; want %q", got, err, s)
		}
	}
	if n := entries(t, filepath.Dir(path)); n != 1 {
		t.Errorf("%d files in the directory, want 1", n)
	}
}

func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	if err := Write(path, text("old")); err != nil {
		t.Fatal(err)
	}
	cause := errors.New("disk full")
	err := Write(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return cause
	})
	if !errors.Is(err, cause) {
		t.Fatalf("error %v, want %v", err, cause)
	}
	if got, _ := os.ReadFile(path); string(got) != "old" {
		t.Errorf("file holds %q, want the old content", got)
	}
	if n := entries(t, filepath.Dir(path)); n != 1 {
		t.Errorf("%d files in the directory, want 1", n)
	}
}

func TestWriteIntoAbsentDirectory(t *testing.T) {
	err := Write(filepath.Join(t.TempDir(), "absent", "a"), text("x"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want %v", err, os.ErrNotExist)
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{prefix + "1", prefix + "2", "kept"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Sweep(dir); err != nil {
		t.Fatal(err)
	}
	if n := entries(t, dir); n != 1 {
		t.Errorf("%d files left, want 1", n)
	}
}

// TestSweepLeavesWriters: what a writer is at stays, in this process as in another, since
// a claim belongs to the open file.
func TestSweepLeavesWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	err := Write(path, func(w io.Writer) error {
		if err := Sweep(filepath.Dir(path)); err != nil {
			return err
		}
		return text("whole")(w)
	})
	if got, _ := os.ReadFile(path); err != nil || string(got) != "whole" {
		t.Errorf("file holds %q, %v", got, err)
	}
}

// TestAbandon: unfinished files go at once, and none is begun any more.
func TestAbandon(t *testing.T) {
	dir := t.TempDir()
	own := unfinished{names: map[string]bool{}}
	name := filepath.Join(dir, prefix+"1")
	if err := errors.Join(own.add(name), os.WriteFile(name, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	own.abandon()
	if n := entries(t, dir); n != 0 {
		t.Errorf("%d files left", n)
	}
	if err := own.add(name); !errors.Is(err, ErrAbandoned) {
		t.Errorf("error %v, want ErrAbandoned", err)
	}
}

// TestSync: what is not there to flush is an error, whatever else is.
func TestSync(t *testing.T) {
	dir := t.TempDir()
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprint(i))
		if err := os.WriteFile(filepath.Join(dir, names[i]), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Sync(dir, names); err != nil {
		t.Error(err)
	}
	if err := Sync(dir, append(names, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want ErrNotExist", err)
	}
}
