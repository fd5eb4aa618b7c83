package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/internal/wording"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/experiment"
	"github.com/qnn-go/qnn/qnn/report"
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
	text := printable(strings.Join(strings.Fields(wording.Text(err, flagWord)), " "))
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

// remedy says what to do about an error of another package that does not say it, or "".
func remedy(err error) string {
	if what := runRemedy(err); what != "" {
		return what
	}
	return systemRemedy(err)
}

// runRemedy says what to do about a fault of a run, an export or one of their files, or "".
func runRemedy(err error) string {
	switch {
	case errors.Is(err, experiment.ErrNoRun):
		return "Give one that qnn train made"
	case errors.Is(err, experiment.ErrNoExport):
		return "Give a directory that qnn export --target made"
	case errors.Is(err, experiment.ErrNoResults):
		return "Run the circuits first, as " + experiment.ReadmeFile + " of the export says, or name result files by --counts"
	case errors.Is(err, experiment.ErrNotEmpty):
		return "Name another"
	case errors.Is(err, experiment.ErrOtherData):
		return "Restore the file, or give other data with --data"
	}
	if c, ok := errors.AsType[*experiment.CheckpointError](err); ok {
		path := report.ShellWord(c.Path)
		if c.Previous {
			return fmt.Sprintf("The one before it is whole: mv %s %s", report.ShellWord(c.Path+qnn.PreviousSuffix), path)
		}
		return "Start a new run: qnn train --config " + report.ShellWord(filepath.Join(filepath.Dir(c.Path), experiment.ConfigFile))
	}
	if _, ok := errors.AsType[*experiment.TableError](err); ok && errors.Is(err, fs.ErrNotExist) {
		return "Check the path of the CSV file"
	}
	if f, ok := errors.AsType[*experiment.FileError](err); ok && f.Remedy == "" {
		return fileRemedy(f)
	}
	return ""
}

// fileRemedy says what to do about a file of a run that cannot be used.
func fileRemedy(f *experiment.FileError) string {
	base, dir := filepath.Base(f.Path), filepath.Dir(f.Path)
	switch {
	case errors.Is(f, experiment.ErrNoCheckpoint) && experiment.WasKilled(f.Path):
		return "The run ended before it saved one; start it again with --out " + report.ShellWord(f.Path)
	case errors.Is(f, experiment.ErrNoCheckpoint):
		return "The run ended before it saved one; start it again: qnn train --config " + report.ShellWord(filepath.Join(f.Path, experiment.ConfigFile))
	case errors.Is(f, fs.ErrNotExist) && base == experiment.ModelFile && exists(filepath.Join(dir, experiment.CheckpointFile)):
		return "If that run was interrupted, finish it: qnn train --resume " + report.ShellWord(dir)
	case errors.Is(f, fs.ErrNotExist):
		return "Give a run directory that qnn train made, or a model file"
	case errors.Is(f, experiment.ErrChecksum):
		if base == experiment.ConfigFile || base == experiment.StepFile {
			f = &experiment.FileError{Path: dir}
		}
		return "Take a whole copy of it, or accept an edit by: qnn accept " + report.ShellWord(f.Path)
	case fault.Of(f) == fault.Data:
		return "Take a whole copy of it, or make it anew"
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// systemRemedy says what to do about a fault of the system, or "".
func systemRemedy(err error) string {
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
