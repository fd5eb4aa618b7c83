package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/qnn"
)

// Exit codes; the numbers above 64 are those of BSD's sysexits.h.
const (
	exitFailure     = 1
	exitUsage       = 2
	exitData        = 65
	exitIO          = 74
	exitInterrupted = 75
)

func usage(format string, args ...any) error {
	return fault.As(fault.Usage, fmt.Errorf(format, args...))
}

func badData(format string, args ...any) error {
	return fault.As(fault.Data, fmt.Errorf(format, args...))
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
	interrupted := errors.Is(err, qnn.ErrInterrupted) || errors.Is(err, context.Canceled)
	switch class := fault.Of(err); {
	case interrupted:
		return exitInterrupted
	case class == fault.Usage:
		return exitUsage
	case class == fault.Data:
		return exitData
	case class == fault.IO:
		return exitIO
	}
	return exitFailure
}

func isIO(err error) bool { return fault.Of(err) == fault.IO }
