package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/internal/filelock"
	"github.com/qnn-go/qnn/internal/filename"
)

// lockFile is in a directory while a process writes it. A process that is killed leaves
// the file, but not its claim.
const lockFile = ".lock"

// claim makes a directory this process's own until the lock is released.
func claim(dir string) (*filelock.Lock, error) {
	lock, err := filelock.Acquire(filepath.Join(dir, lockFile))
	if errors.Is(err, ErrHeld) {
		return nil, fault.As(fault.Usage, &FileError{Path: dir, Err: fmt.Errorf("another process is writing there: %w", err), Remedy: "Wait for its end, or choose another directory"})
	}
	return lock, err
}

// directory is a directory that this process has made or taken and may write.
type directory struct {
	path string
	made []string // what had to be made for it, innermost first
	lock *filelock.Lock
}

// release lets other processes write the directory.
func (d *directory) release() { _ = d.lock.Release() } // what cannot be removed is no claim

// abandon removes what was written into the directory, and what was made for it.
func (d *directory) abandon(written ...string) {
	for _, name := range written {
		_ = os.RemoveAll(filepath.Join(d.path, name))
	}
	d.release()
	for _, p := range d.made {
		_ = os.Remove(p) // which keeps a directory that is not empty
	}
}

// isFree reports whether nothing is in a directory that a new run or export would mix
// with: it is not there, or empty, or holds only what one that was killed leaves before
// it has something to go on from.
func isFree(dir string, first []string) bool {
	entries, err := os.ReadDir(dir)
	if dir == "" || err != nil || len(entries) == 0 {
		return true
	}
	_, err = os.Lstat(filepath.Join(dir, lockFile))
	return err == nil && areFirst(entries, first)
}

// areFirst reports whether all entries are among those that come before a run's first
// checkpoint, or an export's manifest.
func areFirst(entries []fs.DirEntry, first []string) bool {
	return !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() != lockFile && !slices.Contains(first, e.Name()) && !atomicfile.IsUnfinished(e.Name())
	})
}

// takeDirectory claims the directory out, or makes PARENT/NAME-0001 with the next free
// number; of the name, which may come from a file, what a directory may be called. What
// a killed process has left of first in out is removed.
func takeDirectory(out, parent, name string, first []string) (*directory, error) {
	if out != "" {
		return takeNamed(out, first)
	}
	made, err := makeDirectories(parent)
	if err != nil {
		return nil, err
	}
	name = filename.Make(name)
	for i := 1; ; i++ {
		dir := filepath.Join(parent, fmt.Sprintf("%s-%04d", name, i))
		err := os.Mkdir(dir, 0o755)
		if err == nil {
			lock, err := claim(dir)
			return &directory{dir, append([]string{dir}, made...), lock}, err
		}
		if !errors.Is(err, fs.ErrExist) {
			(&directory{made: made}).abandon()
			return nil, err
		}
	}
}

// takeNamed claims a directory that was named.
func takeNamed(out string, first []string) (*directory, error) {
	d := &directory{path: out}
	for {
		made, err := makeDirectories(out)
		if err != nil {
			return nil, err
		}
		d.made = append(made, d.made...)
		free := isFree(out, first)
		d.lock, err = claim(out)
		if errors.Is(err, fs.ErrNotExist) { // another process has made and removed it
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := d.clean(free, first); err != nil {
			d.abandon()
			return nil, err
		}
		return d, nil
	}
}

// clean removes what a killed process has left of first in a directory that was free
// before it was claimed.
func (d *directory) clean(free bool, first []string) error {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return err
	}
	if !free || !areFirst(entries, first) {
		return notEmpty(d.path)
	}
	for _, e := range entries {
		if e.Name() == lockFile {
			continue
		}
		if err := os.RemoveAll(filepath.Join(d.path, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// makeDirectories makes a directory with its parents, or nothing. It returns those
// that were not there, innermost first.
func makeDirectories(path string) ([]string, error) {
	var absent []string
	for p := filepath.Clean(path); ; p = filepath.Dir(p) {
		if _, err := os.Lstat(p); err == nil || p == filepath.Dir(p) {
			break
		}
		absent = append(absent, p)
	}
	err := os.MkdirAll(path, 0o755)
	if err != nil {
		for _, p := range absent {
			_ = os.Remove(p) // as far as they were made
		}
		return nil, err
	}
	return absent, nil
}

// checkNew refuses a directory for a new run that holds something already, or cannot be made
// because a part of its path is a file; takeDirectory refuses it too, but a search that
// takes seconds comes between.
func checkNew(out string) error {
	for p := filepath.Clean(out); out != ""; p = filepath.Dir(p) {
		if info, err := os.Stat(p); err == nil {
			if !info.IsDir() {
				return &fs.PathError{Op: "mkdir", Path: out, Err: syscall.ENOTDIR}
			}
			break
		}
		if p == filepath.Dir(p) {
			break
		}
	}
	if !isFree(out, firstFiles()) {
		return notEmpty(out)
	}
	return nil
}

// WasKilled reports whether a run ended in dir before its first checkpoint.
func WasKilled(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, lockFile))
	return err == nil && isFree(dir, firstFiles())
}
