// Package filelock claims files for one process at a time. The system gives a claim up
// when the process ends, however it ends, so that none is ever left behind.
package filelock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/qnn-go/qnn/internal/fault"
)

// ErrHeld marks a file that another process, or another open file of this one, holds.
var ErrHeld = fault.New(fault.Usage, "in use by another process")

// Try claims an open file, and reports whether it did. The claim lasts until the file is
// closed. Where the system or the file system knows no such claims every file counts as
// claimed.
func Try(f *os.File) (bool, error) { return try(f) }

// Lock is a claim on a file that exists for the sake of the claim.
type Lock struct{ f *os.File }

// Acquire makes the file path, if it is not there, and claims it. The error wraps
// [ErrHeld] when another has it, or is that of the system.
func Acquire(path string) (*Lock, error) {
	for {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
		if err != nil {
			return nil, err
		}
		switch ok, err := Try(f); {
		case err != nil:
			return nil, errors.Join(err, f.Close())
		case !ok:
			return nil, errors.Join(fmt.Errorf("%s: %w", path, ErrHeld), f.Close())
		}
		if Same(f, path) {
			return &Lock{f}, nil
		}
		// The holder before has removed the file: what we claim has no name any more.
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
}

// Same reports whether path is still the open file f.
func Same(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(path)
	return err == nil && os.SameFile(open, named)
}

// Release removes the file and gives the claim up. A nil lock, and one that was released,
// holds nothing.
func (l *Lock) Release() error {
	if l == nil || l.f == nil {
		return nil
	}
	err := os.Remove(l.f.Name()) // while it is ours: no other may hold a file of that name
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	err = errors.Join(err, l.f.Close())
	l.f = nil
	return err
}
