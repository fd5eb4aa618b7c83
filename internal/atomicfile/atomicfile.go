// Package atomicfile writes files that are either whole or not there.
package atomicfile

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/qnn-go/qnn/internal/parallel"

	"github.com/qnn-go/qnn/internal/filelock"
)

// prefix marks unfinished files; the rest of their name is random.
const prefix = ".unfinished-"

// maxLinks is how many symbolic links a path may lead through.
const maxLinks = 40

// Write makes path hold what write puts into w. It writes beside path, flushes to
// the disk and renames, so that at any moment, a crash included, path holds
// either its old content or all of the new. On an error path is untouched and
// nothing is left over.
//
// A file that is replaced keeps its permissions, and a new one has those of the
// process's mask, as with [os.Create]. A symbolic link is followed, also to a file that
// is not there yet.
func Write(path string, write func(w io.Writer) error) error {
	if err := replace(path, write); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func replace(path string, write func(w io.Writer) error) (err error) {
	if path, err = follow(path); err != nil {
		return err
	}
	f, err := create(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close() // closed twice on some paths; the first error counts
			_ = os.Remove(f.Name())
		}
		begun.done(f.Name())
	}()
	b := bufio.NewWriter(f)
	if err := write(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	// The claim on the file ends when it is closed, which is after the renaming where the
	// system renames open files.
	if runtime.GOOS == "windows" {
		if err := f.Close(); err != nil {
			return err
		}
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if err := f.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// follow is where a chain of symbolic links ends, whether a file is there or not: the
// path of a directory without links, and a name in it.
func follow(path string) (string, error) {
	for range maxLinks + 1 { // and the file itself
		dir, name := filepath.Split(path) // which leaves a/link/../b as it is
		in, err := filepath.EvalSymlinks(cmp.Or(dir, "."))
		if err != nil {
			return "", err
		}
		path = filepath.Join(in, name)
		to, err := os.Readlink(path)
		if err != nil {
			return path, nil //nolint:nilerr // not a link: a file, or nothing yet
		}
		if !filepath.IsAbs(to) {
			to = in + string(filepath.Separator) + to
		}
		path = to
	}
	return "", &fs.PathError{Op: "open", Path: path, Err: errors.New("too many symbolic links")}
}

// create makes an unfinished file beside path, claimed, so that no [Sweep] takes it, and
// with the permissions that path has or is to have.
func create(path string) (*os.File, error) {
	mode := fs.FileMode(0o666) // less the mask
	old, err := os.Stat(path)
	replaces := err == nil
	if replaces {
		mode = 0o600 // nobody else may read it before it is whole
	}
	for {
		name := filepath.Join(filepath.Dir(path), prefix+rand.Text())
		if err := begun.add(name); err != nil {
			return nil, err
		}
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if err != nil {
			begun.done(name)
			return nil, err
		}
		claimed, err := filelock.Try(f)
		if err == nil && replaces {
			err = f.Chmod(old.Mode().Perm())
		}
		switch {
		case err != nil:
			_ = os.Remove(name)
			begun.done(name)
			return nil, errors.Join(err, f.Close())
		case claimed && filelock.Same(f, name):
			return f, nil
		}
		begun.done(name) // a Sweep came between
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
}

// ErrAbandoned is the error of a [Write] after [Abandon].
var ErrAbandoned = errors.New("the process is ending")

// unfinished knows the files that this process is writing.
type unfinished struct {
	mu    sync.Mutex
	names map[string]bool
	ended bool
}

// begun is what a process must remove if it ends with writers still at work.
var begun = unfinished{names: map[string]bool{}} //nolint:gochecknoglobals // of the process, as its files are

func (u *unfinished) add(name string) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended {
		return ErrAbandoned
	}
	u.names[name] = true
	return nil
}

func (u *unfinished) done(name string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.names, name)
}

// Abandon removes the unfinished files of this process and lets no writer begin another.
// It is for a process that is about to end while writers are at work.
func Abandon() { begun.abandon() }

func (u *unfinished) abandon() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	for name := range u.names {
		_ = os.Remove(name) // the writer may have renamed it by now
	}
}

// syncDir flushes a directory, so that a rename in it survives a power cut. Systems
// that cannot flush directories are left to themselves.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = d.Sync()
	return d.Close()
}

// syncing is how many files are flushed at a time: a disk takes many together in little more
// than the time of one.
const syncing = 16

// Sync flushes files of dir to the disk, and dir itself: after a power cut they are there
// before any file that is written later. Names are relative to dir.
func Sync(dir string, names []string) error {
	err := parallel.Each(context.Background(), len(names), syncing, func() struct{} { return struct{}{} }, func(_ struct{}, i int) error {
		return syncFile(filepath.Join(dir, names[i]))
	})
	return errors.Join(err, syncDir(dir))
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Sweep removes what writers that were killed left in dir, and nothing that a writer,
// of this process or of another, is still at.
func Sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if IsUnfinished(e.Name()) {
			if err := sweep(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// IsUnfinished reports whether a file of that name is one that [Write] began.
func IsUnfinished(name string) bool { return strings.HasPrefix(name, prefix) }

func sweep(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // its writer has finished
	}
	if err != nil {
		return err
	}
	claimed, err := filelock.Try(f)
	if err == nil && claimed {
		err = os.Remove(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, f.Close())
}
