package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/hardware"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qnn/search"
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

// advised is an error with a sentence of its own that says what to do.
type advised struct {
	err    error
	remedy string
}

func (e *advised) Error() string { return e.err.Error() + ". " + e.remedy }
func (e *advised) Unwrap() error { return e.err }

// advise adds what to do to an error.
func advise(err error, format string, args ...any) error {
	return &advised{err, fmt.Sprintf(format, args...)}
}

// message is an error as one line that says what to do. Faults of files that come
// from the system without advice get it here.
func message(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	text := printable(strings.Join(strings.Fields(err.Error()), " "))
	if _, has := errors.AsType[*advised](err); has {
		return text
	}
	if what := remedy(err); what != "" {
		return text + ". " + what
	}
	return text
}

// printable writes what a terminal would obey or could not show, as control characters and
// bytes that are no text, in the notation of Go.
func printable(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}

// remedy says what to do about a fault of the system, or "".
func remedy(err error) string {
	for _, known := range []struct {
		cause  error
		remedy string
	}{
		{syscall.ENOSPC, "Free space on that disk, or write to another"},
		{syscall.EDQUOT, "Free some of your share of that disk, or write to another"},
		{syscall.EROFS, "Write to another place"},
		{syscall.ENOTDIR, "A part of that path is a file; choose another path"},
		{syscall.EISDIR, "Give the path of a file"},
		{fs.ErrPermission, "Check the permissions, or choose another path"},
		{fs.ErrNotExist, "Check the path"},
		{fs.ErrExist, "Choose another path"},
	} {
		if errors.Is(err, known.cause) {
			return known.remedy
		}
	}
	return ""
}

// exitCode finds the exit code of an error by its cause.
func exitCode(err error) int {
	if own, ok := errors.AsType[*coded](err); ok {
		return own.code
	}
	if errors.Is(err, qnn.ErrInterrupted) || errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	if _, ok := errors.AsType[*qsim.MemoryError](err); ok {
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
	_, path := errors.AsType[*fs.PathError](err)
	_, link := errors.AsType[*os.LinkError](err)
	_, system := errors.AsType[syscall.Errno](err)
	return path || link || system
}

func isData(err error) bool {
	if _, ok := errors.AsType[*dataset.Error](err); ok {
		return true
	}
	if isAny(err, qpu.ErrFormat, qpu.ErrLimit, qpu.ErrMismatch, hardware.ErrModel, hardware.ErrMissing) {
		return true
	}
	return isAny(err, qnn.ErrFormat, qnn.ErrMismatch, optim.ErrState, optim.ErrNotFinite, dataset.ErrDuplicate, dataset.ErrNotFitted, circuits.ErrBasis, transpile.ErrGate, transpile.ErrMidCircuit, transpile.ErrConditional, dataset.ErrEmpty, dataset.ErrShape, dataset.ErrCell, dataset.ErrUnlabelled,
		dataset.ErrNoClasses, dataset.ErrOneClass, dataset.ErrTooFew, dataset.ErrTooLarge, dataset.ErrMissing,
		dataset.ErrNotNumber, dataset.ErrNotFinite, dataset.ErrPipeline, ansatz.ErrInput)
}

func isUsage(err error) bool {
	_, unknown := errors.AsType[*dataset.UnknownError](err)
	return unknown ||
		isAny(err, ansatz.ErrUnknown, ansatz.ErrFeatures, ansatz.ErrQubits, ansatz.ErrLayers, ansatz.ErrFixed, qnn.ErrConfig, search.ErrConfig, optim.ErrConfig, optim.ErrUnknown, qsim.ErrCPU, dataset.ErrOptions, circuits.ErrRange, circuits.ErrSyntax,
			qpu.ErrJob, transpile.ErrQubits, transpile.ErrLevel)
}

func isAny(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}
