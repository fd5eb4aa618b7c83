package experiment

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/internal/filelock"
	"github.com/qnn-go/qnn/internal/seal"
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

// sentence is an error whose text names settings between braces, such as {loss mse}, and
// which is written as its reader knows them.
type sentence struct {
	format string
	args   []any
	err    error // with settings as a file of settings has them
}

func newSentence(format string, args ...any) *sentence {
	return &sentence{format, args, fmt.Errorf(named(format, inYAML), args...)}
}

func (s *sentence) Error() string { return s.err.Error() }

func (s *sentence) Unwrap() []error {
	switch e := s.err.(type) { //nolint:errorlint // what fmt.Errorf has made of one or several %w
	case interface{ Unwrap() error }:
		return []error{e.Unwrap()}
	case interface{ Unwrap() []error }:
		return e.Unwrap()
	}
	return nil
}

func (s *sentence) text(name Wording) string {
	return fmt.Errorf(named(s.format, name), s.args...).Error()
}

// refuse is the error of what was asked for and cannot be done. Its format is that of
// fmt.Errorf, with settings between braces.
func refuse(format string, args ...any) error {
	return fault.As(fault.Usage, newSentence(format, args...))
}

// advise adds to an error what to do, with settings between braces.
func advise(err error, remedy string) error { return newSentence("%w. "+remedy, err) }

// Wording is how a setting, and its value where there is one, is named in a sentence.
type Wording func(setting, value string) string

// inYAML names a setting as a file of settings has it: "loss: mse".
func inYAML(setting, value string) string {
	if value == "" {
		return setting
	}
	return setting + ": " + value
}

// mention is a setting in the format of a sentence.
var mention = regexp.MustCompile(`\{([a-z-]+)(?: ([^{}]*))?\}`) //nolint:gochecknoglobals // compiled once

func named(format string, name Wording) string {
	return mention.ReplaceAllStringFunc(format, func(m string) string {
		part := mention.FindStringSubmatch(m)
		return name(part[1], part[2])
	})
}

// Text is the text of an error in which settings are named by name, as flags for example,
// instead of as in a file of settings.
func Text(err error, name Wording) string {
	text := err.Error()
	fault.Walk(err, func(err error) {
		if s, ok := err.(*sentence); ok { //nolint:errorlint // Walk visits what is wrapped
			text = strings.Replace(text, s.Error(), s.text(name), 1)
		}
	})
	return text
}
