package experiment

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/internal/filelock"
	"github.com/qnn-go/qnn/internal/seal"
	"github.com/qnn-go/qnn/internal/wording"
)

// Causes, to be tested with [errors.Is].
var (
	// ErrNoRun: not a run directory.
	ErrNoRun = fault.New(fault.IO, "not a run directory")
	// ErrNoCheckpoint: a run that ended before it saved anything to go on from.
	ErrNoCheckpoint = fault.New(fault.IO, "no checkpoint")
	// ErrChecksum: a file whose content does not match its checksum.
	ErrChecksum = seal.ErrBroken
	// ErrHeld: a directory that another process is writing.
	ErrHeld = filelock.ErrHeld
	// ErrNotEmpty: a directory for something new that holds something already.
	ErrNotEmpty = fault.New(fault.Usage, "the directory is not empty")
	// ErrOtherData: data that has changed since a run was trained with it.
	ErrOtherData = fault.New(fault.Data, "the content has changed")
)

// FileError is a file or directory of a run that cannot be used, and why.
type FileError struct {
	Path   string
	Err    error
	Remedy string // what to do, a sentence without its full stop; may be empty
}

func (e *FileError) Error() string {
	text := fmt.Sprintf("%q: %v", e.Path, e.Err)
	if path, ok := errors.AsType[*fs.PathError](e.Err); ok && path.Path == e.Path {
		text = e.Err.Error() // which names it
	}
	if e.Remedy != "" {
		text += ". " + e.Remedy
	}
	return text
}

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// FaultClass says that what a file holds is at fault, unless the system is.
func (*FileError) FaultClass() fault.Class { return fault.Data }

// notEmpty is the error of a directory for something new that holds something already.
func notEmpty(dir string) error {
	return fault.As(fault.Usage, &FileError{Path: dir, Err: ErrNotEmpty})
}

// damaged is the error of a file of a run that holds what no run has left.
func damaged(path string, err error) error { return &FileError{Path: path, Err: err} }

// refuse is the error of what was asked for and cannot be done. Its format is that of
// fmt.Errorf, with settings between braces.
func refuse(format string, args ...any) error {
	return fault.As(fault.Usage, wording.New(format, args...))
}

// advise adds to an error what to do, with settings between braces.
func advise(err error, remedy string) error { return wording.New("%w. "+remedy, err) }
