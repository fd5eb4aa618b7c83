package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// Exit codes; the numbers above 64 are those of BSD's sysexits.h.
const (
	exitFailure     = 1
	exitUsage       = 2
	exitData        = 65
	exitIO          = 74
	exitInterrupted = 75
)

// coded is an error with an exit code of its own.
type coded struct {
	code int
	err  error
}

func (e *coded) Error() string { return e.err.Error() }
func (e *coded) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return &coded{exitUsage, fmt.Errorf(format, args...)} }
func badData(format string, args ...any) error {
	return &coded{exitData, fmt.Errorf(format, args...)}
}

// resumable is the error of a run that was interrupted, saved and announced.
type resumable struct{ err error }

func (e *resumable) Error() string { return e.err.Error() }
func (e *resumable) Unwrap() error { return e.err }

// exitCode finds the exit code of an error by its cause.
func exitCode(err error) int {
	var own *coded
	if errors.As(err, &own) {
		return own.code
	}
	if errors.Is(err, qnn.ErrInterrupted) || errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	var memory *qsim.MemoryError
	if errors.As(err, &memory) {
		return exitUsage
	}
	if isIO(err) {
		return exitIO
	}
	if isData(err) {
		return exitData
	}
	if isUsage(err) {
		return exitUsage
	}
	return exitFailure
}

func isIO(err error) bool {
	var path *fs.PathError
	var link *os.LinkError
	var system *os.SyscallError
	var number syscall.Errno
	return errors.As(err, &path) || errors.As(err, &link) || errors.As(err, &system) || errors.As(err, &number)
}

func isData(err error) bool {
	var table *dataset.Error
	if errors.As(err, &table) {
		return true
	}
	return isAny(err, qnn.ErrFormat, qnn.ErrMismatch, dataset.ErrEmpty, dataset.ErrShape, dataset.ErrCell, dataset.ErrUnlabelled,
		dataset.ErrNoClasses, dataset.ErrOneClass, dataset.ErrTooFew, dataset.ErrTooLarge, dataset.ErrMissing,
		dataset.ErrNotNumber, dataset.ErrNotFinite, dataset.ErrPipeline, ansatz.ErrInput)
}

func isUsage(err error) bool {
	var unknown *dataset.UnknownError
	return errors.As(err, &unknown) ||
		isAny(err, ansatz.ErrUnknown, ansatz.ErrFeatures, ansatz.ErrQubits, ansatz.ErrLayers, ansatz.ErrFixed, qnn.ErrConfig, optim.ErrConfig, optim.ErrUnknown, dataset.ErrOptions, circuits.ErrRange, circuits.ErrSyntax)
}

func isAny(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}
